"""What a loan asks beyond the cap of its licence and payout day is waived before anybody pays it.

The log has the waiver under the day on which it was found, so that a quote which left it out holds.
"""

from dataclasses import replace
from datetime import date

from common.actors import SYSTEM
from common.audit import actions as audit
from common.transactions import required
from lending.calc.contracts import LoanState, Terms, Transaction
from lending.calc.fold import fold
from lending.loans import log as keeping
from lending.loans import memory
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanTransaction
from lending.products import law
from lending.products.caps import excess
from lending.servicing.course import Course


def cap_ppm(loan: Loan) -> int:
    """The yearly cap under which the loan was paid out."""
    assert loan.disbursed_on is not None
    return law.on_day(loan.product, loan.disbursed_on).cap_ppm


def log_on(loan: Loan, *, on: date) -> list[Transaction]:
    """Everything that happened to a loan, and what would be waived at the end of the day."""
    return known_on(loan, on=on)[1]


def state_on(loan: Loan, *, on: date) -> LoanState:
    """How a loan stands at the end of the day, without what would be waived then."""
    return known_on(loan, on=on)[2]


def known_on(loan: Loan, *, on: date) -> tuple[Terms, list[Transaction], LoanState]:
    """The terms, that log, and what the two come to."""
    terms, log = loans.read(loan)
    state = memory.fold(loan.pk, terms, log, on)
    missing = waiver_of(loan, log, state)
    if missing is None:
        return terms, log, state
    log = [*log, missing]
    return terms, log, fold(terms, log, on)


def waiver_of(loan: Loan, log: list[Transaction], state: LoanState) -> Transaction | None:
    """The waiver that a loan's log lacks on the day of the state."""
    if excess.forgivable_fen(state) == 0:
        return None
    cap = cap_ppm(loan)
    amount_fen = excess.waiver_fen(state.terms, log, through=state.through, cap_ppm=cap)
    if amount_fen == 0:
        return None
    return excess.waiver(log, on=state.through, amount_fen=amount_fen)


@required
def waive(loan: Loan, log: list[Transaction], state: LoanState) -> LoanState:
    """Write the missing waiver of a locked loan into its log; the state after it."""
    missing = waiver_of(loan, log, state)
    if missing is None:
        return state
    LoanTransaction.objects.create(
        loan=loan,
        sequence=missing.sequence,
        kind=missing.kind,
        value_date=missing.value_date,
        booked_on=missing.value_date,
        amount_fen=missing.amount_fen,
        terms=keeping.kept_change(missing.change),
    )
    audit.append(
        action="lending.loan.waived_beyond_cap",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"amount_fen": missing.amount_fen, "day": missing.value_date.isoformat()},
    )
    log.append(missing)
    return fold(state.terms, log, state.through)


def bounded(
    loan: Loan, log: list[Transaction], state: LoanState, course: Course | None
) -> Course | None:
    """The course up to the day before the first waiver; a loan that owes nothing late keeps it."""
    if course is None or excess.forgivable_fen(state) == 0:
        return course
    last = excess.last_day_within(
        excess.allowance(state, log, cap_ppm=cap_ppm(loan)),
        lambda day: _owed_fen(state, course, day),
        since=state.through,
        through=course.through,
    )
    return replace(course, through=last) if last > state.through else None


def _owed_fen(state: LoanState, course: Course, day: date) -> int:
    settled_fen = sum(
        line.interest.settled_fen + line.penalty.settled_fen for line in state.instalments
    )
    fee_fen = sum(line.fee.outstanding_fen for line in state.instalments)
    earned_fen = fee_fen + course.interest_accrued_fen(day) + course.penalty_accrued_fen(day)
    return state.principal_outstanding_fen + earned_fen - settled_fen


@required
def before_money(loan: Loan, *, on: date) -> None:
    """Waive first what the payer of a day was not asked for; the caller carries the loan on."""
    if _owes_nothing_late(loan, on):
        return
    terms, log = loans.read(loan)
    waive(loan, log, fold(terms, log, on))


def _owes_nothing_late(loan: Loan, on: date) -> bool:
    """Whether the kept columns say so already: then nothing can be beyond the cap on the day."""
    oldest = loan.oldest_unpaid_due_on
    if loan.carried_through is None or loan.carried_through > on or oldest is None:
        return False
    return oldest > on and loan.penalty_accrued_fen == loan.penalty_paid_fen
