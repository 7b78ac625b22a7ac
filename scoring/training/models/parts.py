"""What an ensemble of trees is made of: boosted trees, extra trees and lines, on coded columns.

Each part gives log-odds of bad, and the row of an artefact from which `registry.trees` gives
the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from common.threads import as_many_as_pay
from scoring.training.models.coding import MOST_CODES, Coding, Numbers, at

# Digits of a leaf: the sum over all trees of a part stays within 1e-9 of the fitted one.
DIGITS = 12
# How far a forest's share of bads is drawn to the usual one, so that its log-odds stay finite.
PULL = 0.01
SHARE_OF_FEATURES = 0.3
FOREST_ROWS = 50_000
ROWS_PER_LEAF = 2_500
# How strongly the weights are held to their start: as if so many rows spoke for it.
HOLD = 20.0


@dataclass(frozen=True)
class Lesson:
    """What a part learns from."""

    coding: Coding
    codes: Numbers
    is_bad: Numbers
    weights: Numbers
    signs: Sequence[int]
    seed: int
    effort: float = 1.0

    def much(self, count: int) -> int:
        """So many rounds or trees, or fewer where only a quick look is wanted."""
        return max(1, round(count * self.effort))

    @property
    def usual(self) -> float:
        return float(np.average(self.is_bad, weights=self.weights))


class Part(Protocol):
    """One member of an ensemble."""

    def log_odds(self, codes: Numbers) -> Numbers: ...
    def row(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Boosted:
    """The mean of several boostings, each from its own seed and with few features at each cut."""

    members: tuple[Any, ...]

    @classmethod
    def fitted(cls, lesson: Lesson, *, leaves: int, rounds: int, members: int) -> "Boosted":
        with as_many_as_pay(len(lesson.codes)):
            made = [
                HistGradientBoostingClassifier(
                    learning_rate=0.05,
                    max_iter=lesson.much(rounds),
                    max_leaf_nodes=leaves,
                    min_samples_leaf=20,
                    l2_regularization=1.0,
                    max_features=SHARE_OF_FEATURES,
                    monotonic_cst=list(lesson.signs),
                    early_stopping=False,
                    random_state=lesson.seed + number,
                ).fit(lesson.codes, lesson.is_bad, sample_weight=lesson.weights)
                for number in range(lesson.much(members))
            ]
        return cls(tuple(made))

    @classmethod
    def additive(cls, lesson: Lesson, members: int) -> "Boosted":
        """Stumps on ever other features: what they add up to is one step function for each."""
        count = len(lesson.signs)
        with as_many_as_pay(len(lesson.codes)):
            made = [
                HistGradientBoostingClassifier(
                    learning_rate=0.05,
                    max_iter=lesson.much(400),
                    max_leaf_nodes=2,
                    min_samples_leaf=20,
                    l2_regularization=1.0,
                    max_features=max(0.2, 1.0 / count),
                    interaction_cst="no_interactions",
                    monotonic_cst=list(lesson.signs),
                    early_stopping=False,
                    random_state=lesson.seed + number,
                ).fit(lesson.codes, lesson.is_bad, sample_weight=lesson.weights)
                for number in range(lesson.much(members))
            ]
        return cls(tuple(made))

    def log_odds(self, codes: Numbers) -> Numbers:
        with as_many_as_pay(len(codes)):
            told = [each.decision_function(codes) for each in self.members]
        found: Numbers = np.mean(told, axis=0)
        return found

    def row(self) -> dict[str, Any]:
        trees = [_of_boosting(stage[0].nodes) for each in self.members for stage in _stages(each)]
        offset = np.mean([_start(each) for each in self.members])
        share = 1.0 / len(self.members)
        return _grove("LOGIT", trees, offset=float(offset), share=share, pull=0.0, usual=0.5)


@dataclass(frozen=True)
class Forest:
    """Extremely randomised trees. They know no missing values: each feature has a code for it."""

    trees: Any
    fill: Numbers
    usual: float

    @classmethod
    def fitted(cls, lesson: Lesson, *, trees: int) -> "Forest":
        rows = len(lesson.codes)
        # Below all others, or in the middle where a direction is promised.
        middle = np.array([_middle(column) for column in lesson.codes.T])
        fill = np.where(np.array(lesson.signs) == 0, -1.0, middle)
        forest = ExtraTreesClassifier(
            n_estimators=lesson.much(trees),
            min_samples_leaf=max(1, round(min(rows, FOREST_ROWS) / ROWS_PER_LEAF)),
            max_features=SHARE_OF_FEATURES,
            bootstrap=rows > FOREST_ROWS,
            max_samples=FOREST_ROWS if rows > FOREST_ROWS else None,
            monotonic_cst=list(lesson.signs) if any(lesson.signs) else None,
            random_state=lesson.seed,
        )
        forest.fit(_filled(lesson.codes, fill), lesson.is_bad, sample_weight=lesson.weights)
        return cls(forest, fill, lesson.usual)

    def log_odds(self, codes: Numbers) -> Numbers:
        chance = self.trees.predict_proba(_filled(codes, self.fill))[:, 1]
        inside = (1.0 - PULL) * chance + PULL * self.usual
        found: Numbers = np.log(inside / (1.0 - inside))
        return found

    def row(self) -> dict[str, Any]:
        trees = [_of_forest(each.tree_, self.fill) for each in self.trees.estimators_]
        return _grove("CHANCE", trees, offset=0.0, share=1.0, pull=PULL, usual=self.usual)


@dataclass(frozen=True)
class Lines:
    """A logistic regression on ranks and figures, kept as what each code adds."""

    offset: float
    tables: tuple[Numbers, ...]

    @classmethod
    def fitted(cls, lesson: Lesson) -> "Lines":
        curves = [curve for index in range(len(lesson.signs)) for curve in _curves(lesson, index)]
        design = np.column_stack([curve[codes] for _, curve, codes in curves])
        scale = np.where(design.std(axis=0) > 0, design.std(axis=0), 1.0)
        line = LogisticRegression(C=0.05, max_iter=1000, tol=1e-6)
        line.fit(design / scale, lesson.is_bad, sample_weight=lesson.weights)
        tables = [np.zeros(each.count + 1) for each in lesson.coding.columns]
        for (index, curve, _), slope in zip(curves, line.coef_[0] / scale, strict=True):
            tables[index] += slope * curve
        for index, (table, sign) in enumerate(zip(tables, lesson.signs, strict=True)):
            rows = rows_by_code(lesson.codes[:, index], len(table) - 1)
            table[:-1] = directed(table[:-1], rows[:-1], sign)
        return cls(float(line.intercept_[0]), tuple(tables))

    def log_odds(self, codes: Numbers) -> Numbers:
        total = np.full(len(codes), self.offset)
        for index, table in enumerate(self.tables):
            total += _last_for_missing(table, codes[:, index])
        return total

    def row(self) -> dict[str, Any]:
        tables = [table.tolist() for table in self.tables]
        return {"link": "TABLE", "offset": self.offset, "tables": tables}


def weighed(said: Numbers, is_bad: Numbers, rows: Numbers, start: Numbers) -> Numbers:
    """Weights, none below zero, that make the blend's log-odds most likely; held to their start."""

    def loss(guess: Numbers) -> tuple[float, Numbers]:
        odds = guess[0] + said @ guess[1:]
        gap = rows * (1.0 / (1.0 + np.exp(-odds)) - is_bad)
        away = guess[1:] - start
        likely = float(np.sum(rows * (np.logaddexp(0.0, odds) - is_bad * odds)))
        slope = np.append(gap.sum(), said.T @ gap + 2 * HOLD * away)
        return likely + HOLD * float(away @ away), slope

    limits: list[tuple[float | None, float | None]] = [(None, None)] + [(0.0, None)] * len(start)
    found = minimize(loss, np.append(0.0, start), jac=True, bounds=limits, method="L-BFGS-B")
    weights: NDArray[np.float64] = np.maximum(found.x[1:], 0.0)
    return weights / weights.sum() if weights.sum() > 0 else start


def _curves(lesson: Lesson, index: int) -> list[tuple[int, Numbers, NDArray[np.intp]]]:
    """A feature's figures, its ranks and whether it is missing, each centred, by code."""
    column, codes = lesson.coding.columns[index], lesson.codes[:, index]
    place = np.where(np.isnan(codes), column.count, codes).astype(np.intp)
    rows = rows_by_code(codes, column.count)
    ranks = np.cumsum(rows[:-1]) - rows[:-1] / 2
    missing = np.append(np.zeros(column.count), 1.0)
    curves = []
    for levels in (column.levels, ranks):
        # Figures may be so large that their squares are not finite.
        small = levels / max(float(np.abs(levels).max()), 1e-300)
        usual = np.average(small, weights=rows[:-1]) if rows[:-1].any() else 0.0
        curves.append(np.append(small - usual, 0.0))
    curves.append(missing - rows[-1] / len(codes))
    return [(index, curve, place) for curve in curves]


def rows_by_code(codes: Numbers, count: int) -> Numbers:
    """How many rows have each code; the last stands for missing."""
    place = np.where(np.isnan(codes), count, codes).astype(np.intp)
    return np.bincount(place, minlength=count + 1).astype(np.float64)


def directed(table: Numbers, rows: Numbers, sign: int) -> Numbers:
    """The nearest steps that keep to the direction."""
    if sign == 0 or len(table) == 1:
        return table
    place = np.arange(len(table))
    line = IsotonicRegression(increasing=sign > 0)
    found: Numbers = line.fit(place, table, rows + 1e-9).predict(place)
    return found


def _last_for_missing(table: Numbers, codes: Numbers) -> Numbers:
    found: Numbers = np.where(np.isnan(codes), table[-1], at(table, codes))
    return found


def _middle(column: Numbers) -> float:
    known = column[~np.isnan(column)]
    return float(np.floor(np.median(known))) if len(known) else 0.0


def _filled(codes: Numbers, fill: Numbers) -> Numbers:
    return np.where(np.isnan(codes), fill, codes)


Tree = Mapping[str, Numbers]


def _stages(boosting: Any) -> Any:
    """The trees of each round. Nothing public hands them over; a test compares every figure."""
    return boosting._predictors  # noqa: SLF001 (see above)


def _start(boosting: Any) -> float:
    """The log-odds from which the first tree starts."""
    return float(boosting._baseline_prediction.ravel()[0])  # noqa: SLF001 (as the stages)


def _of_boosting(nodes: Any) -> Tree:
    """One tree of a boosting; inner nodes get the mean of their leaves."""
    is_leaf = nodes["is_leaf"].astype(bool)
    left = np.where(is_leaf, -1, nodes["left"].astype(np.int64))
    right = np.where(is_leaf, -1, nodes["right"].astype(np.int64))
    value = nodes["value"].astype(np.float64)
    count = nodes["count"].astype(np.float64)
    for node in np.flatnonzero(~is_leaf)[::-1]:
        pair = [left[node], right[node]]
        value[node] = np.average(value[pair], weights=count[pair])
    # Where known and missing part, every code goes left: the threshold is infinite.
    highest = np.minimum(nodes["num_threshold"], MOST_CODES)
    return {
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": np.floor(np.where(is_leaf, 0.0, highest)),
        "left": left,
        "right": right,
        "missing_right": 1 - nodes["missing_go_to_left"].astype(np.int64),
        "value": value,
    }


def _of_forest(tree: Any, fill: Numbers) -> Tree:
    """One tree of a forest; where a missing value goes follows from the code it was given."""
    is_leaf = tree.children_left < 0
    feature = np.where(is_leaf, 0, tree.feature)
    threshold = np.where(is_leaf, 0.0, np.floor(tree.threshold))
    chances = tree.value[:, 0, :]
    return {
        "feature": feature,
        "threshold": threshold,
        "left": tree.children_left,
        "right": tree.children_right,
        "missing_right": np.where(is_leaf, 0, fill[feature] > threshold).astype(np.int64),
        "value": chances[:, 1] / chances.sum(axis=1),
    }


def _grove(link: str, trees: Sequence[Tree], **numbers: float) -> dict[str, Any]:
    """Trees in common columns, each renumbered so that the two branches stand side by side."""
    names = ("feature", "threshold", "left", "missing_right", "value")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    roots = []
    for tree in trees:
        start = len(columns["left"])
        roots.append(start)
        order, left = _side_by_side(tree)
        columns["left"] += [start + place for place in left]
        for name in ("feature", "threshold", "missing_right"):
            columns[name] += tree[name][order].astype(np.int64).tolist()
        columns["value"] += np.round(tree["value"][order], DIGITS).tolist()
    return {"link": link, **numbers, "roots": roots, **columns}


def _side_by_side(tree: Tree) -> tuple[list[int], list[int]]:
    """The nodes by level, and where the left branch of each stands; a leaf leads to itself."""
    order, left = [0], []
    for place, node in enumerate(order):
        if tree["left"][node] < 0:
            left.append(place)
        else:
            left.append(len(order))
            order += [int(tree["left"][node]), int(tree["right"][node])]
    return order, left
