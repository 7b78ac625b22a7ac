"""Additive boosting as a points table: one step function for each feature, no interactions."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold

from scoring.training import calibration, cards, refusals
from scoring.training.cards import SCALE
from scoring.training.models import coding, parts
from scoring.training.models.coding import CodedColumn, Coding, Numbers
from scoring.training.models.rated import Rated

# So fine are the steps of a feature at most, before equal neighbours are joined.
MOST_STEPS = 64
# How many standard deviations a rank test must show before a direction is taken for granted.
SURE = 3.0
START = (0.7, 0.3)
SPLITS = 5
MEMBERS = 3
SMALL = 2_000
Table = NDArray[np.float64]


class AdditiveScorecard(Rated, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """A scorecard with the shape of scikit-learn; `score` gives points, not accuracy.

    Directions are given by `monotone`, or learned from the rows where they are beyond doubt; the
    finished steps keep to them.
    """

    def __init__(
        self,
        *,
        monotone: Mapping[str, int] | None = None,
        seed: int = 2024,
        effort: float = 1.0,
    ) -> None:
        self.monotone = monotone
        self.seed = seed
        self.effort = effort

    def fit(self, X: pandas.DataFrame, y: Any, *, sample_weight: Numbers | None = None) -> Self:
        """Learn steps and calibration. Raises OneClassOnly, NothingToLearnFrom."""
        is_bad = np.asarray(y, dtype=np.float64)
        bads = int(is_bad.sum())
        if min(bads, len(is_bad) - bads) < SPLITS:
            raise refusals.OneClassOnly(bads=bads, goods=len(is_bad) - bads, least=SPLITS)
        if X.shape[1] == 0:
            raise refusals.NothingToLearnFrom
        rows = np.ones(len(is_bad)) if sample_weight is None else np.asarray(sample_weight)
        said = self._unseen(X, is_bad, rows)
        self.weights_ = parts.weighed(said, is_bad, rows, np.array(START))
        self.parts_, self.intercept_ = self._steps(X, is_bad, rows, self.weights_)
        self.calibration_ = calibration.learned(said @ self.weights_, is_bad, weights=rows)
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def decision_function(self, X: pandas.DataFrame) -> Numbers:
        """The log-odds of bad before calibration."""
        return cards.log_odds(self.parts_, self.intercept_, X)

    def predict_proba(self, X: pandas.DataFrame) -> Numbers:
        """Good and bad, one column each."""
        bad = self.calibration_.probabilities(self.decision_function(X))
        return np.column_stack([1.0 - bad, bad])

    def artefact(self, *, version: str, trained: Mapping[str, Any]) -> dict[str, Any]:
        """The card as plain JSON, not yet sealed."""
        return {
            "format": 1,
            "kind": "ADDITIVE",
            "version": version,
            "target": trained.get("target", "bad"),
            "scale": dict(SCALE),
            "trained": dict(trained),
            "calibration": self.calibration_.row(),
            "intercept": self.intercept_,
            "characteristics": [part.row() for part in self.parts_],
        }

    def _unseen(self, frame: pandas.DataFrame, is_bad: Numbers, rows: Numbers) -> Numbers:
        """What boosting and lines say of rows that they did not learn from."""
        # Many rows need fewer voices: enough to learn weights and calibration.
        splits, members = (SPLITS, MEMBERS) if len(is_bad) < SMALL else (3, 1)
        folds = StratifiedKFold(splits, shuffle=True, random_state=self.seed)
        said = np.empty((len(is_bad), len(START)))
        for teach, attempt in folds.split(said, is_bad):
            lesson, made = self._made(frame.iloc[teach], is_bad[teach], rows[teach], members)
            codes = lesson.coding.codes(frame.iloc[attempt])
            said[attempt] = np.column_stack([part.log_odds(codes) for part in made])
        return said

    def _made(
        self, frame: pandas.DataFrame, is_bad: Numbers, rows: Numbers, members: int
    ) -> tuple[parts.Lesson, tuple[parts.Part, ...]]:
        known = coding.learned(frame, is_bad, most=MOST_STEPS)
        codes = known.codes(frame)
        signs = directions(known, codes, is_bad, self.monotone)
        lesson = parts.Lesson(known, codes, is_bad, rows, signs, self.seed, self.effort)
        return lesson, (parts.Boosted.additive(lesson, members), parts.Lines.fitted(lesson))

    def _steps(
        self, frame: pandas.DataFrame, is_bad: Numbers, rows: Numbers, weights: Numbers
    ) -> tuple[list[cards.Part], float]:
        """Both parts as one table for each feature, exactly: the sum of tables is a table."""
        lesson, made = self._made(frame, is_bad, rows, MEMBERS)
        tables = [_tables(part, lesson.coding) for part in made]
        intercept = sum(
            float(weight) * offset for weight, (offset, _) in zip(weights, tables, strict=True)
        )
        found = []
        for index, column in enumerate(lesson.coding.columns):
            table = sum(
                weight * each[index] for weight, (_, each) in zip(weights, tables, strict=True)
            )
            count = parts.rows_by_code(lesson.codes[:, index], column.count)
            table[:-1] = parts.directed(table[:-1], count[:-1], lesson.signs[index])
            found.append(_part(column, table, count))
        return found, float(intercept)


def directions(
    known: Coding, codes: Numbers, is_bad: Numbers, monotone: Mapping[str, int] | None
) -> list[int]:
    """The given direction of each feature, or the one that the rows show beyond doubt."""
    given = monotone or {}
    return [
        int(given[column.feature]) if column.feature in given else _direction(code, is_bad)
        for column, code in zip(known.columns, codes.T, strict=True)
    ]


def _direction(codes: Numbers, is_bad: Numbers) -> int:
    """Mann and Whitney's test on the rows with a value."""
    known = ~np.isnan(codes)
    bads, goods = float(is_bad[known].sum()), float((1 - is_bad[known]).sum())
    if bads == 0 or goods == 0:
        return 0
    above = rankdata(codes[known])[is_bad[known] == 1].sum() - bads * (bads + 1) / 2
    sureness = (above - bads * goods / 2) / np.sqrt(bads * goods * (bads + goods + 1) / 12)
    return int(np.sign(sureness)) if abs(sureness) >= SURE else 0


def _tables(part: parts.Part, known: Coding) -> tuple[float, list[Table]]:
    """What each code adds against all codes 0: asked of the part itself, one feature at a time."""
    base = np.zeros((1, len(known.columns)))
    start = float(part.log_odds(base)[0])
    found = []
    for index, column in enumerate(known.columns):
        asked = np.repeat(base, column.count + 1, axis=0)
        asked[:, index] = [*range(column.count), np.nan]
        found.append(part.log_odds(asked) - start)
    return start, found


def _part(column: CodedColumn, table: Table, rows: Numbers) -> cards.Part:
    steps, missing = table[:-1], float(table[-1])
    neutral = float(np.average(table, weights=rows))
    if column.words is not None:
        categories, points = _by_points(column.words, steps)
        return cards.Part(column.feature, (), categories, points, missing, missing, neutral)
    starts = np.flatnonzero(np.append(True, np.abs(np.diff(steps)) > 1e-12))
    edges = tuple(column.edges[starts[1:] - 1].tolist())
    points = tuple(steps[starts].tolist())
    return cards.Part(column.feature, edges, (), points, missing, missing, neutral)


def _by_points(
    words: Mapping[str, int], steps: Sequence[float] | Table
) -> tuple[tuple[tuple[str, ...], ...], tuple[float, ...]]:
    """Words that add the same share a bin."""
    bins: dict[float, list[str]] = {}
    for word, code in words.items():
        bins.setdefault(float(steps[code]), []).append(word)
    return tuple(tuple(each) for each in bins.values()), tuple(bins)
