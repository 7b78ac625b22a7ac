"""Champion against challenger on the same cases, so that the luck of the cases cancels. Pure.

DeLong's test for two AUCs of one sample (in the fast form by midranks), and Nadeau and Bengio's
corrected t for figures by fold, whose training sets overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from scoring.oversight.contracts import Flags, Lack, Real
from scoring.oversight.measures.ranks import lack_of, midranks
from scoring.oversight.measures.stability import chance_of


@dataclass(frozen=True, slots=True)
class Paired:
    """The second less the first, with its error; or why nothing can be said."""

    cases: int
    first: float | None = None
    second: float | None = None
    error: float | None = None
    statistic: float | None = None
    p_value: float | None = None
    lack: Lack | None = None

    @property
    def difference(self) -> float | None:
        if self.first is None or self.second is None:
            return None
        return self.second - self.first


def delong(is_bad: Flags, first: Real, second: Real, *, least: int = 2) -> Paired:
    """Whether two models tell bad from good equally well, both asked about the same cases."""
    has_both = np.isfinite(first) & np.isfinite(second)
    is_bad, first, second = is_bad[has_both], first[has_both], second[has_both]
    if lack := lack_of(is_bad, least):
        return Paired(cases=len(is_bad), lack=lack)
    if min(int(is_bad.sum()), int((~is_bad).sum())) < 2:
        return Paired(cases=len(is_bad), lack=Lack.TOO_FEW_CASES)
    of_bad, of_good = zip(*(_placements(each, is_bad) for each in (first, second)), strict=True)
    aucs = [float(each.mean()) for each in of_bad]
    gap = (of_bad[1] - of_bad[0], of_good[1] - of_good[0])
    error = float(np.sqrt(sum(each.var(ddof=1) / len(each) for each in gap)))
    statistic = _statistic(aucs[1] - aucs[0], error)
    return Paired(
        cases=len(is_bad),
        first=aucs[0],
        second=aucs[1],
        error=error,
        statistic=statistic,
        p_value=chance_of(statistic),
    )


def corrected_t(first: Sequence[float], second: Sequence[float], *, test_share: float) -> Paired:
    """Whether figures by the same folds differ; `test_share` is test rows over training rows."""
    gaps = np.array(second, dtype=np.float64) - np.array(first, dtype=np.float64)
    folds = len(gaps)
    if folds < 2:
        return Paired(cases=folds, lack=Lack.TOO_FEW_PERIODS)
    error = float(np.sqrt((1 / folds + test_share) * gaps.var(ddof=1)))
    statistic = _statistic(float(gaps.mean()), error)
    return Paired(
        cases=folds,
        first=float(np.mean(first)),
        second=float(np.mean(second)),
        error=error,
        statistic=statistic,
        p_value=float(2 * stdtr(folds - 1, -abs(statistic))),
    )


def _placements(pd: Real, is_bad: Flags) -> tuple[Real, Real]:
    """For each bad case the share of goods below it, and for each good one of bads above it."""
    ranks = midranks(pd)
    bads, goods = int(is_bad.sum()), int((~is_bad).sum())
    of_bad = (ranks[is_bad] - midranks(pd[is_bad])) / goods
    of_good = 1 - (ranks[~is_bad] - midranks(pd[~is_bad])) / bads
    return of_bad, of_good


def _statistic(difference: float, error: float) -> float:
    """Without any error, a difference of nothing is nothing; any other is beyond doubt."""
    if error > 0:
        return difference / error
    return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
