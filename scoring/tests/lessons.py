"""Invented tables of outcomes for the tests of models: figures, words and gaps, and their truth."""

from typing import Any

import numpy as np
import pandas


def lesson(rows: int = 400, *, seed: int = 7) -> tuple[pandas.DataFrame, Any]:
    """A table whose outcome hangs on income, debts, the kind of home and a gap in the records."""
    dice = np.random.default_rng(seed)
    income = dice.lognormal(8, 0.6, rows)
    debts = dice.poisson(2, rows).astype(float)
    tenure = np.where(dice.random(rows) < 0.2, np.nan, dice.integers(0, 48, rows))
    home = dice.choice(["rents", "owns", "dormitory"], rows)
    truth = 3.0 - np.log(income / 1000) * 2 + 0.5 * debts + 1.0 * (home == "rents")
    truth += np.where(np.isnan(tenure), 0.8, -0.02 * np.nan_to_num(tenure)) - 1.5
    is_bad = (dice.random(rows) < 1 / (1 + np.exp(-truth))).astype(np.int8)
    words = pandas.Series(home, dtype=object)
    words[dice.random(rows) < 0.05] = None
    frame = pandas.DataFrame({"income": income, "debts": debts, "tenure": tenure})
    frame["home"] = words.astype(object)
    return frame, is_bad


def strange_rows(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Rows like those of the table, and rows such as it never held."""
    strange = frame.head(6).copy()
    strange["income"] = [np.nan, 0.0, 1e12, -5.0, *frame["income"].head(2)]
    strange["home"] = ["palace", None, "owns", "rents", "", "dormitory"]
    strange["tenure"] = [np.nan, 1e9, -1.0, 0.0, 47.0, 48.0]
    return pandas.concat([frame, strange], ignore_index=True)
