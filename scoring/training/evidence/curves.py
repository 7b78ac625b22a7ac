"""Smooth effects of one figure: a line, its rank, four bends; codes speak for themselves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

from scoring.training.evidence.binning import codes_of

Numbers = NDArray[np.float64]
# A curve ends where the outermost hundredth of the rows begins, and becomes so many steps.
TAIL = 0.01
MOST_STEPS = 40
BENDS = (0.2, 0.4, 0.6, 0.8)
# A rank from 0 to 1 times this has the spread 1.
RANK_SPREAD = 3.46
RANKS = 200


@dataclass(frozen=True)
class Freedom:
    """How freely the line, the rank and the bends may speak; 0 is not at all."""

    line: float
    rank: float
    bends: float

    def scales(self, curve: "Curve") -> Numbers:
        """One for each column of the curve."""
        return np.array([self.line, self.rank, *[self.bends] * (curve.width - 2)])


@dataclass(frozen=True)
class Curve:
    """The usual range of a figure, and where it may bend."""

    low: float
    high: float
    middle: float
    spread: float
    knots: tuple[float, ...]
    ranks: Numbers
    codes: Numbers
    steps: Numbers

    @property
    def width(self) -> int:
        return 3 + len(self.knots) + len(self.codes)

    def limits(self, sign: int) -> tuple[Numbers, Numbers]:
        """Between what the weights must lie so that risk only rises (+1) or falls (-1)."""
        smooth = np.arange(self.width) < 2 + len(self.knots)
        return np.where(smooth & (sign > 0), 0.0, -np.inf), np.where(
            smooth & (sign < 0), 0.0, np.inf
        )

    def columns(self, value: Numbers) -> Numbers:
        """Line, rank and bends of each value; then a column for each code, and for missing values.

        Codes and missing values stand in the middle of the others.
        """
        silent = np.isnan(value) | np.isin(value, self.codes)
        inside = np.clip(np.where(silent, self.middle, value), self.low, self.high)
        left = np.searchsorted(self.ranks, inside, side="left")
        right = np.searchsorted(self.ranks, inside, side="right")
        rank = ((left + right) / (2 * len(self.ranks)) - 0.5) * RANK_SPREAD
        bends = [np.clip(inside - knot, 0.0, None) / self.spread for knot in self.knots]
        smooth = np.column_stack([(inside - self.middle) / self.spread, rank, *bends])
        words = [value == code for code in self.codes]
        found: Numbers = np.column_stack([smooth, *words, np.isnan(value)]).astype(np.float64)
        return found


def curve_of(column: "pandas.Series[Any]") -> Curve | None:
    """The curve of a column of figures; none for words and for what does not differ."""
    if not pandas.api.types.is_numeric_dtype(column):
        return None
    value = np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    value = value[~np.isnan(value)]
    codes = codes_of(value)
    value = value[~np.isin(value, codes)]
    if len(value) == 0:
        return None
    low, high = map(float, np.quantile(value, (TAIL, 1.0 - TAIL)))
    inside = np.clip(value, low, high)
    spread = float(inside.std())
    # Sums of figures that are all alike differ in the last digit.
    if spread <= 1e-9 * max(1.0, abs(low), abs(high)):
        return None
    knots = np.unique(np.quantile(inside, BENDS))
    return Curve(
        low=low,
        high=high,
        middle=float(np.sort(inside).mean()),
        spread=spread,
        knots=tuple(float(knot) for knot in knots if low < knot < high),
        ranks=np.quantile(inside, np.linspace(0, 1, RANKS)),
        codes=codes,
        steps=_steps(inside),
    )


def _steps(inside: Numbers) -> Numbers:
    """Where the curve is cut: between all values, or at so many ranks."""
    distinct = np.unique(inside)
    between: Numbers = (distinct[1:] + distinct[:-1]) / 2
    if len(between) <= MOST_STEPS:
        return between
    grid = np.linspace(0, 1, MOST_STEPS + 2)[1:-1]
    cut: Numbers = np.unique(np.quantile(inside, grid))
    return cut
