"""Notices that contradict what we know: kept apart for a person, and never acted upon."""

from django.db.models import QuerySet
from django.db.models.functions import Now

from common import rows
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.locking import Rank, lock_one
from common.transactions import durable, required
from lending.channels.contracts import WebhookNotice
from lending.channels.models import (
    ChannelEvent,
    ParkedNotice,
    ParkedOutcome,
    ParkedReason,
    Transfer,
    TransferPurpose,
    TransferState,
)

CURRENCY = "CNY"
GIVES_BACK = {TransferPurpose.REFUND, TransferPurpose.SEND_BACK}
# In plain SQL, because every transfer that ends asks, and nearly none of them finds any.
_NOT_PARKED = """
SELECT id FROM lending_channelevent AS event
 WHERE out_trade_no = ANY(%s) AND state = %s
   AND NOT EXISTS (SELECT FROM lending_parkednotice AS parked WHERE parked.event_id = event.id)
 ORDER BY id
"""
CONTRADICTED = {
    TransferState.FAILED: ("SUCCEEDED", ParkedReason.PAID_AFTER_FAILURE),
    TransferState.SUCCEEDED: ("FAILED", ParkedReason.FAILED_AFTER_PAYMENT),
}


def reason_to_park(
    *, channel: str, notice: WebhookNotice, transfer: Transfer | None
) -> ParkedReason | None:
    """Why a notice cannot be what it says; None where it may be."""
    is_refund = notice.kind == "REFUND"
    if transfer is None:
        return ParkedReason.REFUND_NOT_ASKED if is_refund else ParkedReason.UNKNOWN_ORDER
    contradicted = CONTRADICTED.get(TransferState(transfer.state))
    tried = (
        (transfer.channel != channel, ParkedReason.OTHER_CHANNEL),
        (is_refund and transfer.purpose not in GIVES_BACK, ParkedReason.REFUND_NOT_ASKED),
        (notice.currency != CURRENCY, ParkedReason.CURRENCY_DIFFERS),
        (notice.amount_fen != transfer.amount_fen, ParkedReason.AMOUNT_DIFFERS),
    )
    found = next((reason for holds, reason in tried if holds), None)
    if found is None and contradicted is not None and contradicted[0] == notice.state:
        return contradicted[1]
    return found


@required
def park(*, event: ChannelEvent, reason: ParkedReason) -> None:
    """Let a notice wait for a person, once; the latest reason stands while it waits."""
    parked, is_new = ParkedNotice.objects.get_or_create(event=event, defaults={"reason": reason})
    if not is_new and parked.resolved_at is None and parked.reason != reason:
        ParkedNotice.objects.filter(pk=parked.pk).update(reason=reason)


@required
def park_what_contradicts(*, transfer: Transfer, known_by: rows.Statement) -> None:
    """Write the transfer's final state, and park notices that came before and said the opposite."""
    state, reason = CONTRADICTED[TransferState(transfer.state)]
    numbers = [number for number in (transfer.out_trade_no, transfer.order_no) if number]
    found = [key for (key,) in rows.send(known_by, rows.Statement(_NOT_PARKED, [numbers, state]))]
    for event in ChannelEvent.objects.filter(pk__in=found) if found else ():
        park(event=event, reason=reason)


@durable
def resolve(*, parked_id: int, outcome: ParkedOutcome, by: Actor) -> None:
    """Write down what a person found out. Moves nothing: money goes back by its own ways.

    Raises NotFound where nothing waits (any more).
    """
    parked = lock_one(ParkedNotice.objects.all(), rank=Rank.APPROVAL, pk=parked_id)
    if parked.resolved_at is not None:
        raise NotFound
    ParkedNotice.objects.filter(pk=parked.pk).update(outcome=outcome, resolved_at=Now())
    audit.append(
        action="lending.notice.resolved",
        subject=f"notice:{parked.event_id}",
        by=by,
        facts={"reason": parked.reason, "outcome": str(outcome)},
    )


@required
def settle(*, event: ChannelEvent, outcome: ParkedOutcome) -> None:
    """What waited about a notice has come right; nothing where nothing waits."""
    waits = ParkedNotice.objects.filter(event=event, resolved_at=None)
    waits.update(outcome=outcome, resolved_at=Now())


def open_notices() -> QuerySet[ParkedNotice]:
    """Notices that wait for a person."""
    return ParkedNotice.objects.filter(resolved_at=None)


def waiting() -> int:
    """How many they are."""
    return open_notices().count()
