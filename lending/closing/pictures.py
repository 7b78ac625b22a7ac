"""Daily pictures of loans: how much, how late, in which bucket."""

from datetime import date, timedelta

from common.transactions import required
from lending.calc.contracts import LoanState as Folded
from lending.calc.fold import fold
from lending.closing.models import LoanSnapshot
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.servicing import actions as servicing

DAY = timedelta(days=1)
DAYS_IN_BUCKET = 30
LAST_BUCKET = 7


def bucket(days_past_due: int) -> str:
    """M0 is not late, M1 up to 30 days, M2 up to 60 and so on; M7 is more than 180."""
    assert days_past_due >= 0
    number = min((days_past_due + DAYS_IN_BUCKET - 1) // DAYS_IN_BUCKET, LAST_BUCKET)
    return f"M{number}"


@required
def fill(loan: Loan, *, first: date, last: date) -> None:
    """Write the daily pictures that a loan lacks, from its log; a day that has one keeps it."""
    terms, happened, day = loans.terms_of(loan), loans.log_of(loan), first
    rows: list[LoanSnapshot] = []
    while day <= last:
        state = fold(terms, happened, day)
        if state.settled_on is None or state.settled_on == day:
            rows.append(picture(loan.pk, state))
        day += DAY
    LoanSnapshot.objects.bulk_create(rows, ignore_conflicts=True)


def picture(loan_id: int, state: Folded) -> LoanSnapshot:
    """The loan at the end of the state's day."""
    interest_paid_fen = sum(line.interest.settled_fen for line in state.instalments)
    late_days = state.dpd(state.through)
    return LoanSnapshot(
        on_date=state.through,
        loan_id=loan_id,
        principal_fen=state.principal_outstanding_fen,
        interest_fen=state.interest_accrued_fen - interest_paid_fen,
        penalty_fen=state.penalty_outstanding_fen,
        days_past_due=late_days,
        bucket=bucket(late_days),
        state=servicing.life_of(state=state),
    )
