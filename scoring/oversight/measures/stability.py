"""Whether people look today as those did on whom a model was made: PSI, CSI, nulls, Gini. Pure.

PSI and CSI are one sum: over a score it is called PSI, over a feature CSI.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, ndtr

from scoring.oversight.contracts import Lack, Measured, Real, Whole, lacking

BINS = 10
DAYS_A_WEEK = 7.0
# Added to each bin that holds somebody in either sample, so that an empty one costs no infinity.
SMOOTHING = 0.5
# How surprising a figure has to be before it may be called a drift at all.
CHANCE = 0.001


@dataclass(frozen=True, slots=True)
class Shift:
    """How far two samples lie apart, and how far chance alone would put them now and then."""

    measured: Measured
    by_chance: float = 0.0

    @property
    def is_beyond_chance(self) -> bool:
        """Whether more than chance is at work."""
        value = self.measured.value
        return value is not None and value > self.by_chance


def edges(reference: Real, bins: int = BINS) -> Real:
    """Where bins begin: tenths of the reference; few values have a bin each.

    A value that many share has a bin of its own, so that a constant which moves is seen to move.
    """
    known = reference[np.isfinite(reference)]
    values = np.unique(known)
    if len(values) > bins:
        cuts = np.unique(np.quantile(known, np.arange(1, bins) / bins, method="lower"))
        values = cuts[
            np.array([np.count_nonzero(known == cut) for cut in cuts]) * bins > len(known)
        ]
        return np.unique(np.concatenate([cuts, values, np.nextafter(values, np.inf)]))
    return np.unique(np.concatenate([values, np.nextafter(values, np.inf)]))


def counts(values: Real, cuts: Real) -> Whole:
    """How many fall into each bin; the missing have the last one to themselves."""
    is_known = ~np.isnan(values)
    places = np.searchsorted(cuts, values[is_known], side="right")
    found = np.bincount(places, minlength=len(cuts) + 1)
    return np.append(found, np.count_nonzero(~is_known)).astype(np.int64)


def shift_of_counts(reference: Whole, current: Whole, *, least: int = 1) -> Shift:
    """PSI of two samples that lie in the same bins. Not below nothing, and the same both ways."""
    before, after = int(reference.sum()), int(current.sum())
    fewer = min(before, after)
    if fewer < max(least, 1):
        return Shift(lacking(Lack.TOO_FEW_CASES, fewer))
    is_used = (reference > 0) | (current > 0)
    first, second = _shares(reference[is_used]), _shares(current[is_used])
    value = float(((second - first) * np.log(second / first)).sum())
    return Shift(Measured(max(value, 0.0), after), _by_chance(int(is_used.sum()), before, after))


def shift(reference: Real, current: Real, *, least: int = 1, bins: int = BINS) -> Shift:
    """PSI of values, in bins that the reference makes."""
    cuts = edges(reference, bins)
    return shift_of_counts(counts(reference, cuts), counts(current, cuts), least=least)


def null_rate_rise(reference: Real, current: Real, *, least: int = 1) -> Shift:
    """By how much the share of missing values rose; a fall is below nothing, and good."""
    if min(len(reference), len(current)) < max(least, 1):
        return Shift(lacking(Lack.TOO_FEW_CASES, min(len(reference), len(current))))
    before, now = (float(np.isnan(each).mean()) for each in (reference, current))
    together = float(np.isnan(np.concatenate([reference, current])).mean())
    spread = np.sqrt(together * (1 - together) * (1 / len(reference) + 1 / len(current)))
    # Three standard errors: about one in a thousand on the one side that matters.
    return Shift(Measured(now - before, len(current)), float(3.09 * spread))


def gini_stability(
    ginis: Sequence[float | None],
    *,
    period_days: float = DAYS_A_WEEK,
    falling: float = 88.0,
    spread: float = 0.5,
    least: int = 3,
) -> Measured:
    """Mean Gini, less a falling trend by the week and the spread around it (Home Credit 2024).

    A period without a figure keeps its place in time and counts for nothing else.
    """
    weeks = [at * period_days / DAYS_A_WEEK for at, each in enumerate(ginis) if each is not None]
    figures = np.array([each for each in ginis if each is not None], dtype=np.float64)
    if len(figures) < max(least, 2):
        return lacking(Lack.TOO_FEW_PERIODS, len(figures))
    slope, start = np.polyfit(np.array(weeks), figures, 1)
    residuals = figures - (slope * np.array(weeks) + start)
    value = figures.mean() + falling * min(0.0, float(slope)) - spread * residuals.std()
    return Measured(float(value), len(figures))


def is_falling(
    figures: Sequence[float | None],
    errors: Sequence[float | None],
    *,
    period_days: float = DAYS_A_WEEK,
) -> bool:
    """Whether figures with these standard errors fall by more than chance does in a thousand."""
    known = [
        (at * period_days, figure, error)
        for at, (figure, error) in enumerate(zip(figures, errors, strict=True))
        if figure is not None and error is not None
    ]
    if len(known) < 2:
        return False
    at, figure, error = (np.array(each) for each in zip(*known, strict=True))
    far = at - at.mean()
    slope = float((far * figure).sum() / (far**2).sum())
    spread = float(np.sqrt((far**2 * error**2).sum()) / (far**2).sum())
    return slope < 0 and (spread == 0 or chance_of(slope / spread) < CHANCE)


def chance_of(z: float) -> float:
    """How often chance alone gives so large a z, on either side."""
    return float(2 * ndtr(-abs(z)))


def _shares(found: Whole) -> Real:
    smoothed = found + SMOOTHING
    return np.asarray(smoothed / smoothed.sum(), dtype=np.float64)


def _by_chance(used: int, before: int, after: int) -> float:
    """Without drift, PSI over (1/n + 1/m) follows chi-squared with one degree less than bins."""
    if used < 2:
        return 0.0
    return float(chdtri(used - 1, CHANCE) * (1 / before + 1 / after))
