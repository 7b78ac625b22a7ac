"""Scorecards for staff: every bin with its points."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from scoring.registry.models import ModelVersion

LOOKS = {"DRAFT": "info", "CHAMPION": "success", "RETIRED": "default"}


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Which scorecard decides, and what is in each."""

    list_display = ("version", "stand", "kind", "sha256", "registered_at")
    list_filter = ("state",)
    search_fields = ("version", "sha256")
    ordering = ("-pk",)
    fields = ("version", "stand", "kind", "sha256", "registered_at")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page with the card's bins."""
        row = self.get_object(request, object_id)
        card = {} if row is None else {"card": row.artefact, "bins": list(_bins(row.artefact))}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **card}
        )
        return answer

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: ModelVersion) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)


def _bins(artefact: dict[str, Any]) -> Any:
    """One row a bin: the feature, from where, up to where, and its points."""
    for each in artefact["characteristics"]:
        bins = each["bins"]
        for place, found in enumerate(bins):
            upper = bins[place + 1]["from"] if place + 1 < len(bins) else ""
            yield each["feature"], found.get("from", ""), upper, found["points"]
        yield each["feature"], _("not known"), "", each["missing"]
