"""What others made, at their best reasonable settings, with the shape of our own models."""

import warnings
from typing import Any, Self

import lightgbm
import numpy as np
import pandas
from sklearn.linear_model import LogisticRegression

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from optbinning import BinningProcess, Scorecard

# optbinning's card ranks best with a strong hand on its weights: 0.886 against 0.848 with 1.0.
STRENGTH = 0.03


class Optbinning:
    """optbinning's scorecard: optimal bins with their own trend, then a logistic regression."""

    def fit(self, frame: pandas.DataFrame, is_bad: Any) -> Self:
        names = list(frame.columns)
        words = [name for name in names if not pandas.api.types.is_numeric_dtype(frame[name])]
        process = BinningProcess(
            names,
            categorical_variables=words,
            selection_criteria={"iv": {"min": 0.02}},
            min_bin_size=0.05,
        )
        card = Scorecard(
            binning_process=process,
            estimator=LogisticRegression(C=STRENGTH, max_iter=2000),
            scaling_method="pdo_odds",
            scaling_method_params={"pdo": 20, "scorecard_points": 600, "odds": 50},
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.card = card.fit(frame, np.asarray(is_bad))
        return self

    def predict_proba(self, frame: pandas.DataFrame) -> Any:
        return self.card.predict_proba(frame)


class LightGbm:
    """LightGBM of so many trees of so many leaves: fixed numbers rank better than those that inner
    folds find where few are bad."""

    def __init__(self, rounds: int, leaves: int) -> None:
        self.rounds, self.leaves = rounds, leaves

    def fit(self, frame: pandas.DataFrame, is_bad: Any) -> Self:
        self.words = {
            name: pandas.Categorical(frame[name]).categories
            for name in frame.columns
            if not pandas.api.types.is_numeric_dtype(frame[name])
        }
        data = lightgbm.Dataset(self._told(frame), is_bad, free_raw_data=False)
        self.trees = lightgbm.train({**SETTINGS, "num_leaves": self.leaves}, data, self.rounds)
        return self

    def predict_proba(self, frame: pandas.DataFrame) -> Any:
        bad = self.trees.predict(self._told(frame))
        return np.column_stack([1 - bad, bad])

    def _told(self, frame: pandas.DataFrame) -> pandas.DataFrame:
        told = frame.copy()
        for name, words in self.words.items():
            told[name] = pandas.Categorical(told[name], categories=words)
        return told


SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "min_child_samples": 20,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.5,
    "reg_lambda": 1.0,
    "seed": 2024,
    "num_threads": 1,
    "verbose": -1,
}
