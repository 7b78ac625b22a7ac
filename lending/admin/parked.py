"""Notices that contradict what we know, for staff: why each waits, and a person's word on it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.actors import Actor
from common.admin.bases import ReadOnlyAdmin
from common.admin.chips import chip
from common.errors import NotFound
from lending.admin.figures import amount
from lending.channels import parking
from lending.channels.models import ParkedNotice, ParkedOutcome

LOOKS = {"": "danger", "RESOLVED": "success"}
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
    actions = tuple(f"found_{each.value.lower()}" for each in ParkedOutcome)

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
        return row.event.channel

    @admin.display(description=_("The bank says"))
    def told(self, row: ParkedNotice) -> str:
        return row.event.state

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


def _resolve(request: HttpRequest, chosen: QuerySet[Any], outcome: ParkedOutcome) -> None:
    by = Actor(kind="STAFF", account_id=request.user.pk)
    resolved = 0
    for number in chosen.order_by("pk").values_list("pk", flat=True):
        try:
            parking.resolve(parked_id=number, outcome=outcome, by=by)
        except NotFound:
            continue
        resolved += 1
    if resolved:
        words = ngettext(
            "%(count)s notice is resolved.", "%(count)s notices are resolved.", resolved
        )
        messages.success(request, words % {"count": resolved})
    else:
        messages.error(request, gettext("None of these notices waits any more."))
