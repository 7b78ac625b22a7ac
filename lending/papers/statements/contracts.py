"""What a statement says of a loan over some days. All amounts are whole fen.

The balance is what the books call owed: principal, and what was charged up to the day. It moves by
nothing but the movements of the statement:

    opening + paid out + charged + paid back to you
            - paid - returned by the merchant - waived - interest given back = closing
"""

from dataclasses import dataclass, fields
from datetime import date

from lending.calc.contracts import TransactionKind


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed at the end of a day, by what it is; `credit_fen` is what we owe instead.

    What was booked as a loss is still owed, and nothing is added to it.
    """

    principal_fen: int = 0
    interest_fen: int = 0
    fee_fen: int = 0
    penalty_fen: int = 0
    loss_fen: int = 0
    credit_fen: int = 0

    @property
    def total_fen(self) -> int:
        """The balance; below zero where more was paid than was owed."""
        asked_fen = self.principal_fen + self.interest_fen + self.fee_fen + self.penalty_fen
        return asked_fen + self.loss_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class Movements:
    """Everything that moved a balance between two days; each figure is counted its own way up."""

    paid_out_fen: int = 0
    interest_fen: int = 0
    fee_fen: int = 0
    penalty_fen: int = 0
    paid_back_fen: int = 0
    paid_fen: int = 0
    merchant_fen: int = 0
    waived_fen: int = 0
    given_back_fen: int = 0

    @property
    def charged_fen(self) -> int:
        """What the loan cost in these days, before anything was waived or given back."""
        return self.interest_fen + self.fee_fen + self.penalty_fen

    @property
    def cost_fen(self) -> int:
        """What it cost in the end."""
        return self.charged_fen - self.waived_fen - self.given_back_fen

    @property
    def balance_fen(self) -> int:
        """By how much the balance has risen."""
        more_fen = self.paid_out_fen + self.charged_fen + self.paid_back_fen
        less_fen = self.paid_fen + self.merchant_fen + self.waived_fen + self.given_back_fen
        return more_fen - less_fen


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the money of one payment went; below zero what an earlier payment lost to another part.

    `loss_fen` went against what was booked as a loss, `credit_fen` is kept for the borrower.
    """

    principal_fen: int = 0
    interest_fen: int = 0
    fee_fen: int = 0
    penalty_fen: int = 0
    loss_fen: int = 0
    credit_fen: int = 0

    @property
    def total_fen(self) -> int:
        """All of it."""
        known_fen = self.principal_fen + self.interest_fen + self.fee_fen + self.penalty_fen
        return known_fen + self.loss_fen + self.credit_fen


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. What was undone, and its undoing, move nothing.

    `amount_fen` is what was asked of it, `waived_fen` what of a waiver found something to forgive.
    """

    sequence: int
    on: date
    kind: TransactionKind
    amount_fen: int
    parts: Parts
    waived_fen: int
    balance_fen: int | None
    undone_on: date | None = None
    undoes_on: date | None = None

    @property
    def told_fen(self) -> int:
        """The amount of its row: of a waiver only what found something to forgive."""
        is_waiver = self.kind is TransactionKind.WAIVER and self.counts
        return self.waived_fen if is_waiver else self.amount_fen

    @property
    def counts(self) -> bool:
        """Whether it moved anything."""
        return self.balance_fen is not None


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment whose day lies in the period, as it stood at its end."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    fee_fen: int
    penalty_fen: int
    paid_fen: int
    waived_fen: int
    written_off_fen: int
    settled_on: date | None

    @property
    def due_fen(self) -> int:
        """What was to be paid, being late included."""
        return self.principal_fen + self.interest_fen + self.fee_fen + self.penalty_fen

    @property
    def open_fen(self) -> int:
        """What of it is still to be paid."""
        return self.due_fen - self.paid_fen - self.waived_fen - self.written_off_fen


@dataclass(frozen=True, slots=True)
class Account:
    """A loan from the morning of `since` to the evening of `until`.

    A payment goes to the interest of the instalment that runs before its principal, also while time
    has not earned all of it. `ahead_fen` is what of `so_far` is such interest: it comes off when
    the loan is paid off early.
    """

    since: date
    until: date
    opening: Owed
    closing: Owed
    movements: Movements
    so_far: Movements
    dues: tuple[Due, ...]
    entries: tuple[Entry, ...]
    ahead_fen: int = 0

    @property
    def due_fen(self) -> int:
        """What was to be paid in these days."""
        return sum(each.due_fen for each in self.dues)


@dataclass(frozen=True, slots=True)
class Statement:
    """A loan's account with what it takes to read it; `known_on` is the day it was drawn up."""

    loan: str
    product_name: str
    known_on: date
    principal_fen: int
    annual_rate_ppm: int
    disbursed_on: date
    account: Account
    points_earned: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All loans of a borrower that were paid out, over the same days."""

    since: date
    until: date
    known_on: date
    statements: tuple[Statement, ...]

    @property
    def opening_fen(self) -> int:
        """Owed before, over all of them."""
        return sum(each.account.opening.total_fen for each in self.statements)

    @property
    def closing_fen(self) -> int:
        """Owed after."""
        return sum(each.account.closing.total_fen for each in self.statements)

    @property
    def movements(self) -> Movements:
        """What moved over all of them."""
        each_of = [each.account.movements for each in self.statements]
        return Movements(
            **{
                part.name: sum(getattr(each, part.name) for each in each_of)
                for part in fields(Movements)
            }
        )
