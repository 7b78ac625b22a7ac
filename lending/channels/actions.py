"""Transfers: intent first, money second, never inside one transaction (reliability §1.5 R4).

The foreign call stands in lending/tasks.py, between two transactions of this room.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models.functions import Now

from common import rows
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_first, lock_one, lock_row
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.rows import Statement
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.channels import parking
from lending.channels.contracts import TransferAnswer, WebhookNotice
from lending.channels.gateways.orders import order_no
from lending.channels.models import (
    ChannelCode,
    ChannelEvent,
    ChannelPayee,
    Transfer,
    TransferPurpose,
    TransferState,
)

PROCESS_KIND = "TRANSFER"
MOVE_MONEY = "lending.tasks.move_money"
# With pauses of up to five minutes this asks an unreachable bank for about three hours, then
# a person has to look.
ATTEMPTS_ALLOWED = 40
LETTER = {
    TransferPurpose.DISBURSEMENT: "D",
    TransferPurpose.REPAYMENT: "R",
    TransferPurpose.PAYOFF: "P",
    TransferPurpose.PREPAYMENT: "E",
    TransferPurpose.WITHDRAWAL: "W",
    TransferPurpose.REFUND: "B",
    TransferPurpose.RETURN: "M",
    TransferPurpose.DEBIT: "A",
    TransferPurpose.SEND_BACK: "S",
}

_SETTLE = """
UPDATE lending_transfer
   SET state = %s, bank_reference = %s, failure_code = %s, settled_at = statement_timestamp()
 WHERE id = %s
"""
_MARK_BOOKED = "UPDATE lending_transfer SET booked_at = statement_timestamp() WHERE id = %s"
# What makes two intents one, and what of a transfer stands when nobody was asked yet.
ASKED_FOR = ("loan_id", "purpose", "request_key")
NEW: Mapping[str, object] = {
    "channel": ChannelCode.SANDBOX,
    "state": TransferState.INTENT,
    **dict.fromkeys(("order_no", "pay_link", "bank_reference", "failure_code"), ""),
}


class AmountDiffers(Refused):
    """The bank moved another amount than we asked for: nothing is booked, a person must look."""

    code = "TRANSFER_AMOUNT_DIFFERS"
    message = gettext_noop("The bank reports a different amount for this transfer.")
    advice = gettext_noop("It is not booked. Compare it with the bank's statement.")


@required
def intend(
    *,
    purpose: TransferPurpose,
    loan_id: int | None,
    loan_public_id: str,
    account: str,
    amount_fen: int,
    request_key: str,
    on: date,
    terms: Mapping[str, Any] | None = None,
    after: Collection[Statement] = (),
) -> Transfer:
    """Write down that money shall move, and start the process that moves it, once per key.

    `after` is written before it, in the same journey to the database.
    """
    wanted: dict[str, object] = {
        **NEW,
        "loan_id": loan_id,
        "purpose": purpose,
        "request_key": request_key,
        "out_trade_no": out_trade_no(
            purpose=purpose, loan_public_id=loan_public_id, request_key=request_key
        ),
        "account": account,
        "amount_fen": amount_fen,
        "terms": dict(terms or {}),
        "intended_on": on,
    }
    transfer = rows.insert_once(Transfer, wanted, once=ASKED_FOR, after=after)
    if transfer is None:
        transfer = Transfer.objects.get(loan_id=loan_id, purpose=purpose, request_key=request_key)
    processes.start(
        kind=PROCESS_KIND,
        subject_id=transfer.pk,
        task=MOVE_MONEY,
        queue="money",
        attempts_allowed=ATTEMPTS_ALLOWED,
    )
    return transfer


def out_trade_no(*, purpose: TransferPurpose, loan_public_id: str, request_key: str) -> str:
    """Our number for the bank, made from the request alone: asking twice moves money once."""
    digest = hashlib.sha256(request_key.encode()).hexdigest()[:16]
    return f"{LETTER[purpose]}-{loan_public_id}-{digest}"


@durable
def mark_sent(
    *, transfer_id: int, claim: Claim, channel: str = ChannelCode.SANDBOX.value
) -> Transfer:
    """Phase one: from now on the bank may have it, so from now on we ask before we send.

    Through which channel is decided here, once: later calls keep what the first one chose.
    """
    transfer = lock_row(Transfer, rank=Rank.TRANSFER, pk=transfer_id)
    sent: list[Statement] = []
    if transfer.state == TransferState.INTENT:
        is_near = channel == ChannelCode.SANDBOX
        number = transfer.order_no if is_near else order_no(transfer.out_trade_no)
        transfer.state, transfer.channel, transfer.order_no = TransferState.SENT, channel, number
        said = {name: getattr(transfer, name) for name in ("state", "channel", "order_no")}
        sent.append(rows.changed(transfer, **said))
    processes.hold(claim=claim, after=sent)
    return transfer


@durable
def keep_pay_link(*, transfer_id: int, pay_link: str) -> None:
    """Where the borrower pays an order that waits for them."""
    Transfer.objects.filter(pk=transfer_id, state=TransferState.SENT).update(pay_link=pay_link)


@durable
def register_payee(*, channel: str, account: str, identity: str, name: str, by: Actor) -> None:
    """By which name a gateway knows one of our accounts; the last word counts."""
    ChannelPayee.objects.update_or_create(
        channel=channel, account=account, defaults={"identity": identity, "name": name}
    )
    audit.append(
        action="lending.payee.registered",
        subject=f"account:{account}",
        by=by,
        facts={"channel": channel},
    )


@required
def settle(*, transfer_id: int, answer: TransferAnswer) -> Transfer:
    """Phase three: write the bank's final word. A final state never changes again.

    Raises AmountDiffers when the bank moved another amount.
    """
    assert answer.is_final
    transfer = lock_row(Transfer, rank=Rank.TRANSFER, pk=transfer_id)
    if transfer.state in {TransferState.SUCCEEDED, TransferState.FAILED}:
        return transfer
    if answer.amount_fen not in {None, transfer.amount_fen}:
        raise AmountDiffers
    transfer.state = TransferState(answer.outcome)
    transfer.bank_reference = answer.bank_reference
    transfer.failure_code = answer.reason if answer.outcome == "FAILED" else ""
    settled: list[Any] = [
        transfer.state,
        transfer.bank_reference,
        transfer.failure_code,
        transfer.pk,
    ]
    parking.park_what_contradicts(transfer=transfer, known_by=Statement(_SETTLE, settled))
    return transfer


@required
def call_off(*, transfer: Transfer, code: str) -> bool:
    """Let a transfer fail that the bank was never asked for; False where it may have been.

    The caller holds the transfer's lock.
    """
    if transfer.state != TransferState.INTENT:
        return False
    transfer.state, transfer.failure_code = TransferState.FAILED, code
    Transfer.objects.filter(pk=transfer.pk).update(
        state=transfer.state, failure_code=code, settled_at=Now()
    )
    return True


@required
def give_up(*, transfer_id: int, code: str) -> None:
    """Let a transfer fail whose money was accounted for in another way; a final one stays."""
    transfer = lock_one(Transfer.objects.all(), rank=Rank.TRANSFER, pk=transfer_id)
    if transfer.state in {TransferState.INTENT, TransferState.SENT}:
        Transfer.objects.filter(pk=transfer.pk).update(
            state=TransferState.FAILED, failure_code=code, settled_at=Now()
        )


@required
def mark_booked(*, transfer: Transfer) -> None:
    """The money is in the books: the same transaction that put it there says so."""
    rows.send(booked(transfer=transfer))


def booked(*, transfer: Transfer) -> Statement:
    """The same as a statement to be sent."""
    return Statement(_MARK_BOOKED, [transfer.pk])


@durable
def store_notice(*, channel: str, notice: WebhookNotice) -> bool:
    """`keep_notice` as a verb of its own."""
    return keep_notice(channel=channel, notice=notice)


@required
def keep_event(*, channel: str, notice: WebhookNotice) -> ChannelEvent | None:
    """The notice as a new row; None where it had been told before."""
    told = {
        "channel": channel,
        "event_key": notice.event_id,
        "out_trade_no": notice.out_trade_no,
        "state": notice.state,
        "amount_fen": notice.amount_fen,
        "bank_reference": notice.bank_reference,
    }
    return rows.insert_once(ChannelEvent, told, once=("channel", "event_key"))


@required
def keep_notice(*, channel: str, notice: WebhookNotice) -> bool:
    """Keep what a bank told us and wake the transfer; False when it had told us before.

    The notice is believed only as far as it makes us ask: the worker queries the bank itself. One
    that contradicts what we know is parked for a person.
    """
    transfer = _meant_by(channel=channel, notice=notice)
    event = keep_event(channel=channel, notice=notice)
    if event is None:
        return False
    reason = parking.reason_to_park(channel=channel, notice=notice, transfer=transfer)
    if reason is not None:
        parking.park(event=event, reason=reason)
    if transfer is not None:
        processes.hasten(kind=PROCESS_KIND, subject_id=transfer.pk)
    return True


def _meant_by(*, channel: str, notice: WebhookNotice) -> Transfer | None:
    """The transfer of a notice, locked, so that its final state and the notice see each other."""
    column = "out_trade_no" if channel == ChannelCode.SANDBOX else "order_no"
    return lock_first(
        Transfer, rank=Rank.TRANSFER, condition=f"{column} = %s", values=[notice.out_trade_no]
    )
