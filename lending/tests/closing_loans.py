"""Loans of any terms and any log in the database, brought there without waiting for their days."""

from django.db import connection

from lending.calc.contracts import TransactionKind
from lending.calc.fold import fold
from lending.closing import pictures, ranges, steps
from lending.closing.models import ClosingRange, LoanSnapshot
from lending.ledger import actions as ledger
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan, LoanTransaction
from lending.servicing import actions as servicing
from lending.servicing import invariants

KEPT = {TransactionKind.DISBURSEMENT, TransactionKind.REPAYMENT, TransactionKind.PAYOFF,
        TransactionKind.REVERSAL}  # fmt: skip


def become(loan, terms, log, through):
    """Give a signed loan these terms and this log, and carry it to the end of a day."""
    Loan.objects.filter(pk=loan.pk).update(
        state="ACTIVE",
        principal_fen=terms.principal_fen,
        annual_rate_ppm=terms.annual_rate_ppm,
        penalty_rate_ppm=terms.penalty_rate_ppm,
        grace_days=terms.grace_days,
        disbursed_on=terms.disbursed_on,
    )
    Instalment.objects.bulk_create(
        Instalment(
            loan=loan, number=row.number, starts_on=row.starts_on, due_on=row.due_on,
            principal_fen=row.principal_fen, interest_fen=row.interest_fen,
            interest_due_fen=row.interest_fen,
        )
        for row in terms.schedule
    )  # fmt: skip
    LoanTransaction.objects.bulk_create(
        LoanTransaction(
            loan=loan, sequence=each.sequence, kind=each.kind, value_date=each.value_date,
            booked_on=each.value_date, amount_fen=each.amount_fen,
            reverses_sequence=each.reverses,
        )
        for each in log
    )  # fmt: skip
    fresh = Loan.objects.get(pk=loan.pk)
    carried = servicing.bring_forward(loan=fresh, through=through)
    ledger.post(
        entry_key=f"opened:{loan.pk}", business_date=through, kind="OPENED", lines=carried.lines
    )
    return fresh


def possible(log):
    """The log without what the database does not take (yet)."""
    kept = [each for each in log if each.kind in KEPT]
    known = {each.sequence for each in kept}
    return [each for each in kept if each.reverses is None or each.reverses in known]


def close_day(day):
    """Close all ranges of a day, as one worker would, inside the caller's transaction."""
    ranges.plan(day=day)
    for each in ClosingRange.objects.filter(day=day, closed_at=None).order_by("pk"):
        steps.close_range(each)


def books_are_balanced():
    """Ask now what PostgreSQL asks at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def agrees_with_its_log(loan):
    """Row, instalments, books: all as the fold says."""
    return not list(invariants.of_loan(Loan.objects.get(pk=loan.pk)))


def picture_of(loan, day):
    """The kept picture and the one that the fold gives, column by column."""
    kept = LoanSnapshot.objects.get(on_date=day, loan_id=loan.pk)
    state = fold(loans.terms_of(loan), loans.log_of(loan), day)
    return _columns(kept), _columns(pictures.picture(loan.pk, state))


def _columns(row):
    names = ("on_date", "loan_id", "principal_fen", "interest_fen", "penalty_fen",
             "days_past_due", "bucket", "state")  # fmt: skip
    return {name: getattr(row, name) for name in names}
