"""What became of a loan, had it been given: the same life lived again, with the instalments in it.

A default is never drawn. The money does not suffice (work lost, a large bill, no cushion, nobody
to help), or it does and is not handed over (little discipline wears out), or the person never
meant to pay. `group` causes nothing of it.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from simulation.world.events import Kind
from simulation.world.lives import World, decided, wished
from simulation.world.money.decisions import Wish
from simulation.world.money.purse import Debt, Purse

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DAY = 86_400
HORIZON_DAYS, LATE_DAYS, BEHIND = 365, 90, 3
# From five to sixteen months of records before, and at least a year and a due day after.
AS_OF_MONTHS, MONTHS, TIMES = tuple(range(5, 16)), 29, 3
APPLIES, APPLIES_SHORT = 0.30, 0.75
# The chance, at each due day, that somebody without discipline will not go on paying.
WEARY, WEARY_POWER, HELD = 0.06, 3.0, 0.5
TERMS = (6, 9, 12)
MONTHLY_RATE = 0.012
# In months of income: the least that is asked for, how much more, and what the careless add.
LEAST, MORE, EAGER = 1.7, 2.6, 0.6


class Cause(IntEnum):
    """Why a loan was not paid back."""

    NONE = 0
    UNABLE = 1
    UNWILLING = 2
    FRAUD = 3


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Loans as parallel arrays: who applied and when, what for, and what became of it.

    `as_of` is in seconds; the person's records before it are those of the world itself.
    """

    person: Whole
    as_of: Whole
    principal_fen: Whole
    instalment_fen: Whole
    term_months: Whole
    is_bad: Flags
    cause: Whole

    def __len__(self) -> int:
        return len(self.person)


Loan = tuple[int, int, int, int, int, bool, int]
Lived = list[tuple[Wish, int, int]]


def outcomes(world: World, *, as_of_months: Sequence[int] = AS_OF_MONTHS) -> Outcomes:
    """Everybody who asks at one of the moments, and what each loan by itself came to.

    The same world gives the same answer. A month whose year after it is not lived is left out.
    """
    last = world.days.begins[-1] + DAY
    first = [world.days.begins[world.days.index_of(day)] for day in world.days.first_of_month]
    moments = [
        int(first[month])
        for month in as_of_months
        if month < len(first) and first[month] + (HORIZON_DAYS + 31) * DAY <= last
    ]
    loans = [
        loan for person in range(len(world.people)) for loan in loans_of(world, person, moments)
    ]
    columns = np.array(loans, dtype=np.int64).reshape(-1, len(fields(Outcomes))).T
    person, as_of, principal, instalment, term, is_bad, cause = columns
    return Outcomes(person, as_of, principal, instalment, term, is_bad.astype(np.bool_), cause)


def loans_of(world: World, person: int, moments: Sequence[int]) -> Iterator[Loan]:
    """One person's applications, each a branch of the one life."""
    bounds = np.searchsorted(world.wishes.person, (person, person + 1))
    life = list(wished(world.wishes, int(bounds[0]), int(bounds[1])))
    wills = wills_of(world, person, life)
    purse = Purse(world.people, person, is_in_ring=bool(world.graph.ring[person] >= 0))
    paid: dict[int, int] = {}
    chance = np.random.default_rng((world.seed, 91, person))
    place = 0
    for at in asked_at(world, person, moments, chance):
        applies, wanted = chance.random(), chance.random()
        term, turns = TERMS[int(chance.integers(len(TERMS)))], chance.random(24).tolist()
        while place < len(life) and life[place][0].seconds < at:
            decided(purse, *life[place], iter((wills[place],)), paid)
            place += 1
        if is_free(purse) and applies < eagerness(purse):
            branch = Branch(at, copied(purse), turns)
            branch.borrow(wanted, term)
            branch.live(life[place:], wills[place:], dict(paid))
            yield (person, *branch.outcome())


def asked_at(
    world: World, person: int, moments: Sequence[int], chance: np.random.Generator
) -> Sequence[int]:
    """Some days of a few months; who means to take and go asks when they do in the world itself."""
    months = sorted(chance.permutation(len(moments))[:TIMES].tolist())
    spread = chance.integers(0, 28 * DAY, TIMES).tolist()
    if not world.people.has_fraud_intent[person] and world.graph.ring[person] < 0:
        return [moments[month] + later for month, later in zip(months, spread, strict=False)]
    debt = world.debts[person]
    return [debt.at] if debt and moments and debt.at < moments[-1] + 31 * DAY else []


def wills_of(world: World, person: int, life: Lived) -> list[float]:
    """The small decisions of each wish, as they were; a refund takes none."""
    chance = np.random.default_rng()
    chance.bit_generator.state = world.begun[person]
    takes = np.array([wish.kind != Kind.REFUND for wish, _, _ in life], dtype=np.int64)
    drawn = chance.random(int(takes.sum()) + 1)
    return [float(each) for each in drawn[np.cumsum(takes) - takes]]


def is_free(purse: Purse) -> bool:
    """Nobody has two loans at once."""
    debt = purse.debt
    return debt is None or len(debt.paid_at) >= debt.term


def eagerness(purse: Purse) -> float:
    """Who is short asks more often: whoever lends sees more of them than there are."""
    is_short = purse.liquid < 0.5 * purse.income
    return APPLIES_SHORT if is_short or not purse.means_to_pay else APPLIES


def copied(purse: Purse) -> Purse:
    other = copy(purse)
    other.balances, other.bnpl_used = dict(purse.balances), dict(purse.bnpl_used)
    other.added = []
    return other


@dataclass(slots=True)
class Branch:
    """One life from the day of the loan on."""

    at: int
    purse: Purse
    turns: list[float]
    is_weary: bool = False
    missed: list[bool] = field(default_factory=list)

    @property
    def debt(self) -> Debt:
        assert self.purse.debt is not None
        return self.purse.debt

    def borrow(self, wanted: float, term: int) -> None:
        """What was borrowed is spent on what it was borrowed for, at once: the purse sees none."""
        purse = self.purse
        fen = purse.income * (LEAST + MORE * wanted + EAGER * (1 - purse.discipline))
        principal = max(100_000, int(fen // 50_000) * 50_000)
        instalment = int(principal * (1 / term + MONTHLY_RATE))
        purse.debt = Debt(self.at, principal, instalment, term)

    def live(self, life: Lived, wills: Sequence[float], paid: dict[int, int]) -> None:
        end = self.at + HORIZON_DAYS * DAY
        for (wish, number, parent), will in zip(life, wills, strict=True):
            if wish.seconds >= end:
                return
            if wish.kind == Kind.LOAN_REPAYMENT:
                self.grow_weary(len(self.debt.due_at))
            decided(self.purse, wish, number, parent, iter((will,)), paid)
            if wish.kind == Kind.REMINDER and self.debt.owes:
                self.missed.append(self.purse.liquid >= self.debt.instalment_fen)

    def grow_weary(self, due: int) -> None:
        """Some stop paying though they could; family holds some of them back."""
        purse = self.purse
        chance = WEARY * (1 - purse.discipline) ** WEARY_POWER * (1 - HELD * purse.support)
        if due and purse.means_to_pay and self.turns[due % len(self.turns)] < chance:
            self.is_weary, purse.means_to_pay = True, False

    def outcome(self) -> tuple[int, int, int, int, bool, int]:
        debt, cause = self.debt, Cause.NONE
        is_bad = went_bad(debt, self.at + HORIZON_DAYS * DAY)
        if is_bad:
            cause = self.cause()
        return self.at, debt.principal_fen, debt.instalment_fen, debt.term, is_bad, int(cause)

    def cause(self) -> Cause:
        """Fraud never meant to; who had the money most times that it was asked for, would not."""
        if not self.purse.means_to_pay and not self.is_weary:
            return Cause.FRAUD
        could = sum(self.missed) * 2 > len(self.missed)
        return Cause.UNWILLING if could else Cause.UNABLE


def went_bad(debt: Debt, end: int) -> bool:
    """Ninety days late with one instalment, or three behind, before the horizon's end."""
    paid = [*debt.paid_at, *[end + LATE_DAYS * DAY] * debt.owes]
    for place, (due, settled) in enumerate(zip(debt.due_at, paid, strict=True)):
        if min(settled, end) - due >= LATE_DAYS * DAY:
            return True
        if place >= BEHIND - 1 and paid[place - BEHIND + 1] > due:
            return True
    return False
