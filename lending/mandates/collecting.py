"""One try of one debit: intent under the loan's lock, and what the bank's word makes of it.

Between both stands lending/tasks.py, as for every other movement of money: an unknown outcome is
asked for by the same number, and nothing else of the loan is tried while it is unknown.
"""

from datetime import date, datetime, time, timedelta

from django.db.models.functions import Now

from borrowers.contact import queries as contact
from borrowers.messages import actions as messages
from borrowers.messages.contracts import Note
from common.actors import SYSTEM
from common.locking import Rank, lock_one
from common.periods import SHANGHAI, shanghai_date
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.transactions import durable
from lending.calc.fold import amount_due, fold
from lending.channels import queries as transfers
from lending.channels.contracts import TransferAnswer
from lending.channels.models import Transfer, TransferPurpose, TransferState
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState
from lending.mandates import rhythm
from lending.mandates.actions import call_off, end
from lending.mandates.models import DebitState, DebitTry, DirectDebit, MandateEnd
from lending.reconciliation import queries as reconciliation
from lending.repayments import actions as repayments

DAY = timedelta(days=1)
# The account was there and the money was not: another day may do.
MAY_PASS = {"INSUFFICIENT_FUNDS", "REFUSED_BY_BANK"}
# The bank says that there is no leave, or no account: asking again would be wrong.
ENDS_MANDATE = {
    "ACCOUNT_CLOSED": MandateEnd.ACCOUNT_CLOSED,
    "MANDATE_REVOKED": MandateEnd.REVOKED_AT_BANK,
}
PAUSED = "PAUSED"
NOT_DUE = "NOT_DUE"
SUPERSEDED = "SUPERSEDED"
TRIED_ENOUGH = "TRIED_ENOUGH"


@durable
def attempt(*, debit_id: int, on: date, at: datetime) -> bool:
    """Try a debit whose day has come, if everything still speaks for it; False where not.

    Never outside the hours, never more often than the rulebook says, never for more than is due
    and not yet on its way.
    """
    if rhythm.closed_seconds(at):
        return False
    loan_id = DirectDebit.objects.values_list("loan_id", flat=True).get(pk=debit_id)
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    debit = DirectDebit.objects.select_related("mandate").get(pk=debit_id)
    if debit.state != DebitState.WAITING or debit.next_on is None or debit.next_on > on:
        return False
    if _is_over(debit, loan, on) or _waits(debit, loan, on, at):
        return False
    due_fen = amount_due(fold(loans.terms_of(loan), loans.log_of(loan), on), on)
    if due_fen <= 0:
        _end(debit, DebitState.NOT_NEEDED)
        return False
    _ask(debit, loan, min(due_fen, debit.mandate.most_fen), on)
    return True


@durable
def hold_back(*, transfer_id: int, at: datetime) -> int:
    """Look once more before the bank is asked: how many seconds to wait, 0 to go on.

    What may not be collected any more is called off: the transfer has then failed.
    """
    told = DebitTry.objects.filter(transfer_id=transfer_id).values_list("loan_id", flat=True)
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=told.get())
    debit = DirectDebit.objects.select_related("mandate").get(history__transfer_id=transfer_id)
    if debit.mandate.ended_at is not None:
        call_off(debit=debit, code=debit.mandate.end_code)
        return 0
    if _is_paused(loan):
        call_off(debit=debit, code=PAUSED)
        return 0
    if not _is_still_due(loan, transfers.get(transfer_id)):
        call_off(debit=debit, code=NOT_DUE)
        return 0
    return rhythm.closed_seconds(at)


@durable
def book(
    *, transfer_id: int, answer: TransferAnswer, on: date, at: datetime, claim: Claim | None
) -> None:
    """Write the bank's word on a try, and what comes of it: done, another day, or an end."""
    debit_try = DebitTry.objects.get(transfer_id=transfer_id)
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=debit_try.loan_id)
    transfer = repayments.write(loan=loan, transfer_id=transfer_id, answer=answer, on=on, at=at)
    debit = DirectDebit.objects.select_related("mandate").get(pk=debit_try.debit_id)
    if debit.state == DebitState.ASKED:
        if transfer.state == TransferState.SUCCEEDED:
            _end(debit, DebitState.COLLECTED)
            _tell_rest(debit, loan, debit_try.amount_fen, on)
        else:
            _after_failure(debit, debit_try, transfer.failure_code, on)
    if claim is not None:
        processes.finish(claim=claim)


def _tell_rest(debit: DirectDebit, loan: Loan, collected_fen: int, on: date) -> None:
    """Where the most that was allowed was not all: what is left is said, and never collected."""
    if collected_fen < debit.mandate.most_fen or loan.state != LoanState.ACTIVE:
        return
    rest_fen = amount_due(fold(loans.terms_of(loan), loans.log_of(loan), on), on)
    if rest_fen > 0:
        _tell(debit, "DEBIT_LEFT_REST", amount_fen=rest_fen)


def _is_over(debit: DirectDebit, loan: Loan, on: date) -> bool:
    """End a debit that has become pointless, or that must not be tried any more."""
    mandate, first = debit.mandate, _first_on(debit)
    later = DirectDebit.objects.filter(
        loan=loan, state=DebitState.WAITING, due_on__gt=debit.due_on, next_on__lte=on
    )
    if loan.state != LoanState.ACTIVE:
        _end(debit, DebitState.NOT_NEEDED)
    elif mandate.ended_at is not None or mandate.ends_on < on:
        _end(debit, DebitState.STOPPED, mandate.end_code or MandateEnd.RAN_OUT)
    elif later.exists():
        _end(debit, DebitState.NOT_NEEDED, SUPERSEDED)
    elif on > rhythm.ends_on(first=first):
        _give_up(debit, PAUSED)
    else:
        return False
    return True


def _waits(debit: DirectDebit, loan: Loan, on: date, at: datetime) -> bool:
    """Whether something else comes first: a dispute, money on its way, or tomorrow."""
    if _is_paused(loan) or transfers.collecting_fen(loan.pk):
        return True
    if max(_tries_of(loan, on), _tries_at(loan, at)) < rhythm.limits(on).tries_a_day:
        return False
    DirectDebit.objects.filter(pk=debit.pk).update(next_on=on + DAY)
    return True


def _is_paused(loan: Loan) -> bool:
    """A complaint, a dispute or hardship stands, or the bank tells otherwise of its money."""
    return contact.is_disputing(loan.borrower_id) or reconciliation.is_open_on(loan.pk)


def _is_still_due(loan: Loan, transfer: Transfer) -> bool:
    """Whether all of it is still due: a waiver or the merchant may have lowered it meanwhile."""
    on = transfer.intended_on
    others_fen = transfers.collecting_fen(loan.pk) - transfer.amount_fen
    state = fold(loans.terms_of(loan), loans.log_of(loan), on)
    return (
        loan.state == LoanState.ACTIVE and transfer.amount_fen <= amount_due(state, on) - others_fen
    )


def _ask(debit: DirectDebit, loan: Loan, amount_fen: int, on: date) -> None:
    number = debit.tries + 1
    transfer: Transfer = repayments.collect(
        loan=loan,
        purpose=TransferPurpose.DEBIT,
        amount_fen=amount_fen,
        request_key=f"debit-{debit.pk}-{number}",
        on=on,
        by=SYSTEM,
    )
    DebitTry.objects.create(
        debit=debit,
        loan_id=loan.pk,
        number=number,
        on=on,
        of_day=_tries_of(loan, on) + 1,
        amount_fen=amount_fen,
        transfer=transfer,
    )
    DirectDebit.objects.filter(pk=debit.pk).update(
        state=DebitState.ASKED, tries=number, next_on=None
    )


def _after_failure(debit: DirectDebit, debit_try: DebitTry, code: str, on: date) -> None:
    if code in ENDS_MANDATE:
        _end(debit, DebitState.STOPPED, code)
        if debit.mandate.ended_at is None:
            end(mandate=debit.mandate, code=ENDS_MANDATE[code], by=SYSTEM)
    elif code in MandateEnd.values:
        _end(debit, DebitState.STOPPED, code)
    elif code == NOT_DUE:
        # Tried again tomorrow for what is due by then, or ended where nothing is.
        DirectDebit.objects.filter(pk=debit.pk).update(state=DebitState.WAITING, next_on=on + DAY)
    elif code not in MAY_PASS:
        _give_up(debit, code)
    else:
        _plan_again(debit, debit_try, on)


def _plan_again(debit: DirectDebit, debit_try: DebitTry, on: date) -> None:
    next_on = rhythm.next_on(
        first=_first_on(debit),
        tried_on=debit_try.on,
        tries=debit.tries,
        pay_day=debit.mandate.pay_day,
    )
    if next_on is None:
        _give_up(debit, TRIED_ENOUGH)
        return
    # The bank's word may come late; the next day of the rhythm is then over and gone.
    next_on = max(next_on, on)
    DirectDebit.objects.filter(pk=debit.pk).update(state=DebitState.WAITING, next_on=next_on)
    _tell(debit, "DEBIT_TRIED_AGAIN", next_on=next_on.isoformat())


def _give_up(debit: DirectDebit, code: str) -> None:
    _end(debit, DebitState.STOPPED, code)
    _tell(debit, "DEBIT_GIVEN_UP")


def _end(debit: DirectDebit, state: DebitState, code: str = "") -> None:
    DirectDebit.objects.filter(pk=debit.pk).update(
        state=state, stop_code=code, next_on=None, ended_at=Now()
    )


def _first_on(debit: DirectDebit) -> date:
    return rhythm.first_on(due_on=debit.due_on, announced_on=debit.announced_on)


def _tries_of(loan: Loan, on: date) -> int:
    return DebitTry.objects.filter(loan_id=loan.pk, on=on).count()


def _tries_at(loan: Loan, at: datetime) -> int:
    """How often it was tried on this day of the calendar: missed days are caught up within one."""
    day = datetime.combine(shanghai_date(at), time.min, SHANGHAI)
    rows = DebitTry.objects.filter(loan_id=loan.pk)
    return rows.filter(transfer__intended_at__gte=day, transfer__intended_at__lt=day + DAY).count()


def _tell(debit: DirectDebit, template: str, **facts: object) -> None:
    """Once for each try; a text tells as well, once the contact gate lets it through."""
    messages.send_many(
        template=template,
        notes=[
            Note(
                borrower_id=debit.mandate.borrower_id,
                facts={"loan": debit.loan.public_id, **facts},
                message_key=f"{template.lower()}:{debit.pk}:{debit.tries}",
            )
        ],
    )
