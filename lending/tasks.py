"""Lending's tasks: they read the clock and settings, call one verb, and may run twice."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from time import monotonic, sleep
from typing import Any

import structlog
from celery import shared_task
from django.conf import settings

from common import clock
from common.actors import SYSTEM
from common.business_date import queries as business_dates
from common.processes.contracts import Claim
from common.processes.poke import call
from common.processes.runs import Failed, NotYet, run
from lending.applications import actions as steps
from lending.applications import deciding
from lending.applications import queries as applications
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.contracts import Gateway, TransferAnswer, TransferRequest, Unread
from lending.channels.gateways import registry
from lending.channels.gateways.bills import place_of
from lending.channels.models import (
    PAID_OUT,
    ChannelCode,
    Transfer,
    TransferPurpose,
    TransferState,
)
from lending.channels.payees import queries as payees
from lending.channels.sandbox import SandboxBank
from lending.closing import actions as closing
from lending.closing import quarantine
from lending.disbursements import actions as disbursements
from lending.loans import queries as loans
from lending.mandates import collecting as debits
from lending.mandates import queries as mandates
from lending.mandates import rhythm, rounds
from lending.papers import actions as papers
from lending.reconciliation import actions as reconciliation
from lending.reconciliation import queries as statements
from lending.reconciliation import resolving
from lending.reconciliation.models import ReconciledDay
from lending.repayments import actions as repayments
from lending.returns import actions as returns
from lending.rewards import actions as rewards

log = structlog.get_logger(__name__)
WEBHOOK_PATHS = {
    "SANDBOX": "/webhooks/sandbox-bank",
    "WECHAT_PAY": "/webhooks/wechat-pay",
    "ALIPAY": "/webhooks/alipay",
}
# What a borrower pays with their own hands; a debit by mandate has no hand in it.
BY_HAND = {
    TransferPurpose.REPAYMENT,
    TransferPurpose.PAYOFF,
    TransferPurpose.PREPAYMENT,
    TransferPurpose.WITHDRAWAL,
}
# The bank usually tells us within a second; the question is only for when it does not.
ASK_AGAIN_SECONDS = 2.0
# A person has to open a wallet first.
ASK_GATEWAY_AGAIN_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 3600.0
# An order that nobody has paid by then is closed.
ORDER_PATIENCE = timedelta(hours=2)
# A gateway forgets transfers after a month: an old one that it does not know is not sent again.
SEND_AGAIN_WITHIN = timedelta(days=3)
# A gateway makes the bill of a day in the course of the next one, and may be late with it.
BILLS_LATE_DAYS = 3
# Beside the one that closes; whoever finds no range left goes home at once.
HELPERS = 3
# The bank mostly answers within two seconds; a day does not wait for one that does not.
DEBITS_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.2
DAY = timedelta(days=1)


@shared_task
def decide_application(*, process_id: int, **_: Any) -> None:
    """Decide one submitted application."""
    run(process_id=process_id, work=_decide)


@shared_task
def move_money(*, process_id: int, **_: Any) -> None:
    """Move the money of one transfer, and book what the bank says."""
    run(process_id=process_id, work=_move)


@shared_task
def book_return(*, process_id: int, **_: Any) -> None:
    """Ask the bank about money that a seller sent back, and book or park what it says."""
    run(process_id=process_id, work=_book_return)


@shared_task
def seal_contract(*, process_id: int, **_: Any) -> None:
    """Put the platform's seal on one signed contract."""
    run(process_id=process_id, work=_seal)


@shared_task
def close_day(**_: Any) -> None:
    """Close every day before today in Shanghai, and call others to help with every day."""
    closing.close_through(to=clock.shanghai_today(), planned=_call_helpers, before=are_debits_tried)


@shared_task
def help_close(**_: Any) -> None:
    """Close ranges of the day that is being closed, beside whoever called, until none is left."""
    day = business_dates.current()
    if day is not None and day < clock.shanghai_today():
        closing.help_close(day=day)


@shared_task
def end_what_is_over(**_: Any) -> None:
    """End offers whose day is over, and see to the points of the day."""
    at, on = clock.now(), business_dates.current()
    if on is None:
        return
    for application_id in applications.overdue_offers(at):
        steps.expire(application_id=application_id, at=at, by=SYSTEM)
    rewards.mature(on=on, overdue=loans.behind(on=on))


@shared_task
def collect_debits(**_: Any) -> None:
    """Try every debit whose day has come, once; nothing at night."""
    if (on := business_dates.current()) is not None:
        _go_through(on, rhythm.hour_of(on, now=clock.now()))


def are_debits_tried(day: date) -> bool:
    """Whether a day may be closed: its debits were looked at, in the hours for it, or are now.

    What they ask of the bank is waited for a moment, outside of any transaction; the money counts
    for the day however late the answer comes. A demonstration's days have their own noon.
    """
    now = clock.now()
    is_shown = settings.DEMONSTRATION or day >= clock.shanghai_today()
    at = rhythm.noon(day) if is_shown else now
    if not rounds.is_done(on=day) and not _go_through(day, at):
        log.warning("day_waits_for_debits", code=day.isoformat())
        return False
    given_up_at = monotonic() + DEBITS_SECONDS
    while mandates.on_their_way(on=day).exists() and monotonic() < given_up_at:
        for process_id in mandates.to_move(on=day):
            run(process_id=process_id, work=partial(_move, at=at))
        sleep(LOOK_AGAIN_SECONDS)
    return True


def _go_through(on: date, at: datetime) -> bool:
    return rounds.go_through(on=on, at=at, faults=quarantine.FAULTS, untried=_note_untried)


def _note_untried(debit_id: int, error: Exception) -> None:
    """Its name only: a message may hold what is not for logs."""
    log.error("debit_not_tried", debit_id=debit_id, code=quarantine.reason(error))


@shared_task
def reconcile_yesterday(**_: Any) -> None:
    """Compare the bank's statement with the last closed day; what the bank has not told waits."""
    on = business_dates.current()
    if on is None:
        return
    reconcile(day=on - DAY)
    for channel in settings.GATEWAYS:
        _reconcile_bills(channel, on)


def _reconcile_bills(channel: str, on: date) -> None:
    """The last days' bills, and older ones with a hole; one that never came is a hole itself."""
    oldest = on - BILLS_LATE_DAYS * DAY
    late = [on - days * DAY for days in range(BILLS_LATE_DAYS, 0, -1)]
    holes = [day for day in statements.days_with_holes(bank=channel) if day < oldest]
    for day in [*holes, *late]:
        if reconcile_bill(channel=channel, day=day) is None and day <= oldest:
            reconciliation.reconcile(day=day, lines=[Unread(place_of(day))], bank=channel)


def reconcile_bill(*, channel: str, day: date) -> ReconciledDay | None:
    """Compare a gateway's bill of a day; nothing while there is none to be had."""
    told = gateway(channel).bill(day)
    if told is None:
        return None
    lines = transfers.by_our_numbers(told)
    return reconciliation.reconcile(day=day, lines=lines, bank=channel, asked=f"^{place_of(day)}")


def reconcile(*, day: date) -> ReconciledDay | None:
    """Ask the bank for its new lines and compare them; nothing while it cannot be heard.

    What could not be read before is asked for once more. The bank is asked outside of any
    transaction.
    """
    lines = bank().statement(since_id=statements.ask_after())
    if lines is None:
        return None
    return reconciliation.reconcile(day=day, lines=lines, asked="^")


def _call_helpers(_day: date) -> None:
    """A courtesy: who called closes all by itself where nobody hears it."""
    for _ in range(HELPERS):
        call(task="lending.tasks.help_close", queue="money")


def _book_return(claim: Claim) -> None:
    """The bank's own word counts, whatever a notice said."""
    answer = bank().query(returns.number_of(event_id=claim.subject_id))
    if answer.outcome == "PROCESSING":
        raise NotYet(ASK_AGAIN_SECONDS)
    if answer.outcome == "UNKNOWN":
        raise Failed(answer.reason or answer.outcome)
    returns.book(
        event_id=claim.subject_id,
        answer=answer,
        on=business_dates.today(),
        at=clock.now(),
        claim=claim,
    )


def _seal(claim: Claim) -> None:
    papers.seal_contract(loan_id=claim.subject_id, claim=claim)


def _decide(claim: Claim) -> None:
    on = business_dates.today()
    owed = loans.owed_by_applicant(claim.subject_id, on=on)
    deciding.decide(
        application_id=claim.subject_id,
        owed=owed,
        on=on,
        at=clock.now(),
        claim=claim,
    )


def _move(claim: Claim, *, at: datetime | None = None) -> None:
    """Three phases: the intent is on paper, the bank is asked, its word is booked.

    `at` is the hour of a day that is being closed, where that is not now.
    """
    transfer = transfers.get(claim.subject_id)
    was_sent = transfer.state != TransferState.INTENT
    if not was_sent and transfer.purpose == TransferPurpose.DEBIT:
        _hold_back(transfer, at or rhythm.hour_of(transfer.intended_on, now=clock.now()))
    if not _is_at_rest(transfer):
        channel = transfer.channel if was_sent else _channel_for(transfer)
        if not was_sent:
            _wait_for_owner(transfer, channel)
        transfer = channels.mark_sent(transfer_id=transfer.pk, claim=claim, channel=channel)
    # It may have been called off up to that moment; from now on it may not.
    is_at_rest = _is_at_rest(transfer)
    answer = _known(transfer) if is_at_rest else _ask(transfer, was_sent=was_sent)
    if answer.outcome == "PROCESSING":
        is_near = transfer.channel == ChannelCode.SANDBOX
        raise NotYet(ASK_AGAIN_SECONDS if is_near else ASK_GATEWAY_AGAIN_SECONDS)
    if not answer.is_final:
        raise Failed(answer.reason or answer.outcome)
    _book(transfer, answer, claim)


def _hold_back(transfer: Transfer, at: datetime) -> None:
    """A debit is looked at once more before the bank hears of it, and never asked for at night."""
    if seconds := debits.hold_back(transfer_id=transfer.pk, at=at):
        raise NotYet(seconds)


def _wait_for_owner(transfer: Transfer, channel: str) -> None:
    """Nothing goes out while whoever is paid may still say that the new payee is not theirs."""
    if transfer.purpose in PAID_OUT and channel != ChannelCode.SANDBOX:
        left = payees.cooling_seconds(transfer, channel=channel, at=clock.now())
        if left:
            raise NotYet(min(left, LONGEST_WAIT_SECONDS))


def _channel_for(transfer: Transfer) -> str:
    """Through whom money shall move: settings say, by product, and refunds go back as they came."""
    if (paid := transfers.way_back(transfer)) is not None:
        return paid.channel
    if transfer.purpose == TransferPurpose.DEBIT:
        return mandates.bank_of(transfer_id=transfer.pk)
    if transfer.purpose == TransferPurpose.SEND_BACK:
        return str(transfer.terms.get("through", ChannelCode.SANDBOX))
    if transfer.purpose in BY_HAND and settings.COLLECT_THROUGH and transfer.loan_id is not None:
        product = loans.product_code(transfer.loan_id)
        through: Mapping[str, str] = settings.COLLECT_THROUGH
        return through.get(product, through.get("*", ChannelCode.SANDBOX))
    if transfer.purpose == TransferPurpose.DISBURSEMENT:
        return str(settings.PAY_OUT_THROUGH)
    return ChannelCode.SANDBOX


def _ask(transfer: Transfer, *, was_sent: bool) -> TransferAnswer:
    """Query before sending again: an unknown outcome is never answered by a blind second call."""
    if transfer.channel != ChannelCode.SANDBOX:
        return _ask_gateway(transfer, was_sent=was_sent)
    if was_sent:
        answer = bank().query(transfer.out_trade_no)
        if answer.outcome != "NOT_FOUND":
            return answer
    return bank().submit(_request(transfer))


def _ask_gateway(transfer: Transfer, *, was_sent: bool) -> TransferAnswer:
    """The same through a gateway, where an order waits for a person and ends when nobody comes."""
    asked, its = _request(transfer), gateway(transfer.channel)
    if was_sent:
        answer = its.ask(asked)
        is_waiting = answer.outcome in {"PROCESSING", "NOT_FOUND"}
        if not is_waiting or (answer.outcome == "PROCESSING" and asked.kind == "PAY_OUT"):
            return answer
        age = clock.now() - transfer.intended_at
        if asked.kind == "COLLECT" and age > ORDER_PATIENCE:
            return its.close(asked)
        if asked.kind == "COLLECT" and transfer.pay_link:
            return TransferAnswer(transfer.out_trade_no, "PROCESSING")
        if age > SEND_AGAIN_WITHIN:
            return TransferAnswer(transfer.out_trade_no, "UNKNOWN", reason="TOO_OLD_TO_SEND_AGAIN")
    answer = its.submit(asked)
    if answer.pay_link:
        channels.keep_pay_link(transfer_id=transfer.pk, pay_link=answer.pay_link)
    return answer


def _request(transfer: Transfer) -> TransferRequest:
    is_payout = transfer.purpose in PAID_OUT
    is_far = transfer.channel != ChannelCode.SANDBOX
    return TransferRequest(
        out_trade_no=transfer.out_trade_no,
        kind="PAY_OUT" if is_payout else "COLLECT",
        account=transfer.account,
        amount_fen=transfer.amount_fen,
        notify_url=settings.SITE_URL + WEBHOOK_PATHS[transfer.channel],
        returns=transfers.paid_order(transfer) if is_far and is_payout else None,
        payee=payees.payee_of(transfer, at=clock.now()) if is_far and is_payout else None,
    )


def _book(transfer: Transfer, answer: TransferAnswer, claim: Claim) -> None:
    on = business_dates.today()
    if transfer.purpose == TransferPurpose.DISBURSEMENT:
        disbursements.book(transfer_id=transfer.pk, answer=answer, on=on, claim=claim)
        return
    if transfer.purpose == TransferPurpose.SEND_BACK:
        resolving.book_sent_back(transfer_id=transfer.pk, answer=answer, on=on, claim=claim)
        return
    book = debits.book if transfer.purpose == TransferPurpose.DEBIT else repayments.book
    book(
        transfer_id=transfer.pk,
        answer=answer,
        on=on,
        at=clock.now(),
        claim=claim,
    )


def _is_at_rest(transfer: Transfer) -> bool:
    return transfer.state in {TransferState.SUCCEEDED, TransferState.FAILED}


def _known(transfer: Transfer) -> TransferAnswer:
    """The final word that was already written down."""
    return TransferAnswer(
        out_trade_no=transfer.out_trade_no,
        outcome="SUCCEEDED" if transfer.state == TransferState.SUCCEEDED else "FAILED",
        bank_reference=transfer.bank_reference,
        reason=transfer.failure_code,
    )


@cache
def bank() -> SandboxBank:
    """This process's session with the bank."""
    return SandboxBank(base_url=settings.BANK_URL, api_key=settings.BANK_API_KEY)


@cache
def gateway(channel: str) -> Gateway:
    """This process's session with a gateway. Raises LookupError where it is not switched on."""
    keys: Mapping[str, str] = settings.GATEWAYS[channel]
    return registry.opened(channel, keys)
