"""Returned money: the notice is kept, the bank is asked, and its word is booked once or parked."""

from datetime import date, datetime

from common.actors import SYSTEM
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.locking import Rank, lock_one
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.transactions import durable, required
from lending.channels import actions as channels
from lending.channels import parking
from lending.channels import queries as transfers
from lending.channels.contracts import TransferAnswer, WebhookNotice
from lending.channels.models import (
    ChannelEvent,
    ParkedOutcome,
    ParkedReason,
    Transfer,
    TransferPurpose,
    TransferState,
)
from lending.loans.models import Loan
from lending.reconciliation import queries as statements
from lending.repayments import actions as repayments
from lending.returns import matching
from lending.returns.models import ReturnProposal
from lending.servicing.asking import requests

PROCESS_KIND = "MERCHANT_RETURN"
BOOK_RETURN = "lending.tasks.book_return"
ATTEMPTS_ALLOWED = 40


@durable
def hear(*, channel: str, notice: WebhookNotice) -> bool:
    """Keep what the bank told of returned money and ask it; False when it had told us before.

    The notice moves nothing: what is booked is the bank's own answer.
    """
    if transfers.by_number(notice.out_trade_no) is not None:
        return channels.keep_notice(channel=channel, notice=notice)
    event = channels.keep_event(channel=channel, notice=notice)
    if event is None:
        return False
    if notice.currency != parking.CURRENCY:
        parking.park(event=event, reason=ParkedReason.CURRENCY_DIFFERS)
        return True
    ask_bank(event_id=event.pk, process_key="")
    return True


@required
def ask_bank(*, event_id: int, process_key: str) -> None:
    """Let the bank be asked about returned money, once per key."""
    processes.start(
        kind=PROCESS_KIND,
        subject_id=event_id,
        task=BOOK_RETURN,
        queue="money",
        process_key=process_key,
        attempts_allowed=ATTEMPTS_ALLOWED,
    )


def number_of(*, event_id: int) -> str:
    """By which number the bank knows it."""
    return str(ChannelEvent.objects.values_list("out_trade_no", flat=True).get(pk=event_id))


@durable
def book(
    *, event_id: int, answer: TransferAnswer, on: date, at: datetime, claim: Claim | None
) -> None:
    """Write the bank's final word on returned money: on its loan, or beside it for a person.

    Booked once, however often it is told and asked about.
    """
    event = ChannelEvent.objects.get(pk=event_id)
    chosen = _chosen(event)
    loan = _locked(event, answer, chosen)
    if not Transfer.objects.filter(out_trade_no=event.out_trade_no).exists():
        reason = _why_not(event, loan, answer, is_assigned=chosen is not None)
        if reason is not None:
            parking.park(event=event, reason=reason)
        elif loan is not None:
            _write(loan, event, answer, on, at)
    if claim is not None:
        processes.finish(claim=claim)


def _chosen(event: ChannelEvent) -> ReturnProposal | None:
    """What two people decided, if they did."""
    rows = ReturnProposal.objects.filter(parked__event=event, state=ProposalState.APPROVED)
    return rows.order_by("-pk").first()


def _locked(
    event: ChannelEvent, answer: TransferAnswer, chosen: ReturnProposal | None
) -> Loan | None:
    if answer.outcome != "SUCCEEDED":
        return None
    found = (
        matching.loan_of(event.out_trade_no, account=answer.account)
        if chosen is None
        else chosen.loan
    )
    return None if found is None else lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=found.pk)


def _why_not(
    event: ChannelEvent, loan: Loan | None, answer: TransferAnswer, *, is_assigned: bool
) -> ParkedReason | None:
    if answer.outcome != "SUCCEEDED":
        return ParkedReason.NOT_AT_THE_BANK
    if answer.amount_fen != event.amount_fen:
        return ParkedReason.AMOUNT_DIFFERS
    if loan is None:
        return ParkedReason.UNKNOWN_ORDER
    if statements.is_worked_off(bank=event.channel, number=event.out_trade_no):
        return ParkedReason.WORKED_OFF
    return matching.why_not(loan, answer, is_assigned=is_assigned)


@required
def _write(loan: Loan, event: ChannelEvent, answer: TransferAnswer, on: date, at: datetime) -> None:
    assert answer.amount_fen is not None
    transfer = Transfer.objects.create(
        out_trade_no=event.out_trade_no,
        purpose=TransferPurpose.RETURN,
        loan_id=loan.pk,
        request_key=f"came-{event.pk}",
        account=answer.account,
        amount_fen=answer.amount_fen,
        channel=event.channel,
        state=TransferState.SENT,
        intended_on=on,
    )
    repayments.write(loan=loan, transfer_id=transfer.pk, answer=answer, on=on, at=at)
    requests.note_arrival(loan=loan, amount_fen=answer.amount_fen)
    parking.settle(event=event, outcome=ParkedOutcome.ASSIGNED)
    audit.append(
        action="lending.return.matched",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"amount_fen": answer.amount_fen, "transfer": transfer.pk},
    )
