"""What a wish would make of a loan, before it is asked for: as of today, and nothing is written."""

from dataclasses import dataclass
from datetime import date

from lending.calc.contracts import Change, LoanState, Transaction, TransactionKind
from lending.calc.fold import fold
from lending.loans import log
from lending.loans.models import Loan
from lending.servicing import changes
from lending.servicing.models import LoanChange
from lending.servicing.waiving import beyond_the_cap

CHANGES_THE_PLAN = frozenset(
    {
        TransactionKind.DUE_DATE_CHANGE,
        TransactionKind.HOLIDAY,
        TransactionKind.EXTENSION,
        TransactionKind.RESTRUCTURE,
    }
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come of a loan."""

    next_fen: int
    next_due_on: date | None
    last_due_on: date | None
    instalments_left: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Effect:
    """The loan as it goes on now, and as it would go on."""

    before: Outlook
    after: Outlook

    @property
    def more_fen(self) -> int:
        """What it costs in all; less than zero where it saves something."""
        return self.after.total_fen - self.before.total_fen

    @property
    def size_fen(self) -> int:
        """How much more or less."""
        return abs(self.more_fen)


def effect_of(loan: Loan, *, kind: TransactionKind, change: Change, on: date) -> Effect:
    """What the wish would do if it counted from today. Raises what asking for it raises."""
    assert kind in CHANGES_THE_PLAN
    as_asked = LoanChange(loan=loan, kind=kind, value_date=on, terms=log.kept_change(change))
    changes.insist_on_possible(as_asked, on)
    terms, told, _ = beyond_the_cap.known_on(loan, on=on)
    wished = Transaction(
        kind=kind,
        sequence=max(each.sequence for each in told) + 1,
        value_date=on,
        amount_fen=0,
        change=change,
    )
    before, after = fold(terms, told, on), fold(terms, [*told, wished], on)
    return Effect(before=_outlook(before), after=_outlook(after))


def _outlook(state: LoanState) -> Outlook:
    left = [line for line in state.instalments if line.outstanding_fen > 0]
    return Outlook(
        next_fen=left[0].outstanding_fen if left else 0,
        next_due_on=left[0].due_on if left else None,
        last_due_on=left[-1].due_on if left else None,
        instalments_left=len(left),
        total_fen=sum(line.outstanding_fen for line in left),
    )
