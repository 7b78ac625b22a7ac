"""Calibration: probabilities that keep their promise, without changing who stands before whom."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

Numbers = NDArray[np.float64]
# From so many bads on, the shape is learned; below, a straight line on the log-odds.
BADS_FOR_SHAPE = 1_000
LEAST_SLOPE = 0.05
# Steps of the shape: enough to follow it, few enough that each holds many rows.
MOST_STEPS = 50
EDGE = 1e-4


@dataclass(frozen=True)
class Calibration:
    """PLATT: a straight line on the log-odds. ISOTONIC: straight lines from point to point."""

    method: str
    slope: float = 1.0
    intercept: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def probabilities(self, log_odds: Numbers) -> Numbers:
        """The chance of bad for each row."""
        if self.method == "ISOTONIC":
            found: Numbers = np.interp(log_odds, self.x, self.y)
            return found
        return 1.0 / (1.0 + np.exp(-(self.intercept + self.slope * log_odds)))

    def row(self) -> dict[str, Any]:
        """The calibration as it stands in an artefact."""
        if self.method == "ISOTONIC":
            return {"method": "ISOTONIC", "x": list(self.x), "y": list(self.y)}
        if self.method == "PLATT":
            return {"method": "PLATT", "slope": self.slope, "intercept": self.intercept}
        return {"method": "NONE"}


NONE = Calibration("NONE")


def learned(log_odds: Numbers, is_bad: Numbers, *, weights: Numbers | None = None) -> Calibration:
    """From log-odds given to rows that were not learned from, and their outcomes."""
    rows = np.ones(len(is_bad)) if weights is None else weights
    if float((rows * is_bad).sum()) >= BADS_FOR_SHAPE:
        return isotonic(log_odds, is_bad, rows)
    return platt(log_odds, is_bad, rows)


def platt(log_odds: Numbers, is_bad: Numbers, rows: Numbers) -> Calibration:
    """The most likely line; outcomes are softened as Platt (1999) does, so that it stays finite."""
    bads, all_rows = float((rows * is_bad).sum()), float(rows.sum())
    target = np.where(is_bad == 1, (bads + 1) / (bads + 2), 1 / (all_rows - bads + 2))

    def loss(guess: Numbers) -> tuple[float, Numbers]:
        odds = guess[0] + guess[1] * log_odds
        gap = rows * (1.0 / (1.0 + np.exp(-odds)) - target)
        likely = float(np.sum(rows * (np.logaddexp(0.0, odds) - target * odds)))
        return likely, np.array([gap.sum(), (gap * log_odds).sum()])

    limits = [(None, None), (LEAST_SLOPE, None)]
    found = minimize(loss, np.array([0.0, 1.0]), jac=True, bounds=limits, method="L-BFGS-B")
    return Calibration("PLATT", slope=float(found.x[1]), intercept=float(found.x[0]))


def isotonic(log_odds: Numbers, is_bad: Numbers, rows: Numbers) -> Calibration:
    """Rates of neighbouring rows that never fall, joined by lines that always rise a little.

    Rows are first put into equal steps, so that the ends are no single rows; a small part of
    Platt's line keeps apart what the steps would make equal.
    """
    line = platt(log_odds, is_bad, rows)
    steps = np.array_split(np.argsort(log_odds, kind="stable"), MOST_STEPS)
    centre = np.array([np.average(log_odds[step], weights=rows[step]) for step in steps])
    rate = np.array([np.average(is_bad[step], weights=rows[step]) for step in steps])
    weight = np.array([rows[step].sum() for step in steps])
    risen = IsotonicRegression().fit(centre, rate, weight).predict(centre)
    inner, first = np.unique(centre, return_index=True)
    ends = np.array([log_odds.min() - 1.0, log_odds.max() + 1.0])
    x = np.concatenate([ends[:1], inner, ends[1:]])
    straight = line.probabilities(x)
    shape = np.interp(x, inner, risen[first])
    shape[[0, -1]] = straight[[0, -1]]
    y = np.maximum.accumulate((1 - SHARE_OF_LINE) * shape + SHARE_OF_LINE * straight)
    return Calibration(
        "ISOTONIC", x=tuple(x.tolist()), y=tuple(np.clip(y, EDGE, 1 - EDGE).tolist())
    )


SHARE_OF_LINE = 0.05
