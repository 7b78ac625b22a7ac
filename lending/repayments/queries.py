"""What a loan's page tells the borrower: what is due, what may be paid, what closing it costs."""

from dataclasses import dataclass
from datetime import date

from lending.calc import settlement
from lending.calc.contracts import InstalmentState, Quote
from lending.calc.fold import amount_due, next_due, payable
from lending.channels import queries as transfers
from lending.loans.models import Loan
from lending.loans.models import LoanState as Life
from lending.servicing.waiving import beyond_the_cap


@dataclass(frozen=True, slots=True)
class Standing:
    """A loan that was paid out, as it stands on a day.

    `due_fen` is what should have been paid by now, penalty included; `most_fen` is the most that
    may be paid without paying off, which leaves out what is on its way already.
    """

    on: date
    instalments: tuple[InstalmentState, ...]
    next_due: InstalmentState | None
    due_fen: int
    most_fen: int
    collecting_fen: int
    days_past_due: int
    quote: Quote

    @property
    def paid_count(self) -> int:
        """Instalments that are fully paid."""
        return sum(line.outstanding_fen == 0 for line in self.instalments)

    @property
    def suggested_fen(self) -> int:
        """What is due, or else the next instalment, without what is on its way already."""
        wanted_fen = self.due_fen or (self.next_due.outstanding_fen if self.next_due else 0)
        return min(max(wanted_fen - self.collecting_fen, 0), self.most_fen)


def standing(loan: Loan, *, on: date) -> Standing | None:
    """How the loan stands on a day; nothing before it was paid out."""
    if loan.disbursed_on is None or loan.state == Life.CANCELLED:
        return None
    state = beyond_the_cap.state_on(loan, on=on)
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
    )
