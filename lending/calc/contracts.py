"""What the arithmetic of a loan takes and gives: terms, transactions, and the state they make.

All amounts are whole fen, all rates parts per million a year, all days Shanghai days.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from lending.calc.conventions.strategies import DEFAULT, Component, Strategy

MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Instalment:
    """One row of a repayment schedule; its interest is earned day by day from `starts_on`.

    Where terms change within a row, it starts again on that day: `carried_fen` of its interest was
    earned before, and `span` says what part of a period is left to it.
    """

    number: int
    starts_on: date
    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int = 0
    carried_fen: int = 0
    span: Fraction = Fraction(1)

    @property
    def total_fen(self) -> int:
        """What is to be paid on the due date."""
        return self.principal_fen + self.interest_fen + self.fee_fen

    @property
    def months(self) -> int:
        """How many months its whole period has; shorter ones are told as months, too."""
        years = self.due_on.year - self.starts_on.year
        return max(MONTHS_IN_YEAR * years + self.due_on.month - self.starts_on.month, 1)

    def interest_through(self, day: date) -> int:
        """Interest earned by time alone: rounded down daily, exact on the due date."""
        length_days = (self.due_on - self.starts_on).days
        elapsed_days = min(max((day - self.starts_on).days, 0), length_days)
        ahead_fen = self.interest_fen - self.carried_fen
        return self.carried_fen + ahead_fen * elapsed_days // length_days


@dataclass(frozen=True, slots=True)
class Terms:
    """What was signed. The schedule starts on the day the money was paid out.

    `method` and `step_days` (0 for months) are what a plan is made again with, when terms change.
    """

    principal_fen: int
    annual_rate_ppm: int
    schedule: tuple[Instalment, ...]
    penalty_rate_ppm: int
    grace_days: int
    disbursed_on: date
    strategy: Strategy = DEFAULT
    method: str = "EQUAL_INSTALMENT"
    step_days: int = 0
    step_months: int = 1

    def __post_init__(self) -> None:
        assert self.schedule[0].starts_on == self.disbursed_on
        assert sum(row.principal_fen for row in self.schedule) == self.principal_fen
        assert self.penalty_rate_ppm >= 0
        assert self.grace_days >= 0


class TransactionKind(StrEnum):
    """What may happen to a loan; the fold gives each its effect."""

    DISBURSEMENT = "DISBURSEMENT"
    RATE_CHANGE = "RATE_CHANGE"
    DUE_DATE_CHANGE = "DUE_DATE_CHANGE"
    HOLIDAY = "HOLIDAY"
    EXTENSION = "EXTENSION"
    RESTRUCTURE = "RESTRUCTURE"
    CHARGE = "CHARGE"
    WAIVER = "WAIVER"
    MERCHANT_REFUND = "MERCHANT_REFUND"
    REPAYMENT = "REPAYMENT"
    PREPAYMENT = "PREPAYMENT"
    PAYOFF = "PAYOFF"
    WITHDRAWAL = "WITHDRAWAL"
    WRITE_OFF = "WRITE_OFF"
    RECOVERY = "RECOVERY"
    CREDIT_BALANCE_REFUND = "CREDIT_BALANCE_REFUND"
    REVERSAL = "REVERSAL"
    CHARGEBACK = "CHARGEBACK"


UNDOING = frozenset({TransactionKind.REVERSAL, TransactionKind.CHARGEBACK})
CHANGES_OF_TERMS = frozenset(
    {
        TransactionKind.RATE_CHANGE,
        TransactionKind.DUE_DATE_CHANGE,
        TransactionKind.HOLIDAY,
        TransactionKind.EXTENSION,
        TransactionKind.RESTRUCTURE,
    }
)
# What brings money to us, whoever it comes from.
MONEY_IN = frozenset(
    {
        TransactionKind.MERCHANT_REFUND,
        TransactionKind.REPAYMENT,
        TransactionKind.PREPAYMENT,
        TransactionKind.PAYOFF,
        TransactionKind.WITHDRAWAL,
        TransactionKind.RECOVERY,
    }
)
WITHOUT_MONEY = UNDOING | CHANGES_OF_TERMS | {TransactionKind.WRITE_OFF}
# Interest paid ahead may cover all that closes a loan: then nothing is left to pay.
MAY_BE_NOTHING = WITHOUT_MONEY | {TransactionKind.PAYOFF}


class Policy(StrEnum):
    """What an early payment does to the instalments that are left."""

    REDUCE_TERM = "REDUCE_TERM"
    REDUCE_INSTALMENT = "REDUCE_INSTALMENT"
    NEXT_DUE = "NEXT_DUE"


@dataclass(frozen=True, slots=True)
class Change:
    """What a transaction says beyond its amount; each kind reads its own part of it."""

    policy: Policy = Policy.REDUCE_INSTALMENT
    periods: int = 0
    annual_rate_ppm: int | None = None
    due_on: date | None = None
    waives_penalty: bool = False
    refunds_interest: bool = False
    charges_interest: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of a loan's log. `sequence` is unique in the loan; a reversal names another's."""

    kind: TransactionKind
    sequence: int
    value_date: date
    amount_fen: int
    reverses: int | None = None
    change: Change = Change()

    def __post_init__(self) -> None:
        assert (self.kind in UNDOING) == (self.reverses is not None)
        assert self.amount_fen > 0 or self.kind in MAY_BE_NOTHING


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
    """One component: due = paid + waived + written off + outstanding."""

    due_fen: int = 0
    paid_fen: int = 0
    waived_fen: int = 0
    written_off_fen: int = 0

    @property
    def settled_fen(self) -> int:
        """No longer owed, whatever the reason."""
        return self.paid_fen + self.waived_fen + self.written_off_fen

    @property
    def outstanding_fen(self) -> int:
        """Still to be paid, whether or not its day has come."""
        return self.due_fen - self.paid_fen - self.waived_fen - self.written_off_fen


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """An instalment as it stands. `overdue_fen_days` is what its penalty is computed from."""

    scheduled: Instalment
    principal: Balance
    interest: Balance
    penalty: Balance = Balance()
    fee: Balance = Balance()
    overdue_fen_days: int = 0
    penalty_carried_fen: int = 0
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
    def written_off_fen(self) -> int:
        """What of it was given up as lost."""
        return (
            self.principal.written_off_fen
            + self.interest.written_off_fen
            + self.penalty.written_off_fen
            + self.fee.written_off_fen
        )

    @property
    def outstanding_fen(self) -> int:
        """Everything still to be paid on it."""
        return (
            self.principal.outstanding_fen
            + self.interest.outstanding_fen
            + self.penalty.outstanding_fen
            + self.fee.outstanding_fen
        )

    def balance(self, component: Component) -> Balance:
        """The named component."""
        found: Balance = getattr(self, component.value.lower())
        return found

    def with_balance(self, component: Component, balance: Balance) -> "InstalmentState":
        """The same instalment with another balance of one component."""
        part: dict[str, Any] = {component.value.lower(): balance}
        return replace(self, **part)

    def fee_earned_fen(self, through: date) -> int:
        """Fees that count as income: when their day is past, or already settled."""
        return self.fee.due_fen if self.due_on < through else self.fee.settled_fen

    def fee_owed_fen(self, through: date) -> int:
        """Fees that leaving early does not spare: those of a period that has begun."""
        has_begun = self.scheduled.starts_on <= through
        return self.fee.due_fen if has_begun else self.fee.settled_fen

    def fee_ahead_fen(self, through: date) -> int:
        """Fees paid for a period that has not begun: leaving early spares them as well."""
        return 0 if self.scheduled.starts_on <= through else self.fee.paid_fen

    def interest_earned_fen(self, through: date) -> int:
        """Income so far: what time has earned, and never behind the money already received."""
        by_time = self.scheduled.interest_through(through)
        return min(self.interest.due_fen, max(by_time, self.interest.settled_fen))

    def interest_ahead_fen(self, through: date) -> int:
        """Interest paid before time had earned it; what was forgiven of it was not paid."""
        by_time = min(self.scheduled.interest_through(through), self.interest.due_fen)
        owed_fen = max(by_time - self.interest.waived_fen - self.interest.written_off_fen, 0)
        return max(self.interest.paid_fen - owed_fen, 0)


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
    # Money given back: a credit balance, or more than it, which then is owed again.
    refunded_fen: int = 0
    # Interest given back on a part that a merchant returned.
    interest_returned_fen: int = 0
    recovered_fen: int = 0
    annual_rate_ppm: int = 0
    level_fen: int = 0
    written_off_on: date | None = None
    withdrawn_on: date | None = None
    # The day of the month that was chosen for due dates; none while it is the payout's.
    due_day: int | None = None

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
    def fee_outstanding_fen(self) -> int:
        """Fees of the whole schedule not yet paid."""
        return _total(line.fee.outstanding_fen for line in self.instalments)

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
    def fee_accrued_fen(self) -> int:
        """Fees that count as income through the day of the state, paid or not."""
        return _total(line.fee_earned_fen(self.through) for line in self.instalments)

    @property
    def written_off_fen(self) -> int:
        """What was given up as lost, of every component."""
        return _total(line.written_off_fen for line in self.instalments)

    @property
    def waived_fen(self) -> int:
        """Forgiven so far: owed no longer, and never received."""
        return _total(each.amount_fen for each in self.allocations if each.is_waiver)

    @property
    def is_settled(self) -> bool:
        """The money went out and nothing is left to pay; what was written off was not paid."""
        is_lost = self.written_off_on is not None
        return bool(self.instalments) and self.outstanding_fen == 0 and not is_lost

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
    fee_fen: int = 0
    # What was paid ahead beyond all that is left: it comes back.
    back_fen: int = 0
    ahead_fen: int = 0

    @property
    def principal_before_fen(self) -> int:
        """The principal as the loan has it, before what was paid ahead repays some."""
        return self.principal_fen + self.ahead_fen

    @property
    def total_fen(self) -> int:
        """Paid as a pay-off on that day, it closes the loan to zero."""
        return self.principal_fen + self.interest_fen + self.penalty_fen + self.fee_fen


def _total(amounts: Iterable[int]) -> int:
    return sum(amounts)
