"""The challenger: boosted trees, extra trees and lines, weighed by what they say of new rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import StratifiedKFold

from scoring.training import calibration, refusals
from scoring.training.cards import SCALE
from scoring.training.models import coding, parts
from scoring.training.models.coding import Coding, Numbers
from scoring.training.models.rated import Rated

# From so many bads on, trees with more leaves have something to learn.
BADS_FOR_DEEP = 400
SMALL, MEDIUM, LARGE = 2_000, 10_000, 200_000


@dataclass(frozen=True)
class Recipe:
    """What is made of a table: decided by its size alone."""

    leaves: tuple[int, ...]
    rounds: tuple[int, ...]
    members: int
    trees: int
    splits: int

    @property
    def weights(self) -> Numbers:
        """Where the weights start: half boosting, half forest, and lines when they earn it."""
        boosted = [0.5 / len(self.leaves)] * len(self.leaves)
        return np.array([*boosted, 0.5, 0.0])

    @property
    def narrow(self) -> "Recipe":
        """The same with fewer voices: enough to learn weights and calibration on many rows."""
        return replace(self, members=1, trees=self.trees // 2)


def recipe(rows: int, bads: int) -> Recipe:
    """Small tables get shallow trees and many inner splits; large ones the other way round."""
    splits = 5 if rows < SMALL else 3
    if bads < BADS_FOR_DEEP:
        return Recipe(leaves=(8,), rounds=(150,), members=5, trees=200, splits=splits)
    members = 2 if rows < LARGE else 1
    trees = 200 if rows < MEDIUM else 100
    return Recipe((8, 24), rounds=(150, 250), members=members, trees=trees, splits=splits)


class BoostedTrees(Rated, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """An ensemble with the shape of scikit-learn. `monotone` holds every tree to a direction."""

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
        """Learn the parts, their weights and the calibration. Raises OneClassOnly."""
        is_bad = np.asarray(y, dtype=np.float64)
        bads = int(is_bad.sum())
        plan = recipe(len(is_bad), bads)
        if min(bads, len(is_bad) - bads) < plan.splits:
            raise refusals.OneClassOnly(bads=bads, goods=len(is_bad) - bads, least=plan.splits)
        weights = np.ones(len(is_bad)) if sample_weight is None else np.asarray(sample_weight)
        said = self._unseen(X, is_bad, weights, plan)
        self.weights_ = parts.weighed(said, is_bad, weights, plan.weights)
        self.calibration_ = calibration.learned(said @ self.weights_, is_bad, weights=weights)
        self.coding_, self.parts_ = self._made(X, is_bad, weights, plan)
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        return self

    def decision_function(self, X: pandas.DataFrame) -> Numbers:
        """The log-odds of bad before calibration."""
        return _said(self.coding_, self.parts_, X) @ self.weights_

    def predict_proba(self, X: pandas.DataFrame) -> Numbers:
        """Good and bad, one column each."""
        bad = self.calibration_.probabilities(self.decision_function(X))
        return np.column_stack([1.0 - bad, bad])

    def artefact(self, *, version: str, trained: Mapping[str, Any]) -> dict[str, Any]:
        """All trees as plain JSON, not yet sealed."""
        rows = [
            {**part.row(), "weight": float(weight)}
            for part, weight in zip(self.parts_, self.weights_, strict=True)
            if weight > 0
        ]
        return {
            "format": 1,
            "kind": "BOOST",
            "version": version,
            "target": trained.get("target", "bad"),
            "scale": dict(SCALE),
            "trained": dict(trained),
            "calibration": self.calibration_.row(),
            "features": [each.row() for each in self.coding_.columns],
            "parts": rows,
        }

    def _unseen(
        self, frame: pandas.DataFrame, is_bad: Numbers, weights: Numbers, plan: Recipe
    ) -> Numbers:
        """What each part says of rows that it did not learn from."""
        plan = plan if len(is_bad) < SMALL else plan.narrow
        folds = StratifiedKFold(plan.splits, shuffle=True, random_state=self.seed)
        said = np.empty((len(is_bad), len(plan.weights)))
        for teach, attempt in folds.split(said, is_bad):
            made = self._made(frame.iloc[teach], is_bad[teach], weights[teach], plan)
            said[attempt] = _said(*made, frame.iloc[attempt])
        return said

    def _made(
        self, frame: pandas.DataFrame, is_bad: Numbers, weights: Numbers, plan: Recipe
    ) -> tuple[Coding, tuple[parts.Part, ...]]:
        known = coding.learned(frame, is_bad)
        signs = known.signs(self.monotone)
        codes = known.codes(frame)
        lesson = parts.Lesson(known, codes, is_bad, weights, signs, self.seed, self.effort)
        boosted = [
            parts.Boosted.fitted(lesson, leaves=leaves, rounds=rounds, members=plan.members)
            for leaves, rounds in zip(plan.leaves, plan.rounds, strict=True)
        ]
        return known, (
            *boosted,
            parts.Forest.fitted(lesson, trees=plan.trees),
            parts.Lines.fitted(lesson),
        )


def _said(known: Coding, made: tuple[parts.Part, ...], frame: pandas.DataFrame) -> Numbers:
    codes = known.codes(frame)
    return np.column_stack([part.log_odds(codes) for part in made])
