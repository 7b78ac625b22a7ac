"""The rate that money really costs: the internal rate of return of what was got and given.

Float64 inside, parts per million outside; nothing here decides how much anybody owes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from common.rates import PPM
from lending.calc.contracts import MONTHS_IN_YEAR

NEAR = 1e-15
MOST_STEPS = 200

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


def annual_nominal_ppm(flows_fen: Sequence[int]) -> int:
    """Twelve times the month's rate. Raises NoRate."""
    return round(MONTHS_IN_YEAR * monthly_irr(flows_fen) * PPM)


def annual_effective_ppm(flows_fen: Sequence[int]) -> int:
    """The month's rate compounded over a year. Raises NoRate."""
    return round(((1 + monthly_irr(flows_fen)) ** MONTHS_IN_YEAR - 1) * PPM)


def rate_per_period(flows: Sequence[Flow]) -> float:
    """The rate of one period at which the flows are worth nothing together, above -100 %.

    A fraction of a period bears simple interest and whole periods compound, as in Regulation Z,
    Appendix J. Flows that change sign once have one such rate. Raises NoRate for any other.
    """
    ordered = sorted(flows, key=lambda flow: flow.periods + flow.fraction)
    signs = [flow.amount_fen > 0 for flow in ordered if flow.amount_fen]
    if sum(before != after for before, after in pairwise(signs)) != 1:
        raise NoRate(f"{len(flows)} flows do not change sign exactly once")
    side = -1 if signs[0] else 1

    def worth(rate: float) -> tuple[float, float]:
        return _worth_and_slope(ordered, side, rate)

    try:
        return _refine(worth, *_bracket(worth))
    except OverflowError as error:
        raise NoRate("the rate is too near to minus 100 % to be counted") from error


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
