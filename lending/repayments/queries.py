"""What a loan's page tells the borrower: what is due, what may be paid, what closing it costs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lending.calc import settlement
from lending.calc.contracts import (
    InstalmentState,
    LoanState,
    Policy,
    Quote,
    Transaction,
    TransactionKind,
)
from lending.calc.conventions.strategies import Component
from lending.calc.fold import amount_due, next_due, payable
from lending.channels import queries as transfers
from lending.loans.models import Loan
from lending.loans.models import LoanState as Life
from lending.servicing.waiving import beyond_the_cap

# What lowers the principal beyond any instalment. The log books it on the one that runs.
EARLY = frozenset({TransactionKind.PREPAYMENT, TransactionKind.MERCHANT_REFUND})


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan that was paid out, as it stands on a day.

    `due_fen` is what should have been paid by now, penalty included; `most_fen` is the most that
    may be paid without paying off, which leaves out what is on its way already. `early_fen` is
    what came early or back from a merchant, by the number of the instalment on which it is booked.
    """

    on: date
    instalments: tuple[InstalmentState, ...]
    next_due: InstalmentState | None
    due_fen: int
    most_fen: int
    collecting_fen: int
    days_past_due: int
    quote: Quote
    early_fen: Mapping[int, int]

    @property
    def following(self) -> InstalmentState | None:
        """The next instalment that is not in `due_fen`: on a due day the one after it."""
        ahead = (each for each in self.instalments if each.due_on > self.on)
        return next((each for each in ahead if each.outstanding_fen), None)

    @property
    def paid_count(self) -> int:
        """Instalments that are fully paid."""
        return sum(line.outstanding_fen == 0 for line in self.instalments)

    @property
    def overdue_fen(self) -> int:
        """What should have been paid before today, with what being late has cost."""
        return sum(line.outstanding_fen for line in self.instalments if line.due_on < self.on)

    @property
    def suggested_fen(self) -> int:
        """What is due, or else the next instalment, without what is on its way already."""
        wanted_fen = self.due_fen or (self.next_due.outstanding_fen if self.next_due else 0)
        return min(max(wanted_fen - self.collecting_fen, 0), self.most_fen)


def standing(loan: Loan, *, on: date) -> Standing | None:
    """How the loan stands on a day; nothing before it was paid out."""
    if loan.disbursed_on is None or loan.state == Life.CANCELLED:
        return None
    _terms, log, state = beyond_the_cap.known_on(loan, on=on)
    collecting_fen = transfers.collecting_fen(loan.pk)
    return Standing(
        on=on,
        instalments=state.instalments,
        next_due=next_due(state, on),
        due_fen=amount_due(state, on),
        most_fen=max(payable(state, on) - collecting_fen, 0),
        collecting_fen=collecting_fen,
        days_past_due=state.dpd(on),
        quote=settlement.quote(state),
        early_fen=_early_fen(state, log),
    )


def _early_fen(state: LoanState, log: Iterable[Transaction]) -> Mapping[int, int]:
    """Principal that was paid before its time, without what of that money was due."""
    came_on = {
        each.sequence: each.value_date
        for each in log
        if each.kind in EARLY and each.change.policy is not Policy.NEXT_DUE
    }
    lines = {line.number: line for line in state.instalments}
    early_fen: Counter[int] = Counter()
    for each in state.allocations:
        if each.component is not Component.PRINCIPAL or each.sequence not in came_on:
            continue
        line = lines.get(each.instalment)
        if line is not None and came_on[each.sequence] < line.due_on:
            early_fen[each.instalment] += each.amount_fen
    return {at: min(fen, lines[at].scheduled.principal_fen) for at, fen in early_fen.items()}
