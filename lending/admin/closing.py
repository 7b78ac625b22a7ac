"""The end of the day for staff: how far each day is, range by range, and who was left behind."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.links import linked
from common.admin.pressed import acting
from common.business_date import queries as business_dates
from common.errors import NotFound
from lending.admin import words
from lending.closing import quarantine, ranges
from lending.closing.models import ClosingRange, QuarantinedLoan

LOOKS = {"CLOSED": "success", "OPEN": "warning", "LEFT": "danger", "CAUGHT_UP": "success"}
# The commonest; another code is shown as it stands in the log.
REASONS: words.Words = {
    "UnsoundLog": _("What happened to this loan contradicts itself"),
    "IntegrityError": _("Its rows do not fit together"),
    "ArithmeticError": _("A figure cannot be computed"),
}
MAY_RETRY = "lending.retry_quarantinedloan"
DAYS_SHOWN = 7


@admin.register(ClosingRange)
class ClosingRangeAdmin(ReadOnlyAdmin):
    """The ranges of all days, the latest first, and above them how far the last days are."""

    list_display = (
        "day",
        "span",
        "stand",
        "carried",
        "recounted",
        "quarantined",
        "took",
        "closed_at",
    )
    list_filter = ("day", ("closed_at", admin.EmptyFieldListFilter))
    ordering = ("-day", "sweep", "first_loan_id")
    fields = ("day", "sweep", "span", "stand", "carried", "recounted", "quarantined", "planned_at",
              "closed_at")  # fmt: skip
    change_list_template = "admin/lending/closing.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the progress of the last days, and how many loans are left behind."""
        shown = {
            "title": gettext("Ends of days"),
            "closing_days": ranges.progress(days=DAYS_SHOWN),
            "books_on": business_dates.current(),
            "left_behind": quarantine.count(),
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **shown})
        return answer

    @admin.display(description=_("Loans by number"), ordering="first_loan_id")
    def span(self, row: ClosingRange) -> str:
        if row.last_loan_id == ranges.LAST_LOAN_ID and row.first_loan_id <= 1:
            return gettext("all")
        if row.last_loan_id == ranges.LAST_LOAN_ID:
            return gettext("from %(first)s") % {"first": row.first_loan_id}
        words = {"first": row.first_loan_id, "last": row.last_loan_id}
        return gettext("%(first)s to %(last)s") % words

    @admin.display(description=_("State"), ordering="closed_at")
    def stand(self, row: ClosingRange) -> str:
        if row.closed_at is None:
            return chip(gettext("Open"), code="OPEN", looks=LOOKS)
        return chip(gettext("Closed"), code="CLOSED", looks=LOOKS)

    @admin.display(description=_("Carried by the close"), ordering="loans")
    def carried(self, row: ClosingRange) -> int:
        """Without those that a payment of the day had carried already."""
        return row.loans

    @admin.display(description=_("Of these, counted anew"), ordering="folded")
    def recounted(self, row: ClosingRange) -> int:
        """Something of their own happened on the day: the others only earn interest."""
        return row.folded

    @admin.display(description=_("Seconds"))
    def took(self, row: ClosingRange) -> str:
        """From the planning of the day: ranges are closed one after another by each worker."""
        if row.closed_at is None:
            return "–"
        return f"{(row.closed_at - row.planned_at).total_seconds():.1f}"


@admin.register(QuarantinedLoan)
class QuarantinedLoanAdmin(ReadOnlyAdmin):
    """Loans that could not be closed, with the reason; trying again needs a permission."""

    list_display = ("number", "stand", "day", "why", "attempts", "left_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter), "code")
    search_fields = ("loan__public_id",)
    search_help_text = _("The public number of a loan")
    ordering = ("released_at", "-left_at")
    fields = list_display
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuarantinedLoan]:
        """With the loan that every row names."""
        rows: QuerySet[QuarantinedLoan] = super().get_queryset(request).select_related("loan")
        return rows

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may close a loan that was left behind."""
        return bool(request.user.has_perm(MAY_RETRY))

    @admin.display(description=_("Loan"))
    def number(self, row: QuarantinedLoan) -> str:
        return linked("lending_loan", row.loan_id, row.loan.public_id)

    @admin.display(description=_("State"))
    def stand(self, row: QuarantinedLoan) -> str:
        if row.released_at is None:
            return chip(gettext("Left behind"), code="LEFT", looks=LOOKS)
        return chip(gettext("Caught up"), code="CAUGHT_UP", looks=LOOKS)

    @admin.display(description=_("Why"), ordering="code")
    def why(self, row: QuarantinedLoan) -> str:
        """In words, with the code that stands in the log."""
        return f"{words.said(REASONS, row.code)} ({row.code})" if row.code in REASONS else row.code

    @admin.action(description=_("Try to close again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[QuarantinedLoan]) -> None:
        """Catch the chosen loans up to the last closed day, each by itself."""
        by = acting(request)
        through = business_dates.today() - ranges.DAY
        released = 0
        for number in chosen.order_by("loan_id").values_list("pk", flat=True):
            try:
                failed = quarantine.retry(quarantined_id=number, through=through, by=by)
            except NotFound:
                continue
            released += not failed
            if failed:
                said = gettext("A loan still cannot be closed: %(code)s.")
                messages.error(request, said % {"code": failed})
        if released:
            said = ngettext(
                "%(count)s loan is caught up.", "%(count)s loans are caught up.", released
            )
            messages.success(request, said % {"count": released})
