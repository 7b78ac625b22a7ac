"""What the house found when it checked itself, night by night."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from monitoring.supervision.models import CheckRun


@admin.register(CheckRun)
class CheckRunAdmin(ReadOnlyAdmin):
    """Runs, the latest first."""

    list_display = ("ended_at", "found", "checks", "breaches", "is_bank_heard")
    list_filter = ("is_bank_heard",)
    ordering = ("-pk",)
    fields = ("began_at", "ended_at", "found", "checks", "breaches", "is_bank_heard")

    @admin.display(description=_("Found"))
    def found(self, row: CheckRun) -> str:
        if row.breaches:
            return chip(_("Something does not hold"), code="bad", looks={"bad": "danger"})
        return chip(_("All in order"), code="good", looks={"good": "success"})

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The page with every sentence that was kept."""
        return {"sentences": row.sentences}
