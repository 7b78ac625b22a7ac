"""Consents for staff: what was allowed, under which notice, and whether it still is."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.consent.models import Consent
from borrowers.consent.purposes import PURPOSES
from common.admin.bases import ReadOnlyAdmin


def said(purpose: str) -> str:
    """A purpose by its title, as the person read it."""
    return gettext(PURPOSES[purpose].title) if purpose in PURPOSES else purpose


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    """Evidence; nobody changes it."""

    list_display = ("borrower", "what", "notice_version", "channel", "granted_at", "ended_at")
    list_filter = ("purpose", "channel", ("withdrawal", admin.EmptyFieldListFilter))
    search_fields = ("borrower__public_id",)
    ordering = ("-pk",)
    fields = (
        "borrower",
        "what",
        "notice_version",
        "text_sha256",
        "language",
        "channel",
        "granted_at",
        "ended_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consent]:
        """With the borrower's public number and the end, and nothing sealed."""
        rows: QuerySet[Consent] = super().get_queryset(request)
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return rows.select_related("borrower", "withdrawal").defer(*sealed)

    @admin.display(description=_("Purpose"), ordering="purpose")
    def what(self, row: Consent) -> str:
        return said(row.purpose)

    @admin.display(description=_("Taken back"), empty_value="—")
    def ended_at(self, row: Consent) -> object:
        withdrawal = getattr(row, "withdrawal", None)
        return withdrawal.withdrawn_at if withdrawal else None
