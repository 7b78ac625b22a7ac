"""Notices that contradict what we know, for staff: why each waits, and a person's word on it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.admin.pressed import acting
from common.errors import NotFound
from lending.admin import publishing as pages
from lending.admin import words
from lending.admin.figures import amount
from lending.channels import parking
from lending.channels.models import ParkedNotice, ParkedOutcome
from lending.returns import assigning

LOOKS = {"": "danger", "RESOLVED": "success"}
# What a person may say; that money was put on a loan, the books say.
BY_HAND = [each.value for each in ParkedOutcome if each != ParkedOutcome.ASSIGNED]
PAGE = "admin:lending_parkednotice_change"
MAY_ASSIGN = "lending.propose_returnproposal"
MAY_APPROVE = "lending.approve_returnproposal"
MAY_RESOLVE = "lending.resolve_parkednotice"


@admin.register(ParkedNotice)
class ParkedNoticeAdmin(ReadOnlyAdmin):
    """What waits comes first. Saying what was found moves no money."""

    list_display = ("order", "why", "channel", "told", "sum", "stand", "parked_at", "resolved_at")
    list_filter = ("reason", "outcome", ("resolved_at", admin.EmptyFieldListFilter))
    search_fields = ("event__out_trade_no", "event__bank_reference")
    search_help_text = _("The number of an order or of the bank")
    ordering = (F("resolved_at").asc(nulls_first=True), "-pk")
    fields = list_display
    actions = tuple(f"found_{each.lower()}" for each in BY_HAND)

    change_form_template = "admin/lending/parked.html"

    def beside(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """With the loan that was named for returned money, and who may name or approve one."""
        return _assigning(request, row)

    def get_urls(self) -> list[URLPattern]:
        """Naming a loan and deciding on it, beside the usual pages."""
        wrap = self.admin_site.admin_view
        assign = path(
            "<int:parked_id>/assign/", wrap(self.assign), name="lending_parkednotice_assign"
        )
        decide = path(
            "<int:parked_id>/decide/<int:proposal_id>/",
            wrap(self.decide),
            name="lending_parkednotice_decide",
        )
        return [assign, decide, *super().get_urls()]

    def assign(self, request: HttpRequest, parked_id: int) -> HttpResponse:
        """Name the loan of returned money for a colleague to approve (POST only)."""
        loan = request.POST.get("loan", "").strip()[:22]
        return pages.press(
            request,
            PAGE,
            parked_id,
            MAY_ASSIGN,
            lambda by: assigning.propose(parked_id=parked_id, loan_public_id=loan, by=by),
        )

    def decide(self, request: HttpRequest, parked_id: int, proposal_id: int) -> HttpResponse:
        """Approve or turn down the loan that a colleague named (POST only)."""
        verb = assigning.approve if "approve" in request.POST else assigning.turn_down
        return pages.press(
            request,
            PAGE,
            parked_id,
            MAY_APPROVE,
            lambda by: verb(proposal_id=proposal_id, by=by),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ParkedNotice]:
        """With the notice that every row is about."""
        rows: QuerySet[ParkedNotice] = super().get_queryset(request).select_related("event")
        return rows

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Who may say what became of a notice."""
        return bool(request.user.has_perm(MAY_RESOLVE))

    @admin.display(description=_("Order"))
    def order(self, row: ParkedNotice) -> str:
        return row.event.out_trade_no

    @admin.display(description=_("Why it waits"), ordering="reason")
    def why(self, row: ParkedNotice) -> str:
        return str(row.get_reason_display())

    @admin.display(description=_("Bank"))
    def channel(self, row: ParkedNotice) -> str:
        return words.said(words.BANKS, row.event.channel)

    @admin.display(description=_("The bank says"))
    def told(self, row: ParkedNotice) -> str:
        return words.said(words.OUTCOMES, row.event.state)

    @admin.display(description=_("Amount"))
    def sum(self, row: ParkedNotice) -> str:
        return amount(row.event.amount_fen)

    @admin.display(description=_("Found"), ordering="outcome")
    def stand(self, row: ParkedNotice) -> str:
        if row.resolved_at is None:
            return chip(gettext("Waits for a person"), code="", looks=LOOKS)
        return chip(row.get_outcome_display(), code="RESOLVED", looks=LOOKS)

    @admin.action(description=_("Found: not our money"), permissions=["resolve"])
    def found_not_ours(self, request: HttpRequest, chosen: QuerySet[ParkedNotice]) -> None:
        """It was meant for somebody else."""
        _resolve(request, chosen, ParkedOutcome.NOT_OURS)

    @admin.action(description=_("Found: the books are right"), permissions=["resolve"])
    def found_matched(self, request: HttpRequest, chosen: QuerySet[ParkedNotice]) -> None:
        """The statement and the books agree."""
        _resolve(request, chosen, ParkedOutcome.MATCHED)

    @admin.action(description=_("Found: given back at the gateway"), permissions=["resolve"])
    def found_given_back(self, request: HttpRequest, chosen: QuerySet[ParkedNotice]) -> None:
        """The money went back where it came from."""
        _resolve(request, chosen, ParkedOutcome.GIVEN_BACK)

    @admin.action(description=_("Found: corrected by an approved change"), permissions=["resolve"])
    def found_corrected(self, request: HttpRequest, chosen: QuerySet[ParkedNotice]) -> None:
        """Two people have corrected the loan."""
        _resolve(request, chosen, ParkedOutcome.CORRECTED)


def _assigning(request: HttpRequest, row: ParkedNotice) -> dict[str, Any]:
    wishes: list[Any] = list(row.proposals.select_related("loan").order_by("-pk"))
    for each in wishes:
        is_waiting = each.state == "PROPOSED" and each.author_id != request.user.pk
        each.may_decide = is_waiting and request.user.has_perm(MAY_APPROVE)
    is_open = assigning.can_be_assigned(row) and not any(w.state == "PROPOSED" for w in wishes)
    return {
        "parked": row,
        "wishes": wishes,
        "may_assign": is_open and request.user.has_perm(MAY_ASSIGN),
    }


def _resolve(request: HttpRequest, chosen: QuerySet[Any], outcome: ParkedOutcome) -> None:
    by = acting(request)
    resolved = 0
    for number in chosen.order_by("pk").values_list("pk", flat=True):
        try:
            parking.resolve(parked_id=number, outcome=outcome, by=by)
        except NotFound:
            continue
        resolved += 1
    if resolved:
        said = ngettext(
            "%(count)s notice is resolved.", "%(count)s notices are resolved.", resolved
        )
        messages.success(request, said % {"count": resolved})
    else:
        messages.error(request, gettext("None of these notices waits any more."))
