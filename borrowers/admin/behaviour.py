"""Bills and events for staff: counts and figures, never the words."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from borrowers.behaviour.contracts import Direction
from borrowers.behaviour.models import EventRow, ImportBatch
from borrowers.behaviour.words import CATEGORIES, FINDINGS, source_title
from borrowers.people.queries import by_public_id
from common.admin.bases import ReadOnlyAdmin
from common.errors import NotFound
from common.templatetags.money import yuan
from common.web.spoken import spoken

SIGNS = {Direction.IN: "+", Direction.OUT: "−", Direction.NEUTRAL: ""}


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """What was read of each bill; every row is accounted for."""

    list_display = (
        "public_id",
        "borrower",
        "wallet",
        "dialect",
        "rows_read",
        "rows_imported",
        "rows_duplicate",
        "rows_not_counted",
        "rows_quarantined",
        "totals_agree",
        "tamper_score_percent",
        "imported_at",
    )
    list_filter = ("source", "dialect", "totals_agree")
    search_fields = ("public_id", "borrower__public_id")
    ordering = ("-pk",)
    fields = (
        "public_id",
        "borrower",
        "wallet",
        "dialect",
        "encoding",
        "rows_read",
        "rows_imported",
        "rows_duplicate",
        "rows_not_counted",
        "rows_quarantined",
        "quarantine",
        "declared_rows",
        "totals_agree",
        "tamper_score_percent",
        "noticed",
        "first_at",
        "last_at",
        "imported_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        """With the borrower's public number, and nothing sealed."""
        rows: QuerySet[ImportBatch] = super().get_queryset(request)
        sealed = [f"borrower__{name}" for name in ("name", "id_number", "birth_date")]
        return rows.select_related("borrower").defer(*sealed)

    @admin.display(description=_("What was noticed"))
    def noticed(self, row: ImportBatch) -> str:
        """The findings in words, each with the number of its rows."""
        found = [
            f"{gettext(FINDINGS[each['code']])} ({each['rows']})"
            for each in row.integrity.get("findings", ())
        ]
        return "; ".join(found) or "—"

    @admin.display(description=_("Wallet"), ordering="source")
    def wallet(self, row: ImportBatch) -> str:
        return spoken(source_title(row.source))


@admin.register(EventRow)
class EventAdmin(ReadOnlyAdmin):
    """The events of one borrower, looked up by their public number.

    There is no list of everybody's: nobody needs it, and the table may hold a hundred million rows.
    """

    list_display = ("occurred_at", "amount", "what", "wallet", "basis")
    list_display_links = None
    search_fields = ("borrower_id",)
    search_help_text = _("The public number of a borrower; without one nothing is shown")
    ordering = ("-occurred_at",)
    list_per_page = 50
    show_full_result_count = False

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[EventRow], search_term: str
    ) -> tuple[QuerySet[EventRow], bool]:
        """One person's events, by the index of their id."""
        try:
            card = by_public_id(search_term.strip())
        except NotFound:
            return queryset.none(), False
        return queryset.filter(borrower_id=card.id), False

    @admin.display(description=_("Amount"))
    def amount(self, row: EventRow) -> str:
        return f"{SIGNS[Direction(row.direction)]}{yuan(row.amount_fen)}"

    @admin.display(description=_("Category"))
    def what(self, row: EventRow) -> str:
        return gettext(CATEGORIES[row.category])

    @admin.display(description=_("Source"))
    def wallet(self, row: EventRow) -> str:
        return spoken(source_title(row.source))

    @admin.display(description=_("Legal basis"))
    def basis(self, row: EventRow) -> str:
        kind = gettext("consent") if row.batch_id else gettext("contract")
        return f"{kind} {row.basis_id}"
