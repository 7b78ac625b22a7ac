"""Checks that the product runs over its loans: cache = fold = books, each transfer booked once."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import prefetch_related_objects

from lending.calc.contracts import LoanState, Terms, Transaction
from lending.calc.conventions.strategies import Component
from lending.calc.fold import fold
from lending.channels import queries as transfers
from lending.ledger import queries as ledger
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.servicing import actions as servicing
from lending.servicing import subledger

Story = tuple[Terms, list[Transaction]]
# Asked for together: a few questions for so many loans, and not for each.
LOANS_AT_ONCE = 500


def breaches() -> Iterator[str]:
    """One sentence for every loan or transfer that does not agree with itself."""
    last: int | None = 0
    while last is not None:
        rows = Loan.objects.filter(pk__gt=last).exclude(disbursed_on=None).order_by("pk")
        some = list(rows[:LOANS_AT_ONCE])
        yield from of_loans(some)
        last = some[-1].pk if some else None
    for transfer in transfers.unbooked():
        yield f"transfer {transfer.pk} moved money that is not booked"


def of_loan(loan: Loan) -> Iterator[str]:
    """What is wrong with one loan that was paid out."""
    yield from of_loans([loan])


def of_loans(some: Sequence[Loan]) -> Iterator[str]:
    """What is wrong with some loans that were paid out: a few questions for all of them."""
    prefetch_related_objects(some, "instalments")
    stories = loans.read_together(some)
    balances = ledger.balances_of_loans_fen(stories)
    for loan in some:
        yield from _of_loan(loan, stories[loan.pk], balances[loan.pk])


def _of_loan(loan: Loan, story: Story, present: Mapping[str, int]) -> Iterator[str]:
    assert loan.carried_through is not None
    state = fold(*story, loan.carried_through)
    wanted = {code: fen for code, fen in subledger.balances_fen(state).items() if fen}
    if present != wanted:
        yield f"loan {loan.public_id}: the books say {present}, its log says {wanted}"
    if (cached := _cached(loan)) != (folded := _folded(state)):
        yield f"loan {loan.public_id}: its row says {cached}, its log says {folded}"
    rows = {row.number: row for row in loan.instalments.all()}
    for number in rows.keys() - {line.number for line in state.instalments}:
        yield f"loan {loan.public_id}: instalment {number} is not in its log"
    for line in state.instalments:
        if line.number not in rows or servicing.differs(row=rows[line.number], line=line):
            yield f"loan {loan.public_id}: instalment {line.number} is not what its log says"


def _cached(loan: Loan) -> tuple[object, ...]:
    return (
        loan.principal_outstanding_fen,
        loan.interest_accrued_fen,
        loan.interest_paid_fen,
        loan.penalty_accrued_fen,
        loan.penalty_paid_fen,
        loan.fee_accrued_fen,
        loan.fee_paid_fen,
        loan.overpaid_fen,
        loan.written_off_fen,
        loan.recovered_fen,
        loan.state,
        loan.oldest_unpaid_due_on,
        loan.settled_on,
    )


def _folded(state: LoanState) -> tuple[object, ...]:
    return (
        state.principal_outstanding_fen,
        state.interest_accrued_fen,
        subledger.settled_fen(state, Component.INTEREST),
        state.penalty_accrued_fen,
        subledger.settled_fen(state, Component.PENALTY),
        state.fee_accrued_fen,
        subledger.settled_fen(state, Component.FEE),
        state.overpaid_fen,
        state.written_off_fen,
        state.recovered_fen,
        servicing.life_of(state=state),
        state.oldest_unpaid_due_on,
        state.settled_on,
    )
