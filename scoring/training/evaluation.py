"""How good a model is: measured on rows that it did not learn from."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.model_selection import RepeatedStratifiedKFold

from scoring.training import refusals

Numbers = NDArray[np.float64]
Outcomes = NDArray[np.int8]
BINS = 10
BEST_SHARE = 0.8
TOLERATED_BAD_RATE = 0.04


@dataclass(frozen=True, slots=True)
class Measures:
    """One fold: ranking (`auc`, `ks`), truthfulness (`brier`, `ece`), worth to a lender.

    `ece` is over ten bins of equal width; `ece_deciles` over ten bins of equal size.
    """

    auc: float
    ks: float
    brier: float
    ece: float
    ece_deciles: float
    bad_rate_best_80: float
    approval_at_4: float


@dataclass(frozen=True)
class Report:
    """All folds, and what was said of each row while it was not learned from."""

    folds: tuple[Measures, ...]
    fit_seconds: tuple[float, ...]
    out_of_fold: Numbers

    def mean(self) -> dict[str, float]:
        return {name: float(np.mean(values)) for name, values in self._columns().items()}

    def deviation(self) -> dict[str, float]:
        """The standard deviation over the folds (n - 1)."""
        ddof = min(1, len(self.folds) - 1)
        return {name: float(np.std(values, ddof=ddof)) for name, values in self._columns().items()}

    def _columns(self) -> dict[str, list[float]]:
        rows = [asdict(fold) for fold in self.folds]
        return {name: [row[name] for row in rows] for name in rows[0]}


def measures(is_bad: Outcomes, probability: Numbers) -> Measures:
    """All measures of one set of rows. Both outcomes must occur."""
    is_bad = np.asarray(is_bad, dtype=np.int8)
    probability = np.asarray(probability, dtype=np.float64)
    return Measures(
        auc=auc(is_bad, probability),
        ks=_ks(is_bad, probability),
        brier=float(np.mean((probability - is_bad) ** 2)),
        ece=_ece(is_bad, probability, np.minimum((probability * BINS).astype(int), BINS - 1)),
        ece_deciles=_ece(is_bad, probability, _tenths(probability)),
        bad_rate_best_80=_bad_rate_of_best(is_bad, probability),
        approval_at_4=_approval(is_bad, probability),
    )


def auc(is_bad: Outcomes, value: Numbers) -> float:
    """How often a bad row stands above a good one; ties count half."""
    bads = int(is_bad.sum())
    goods = len(is_bad) - bads
    ranks = rankdata(value)
    return float((ranks[is_bad == 1].sum() - bads * (bads + 1) / 2) / (bads * goods))


def _ks(is_bad: Outcomes, probability: Numbers) -> float:
    order = np.argsort(probability, kind="stable")
    ends = np.append(np.diff(probability[order]) != 0, True)
    bads = np.cumsum(is_bad[order]) / is_bad.sum()
    goods = np.cumsum(1 - is_bad[order]) / (1 - is_bad).sum()
    return float(np.max(np.abs(bads - goods)[ends]))


def _ece(is_bad: Outcomes, probability: Numbers, bins: NDArray[np.intp]) -> float:
    """The mean distance of promise and outcome, by bins weighted with their rows."""
    gap = np.bincount(bins, weights=probability - is_bad, minlength=BINS)
    return float(np.abs(gap).sum() / len(is_bad))


def _tenths(probability: Numbers) -> NDArray[np.intp]:
    place = np.empty(len(probability), dtype=np.intp)
    place[np.argsort(probability, kind="stable")] = np.arange(len(probability))
    return place * BINS // len(probability)


def _bad_rate_of_best(is_bad: Outcomes, probability: Numbers) -> float:
    order = np.argsort(probability, kind="stable")
    best = max(1, int(BEST_SHARE * len(order)))
    return float(is_bad[order[:best]].mean())


def _approval(is_bad: Outcomes, probability: Numbers) -> float:
    """The largest share that can be approved, best first, with no more bads than tolerated."""
    order = np.argsort(probability, kind="stable")
    counts = np.arange(1, len(order) + 1)
    fine = np.flatnonzero(np.cumsum(is_bad[order]) / counts <= TOLERATED_BAD_RATE)
    return float(counts[fine[-1]] / len(order)) if len(fine) else 0.0


def folds(
    is_bad: Outcomes, *, splits: int, repeats: int, seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Which rows teach and which rows try, with every outcome in every fold."""
    plan = RepeatedStratifiedKFold(n_splits=splits, n_repeats=repeats, random_state=seed)
    return list(plan.split(np.zeros(len(is_bad)), is_bad))


def check_outcomes(is_bad: Outcomes, least: int) -> None:
    """Every fold needs both outcomes. Raises OneClassOnly."""
    bads = int(is_bad.sum())
    goods = len(is_bad) - bads
    if not bads or not goods:
        raise refusals.NoSecondOutcome(bads=bads, goods=goods)
    if min(bads, goods) < least:
        raise refusals.OneClassOnly(bads=bads, goods=goods, least=least)


def cross_validated(
    make: Callable[[], Any],
    frame: pandas.DataFrame,
    is_bad: Outcomes,
    *,
    splits: int = 5,
    repeats: int = 5,
    seed: int = 2024,
    tell: Callable[[], None] = lambda: None,
) -> Report:
    """Fit anew in every fold and measure on the rest. Raises OneClassOnly."""
    check_outcomes(is_bad, splits)
    made: list[Measures] = []
    seconds: list[float] = []
    total = np.zeros(len(is_bad))
    for teach, attempt in folds(is_bad, splits=splits, repeats=repeats, seed=seed):
        started = perf_counter()
        model = make().fit(frame.iloc[teach], is_bad[teach])
        seconds.append(perf_counter() - started)
        probability = model.predict_proba(frame.iloc[attempt])[:, 1]
        total[attempt] += probability
        made.append(measures(is_bad[attempt], probability))
        tell()
    return Report(tuple(made), tuple(seconds), total / repeats)


FEW_VALUES = 20


def leaking(frame: pandas.DataFrame, is_bad: Outcomes, *, least: float = 0.995) -> Sequence[str]:
    """Columns that alone rank the rows almost as the outcome does, or miss where it is bad."""
    return [name for name in frame.columns if _told_by(frame[name], is_bad) >= least]


def _told_by(column: Any, is_bad: Outcomes) -> float:
    """The AUC of one column in its better direction; words by the share of bads of each."""
    if pandas.api.types.is_numeric_dtype(column):
        known = column.notna().to_numpy()
        value = column.fillna(column.min() - 1).to_numpy(dtype=np.float64)
        found = [auc(is_bad, value), auc(is_bad, known.astype(np.float64))]
        # A status written as a number tells as much as one in words, in whatever order.
        if column.nunique() <= FEW_VALUES:
            found.append(auc(is_bad, _usual_of_each(column, is_bad)))
    else:
        found = [auc(is_bad, _usual_of_each(column, is_bad))]
    return max(max(each, 1 - each) for each in found)


def _usual_of_each(column: Any, is_bad: Outcomes) -> Numbers:
    """The share of bads among rows of the same value; of the whole where such rows are few."""
    rows = pandas.Series(is_bad).groupby(column.astype(str).to_numpy())
    enough = rows.transform("size") >= 5
    return np.where(enough, rows.transform("mean"), is_bad.mean())
