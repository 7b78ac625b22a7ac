"""The scorecard by weight of evidence: shrunk bins, weighed, as a table that people can read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from scoring.training import binning, cards, refusals
from scoring.training.cards import SCALE, Part

Numbers = NDArray[np.float64]


class WoeScorecard(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A scorecard with the shape of scikit-learn; `score` gives points, not accuracy."""

    def __init__(self, *, monotone: Mapping[str, int] | None = None, seed: int = 2024) -> None:
        self.monotone = monotone
        self.seed = seed

    def fit(self, X: pandas.DataFrame, y: Any, *, sample_weight: Numbers | None = None) -> Self:
        """Learn bins and weights. Raises OneClassOnly, NothingToLearnFrom."""
        is_bad = np.asarray(y, dtype=np.float64)
        bads = int(is_bad.sum())
        if bads < 1 or bads == len(is_bad):
            raise refusals.OneClassOnly(bads=bads, goods=len(is_bad) - bads, least=2)
        prior = binning.Prior(15.0, float(is_bad.mean()))
        found = {
            name: binning.numeric(
                X[name].to_numpy(dtype=np.float64, na_value=np.nan),
                is_bad,
                prior=prior,
                most=20,
                least_rows=0.03 * len(is_bad),
            )
            if pandas.api.types.is_numeric_dtype(X[name])
            else binning.words(X[name], is_bad, prior=prior)
            for name in X.columns
        }
        parts = [
            Part(name, bins.edges, bins.categories, bins.evidence, bins.missing, bins.other)
            for name, bins in found.items()
            if bins.information > 0.01
        ]
        if not parts:
            raise refusals.NothingToLearnFrom
        evidence = np.column_stack([part.sums(X[part.feature]) for part in parts])
        line = LogisticRegression(C=0.3, max_iter=2000).fit(evidence, is_bad, sample_weight)
        self.parts_ = [
            _weighed(part, float(weight), evidence[:, index])
            for index, (part, weight) in enumerate(zip(parts, line.coef_[0], strict=True))
        ]
        self.intercept_ = float(line.intercept_[0])
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


def _weighed(part: Part, weight: float, evidence: Numbers) -> Part:
    return replace(
        part,
        points=tuple(weight * each for each in part.points),
        missing=weight * part.missing,
        other=weight * part.other,
        neutral=float(weight * evidence.mean()),
    )
