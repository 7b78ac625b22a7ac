"""How well figures tell the bad from the good: AUC, Gini, KS. Ties count half. Pure."""

import numpy as np

from scoring.oversight.contracts import Flags, Lack, Measured, Real, Whole, lacking


def midranks(values: Real) -> Real:
    """The rank of each value from 1; equal values share the middle of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)


def known(pd: Real, is_bad: Flags) -> tuple[Real, Flags]:
    """The cases that have a probability."""
    has_one = np.isfinite(pd)
    return pd[has_one], is_bad[has_one]


def lack_of(is_bad: Flags, least: int) -> Lack | None:
    """Why nothing can be said of these cases, if so."""
    if len(is_bad) < max(least, 1):
        return Lack.TOO_FEW_CASES
    return Lack.ONE_CLASS if is_bad.all() or not is_bad.any() else None


def auc(pd: Real, is_bad: Flags, *, least: int = 2) -> Measured:
    """The chance that a bad case has a higher probability than a good one."""
    pd, is_bad = known(pd, is_bad)
    if lack := lack_of(is_bad, least):
        return lacking(lack, len(is_bad))
    return Measured(_auc(pd, is_bad), len(is_bad))


def gini(pd: Real, is_bad: Flags, *, least: int = 2) -> Measured:
    """Twice the AUC less one: nothing for a coin, one for an oracle."""
    found = auc(pd, is_bad, least=least)
    return found if found.value is None else Measured(2 * found.value - 1, found.cases)


def ks(pd: Real, is_bad: Flags, *, least: int = 2) -> Measured:
    """The widest gap between the shares of bad and good below one same cut."""
    pd, is_bad = known(pd, is_bad)
    if lack := lack_of(is_bad, least):
        return lacking(lack, len(is_bad))
    cuts, place = np.unique(pd, return_inverse=True)
    bad = np.cumsum(np.bincount(place[is_bad], minlength=len(cuts))) / is_bad.sum()
    good = np.cumsum(np.bincount(place[~is_bad], minlength=len(cuts))) / (~is_bad).sum()
    return Measured(float(np.abs(bad - good).max()), len(is_bad))


def matured(
    *, pd: Real, is_bad: Flags, decided_on: Whole, horizon_days: Whole, today: int
) -> tuple[Real, Flags, Whole]:
    """The cases whose horizon has passed, with the day of each: younger ones are not yet good.

    Days are counted from one same day. A case that is bad already waits like the others: who
    defaults early would otherwise be counted before those who pay.
    """
    is_ripe = decided_on + horizon_days <= today
    return pd[is_ripe], is_bad[is_ripe], decided_on[is_ripe]


def auc_error(auc: float, is_bad: Flags) -> float:
    """The standard error of one AUC after Hanley and McNeil (1982)."""
    bads, goods = int(is_bad.sum()), int((~is_bad).sum())
    bad_pairs, good_pairs = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (
        auc * (1 - auc) + (bads - 1) * (bad_pairs - auc**2) + (goods - 1) * (good_pairs - auc**2)
    )
    return float(np.sqrt(max(spread, 1e-12) / (bads * goods)))


def _auc(pd: Real, is_bad: Flags) -> float:
    bads = int(is_bad.sum())
    goods = len(is_bad) - bads
    over = midranks(pd)[is_bad].sum() - bads * (bads + 1) / 2
    return float(over / (bads * goods))
