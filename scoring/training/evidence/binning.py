"""Bins of one feature, cut where the data show a difference and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
# Codes such as -9 for "not asked": few, whole, below zero where the rest is not, and many rows.
MOST_CODES = 3
LEAST_CODE_SHARE = 0.005
LEAST_ABOVE_ZERO = 0.5
# A peak or a valley must explain this much more than the best straight way (chi-square).
LEAST_GAIN = 20.0
TURNS = 7
# A list of words so long is drawn by what its words have in common.
LONG_LIST = 12
# Words that differ no more than by chance are all but the whole.
MOST_PULL = 1e6


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
class Lesson:
    """Outcomes, how much each row counts, and how fine the bins may be.

    A small bin is drawn towards the whole, as if `pull` usual rows were in it.
    """

    is_bad: Numbers
    weights: Numbers
    pull: float
    most: int
    least_share: float

    @property
    def usual(self) -> float:
        return float(np.average(self.is_bad, weights=self.weights))

    def evidence(self, bads: Numbers, rows: Numbers) -> Numbers:
        """The log-odds of each bin against the usual ones."""
        usual = self.usual
        rate = (bads + self.pull * usual) / (rows + self.pull)
        found: Numbers = np.log(rate / (1 - rate)) - np.log(usual / (1 - usual))
        return found

    def counted(self, places: Places, chosen: NDArray[np.bool_], count: int) -> "Counts":
        """Rows and bads of each of `count` bins."""
        weights = self.weights[chosen]
        rows = np.bincount(places, weights=weights, minlength=count)
        bads = np.bincount(places, weights=weights * self.is_bad[chosen], minlength=count)
        return Counts(rows.astype(np.float64), bads.astype(np.float64))

    def information(self, evidence: Numbers, counts: "Counts") -> float:
        total = float((self.weights * self.is_bad).sum())
        goods = float(self.weights.sum()) - total
        share = counts.bads / total - (counts.rows - counts.bads) / goods
        return float((evidence * share).sum())


@dataclass(frozen=True)
class Counts:
    """Rows and bads by bin."""

    rows: Numbers
    bads: Numbers

    @property
    def rate(self) -> Numbers:
        filled = np.maximum(self.rows, 1e-12)
        found: Numbers = self.bads / filled
        return found

    def joined(self, starts: Places) -> "Counts":
        """Bins put together, each from one start up to the next."""
        return Counts(np.add.reduceat(self.rows, starts), np.add.reduceat(self.bads, starts))


def numeric(value: Numbers, lesson: Lesson, *, sign: int = 0) -> Bins:
    """A feature of figures: fine cuts, made monotone or with one turn, then merged.

    `sign` +1 lets risk only rise with the value, -1 only fall, 0 lets the data choose.
    """
    known = ~np.isnan(value)
    codes = codes_of(value[known])
    edges = np.concatenate(
        [codes + 0.5, _fine_edges(value[known & ~np.isin(value, codes)], lesson)]
    )
    counts = lesson.counted(
        np.searchsorted(edges, value[known], side="right"), known, len(edges) + 1
    )
    first = len(codes)
    tail = Counts(counts.rows[first:], counts.bads[first:])
    steps = _merged(_steps(tail, sign), tail, lesson.least_share * float(lesson.weights.sum()))
    starts = np.concatenate([np.arange(first), steps + first]).astype(np.intp)
    joined = counts.joined(starts)
    evidence = lesson.evidence(joined.bads, joined.rows)
    if sign:
        evidence[first:] = _ordered(evidence[first:], sign)
    missing, told = _lone(~known, lesson)
    return Bins(
        edges=tuple(float(edges[start - 1]) for start in starts[1:]),
        categories=(),
        evidence=tuple(map(float, evidence)),
        missing=missing,
        other=0.0,
        information=lesson.information(evidence, joined) + told,
    )


def words(column: "pandas.Series[Any]", lesson: Lesson) -> Bins:
    """A feature of words: each its own bin, drawn towards the whole; alike evidence is one bin.

    Words are drawn the more the less they differ beyond chance: ten thousand names of six rows
    each say nothing, whatever befell those who bear them.
    """
    codes, found = pandas.factorize(column, sort=True)
    known = codes >= 0
    counts = lesson.counted(codes[known], known, len(found))
    is_long = len(found) > LONG_LIST
    pull = max(lesson.pull, like_pull(counts, lesson.usual)) if is_long else lesson.pull
    drawn = replace(lesson, pull=pull)
    each = drawn.evidence(counts.bads, counts.rows)
    order = np.argsort(each, kind="stable")
    rows, sums = counts.rows[order], (counts.rows * each)[order]
    starts = _merged(
        np.arange(len(order)),
        Counts(rows, sums),
        lesson.least_share * float(lesson.weights.sum()),
    )
    joined = Counts(counts.rows[order], counts.bads[order]).joined(starts)
    evidence = Counts(rows, sums).joined(starts).rate
    missing, told = _lone(~known, lesson)
    return Bins(
        edges=(),
        categories=tuple(
            tuple(sorted(str(found[place]) for place in group))
            for group in np.split(order, starts[1:])
        ),
        evidence=tuple(map(float, evidence)),
        missing=missing,
        other=0.0,
        information=lesson.information(evidence, joined) + told,
    )


def like_pull(counts: Counts, usual: float) -> float:
    """So many usual rows weigh as much as what the words have in common.

    From how far the bad rates of the words spread beyond what chance alone spreads them.
    """
    rows = counts.rows[counts.rows > 0]
    rate = counts.rate[counts.rows > 0]
    spread = float((rows * (rate - usual) ** 2).sum()) / (usual * (1.0 - usual))
    chance = len(rows) - 1.0
    room = float(rows.sum() - (rows**2).sum() / rows.sum()) - chance
    if room <= 0.0:
        return 0.0
    share = (spread - chance) / room
    return (1.0 - share) / share if share > 1.0 / MOST_PULL else MOST_PULL


def codes_of(value: Numbers) -> Numbers:
    """Values that are no figures but codes: each gets a bin of its own and follows no order."""
    below, rows = np.unique(value[value < 0], return_counts=True)
    is_code = (
        0 < len(below) <= MOST_CODES
        and bool(np.all(below == np.round(below)))
        and bool(np.all(rows >= LEAST_CODE_SHARE * len(value)))
        and float(np.mean(value > 0)) + float(np.mean(value == 0)) >= 1 - LEAST_ABOVE_ZERO
        and bool(np.any(value > 0))
    )
    return below if is_code else np.empty(0)


def _fine_edges(value: Numbers, lesson: Lesson) -> Numbers:
    """Cuts between neighbouring values, about equally many rows apart."""
    distinct = np.unique(value)
    if len(distinct) > lesson.most:
        grid = np.linspace(0, 1, lesson.most + 1)[1:-1]
        cuts = np.unique(np.quantile(value, grid, method="higher"))
        inner: Numbers = cuts[cuts > distinct[0]]
        return inner
    between: Numbers = (distinct[1:] + distinct[:-1]) / 2
    return between


def _steps(counts: Counts, sign: int) -> Places:
    """Where the best curve takes a step: rising, falling, or with one turn if that pays well."""
    curves = [_risen(counts, rises=rises) for rises in _ways(sign)]
    best = min(curves, key=lambda curve: _miss(counts, curve))
    if sign == 0 and len(counts.rows) > 2:
        usual = max(float(counts.bads.sum() / max(counts.rows.sum(), 1e-12)), 1e-9)
        turned = min(_turned(counts), key=lambda curve: _miss(counts, curve))
        gain = (_miss(counts, best) - _miss(counts, turned)) / (usual * (1 - usual) + 1e-12)
        best = turned if gain > LEAST_GAIN else best
    return np.append(0, np.flatnonzero(np.diff(best) != 0) + 1).astype(np.intp)


def _ways(sign: int) -> tuple[bool, ...]:
    return (True, False) if sign == 0 else (sign > 0,)


def _risen(counts: Counts, *, rises: bool) -> Numbers:
    found: Numbers = isotonic_regression(
        counts.rate, weights=counts.rows + 1e-9, increasing=rises
    ).x
    return found


def _turned(counts: Counts) -> Iterator[Numbers]:
    """Curves with one peak or one valley, at a few places."""
    count = len(counts.rows)
    for turn in np.unique(np.linspace(1, count - 1, min(TURNS, count - 1)).astype(int)):
        left = Counts(counts.rows[:turn], counts.bads[:turn])
        right = Counts(counts.rows[turn:], counts.bads[turn:])
        for rises in (True, False):
            yield np.concatenate([_risen(left, rises=rises), _risen(right, rises=not rises)])


def _miss(counts: Counts, curve: Numbers) -> float:
    return float((counts.rows * (counts.rate - curve) ** 2).sum())


def _merged(starts: Places, counts: Counts, least: float) -> Places:
    """Bins too small are joined with the neighbour whose rate is nearer."""
    kept = list(starts)
    while len(kept) > 1:
        joined = counts.joined(np.array(kept, dtype=np.intp))
        small = int(np.argmin(joined.rows))
        if joined.rows[small] >= least:
            break
        gap = np.abs(np.diff(joined.rate))
        joins_left = small == len(kept) - 1 or (small > 0 and gap[small - 1] <= gap[small])
        del kept[small if joins_left else small + 1]
    return np.array(kept, dtype=np.intp)


def _ordered(evidence: Numbers, sign: int) -> Numbers:
    """Shrinking pulls small bins more than large ones; the promised order is kept all the same."""
    found: Numbers = sign * np.maximum.accumulate(sign * evidence)
    return found


def _lone(chosen: NDArray[np.bool_], lesson: Lesson) -> tuple[float, float]:
    """The evidence and information of one bin by itself; none where it is empty."""
    if not chosen.any():
        return 0.0, 0.0
    counts = lesson.counted(np.zeros(int(chosen.sum()), dtype=np.intp), chosen, 1)
    evidence = lesson.evidence(counts.bads, counts.rows)
    return float(evidence[0]), lesson.information(evidence, counts)
