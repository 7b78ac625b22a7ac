"""What every fitted model can say of rows besides a probability: points, and the reasons."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

from scoring.registry import artefact, loading
from scoring.registry.contracts import Contribution, Model


class Rated:
    """Points and reasons as the evaluator of the artefact gives them."""

    def artefact(self, *, version: str, trained: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def model(self) -> Model:
        """What decides where scikit-learn is not at hand, made from the artefact."""
        return loading.load(artefact.seal(self.artefact(version="unnamed", trained={})))

    def score(self, X: pandas.DataFrame) -> NDArray[np.int64]:
        """Points of each row, not accuracy: 600 at odds of 50, 20 more where the odds double."""
        model = self.model()
        return np.array([model.rate(row).score for row in rows_of(X)], dtype=np.int64)

    def reasons(self, X: pandas.DataFrame, top: int = 4) -> list[tuple[Contribution, ...]]:
        """The strongest reasons of each row, at most four."""
        model = self.model()
        return [model.rate(row).contributions[:top] for row in rows_of(X)]


def rows_of(frame: pandas.DataFrame) -> list[dict[str, Any]]:
    """Each row as the evaluator takes it."""
    return [{str(name): each for name, each in row.items()} for row in frame.to_dict("records")]
