"""How points are earned and what they buy. Pure; fixed at the moment of earning or buying.

Points are given for repaying as agreed and for nothing else: never for borrowing, inviting or
spending (reliability §5.3). What an early pay-off closes with less than its whole interest earns
nothing, so that borrowing and paying off at once, at no cost, brings no points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ON_TIME = "ON_TIME"
FEN_PER_POINT = 1_000  # of principal repaid on time: a point for every ten yuan
POINTS_LAST_DAYS = 730
ENTITLEMENTS_LAST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something that points buy."""

    code: str
    cost_points: int
    discount_ppm: int


BENEFITS: Mapping[str, Benefit] = {
    each.code: each
    for each in (
        Benefit(code="RATE_050", cost_points=50, discount_ppm=5_000),
        Benefit(code="RATE_100", cost_points=150, discount_ppm=10_000),
    )
}


def points_for(
    *, principal_fen: int, interest_fen: int, interest_due_fen: int, due_on: date, paid_on: date
) -> int:
    """Points for an instalment that was paid by its day with the whole of its interest.

    None when it came late, or when a pay-off took interest of its month off it.
    """
    is_as_agreed = paid_on <= due_on and interest_due_fen == interest_fen
    return principal_fen // FEN_PER_POINT if is_as_agreed else 0


def points_expire_on(earned_on: date) -> date:
    """The last day on which points of that day can be used."""
    return earned_on + timedelta(days=POINTS_LAST_DAYS)


def entitlement_expires_on(issued_on: date) -> date:
    """The last day on which a bought advantage can be used."""
    return issued_on + timedelta(days=ENTITLEMENTS_LAST_DAYS)


def oldest_first(remaining: Mapping[int, int], points: int) -> dict[int, int]:
    """Take points from lots in the order given: lot id to points taken, summing to `points`."""
    assert 0 < points <= sum(remaining.values())
    taken: dict[int, int] = {}
    for lot_id, available in remaining.items():
        taken[lot_id] = min(available, points - sum(taken.values()))
    return {lot_id: count for lot_id, count in taken.items() if count}
