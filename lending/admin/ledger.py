"""The books for staff: looked at, never touched."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.admin import TabularInline

from common.admin.bases import ReadOnlyAdmin
from common.admin.links import linked
from lending.admin import words
from lending.admin.figures import amount
from lending.ledger import queries
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """The chart with its balances."""

    list_display = ("code", "called", "sort", "balance")
    ordering = ("code",)
    fields = ("code", "called", "sort", "balance")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With all balances by one statement."""
        changelist: ChangeList = super().get_changelist_instance(request)
        balances = queries.trial_balance_fen()
        for row in changelist.result_list:
            row.balance_fen = balances.get(row.code, 0)
        return changelist

    @admin.display(description=pgettext_lazy("ledger account", "Name"), ordering="name")
    def called(self, row: LedgerAccount) -> str:
        return words.account_name(row.name)

    @admin.display(description=_("Kind"), ordering="kind")
    def sort(self, row: LedgerAccount) -> str:
        return words.said(words.KINDS, row.kind)

    @admin.display(description=_("Balance, debit positive"))
    def balance(self, row: Any) -> str:
        found = getattr(row, "balance_fen", None)
        return amount(queries.balance_fen(row.code) if found is None else found)


class PostingsInline(TabularInline):  # type: ignore[misc]  # unfold is untyped
    """The sides of an entry."""

    model = LedgerPosting
    fields = ("called", "loan", "side")
    readonly_fields = fields
    extra = 0
    hide_title = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerPosting]:
        """With the names of their accounts."""
        rows: QuerySet[LedgerPosting] = super().get_queryset(request)
        return rows.select_related("account")

    @admin.display(description=_("Ledger account"))
    def called(self, row: LedgerPosting) -> str:
        return f"{row.account_id} {words.account_name(row.account.name)}"

    @admin.display(description=_("Loan"))
    def loan(self, row: LedgerPosting) -> str:
        return linked("lending_loan", row.loan_id, str(row.loan_id)) if row.loan_id else "–"

    @admin.display(description=_("Amount, debit positive"))
    def side(self, row: LedgerPosting) -> str:
        return amount(row.amount_fen)

    def has_add_permission(self, _request: HttpRequest, _row: LedgerEntry | None = None) -> bool:
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """Entries with their postings."""

    list_display = ("entry_key", "sort", "business_date", "posted_at")
    list_filter = ("kind", "business_date")
    search_fields = ("entry_key",)
    date_hierarchy = "business_date"
    ordering = ("-pk",)
    fields = ("entry_key", "sort", "business_date", "reverses", "posted_at")
    inlines = [PostingsInline]
    # Counting the whole book on every page would cost more than the page.
    show_full_result_count = False

    @admin.display(description=_("Kind"), ordering="kind")
    def sort(self, row: LedgerEntry) -> str:
        return words.said(words.KINDS, row.kind)
