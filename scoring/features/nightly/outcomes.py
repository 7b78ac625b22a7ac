"""The features of many people at one instant, so that one who fails fails alone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from functools import cache
from math import isinf, isnan

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import EventColumns
from common.periods import SHANGHAI
from scoring.features import kernel
from scoring.features.catalogue import FEATURES

Vector = dict[str, float | None]
NOT_FINITE = "NOT_FINITE"
# What arithmetic over strange rows raises. A database that is gone, or no memory, is no person's.
OF_ROWS = (ArithmeticError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a person has no vector: the feature, where one is to blame, and the kind of error."""

    feature: str
    error: str


Outcome = Vector | Failure


def start_of(day: date) -> datetime:
    """The first instant of a day in Shanghai: what happens on the day itself is not seen."""
    return datetime.combine(day, time(), SHANGHAI)


@cache
def names() -> tuple[str, ...]:
    """The names of everything that the kernel gives, sorted."""
    return tuple(sorted(FEATURES))


def outcomes(columns: EventColumns, people: int, as_of: datetime) -> list[Outcome]:
    """For each segment its whole vector, or why there is none: never a part of one."""
    as_of_seconds = np.full(people, int(as_of.timestamp()), dtype=np.int64)
    try:
        return _vectors(kernel.features(columns, people, as_of_seconds))
    except OF_ROWS:
        return [
            _outcome_of_one(_cut_out(columns, place), as_of_seconds[:1]) for place in range(people)
        ]


def _outcome_of_one(columns: EventColumns, as_of_seconds: npt.NDArray[np.int64]) -> Outcome:
    try:
        return _vectors(kernel.features(columns, 1, as_of_seconds))[0]
    except kernel.FeatureFailed as error:
        return Failure(feature=error.feature, error=error.why)
    except OF_ROWS as error:
        return Failure(feature="", error=type(error).__name__)


def _cut_out(columns: EventColumns, place: int) -> EventColumns:
    """One segment's rows, as segment 0."""
    first, end = np.searchsorted(columns.segment, [place, place + 1])
    own = {each.name: getattr(columns, each.name)[first:end] for each in fields(EventColumns)}
    return EventColumns(**{**own, "segment": np.zeros(end - first, dtype=np.int64)})


def _vectors(values: dict[str, npt.NDArray[np.float64]]) -> list[Outcome]:
    names = sorted(values)
    # PostgreSQL knows no negative zero: adding 0 takes its sign away.
    table = np.column_stack([values[name] for name in names]) + 0.0
    return [_outcome(names, row) for row in table.tolist()]


def _outcome(names: Sequence[str], row: Sequence[float]) -> Outcome:
    """NaN is not known, and null; what is infinite is an error and no figure."""
    for name, value in zip(names, row, strict=True):
        if isinf(value):
            return Failure(feature=name, error=NOT_FINITE)
    return {name: None if isnan(value) else value for name, value in zip(names, row, strict=True)}
