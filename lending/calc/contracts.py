"""What the arithmetic of a loan takes and gives: terms, transactions, and the state they make.

All amounts are whole fen, all rates parts per million a year, all days Shanghai days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Instalment:
    """One row of a repayment schedule; its interest is earned day by day from `starts_on`."""

    number: int
    starts_on: date
    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int = 0

    @property
    def total_fen(self) -> int:
        """What is to be paid on the due date."""
        return self.principal_fen + self.interest_fen + self.fee_fen

    def interest_through(self, day: date) -> int:
        """Interest earned by time alone: rounded down daily, exact on the due date."""
        length_days = (self.due_on - self.starts_on).days
        elapsed_days = min(max((day - self.starts_on).days, 0), length_days)
        return self.interest_fen * elapsed_days // length_days


@dataclass(frozen=True, slots=True)
class Terms:
    """What was signed. The schedule starts on the day the money was paid out."""

    principal_fen: int
    annual_rate_ppm: int
    schedule: tuple[Instalment, ...]
    penalty_rate_ppm: int
    grace_days: int
    disbursed_on: date

    def __post_init__(self) -> None:
        assert self.schedule[0].starts_on == self.disbursed_on
        assert sum(row.principal_fen for row in self.schedule) == self.principal_fen
        assert self.penalty_rate_ppm >= 0
        assert self.grace_days >= 0


class TransactionKind(StrEnum):
    """What may happen to a loan; the fold gives each its effect."""

    DISBURSEMENT = "DISBURSEMENT"
    WAIVER = "WAIVER"
    REPAYMENT = "REPAYMENT"
    PAYOFF = "PAYOFF"
    REVERSAL = "REVERSAL"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of a loan's log. `sequence` is unique in the loan; a reversal names another's."""

    kind: TransactionKind
    sequence: int
    value_date: date
    amount_fen: int
    reverses: int | None = None

    def __post_init__(self) -> None:
        is_reversal = self.kind is TransactionKind.REVERSAL
        assert is_reversal == (self.reverses is not None)
        assert self.amount_fen > 0 or is_reversal


class Component(StrEnum):
    """What an instalment is made of."""

    PENALTY = "PENALTY"
    INTEREST = "INTEREST"
    PRINCIPAL = "PRINCIPAL"


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of one transaction went to one component of one instalment."""

    sequence: int
    instalment: int
    component: Component
    amount_fen: int
    is_waiver: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """One component: due = paid + waived + outstanding."""

    due_fen: int = 0
    paid_fen: int = 0
    waived_fen: int = 0

    @property
    def settled_fen(self) -> int:
        """No longer owed, whatever the reason."""
        return self.paid_fen + self.waived_fen

    @property
    def outstanding_fen(self) -> int:
        """Still to be paid, whether or not its day has come."""
        return self.due_fen - self.settled_fen


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """An instalment as it stands. `overdue_fen_days` is what its penalty is computed from."""

    scheduled: Instalment
    principal: Balance
    interest: Balance
    penalty: Balance = Balance()
    overdue_fen_days: int = 0
    settled_on: date | None = None

    @property
    def number(self) -> int:
        """From 1."""
        return self.scheduled.number

    @property
    def due_on(self) -> date:
        """The last day on which paying is on time."""
        return self.scheduled.due_on

    @property
    def outstanding_fen(self) -> int:
        """Everything still to be paid on it."""
        return sum(self.balance(component).outstanding_fen for component in Component)

    def balance(self, component: Component) -> Balance:
        """The named component."""
        if component is Component.PENALTY:
            return self.penalty
        return self.interest if component is Component.INTEREST else self.principal

    def interest_earned_fen(self, through: date) -> int:
        """Income so far: what time has earned, and never behind the money already received."""
        by_time = self.scheduled.interest_through(through)
        return min(self.interest.due_fen, max(by_time, self.interest.settled_fen))


@dataclass(frozen=True, slots=True)
class LoanState:
    """A loan at the end of the day `through`, made of nothing but its terms and its log."""

    terms: Terms
    through: date
    instalments: tuple[InstalmentState, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    disbursed_fen: int = 0
    received_fen: int = 0
    overpaid_fen: int = 0
    waiver_unused_fen: int = 0

    @property
    def principal_outstanding_fen(self) -> int:
        """Principal not yet repaid, due or not."""
        return _total(line.principal.outstanding_fen for line in self.instalments)

    @property
    def interest_outstanding_fen(self) -> int:
        """Interest of the whole schedule not yet paid, earned or not."""
        return _total(line.interest.outstanding_fen for line in self.instalments)

    @property
    def penalty_outstanding_fen(self) -> int:
        """Penalty through the day of the state, not yet paid."""
        return _total(line.penalty.outstanding_fen for line in self.instalments)

    @property
    def outstanding_fen(self) -> int:
        """Everything that keeping the schedule would still cost, penalty to date included."""
        return _total(line.outstanding_fen for line in self.instalments)

    @property
    def interest_accrued_fen(self) -> int:
        """Interest earned through the day of the state, paid or not."""
        return _total(line.interest_earned_fen(self.through) for line in self.instalments)

    @property
    def penalty_accrued_fen(self) -> int:
        """Penalty earned through the day of the state, paid or not."""
        return _total(line.penalty.due_fen for line in self.instalments)

    @property
    def waived_fen(self) -> int:
        """Forgiven so far: owed no longer, and never received."""
        return _total(each.amount_fen for each in self.allocations if each.is_waiver)

    @property
    def is_settled(self) -> bool:
        """The money went out and nothing is left to pay."""
        return bool(self.instalments) and self.outstanding_fen == 0

    @property
    def settled_on(self) -> date | None:
        """The day on which the last fen came in."""
        if not self.is_settled:
            return None
        return max(line.settled_on for line in self.instalments if line.settled_on is not None)

    @property
    def oldest_unpaid_due_on(self) -> date | None:
        """The due date of the first instalment that is not fully paid; it may lie ahead."""
        unpaid = (line.due_on for line in self.instalments if line.outstanding_fen > 0)
        return next(unpaid, None)

    def dpd(self, on: date) -> int:
        """Days past due: from the oldest unpaid due date, grace included, or zero."""
        oldest = self.oldest_unpaid_due_on
        return 0 if oldest is None else max((on - oldest).days, 0)


@dataclass(frozen=True, slots=True)
class Quote:
    """What closes a loan on a day, and what closing it then saves against the schedule."""

    on: date
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    saved_fen: int

    @property
    def total_fen(self) -> int:
        """Paid as a pay-off on that day, it closes the loan to zero."""
        return self.principal_fen + self.interest_fen + self.penalty_fen


def _total(amounts: Iterable[int]) -> int:
    return sum(amounts)
