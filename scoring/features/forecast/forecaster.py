"""From the net money of past months to that of the next three, with an interval. Pure numpy.

The forecast is a weighed sum of the person's own averages, drawn towards nothing left and nothing
lacking: over a quarter, who put by much before tends to spend it. The interval is as wide as the
person's own months are apart, times what held for eight of ten people who were not learned from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from scoring.features.frame import Numbers

MONTHS_AHEAD, FEWEST_MONTHS = 3, 3
WINDOWS = (3, 6, 12)
# Of what usually moves in a month: nobody's months are quite alike.
LEAST_SPREAD = 0.1
COVERAGE = 0.8
_FITTED = Path(__file__).with_name("fitted.json")


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Fen in three months, for each person: what is expected, and the bounds of eight in ten."""

    expected_fen: Numbers
    low_fen: Numbers
    high_fen: Numbers


@dataclass(frozen=True, slots=True)
class Forecaster:
    """`weights` of the averages over WINDOWS and of the median; bounds in the person's spread."""

    weights: tuple[float, ...]
    low: float
    high: float

    def forecast(self, nets: Numbers) -> Forecast:
        """NaN where fewer than three months were seen. Rows are people, the latest month first."""
        expected = averages(nets) @ np.array(self.weights)
        wide = spread(nets)
        return Forecast(expected, expected + self.low * wide, expected + self.high * wide)


def averages(nets: Numbers) -> Numbers:
    """By person: three times the mean of the latest months of each window, and of the median."""
    columns = [_over(np.nanmean, nets[:, :months]) for months in WINDOWS]
    columns.append(_over(np.nanmedian, nets))
    found = MONTHS_AHEAD * np.column_stack(columns)
    return np.where(_is_seen(nets)[:, None], found, np.nan)


def spread(nets: Numbers) -> Numbers:
    """Three times how far a person's months usually lie from the middle one."""
    middle = _over(np.nanmedian, nets)
    apart = _over(np.nanmean, np.abs(nets - middle[:, None]))
    usual = _over(np.nanmean, np.abs(nets))
    found = MONTHS_AHEAD * np.maximum(apart, LEAST_SPREAD * usual)
    return np.where(_is_seen(nets), found, np.nan)


def _is_seen(nets: Numbers) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    # Months are seen from the latest back, without a gap.
    return np.asarray(np.isfinite(nets[:, :FEWEST_MONTHS]).all(axis=1))


def _over(summary: Any, nets: Numbers) -> Numbers:
    """A summary of each row; rows without a single month are NaN, and no warning is given."""
    found = np.full(len(nets), np.nan)
    known = np.isfinite(nets).any(axis=1)
    if known.any():
        found[known] = summary(nets[known], axis=1)
    return found


def from_document(document: Mapping[str, Any]) -> Forecaster:
    return Forecaster(tuple(document["weights"]), document["low"], document["high"])


@cache
def usual() -> Forecaster:
    """What was learned from the simulated world; `evaluate_forecast` says how well it does."""
    return from_document(json.loads(_FITTED.read_text(encoding="utf-8")))
