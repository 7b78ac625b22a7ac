"""The rate that money really costs: the internal rate of return of what was got and given.

Float64 inside, parts per million outside; nothing here decides how much anybody owes.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby, pairwise

from common.rates import PPM
from lending.calc.contracts import MONTHS_IN_YEAR

NEAR = 1e-15
MOST_STEPS = 200
DAYS_IN_YEAR = 365

# Present value at a rate, and how fast it changes there.
Worth = Callable[[float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Flow:
    """Money after so many whole periods and a fraction of one, got (+) or given (-)."""

    amount_fen: int
    periods: int
    fraction: float = 0.0


class NoRate(ValueError):
    """The flows do not change sign exactly once, so that no rate, or no single one, fits them."""


def monthly_irr(flows_fen: Sequence[int]) -> float:
    """The rate of a month at which flows one month apart are worth nothing together.

    Either side's signs may be given. Raises NoRate.
    """
    return rate_per_period([Flow(amount_fen, month) for month, amount_fen in enumerate(flows_fen)])


def annual_nominal_ppm(flows_fen: Sequence[int], a_year: float = MONTHS_IN_YEAR) -> int:
    """Twelve times the month's rate, or so many times another period's. Raises NoRate."""
    return round(a_year * monthly_irr(flows_fen) * PPM)


def annual_effective_ppm(flows_fen: Sequence[int], a_year: float = MONTHS_IN_YEAR) -> int:
    """The month's rate compounded over a year, or another period's. Raises NoRate."""
    return round((math.pow(1 + monthly_irr(flows_fen), a_year) - 1) * PPM)


def rate_per_period(flows: Sequence[Flow]) -> float:
    """The rate of one period at which the flows are worth nothing together, above -100 %.

    A fraction of a period bears simple interest and whole periods compound, as in Regulation Z,
    Appendix J. Flows have one such rate when they, or their running sum, change sign once.
    Raises NoRate for any other.
    """
    ordered = sorted(flows, key=lambda flow: flow.periods + flow.fraction)
    side = _side(_at_once([(flow.periods + flow.fraction, flow.amount_fen) for flow in ordered]))
    return _solved(lambda rate: _worth_and_slope(ordered, side, rate))


def rate_of_days(flows: Sequence[tuple[date, int]]) -> float:
    """The yearly rate of dated flows, compounded, over years of 365 days. Raises NoRate."""
    ordered = sorted(flows)
    side = _side(_at_once(ordered))
    years = [
        ((day - ordered[0][0]).days / DAYS_IN_YEAR, side * amount_fen)
        for day, amount_fen in ordered
    ]
    return _solved(lambda rate: _worth_over_years(years, rate))


def _at_once(flows: Iterable[tuple[date | float, int]]) -> list[int]:
    """What moves at each moment, money of both ways together."""
    moments = groupby(flows, key=lambda flow: flow[0])
    return [sum(amount_fen for _, amount_fen in each) for _, each in moments]


def _side(amounts_fen: Sequence[int]) -> int:
    """Which sign makes the first flow the one that is given. Raises NoRate."""
    if _turns(amounts_fen) != 1 and not _is_lent_throughout(amounts_fen):
        raise NoRate(f"{len(amounts_fen)} flows do not change sign exactly once")
    return -1 if next(fen for fen in amounts_fen if fen) > 0 else 1


def _turns(amounts_fen: Iterable[int]) -> int:
    signs = [fen > 0 for fen in amounts_fen if fen]
    return sum(before != after for before, after in pairwise(signs))


def _is_lent_throughout(amounts_fen: Sequence[int]) -> bool:
    """Tranches: something stays lent until the last flow, whatever comes between (Norstrom)."""
    return _turns(amounts_fen) > 1 and (
        _turns(accumulate(amounts_fen)) == 1
        or (sum(amounts_fen) == 0 and _turns(accumulate(amounts_fen)) == 0)
    )


def _solved(worth: Worth) -> float:
    try:
        return _refine(worth, *_bracket(worth))
    except (OverflowError, ZeroDivisionError) as error:
        raise NoRate("the rate is too near to minus 100 % to be counted") from error


def _worth_over_years(flows: Sequence[tuple[float, int]], rate: float) -> tuple[float, float]:
    worth = slope = 0.0
    for years, amount_fen in flows:
        present = amount_fen * (1 + rate) ** -years
        worth += present
        slope -= present * years / (1 + rate)
    return worth, slope


def _worth_and_slope(flows: Sequence[Flow], side: int, rate: float) -> tuple[float, float]:
    """Present value to the one who gave first, which falls as the rate rises, and its slope."""
    discount = 1 / (1 + rate)
    worth = slope = 0.0
    for flow in flows:
        part = 1 + flow.fraction * rate
        present = side * flow.amount_fen * discount**flow.periods / part
        worth += present
        slope -= present * (flow.fraction / part + flow.periods * discount)
    return worth, slope


def _bracket(worth: Worth) -> tuple[float, float]:
    """Two rates with the wanted one between them."""
    low, high = -0.5, 1.0
    while worth(low)[0] < 0:
        low = (low - 1) / 2
    while worth(high)[0] > 0:
        high *= 2
    return low, high


def _refine(worth: Worth, low: float, high: float) -> float:
    """Newton's steps while they stay between the bounds, halving where they do not."""
    rate = min(max(0.01, low), high)
    for _ in range(MOST_STEPS):
        value, slope = worth(rate)
        low, high = (rate, high) if value > 0 else (low, rate)
        better = rate - value / slope if slope else low
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - rate) <= NEAR * (1 + abs(rate)):
            return better
        rate = better
    return rate
