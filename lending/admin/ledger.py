"""The books for staff: looked at, never touched."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from common.admin.bases import ReadOnlyAdmin
from lending.admin.figures import amount
from lending.ledger import queries
from lending.ledger.models import LedgerAccount, LedgerEntry, LedgerPosting


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnlyAdmin):
    """The chart with its balances."""

    list_display = ("code", "name", "kind", "balance")
    ordering = ("code",)

    @admin.display(description=_("Balance, debit positive"))
    def balance(self, row: LedgerAccount) -> str:
        return amount(queries.balance_fen(row.code))


class PostingsInline(TabularInline):  # type: ignore[misc]  # unfold is untyped
    """The sides of an entry."""

    model = LedgerPosting
    fields = ("account", "loan_id", "side")
    readonly_fields = fields
    extra = 0
    can_delete = False

    @admin.display(description=_("Amount, debit positive"))
    def side(self, row: LedgerPosting) -> str:
        return amount(row.amount_fen)

    def has_add_permission(self, _request: HttpRequest, _row: LedgerEntry | None = None) -> bool:
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """Entries with their postings."""

    list_display = ("entry_key", "kind", "business_date", "posted_at")
    list_filter = ("kind", "business_date")
    search_fields = ("entry_key",)
    date_hierarchy = "business_date"
    ordering = ("-pk",)
    inlines = [PostingsInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        """Newest first, without counting the whole book on every page."""
        rows: QuerySet[LedgerEntry] = super().get_queryset(request)
        return rows
