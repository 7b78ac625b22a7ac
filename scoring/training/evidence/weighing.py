"""Evidence and curves weighed in one regression: drawn towards nothing, never against the bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

Numbers = NDArray[np.float64]
MOST_ROUNDS = 300


@dataclass(frozen=True)
class Weighed:
    """What each column counts, and where a row with nothing stands."""

    weights: Numbers
    intercept: float


def weigh(
    columns: Numbers,
    is_bad: Numbers,
    rows: Numbers,
    *,
    penalty: float,
    lower: Numbers,
    upper: Numbers,
) -> Weighed:
    """The likeliest weights under a penalty on their squares, each within its limits."""
    middle = np.average(columns, axis=0, weights=rows)
    centred = columns - middle
    usual = float(np.average(is_bad, weights=rows))

    def loss(guess: Numbers) -> tuple[float, Numbers]:
        odds = centred @ guess[:-1] + guess[-1]
        gap = rows * (_chance(odds) - is_bad)
        likely = float(np.sum(rows * (np.logaddexp(0.0, odds) - is_bad * odds)))
        slope = np.append(centred.T @ gap + penalty * guess[:-1], gap.sum())
        return likely + 0.5 * penalty * float(guess[:-1] @ guess[:-1]), slope

    start = np.append(np.clip(0.0, lower, upper), np.log(usual / (1.0 - usual)))
    limits = [*zip(lower, upper, strict=True), (-np.inf, np.inf)]
    # Columns are few: threads would only wait for one another.
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=limits,
            options={"maxiter": MOST_ROUNDS},
        )
    weights: Numbers = found.x[:-1]
    return Weighed(weights, float(found.x[-1] - middle @ weights))


def _chance(odds: Numbers) -> Numbers:
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(odds, -500.0, 500.0)))
    return found
