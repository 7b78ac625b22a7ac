"""What a wish would make of a loan, before it is asked for or approved; nothing is written."""

from dataclasses import dataclass
from datetime import date

from lending.calc.contracts import Change, LoanState, Transaction, TransactionKind
from lending.calc.conventions.strategies import Component
from lending.calc.fold import amount_overdue, fold
from lending.loans import log
from lending.loans.models import Loan
from lending.servicing import changes, subledger
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
CHARGES = (Component.INTEREST, Component.FEE, Component.PENALTY)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come of a loan, and what it costs from its first day to its last.

    `overpaid_fen` is held for the borrower, `loss_fen` was given up.
    """

    next_fen: int
    next_due_on: date | None
    last_due_on: date | None
    instalments_left: int
    total_fen: int
    cost_fen: int
    annual_rate_ppm: int
    overpaid_fen: int
    loss_fen: int
    # What was due before the day, and the largest instalment from then on.
    overdue_fen: int
    dearest_fen: int


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
    return effect_of_change(as_asked, on=on)


def effect_of_change(row: LoanChange, *, on: date) -> Effect:
    """What a change of any kind would do if it were approved today, its money moved at once.

    Raises what approving it raises, so that nobody is shown what cannot happen.
    """
    changes.insist_on_possible(row, on)
    terms, told, before = beyond_the_cap.known_on(row.loan, on=on)
    wished = Transaction(
        kind=TransactionKind(row.kind),
        sequence=max(each.sequence for each in told) + 1,
        value_date=row.value_date,
        amount_fen=row.amount_fen,
        reverses=row.reverses_sequence,
        change=log.change_of(row.terms),
    )
    after = fold(terms, [*told, wished], on)
    return Effect(before=_outlook(before), after=_outlook(after))


def _outlook(state: LoanState) -> Outlook:
    left = [line for line in state.instalments if line.outstanding_fen > 0]
    return Outlook(
        next_fen=left[0].outstanding_fen if left else 0,
        next_due_on=left[0].due_on if left else None,
        last_due_on=left[-1].due_on if left else None,
        instalments_left=len(left),
        total_fen=sum(line.outstanding_fen for line in left),
        cost_fen=_cost_fen(state),
        annual_rate_ppm=state.annual_rate_ppm,
        overpaid_fen=state.overpaid_fen,
        loss_fen=state.written_off_fen,
        overdue_fen=amount_overdue(state, state.through),
        dearest_fen=max(
            (line.outstanding_fen for line in left if line.due_on >= state.through), default=0
        ),
    )


def _cost_fen(state: LoanState) -> int:
    """Interest, fees and penalty if the plan is kept, less what was waived or given back."""
    charged_fen = sum(
        line.interest.due_fen + line.fee.due_fen + line.penalty.due_fen
        for line in state.instalments
    )
    waived_fen = sum(subledger.waived_fen(state, each) for each in CHARGES)
    return charged_fen - waived_fen - state.interest_returned_fen
