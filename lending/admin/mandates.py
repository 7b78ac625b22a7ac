"""Automatic debit for staff: what was allowed, and what became of every due date."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from lending.admin.figures import amount
from lending.mandates.models import DebitTry, DirectDebit, Mandate

LOOKS = {
    "WAITING": "info",
    "ASKED": "warning",
    "COLLECTED": "success",
    "NOT_NEEDED": "success",
    "STOPPED": "danger",
    "LIVE": "success",
    "ENDED": "info",
}


class OfLoan(ReadOnlyAdmin):
    """Rows about a loan, found by its public number."""

    search_fields = ("loan__public_id",)
    search_help_text = _("The public number of a loan")
    list_select_related = ("loan",)

    @admin.display(description=_("Loan"))
    def number(self, row: Any) -> str:
        return linked("lending_loan", row.loan_id, row.loan.public_id)


@admin.register(Mandate)
class MandateAdmin(OfLoan):
    """Every mandate with the text as it was read."""

    list_display = ("public_id", "number", "stand", "most", "starts_on", "ends_on", "given_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "end_code")
    ordering = ("-pk",)
    fields = ("public_id", "number", "stand", "most", "starts_on", "ends_on", "pay_day", "said",
              "text_sha256", "channel", "given_at", "ended_at", "end_code")  # fmt: skip

    @admin.display(description=_("State"), ordering="ended_at")
    def stand(self, row: Mandate) -> str:
        if row.ended_at is None:
            return chip(gettext("Stands"), code="LIVE", looks=LOOKS)
        return chip(row.get_end_code_display(), code="ENDED", looks=LOOKS)

    @admin.display(description=_("At most at a time"), ordering="most_fen")
    def most(self, row: Mandate) -> str:
        return amount(row.most_fen)

    @admin.display(description=_("What was read"))
    def said(self, row: Mandate) -> str:
        return "\n".join(row.text["sentences"])


class TriesInline(TabularInline):  # type: ignore[misc]  # unfold is untyped
    """Every try of a debit."""

    model = DebitTry
    fields = ("number", "on", "sum", "outcome", "why")
    readonly_fields = fields
    extra = 0
    hide_title = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DebitTry]:
        """With their transfers, the first try first."""
        rows: QuerySet[DebitTry] = super().get_queryset(request)
        return rows.select_related("transfer").order_by("number")

    @admin.display(description=_("Amount"))
    def sum(self, row: DebitTry) -> str:
        return amount(row.amount_fen)

    @admin.display(description=_("State"))
    def outcome(self, row: DebitTry) -> str:
        return row.transfer.get_state_display()

    @admin.display(description=_("Why it failed"))
    def why(self, row: DebitTry) -> str:
        return row.transfer.failure_code or "–"

    def has_add_permission(self, _request: HttpRequest, _row: DirectDebit | None = None) -> bool:
        return False


@admin.register(DirectDebit)
class DirectDebitAdmin(OfLoan):
    """Every due date that is collected by mandate, and its tries."""

    list_display = ("number", "due_on", "stand", "told", "tries", "next_on", "stop_code")
    list_filter = ("state", "stop_code", "due_on")
    ordering = ("-due_on", "-pk")
    fields = ("number", "due_on", "stand", "announced_on", "told", "tries", "next_on",
              "stop_code", "ended_at")  # fmt: skip
    inlines = [TriesInline]

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: DirectDebit) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Announced amount"), ordering="announced_fen")
    def told(self, row: DirectDebit) -> str:
        return amount(row.announced_fen)
