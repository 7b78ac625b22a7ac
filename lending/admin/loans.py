"""Loans and transfers for staff: where each stands, what moved, and a failed payout tried again."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import pressed, telling
from common.business_date import queries as business_dates
from lending.admin import changes, papers, words
from lending.admin.changes import ChangesOfLoan
from lending.admin.figures import amount, cover, person_link, rate
from lending.channels import queries as transfers
from lending.channels.models import ChannelEvent, Transfer
from lending.disbursements import actions as disbursements
from lending.ledger import queries as ledger
from lending.ledger.chart import CHART
from lending.loans import queries as loans
from lending.loans.models import Loan

LOOKS = {
    "ACTIVE": "success",
    "PENDING_DISBURSEMENT": "warning",
    "SETTLED": "info",
    "WRITTEN_OFF": "danger",
    "CANCELLED": "default",
}
TRANSFER_LOOKS = {"SUCCEEDED": "success", "FAILED": "danger", "SENT": "warning", "INTENT": "info"}
MAY_RETRY = "lending.retry_payout_loan"


@admin.register(Loan)
class LoanAdmin(ChangesOfLoan, ReadOnlyAdmin):
    """Loans with their balances; one loan with its schedule, log, transfers and books."""

    list_display = (
        "public_id",
        "person",
        "product_name",
        "lent",
        "owed",
        "stand",
        "late_days",
        "disbursed_on",
    )
    list_filter = ("state", "product__code")
    search_fields = ("public_id", "borrower__public_id")
    search_help_text = _("The public number of a loan or a borrower")
    ordering = ("-pk",)
    fields = ("public_id", "person", "application", "product_name", "stand", "lent", "owed",
              "price", "late_price", "grace_days", "term_months", "signed_on", "disbursed_on",
              "settled_on", "carried_through", "late_days")  # fmt: skip
    change_form_template = "admin/lending/loan.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Loan]:
        """With what every row shows."""
        rows: QuerySet[Loan] = super().get_queryset(request)
        return rows.select_related("product", "contract__application")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Cover the people of the page together."""
        changelist: ChangeList = super().get_changelist_instance(request)
        cover(changelist.result_list)
        on = business_dates.today()
        for row in changelist.result_list:
            row.days_late = loans.days_past_due(row, on)
        return changelist

    @admin.display(description=_("Person"))
    def person(self, row: Loan) -> str:
        return person_link(row)

    @admin.display(description=_("Application"))
    def application(self, row: Loan) -> str:
        asked = row.contract.application
        return linked("lending_loanapplication", asked.pk, asked.public_id)

    @admin.display(description=_("Product"), ordering="product__code")
    def product_name(self, row: Loan) -> str:
        return row.product.name_in(get_language() or "")

    @admin.display(description=_("Lent"), ordering="principal_fen")
    def lent(self, row: Loan) -> str:
        return amount(row.principal_fen)

    @admin.display(description=_("Principal owed"), ordering="principal_outstanding_fen")
    def owed(self, row: Loan) -> str:
        return amount(row.principal_outstanding_fen)

    @admin.display(description=_("Annual rate"))
    def price(self, row: Loan) -> str:
        return rate(row.annual_rate_ppm)

    @admin.display(description=_("Rate on overdue principal"))
    def late_price(self, row: Loan) -> str:
        return rate(row.penalty_rate_ppm)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: Loan) -> str:
        return chip(row.get_state_display(), code=row.state, looks=LOOKS)

    @admin.display(description=_("Days past due"))
    def late_days(self, row: Any) -> int:
        found: int | None = getattr(row, "days_late", None)
        return loans.days_past_due(row, business_dates.today()) if found is None else found

    def get_urls(self) -> list[URLPattern]:
        """Trying a payout again, beside the usual pages."""
        again = path(
            "<int:object_id>/pay-out-again/",
            self.admin_site.admin_view(self.pay_out_again),
            name="lending_loan_pay_out_again",
        )
        return [again, *self.urls_of_changes(), *super().get_urls()]

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The loan with everything that happened to it."""
        return _shown(request, row)

    def pay_out_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Start a new payout after a confirmed failure (POST only)."""
        by = pressed(request, MAY_RETRY)
        if self.get_object(request, str(object_id)) is None:
            raise Http404
        with telling(request, done=_("The payout is on its way again.")):
            disbursements.try_again(
                loan_id=object_id,
                on=business_dates.today(),
                by=by,
            )
        return HttpResponseRedirect(reverse("admin:lending_loan_change", args=[object_id]))


def _shown(request: HttpRequest, row: Loan) -> dict[str, Any]:
    moved = transfers.of_loan(row.pk)
    has_failed = bool(moved) and all(each.state == "FAILED" for each in moved)
    transactions: list[Any] = list(row.transactions.order_by("sequence"))
    for each in transactions:
        each.said = words.said(words.KINDS, each.kind)
    names = {each.code: each.name for each in CHART}
    return {
        "loan": row,
        "instalments": list(row.instalments.order_by("number")),
        "transactions": transactions,
        "transfers": moved,
        "books": [
            (code, words.account_name(names.get(code, "")), fen)
            for code, fen in ledger.loan_balances_fen(row.pk).items()
        ],
        "entries": ledger.entries_of_loan(row.pk),
        "may_retry": has_failed and request.user.has_perm(MAY_RETRY),
        **changes.shown(request, row),
        **papers.shown(request, row),
    }


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    """Money on its way and money that arrived."""

    list_display = (
        "out_trade_no",
        "what_for",
        "sum",
        "stand",
        "intended_on",
        "settled_at",
        "booked_at",
    )
    list_filter = ("state", "purpose", ("booked_at", admin.EmptyFieldListFilter))
    search_fields = ("out_trade_no", "bank_reference")
    ordering = ("-pk",)
    fields = ("out_trade_no", "what_for", "sum", "stand", "account", "bank_reference",
              "failure_code", "intended_on", "intended_at", "settled_at", "booked_at")  # fmt: skip

    @admin.display(description=pgettext_lazy("transfer", "Purpose"), ordering="purpose")
    def what_for(self, row: Transfer) -> str:
        return str(row.get_purpose_display())

    @admin.display(description=_("Amount"), ordering="amount_fen")
    def sum(self, row: Transfer) -> str:
        return amount(row.amount_fen)

    @admin.display(description=_("State"), ordering="state")
    def stand(self, row: Transfer) -> str:
        return chip(row.get_state_display(), code=row.state, looks=TRANSFER_LOOKS)


@admin.register(ChannelEvent)
class ChannelEventAdmin(ReadOnlyAdmin):
    """What banks told us, as it came."""

    list_display = ("event_key", "channel", "out_trade_no", "sum", "state", "received_at")
    list_filter = ("channel", "state")
    search_fields = ("out_trade_no", "event_key")
    ordering = ("-pk",)
    fields = ("event_key", "channel", "out_trade_no", "sum", "state", "bank_reference",
              "received_at")  # fmt: skip

    @admin.display(description=_("Amount"), ordering="amount_fen")
    def sum(self, row: ChannelEvent) -> str:
        return amount(row.amount_fen)
