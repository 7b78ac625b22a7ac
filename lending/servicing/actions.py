"""The one step that carries a loan: fold its log, keep the answer, say what must be posted.

Closing drives it by ranges, repayments and disbursements under the loan's lock.
"""

from dataclasses import dataclass
from datetime import date

from common.transactions import required
from lending.calc.contracts import InstalmentState, LoanState
from lending.calc.conventions.strategies import Component
from lending.calc.fold import fold
from lending.ledger import queries as ledger
from lending.ledger.contracts import Line
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan
from lending.loans.models import LoanState as Life
from lending.servicing import subledger


@dataclass(frozen=True, slots=True)
class Carried:
    """A loan's state for a day, the lines that its books lack, and what has just been paid."""

    state: LoanState
    lines: tuple[Line, ...]
    newly_paid: tuple[Instalment, ...]


@required
def bring_forward(*, loan: Loan, through: date) -> Carried:
    """Bring a locked loan's columns and instalments to the end of a day.

    Never goes back: a day before the one it was carried to gives the later day's state. The caller
    posts the lines in the same transaction.
    """
    through = max(through, loan.carried_through or through)
    state = fold(loans.terms_of(loan), loans.log_of(loan), through)
    lines = subledger.difference(
        wanted=subledger.balances_fen(state),
        present=ledger.loan_balances_fen(loan.pk),
        loan_id=loan.pk,
    )
    newly_paid = _keep_instalments(loan, state)
    _keep_columns(loan, state)
    return Carried(state=state, lines=lines, newly_paid=newly_paid)


def _keep_columns(loan: Loan, state: LoanState) -> None:
    loan.carried_through = state.through
    loan.principal_outstanding_fen = state.principal_outstanding_fen
    loan.interest_accrued_fen = state.interest_accrued_fen
    loan.penalty_accrued_fen = state.penalty_accrued_fen
    loan.interest_paid_fen = subledger.settled_fen(state, Component.INTEREST)
    loan.penalty_paid_fen = subledger.settled_fen(state, Component.PENALTY)
    loan.overpaid_fen = state.overpaid_fen
    loan.oldest_unpaid_due_on = state.oldest_unpaid_due_on
    loan.settled_on = state.settled_on
    loan.state = Life.SETTLED if state.is_settled else Life.ACTIVE
    loan.save()


def _keep_instalments(loan: Loan, state: LoanState) -> tuple[Instalment, ...]:
    """Write the rows that changed; the ones that became fully paid are the answer."""
    rows = {row.number: row for row in loan.instalments.all()}
    changed, newly_paid = [], []
    for line in state.instalments:
        row = rows[line.number]
        was_paid = row.paid_on is not None
        if not differs(row=row, line=line):
            continue
        _copy(row, line)
        changed.append(row)
        if row.paid_on is not None and not was_paid:
            newly_paid.append(row)
    Instalment.objects.bulk_update(
        changed,
        [
            "interest_due_fen",
            "penalty_fen",
            "principal_paid_fen",
            "interest_paid_fen",
            "penalty_paid_fen",
            "paid_on",
        ],
    )
    return tuple(newly_paid)


def differs(*, row: Instalment, line: InstalmentState) -> bool:
    """Whether the kept row is not what the fold says of the instalment."""
    return (
        row.interest_due_fen,
        row.penalty_fen,
        row.principal_paid_fen,
        row.interest_paid_fen,
        row.penalty_paid_fen,
        row.paid_on,
    ) != (
        line.interest.due_fen,
        line.penalty.due_fen,
        line.principal.settled_fen,
        line.interest.settled_fen,
        line.penalty.settled_fen,
        line.settled_on,
    )


def _copy(row: Instalment, line: InstalmentState) -> None:
    row.interest_due_fen = line.interest.due_fen
    row.penalty_fen = line.penalty.due_fen
    row.principal_paid_fen = line.principal.settled_fen
    row.interest_paid_fen = line.interest.settled_fen
    row.penalty_paid_fen = line.penalty.settled_fen
    row.paid_on = line.settled_on
