"""Bins of one feature, cut where the data show a difference and nowhere else."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Bins:
    """One feature cut, each bin with its weight of evidence (positive: more bads than usual)."""

    edges: tuple[float, ...]
    categories: tuple[tuple[str, ...], ...]
    evidence: tuple[float, ...]
    missing: float
    other: float
    information: float


@dataclass(frozen=True)
class Prior:
    """How strongly a small bin is drawn towards the whole: as if `strength` usual rows were in."""

    strength: float
    rate: float

    def evidence(self, bads: Numbers, rows: Numbers) -> Numbers:
        rate = (bads + self.strength * self.rate) / (rows + self.strength)
        found: Numbers = np.log(rate / (1 - rate)) - np.log(self.rate / (1 - self.rate))
        return found


def numeric(value: Numbers, is_bad: Numbers, *, prior: Prior, most: int, least_rows: float) -> Bins:
    """A feature of figures: fine cuts, made monotone, then merged."""
    known = ~np.isnan(value)
    edges = _fine_edges(value[known], most)
    place = np.searchsorted(edges, value[known], side="right")
    rows = np.bincount(place, minlength=len(edges) + 1).astype(np.float64)
    bads = np.bincount(place, weights=is_bad[known], minlength=len(edges) + 1).astype(np.float64)
    starts = _merged(_levels(rows, bads), rows, bads, least_rows)
    rows, bads = np.add.reduceat(rows, starts), np.add.reduceat(bads, starts)
    missing = _lone(is_bad[~known], prior)
    evidence = prior.evidence(bads, rows)
    return Bins(
        edges=tuple(float(edges[start - 1]) for start in starts[1:]),
        categories=(),
        evidence=tuple(map(float, evidence)),
        missing=missing,
        other=0.0,
        information=_information(evidence, bads, rows, is_bad),
    )


def words(column: "pandas.Series[Any]", is_bad: Numbers, *, prior: Prior) -> Bins:
    """A feature of words: each its own bin, drawn towards the whole."""
    codes, found = pandas.factorize(column, sort=True)
    known = codes >= 0
    rows = np.bincount(codes[known], minlength=len(found)).astype(np.float64)
    bads = np.bincount(codes[known], weights=is_bad[known], minlength=len(found)).astype(np.float64)
    evidence = prior.evidence(bads, rows)
    return Bins(
        edges=(),
        categories=tuple((str(word),) for word in found),
        evidence=tuple(map(float, evidence)),
        missing=_lone(is_bad[~known], prior),
        other=0.0,
        information=_information(evidence, bads, rows, is_bad),
    )


def _fine_edges(value: Numbers, most: int) -> Numbers:
    """Cuts between neighbouring values, about equally many rows apart."""
    distinct = np.unique(value)
    if len(distinct) > most:
        cuts = np.unique(np.quantile(value, np.linspace(0, 1, most + 1)[1:-1], method="higher"))
        inner: Numbers = cuts[cuts > distinct[0]]
        return inner
    between: Numbers = (distinct[1:] + distinct[:-1]) / 2
    return between


def _levels(rows: Numbers, bads: Numbers) -> NDArray[np.intp]:
    """Where the better of the rising and the falling curve takes a step."""
    filled = rows > 0
    rate = np.divide(bads, rows, out=np.zeros_like(bads), where=filled)
    place = np.arange(len(rows))
    curves = [
        IsotonicRegression(increasing=rises).fit(place, rate, sample_weight=rows).predict(place)
        for rises in (True, False)
    ]
    best = min(curves, key=lambda curve: float((rows * (rate - curve) ** 2).sum()))
    return np.append(0, np.flatnonzero(np.diff(best) != 0) + 1)


def _merged(
    starts: NDArray[np.intp], rows: Numbers, bads: Numbers, least: float
) -> NDArray[np.intp]:
    """Bins too small are joined with the neighbour whose rate is nearer."""
    kept = list(starts)
    while len(kept) > 1:
        count = np.add.reduceat(rows, kept)
        small = int(np.argmin(count))
        if count[small] >= least:
            break
        rate = np.add.reduceat(bads, kept) / np.maximum(count, 1)
        joins_left = small == len(kept) - 1 or (
            small > 0 and abs(rate[small - 1] - rate[small]) <= abs(rate[small + 1] - rate[small])
        )
        del kept[small if joins_left else small + 1]
    return np.array(kept)


def _lone(is_bad: Numbers, prior: Prior) -> float:
    """The evidence of one bin by itself; none where it is empty."""
    if len(is_bad) == 0:
        return 0.0
    return float(prior.evidence(np.array([is_bad.sum()]), np.array([float(len(is_bad))]))[0])


def _information(evidence: Numbers, bads: Numbers, rows: Numbers, is_bad: Numbers) -> float:
    total = float(is_bad.sum())
    goods = float(len(is_bad)) - total
    return float((evidence * (bads / total - (rows - bads) / goods)).sum())
