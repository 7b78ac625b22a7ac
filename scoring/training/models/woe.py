"""The scorecard by weight of evidence: shrunk bins, weighed, as a table that people can read.

Three cards are learned, from coarse to fine bins, each with smooth curves beside its bins, and
averaged. Steps and curves of one feature add up to steps: the card is one points table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from scoring.training import cards, refusals
from scoring.training.cards import SCALE, Part
from scoring.training.evidence import binning
from scoring.training.evidence.curves import Curve, Freedom, curve_of
from scoring.training.evidence.telling import telling
from scoring.training.evidence.weighing import weigh

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """How one of the averaged cards is learned."""

    pull: float
    most: int
    least_share: float
    penalty: float
    freedom: Freedom
    least_information: float = 0.01


SETTINGS = (
    Setting(pull=15.0, most=20, least_share=0.05, penalty=3.0, freedom=Freedom(0.5, 0.3, 0.3)),
    Setting(pull=10.0, most=40, least_share=0.02, penalty=5.0, freedom=Freedom(1.0, 0.5, 0.5)),
    Setting(pull=15.0, most=60, least_share=0.01, penalty=3.0, freedom=Freedom(0.7, 0.3, 0.5)),
)
# More rows than these say nothing new about weights, and fill the memory.
MOST_WEIGHED = 60_000
# Neighbouring steps nearer than this (log-odds; a quarter of a point) are one.
SAME = 0.01


class WoeScorecard(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """A scorecard with the shape of scikit-learn; `score` gives points, not accuracy.

    `monotone` promises directions by column: +1 more is riskier, -1 less is; the data choose else.
    """

    def __init__(
        self,
        *,
        monotone: Mapping[str, int] | None = None,
        settings: Sequence[Setting] = SETTINGS,
        seed: int = 2024,
    ) -> None:
        self.monotone = monotone
        self.settings = settings
        self.seed = seed

    def fit(self, X: pandas.DataFrame, y: Any, *, sample_weight: Any = None) -> Self:
        """Learn bins and weights. Raises OneClassOnly, NothingToLearnFrom."""
        is_bad = np.asarray(y, dtype=np.float64)
        bads = int(is_bad.sum())
        if bads < 1 or bads == len(is_bad):
            raise refusals.OneClassOnly(bads=bads, goods=len(is_bad) - bads, least=2)
        rows = np.ones(len(is_bad)) if sample_weight is None else np.asarray(sample_weight, float)
        signs = {name: int((self.monotone or {}).get(str(name), 0)) for name in X.columns}
        heard = telling(X, is_bad, rows)
        told = [name for name in X.columns if name in heard]
        curves = {name: curve for name in told if (curve := curve_of(X[name])) is not None}
        learned = [_learned(each, X[told], is_bad, rows, signs, curves) for each in self.settings]
        share = 1.0 / len(learned)
        summed = [_summed(X[name], learned, curves.get(name), share) for name in told]
        self.parts_ = [part for part in summed if part is not None]
        if not self.parts_:
            raise refusals.NothingToLearnFrom
        self.intercept_ = share * sum(each.intercept for each in learned)
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def decision_function(self, X: pandas.DataFrame) -> Numbers:
        """The log-odds of bad."""
        return cards.log_odds(self.parts_, self.intercept_, X)

    def predict_proba(self, X: pandas.DataFrame) -> Numbers:
        """Good and bad, one column each."""
        bad = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - bad, bad])

    def score(self, X: pandas.DataFrame) -> Numbers:
        """Points on the scale: more is better."""
        return cards.points(self.decision_function(X))

    def reasons(self, X: pandas.DataFrame, top: int = 4) -> list[list[tuple[str, float]]]:
        """For each row the features that moved its score most against the average, in points."""
        return cards.reasons(self.parts_, X, top)

    def artefact(self, *, version: str, trained: Mapping[str, Any]) -> dict[str, Any]:
        """The card as plain JSON, not yet sealed."""
        return {
            "format": 1,
            "kind": "WOE",
            "version": version,
            "target": trained.get("target", "bad"),
            "scale": dict(SCALE),
            "trained": dict(trained),
            "calibration": {"method": "NONE"},
            "intercept": self.intercept_,
            "characteristics": [part.row() for part in self.parts_],
        }


@dataclass(frozen=True)
class Learned:
    """One of the averaged cards: weighed steps and curves by feature."""

    parts: Mapping[str, Part]
    bows: Mapping[str, Numbers]
    intercept: float


def _learned(
    setting: Setting,
    frame: pandas.DataFrame,
    is_bad: Numbers,
    rows: Numbers,
    signs: Mapping[str, int],
    curves: Mapping[str, Curve],
) -> Learned:
    lesson = binning.Lesson(is_bad, rows, setting.pull, setting.most, setting.least_share)
    parts = _binned(frame, lesson, signs, setting.least_information)
    chosen, weights = _sampled(is_bad, rows)
    taught = frame.iloc[chosen]
    steps = [part.sums(taught[name])[:, None] for name, part in parts.items()]
    scales = {name: setting.freedom.scales(curve) for name, curve in curves.items()}
    bows = [scales[name] * curve.columns(_figures(taught[name])) for name, curve in curves.items()]
    if not steps and not bows:
        return Learned({}, {}, 0.0)
    limits = [curve.limits(signs[name]) for name, curve in curves.items()]
    found = weigh(
        np.hstack([*steps, *bows]),
        is_bad[chosen],
        weights,
        penalty=setting.penalty,
        lower=np.concatenate([np.zeros(len(steps)), *(low for low, _ in limits)]),
        upper=np.concatenate([np.full(len(steps), np.inf), *(high for _, high in limits)]),
    )
    counts = iter(found.weights)
    weighed = {name: _weighed(part, float(next(counts))) for name, part in parts.items()}
    bent = {n: np.array([each * next(counts) for each in scales[n]]) for n in curves}
    return Learned(weighed, bent, found.intercept)


def _sampled(is_bad: Numbers, rows: Numbers) -> tuple[NDArray[np.intp], Numbers]:
    """Rows enough to weigh with, of each outcome, and what they count; all of a small table."""
    if len(is_bad) <= MOST_WEIGHED:
        return np.arange(len(is_bad)), rows
    chosen, weights = [], []
    for outcome in (0.0, 1.0):
        there = np.flatnonzero(is_bad == outcome)
        count = min(len(there), MOST_WEIGHED // 2)
        kept = there[np.linspace(0, len(there) - 1, count).astype(np.intp)]
        chosen.append(kept)
        weights.append(rows[kept] * len(there) / count)
    return np.concatenate(chosen), np.concatenate(weights)


def _binned(
    frame: pandas.DataFrame, lesson: binning.Lesson, signs: Mapping[str, int], least: float
) -> dict[str, Part]:
    """The features whose bins tell something."""
    found = {}
    for name in frame.columns:
        column = frame[name]
        is_figure = pandas.api.types.is_numeric_dtype(column)
        bins = (
            binning.numeric(_figures(column), lesson, sign=signs[name])
            if is_figure
            else binning.words(column, lesson)
        )
        if bins.information > least:
            found[name] = Part(
                str(name), bins.edges, bins.categories, bins.evidence, bins.missing, bins.other
            )
    return found


def _weighed(part: Part, weight: float) -> Part:
    return replace(
        part,
        points=tuple(weight * each for each in part.points),
        missing=weight * part.missing,
        other=weight * part.other,
    )


def _figures(column: "pandas.Series[Any]") -> Numbers:
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _summed(
    column: "pandas.Series[Any]", learned: Sequence[Learned], curve: Curve | None, share: float
) -> Part | None:
    """All steps and the curve of one feature as one table of steps; none where nothing counts."""
    name = str(column.name)
    parts = [each.parts[name] for each in learned if name in each.parts]
    if not pandas.api.types.is_numeric_dtype(column):
        return _words_summed(column, parts, share) if parts else None
    value = _figures(column)
    value = value[~np.isnan(value)]
    cuts = [np.array(part.edges) for part in parts]
    if curve is not None:
        cuts += [curve.steps, curve.codes + 0.5]
    edges = np.unique(np.concatenate(cuts)) if cuts else np.empty(0)
    lowest = np.concatenate([[-np.inf], edges])
    sums = share * sum((part.at(lowest) for part in parts), start=np.zeros(len(lowest)))
    places = np.searchsorted(edges, value, side="right")
    rows = np.bincount(places, minlength=len(lowest)).astype(np.float64)
    lone = 0.0
    if curve is not None:
        bow = share * np.sum([each.bows[name] for each in learned], axis=0)
        total = np.bincount(places, weights=curve.columns(value) @ bow, minlength=len(lowest))
        sums += np.where(rows > 0, total / np.maximum(rows, 1.0), curve.columns(lowest) @ bow)
        lone = float(bow[-1])
    missing = share * sum(part.missing for part in parts) + lone
    return _told(Part(name, tuple(map(float, edges)), (), tuple(sums), missing, 0.0), column, rows)


def _words_summed(column: "pandas.Series[Any]", parts: Sequence[Part], share: float) -> Part | None:
    words = sorted({word for part in parts for group in part.categories for word in group})
    sums = share * sum(
        (part.sums(pandas.Series(words, dtype=object)) for part in parts),
        start=np.zeros(len(words)),
    )
    missing = share * sum(part.missing for part in parts)
    groups: dict[float, list[str]] = {}
    for word, points in sorted(zip(words, sums.tolist(), strict=True), key=lambda pair: pair[1]):
        groups.setdefault(points, []).append(word)
    part = Part(
        str(column.name), (), tuple(map(tuple, groups.values())), tuple(groups), missing, 0.0
    )
    return _told(part, column, np.empty(0))


def _told(part: Part, column: "pandas.Series[Any]", rows: Numbers) -> Part | None:
    """The part with steps that nobody would see joined, and what people have on average."""
    if part.is_numeric:
        part = _joined(part, rows)
    if not column.isna().any():
        # Nobody in the table lacked it: whoever does stands where people stand on average.
        part = replace(part, missing=float(part.sums(column).mean()))
    sums = part.sums(column)
    if not np.any(np.abs(sums) > 0.0):
        return None
    return replace(part, neutral=float(sums.mean()))


def _joined(part: Part, rows: Numbers) -> Part:
    edges: list[float] = []
    points: list[float] = [part.points[0]]
    held: float = float(rows[0])
    for edge, added, count in zip(part.edges, part.points[1:], rows[1:], strict=True):
        if abs(added - points[-1]) < SAME:
            held += float(count)
            points[-1] += (added - points[-1]) * float(count) / max(held, 1.0)
        else:
            edges.append(float(edge))
            points.append(float(added))
            held = float(count)
    return replace(part, edges=tuple(edges), points=tuple(map(float, points)))
