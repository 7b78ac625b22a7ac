"""Whether what a model calls 5 % happens five times in a hundred: ECE, Hosmer and Lemeshow. Pure.

Bins are cut at values, never between equal ones, so that the order of rows means nothing.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from scoring.oversight.contracts import Flags, Lack, Measured, Real, Whole, lacking
from scoring.oversight.measures.ranks import known

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of like probability: what was said on average, and what happened."""

    cases: int
    bads: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far saying and happening lie apart, and how likely chance alone explains it."""

    error: Measured
    statistic: float | None
    p_value: float | None
    bins: tuple[Bin, ...]


def bins_of(pd: Real, is_bad: Flags, bins: int = BINS) -> tuple[Bin, ...]:
    """About as many cases in each; equal probabilities stay together."""
    pd, is_bad = known(pd, is_bad)
    if not len(pd):
        return ()
    cuts = np.unique(np.quantile(pd, np.arange(1, bins) / bins, method="lower"))
    place = np.searchsorted(cuts, pd, side="left")
    found = []
    for number in np.unique(place):
        is_here = place == number
        # Sorted before the sum: floats added in another order make another last digit.
        said = float(np.sort(pd[is_here]).mean())
        bads = int(is_bad[is_here].sum())
        cases = int(is_here.sum())
        found.append(Bin(cases=cases, bads=bads, said=said, happened=bads / cases))
    return tuple(found)


def calibration(pd: Real, is_bad: Flags, *, least: int = 1, bins: int = BINS) -> Calibration:
    """Expected calibration error, and the test of Hosmer and Lemeshow on cases not fitted on.

    One class alone is no obstacle: "nobody defaulted" can be much too good, or just right.
    """
    found = bins_of(pd, is_bad, bins)
    cases = sum(each.cases for each in found)
    if cases < max(least, 1):
        return Calibration(lacking(Lack.TOO_FEW_CASES, cases), None, None, found)
    error = sum(each.cases * abs(each.said - each.happened) for each in found) / cases
    statistic = _hosmer_lemeshow(found)
    p_value = float(chdtrc(len(found), statistic)) if np.isfinite(statistic) else 0.0
    return Calibration(
        error=Measured(float(error), cases),
        statistic=statistic if np.isfinite(statistic) else None,
        p_value=p_value,
        bins=found,
    )


def months_of(days: Whole) -> Whole:
    """The months (1970-01 is 0) of days since 1970-01-01."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_name(month: int) -> str:
    """`2026-03`."""
    return str(np.int64(month).astype("datetime64[M]"))


def _hosmer_lemeshow(found: tuple[Bin, ...]) -> float:
    total = 0.0
    for each in found:
        spread = each.cases * each.said * (1 - each.said)
        gap = (each.bads - each.cases * each.said) ** 2
        if spread > 0:
            total += gap / spread
        elif gap > 0:
            return float("inf")
    return total
