"""Weights by least absolute error, bounds by what held for people who taught no weights."""

import numpy as np
from sklearn.linear_model import QuantileRegressor

from scoring.features.forecast.forecaster import COVERAGE, Forecaster, averages, spread
from scoring.features.frame import Numbers
from scoring.training import refusals

PENALTY, TEACHERS = 0.03, 0.6
FEWEST_PEOPLE = 20


def fitted(nets: Numbers, actual_fen: Numbers, *, seed: int = 2024) -> Forecaster:
    """Learn from people whose next three months are known.

    Raises NothingToLearnFrom where too few have three months before. Weights and bounds come from
    different people, so that the bounds are honest.
    """
    past, wide = averages(nets), spread(nets)
    known = np.flatnonzero(np.isfinite(wide) & (wide > 0) & np.isfinite(actual_fen))
    if len(known) < FEWEST_PEOPLE:
        raise refusals.NothingToLearnFrom
    order = np.random.default_rng(seed).permutation(known)
    teach, bound = np.split(order, [int(TEACHERS * len(order))])
    scale = float(np.abs(past[teach]).mean()) or 1.0
    line = QuantileRegressor(quantile=0.5, alpha=PENALTY, fit_intercept=False)
    line.fit(past[teach] / scale, actual_fen[teach] / scale)
    weights = tuple(float(each) for each in line.coef_)
    off = (actual_fen[bound] - past[bound] @ np.array(weights)) / wide[bound]
    tail = (1 - COVERAGE) / 2
    # One person more than there are: the bounds of few people are a little wider.
    rest = min(1.0, (1 - tail) * (len(bound) + 1) / len(bound))
    low, high = np.quantile(off, (1 - rest, rest))
    return Forecaster(weights, float(low), float(high))
