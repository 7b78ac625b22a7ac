"""Moral hazard: money used otherwise than was said, and not paying what could be paid. Pure.

It looks at one person's own records only. How others behave is no part of it, except a ring that
the person stands in. The index is for people who look at a case or help early: it prices nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from borrowers.behaviour.contracts import Category, Direction
from scoring.graph.contracts import Integers

DAY = 86_400
# What follows a payout is looked at for a month, beside the three months before it.
AFTER, BEFORE, MONTHS_BEFORE = 30 * DAY, 90 * DAY, 3
# What nobody borrows for, whatever the purpose; for a course nothing is handed out in cash either.
CONTRADICTS: Mapping[str, frozenset[Category]] = {
    "CONSUMPTION": frozenset(
        {Category.GAMBLING_RISK, Category.INVESTMENT, Category.TRANSFER_SOCIAL}
    ),
    "EDUCATION": frozenset(
        {
            Category.GAMBLING_RISK,
            Category.INVESTMENT,
            Category.TRANSFER_SOCIAL,
            Category.CASH,
            Category.TRAVEL,
        }
    ),
}
NEEDS = frozenset(
    {Category.GROCERIES, Category.HOUSING, Category.UTILITIES_TELECOM, Category.TRANSPORT}
)
INCOME = frozenset({Category.INCOME_SALARY, Category.INCOME_OTHER})
# With half as much again as the instalment left after needs, somebody could have paid.
EASE = 1.5


@dataclass(frozen=True, eq=False)
class Flows:
    """One person's counted events."""

    seconds: Integers
    amount_fen: Integers
    direction: Integers
    category: Integers


@dataclass(frozen=True, slots=True)
class Deviation:
    """How much of a payout went where it was not meant to go, beyond what was usual before."""

    share: float
    by_category_fen: Mapping[int, int]


class Sign(StrEnum):
    """What an index rests on."""

    OTHER_USE = "OTHER_USE"
    COULD_PAY = "COULD_PAY"
    ROUND_MONEY = "ROUND_MONEY"
    IN_RING = "IN_RING"


WEIGHTS: Mapping[Sign, int] = {
    Sign.OTHER_USE: 35,
    Sign.COULD_PAY: 35,
    Sign.ROUND_MONEY: 10,
    Sign.IN_RING: 20,
}


@dataclass(frozen=True, slots=True)
class HazardIndex:
    """From 0 to 100, and what each sign adds to it."""

    points: float
    parts: Mapping[Sign, float]


def use_of_funds(flows: Flows, *, paid_out_at: int, principal_fen: int, scene: str) -> Deviation:
    """What contradicts the purpose in the month after a payout, over the usual of such a month."""
    went = flows.direction == Direction.OUT
    after = went & (flows.seconds > paid_out_at) & (flows.seconds <= paid_out_at + AFTER)
    before = went & (flows.seconds <= paid_out_at) & (flows.seconds > paid_out_at - BEFORE)
    found: dict[int, int] = {}
    for category in sorted(CONTRADICTS[scene]):
        here = flows.category == category
        usual = int(flows.amount_fen[before & here].sum()) // MONTHS_BEFORE
        more = int(flows.amount_fen[after & here].sum()) - usual
        if more > 0:
            found[int(category)] = more
    share = min(sum(found.values()) / principal_fen, 1.0) if principal_fen > 0 else 0.0
    return Deviation(share, found)


def could_have_paid(flows: Flows, *, missed_at: Integers, instalment_fen: int) -> float:
    """In what share of the months before a missed due day the income left enough after needs."""
    if not len(missed_at) or instalment_fen <= 0:
        return 0.0
    is_income = np.isin(flows.category, sorted(INCOME)) & (flows.direction == Direction.IN)
    is_need = np.isin(flows.category, sorted(NEEDS)) & (flows.direction == Direction.OUT)
    able = 0
    for due in missed_at.tolist():
        month = (flows.seconds <= due) & (flows.seconds > due - AFTER)
        left = int(flows.amount_fen[month & is_income].sum())
        left -= int(flows.amount_fen[month & is_need].sum())
        able += left >= EASE * instalment_fen
    return able / len(missed_at)


def missed_instalments(own: Flows) -> tuple[Integers, int]:
    """When instalments with us were not paid on time, and the usual amount of one in fen.

    `own` are the events of our own loans: money went out for an instalment on time, or none moved.
    """
    missed = (own.category == Category.CREDIT_REPAYMENT) & (own.direction == Direction.NEUTRAL)
    due = own.amount_fen[missed]
    return own.seconds[missed], int(np.median(due)) if len(due) else 0


def index(*, other_use: float, could_pay: float, round_share: float, in_ring: bool) -> HazardIndex:
    """The index and its parts; each share counts from 0 to 1."""
    shares = {
        Sign.OTHER_USE: other_use,
        Sign.COULD_PAY: could_pay,
        Sign.ROUND_MONEY: round_share,
        Sign.IN_RING: float(in_ring),
    }
    parts = {sign: WEIGHTS[sign] * min(max(share, 0.0), 1.0) for sign, share in shares.items()}
    return HazardIndex(sum(parts.values()), parts)
