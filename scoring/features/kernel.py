"""The one place where features are computed: one person or a million, now or back in time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isnan

import numpy as np

from borrowers.behaviour.contracts import EventColumns, Integers
from scoring.features.catalogue import FEATURES
from scoring.features.contracts import Feature
from scoring.features.frame import Frame, Numbers, cut

# Kept with every vector; raised whenever a value of the same events could change.
VERSION = "2026.3"
# What a definition can raise by itself. A lack of memory is not its fault and passes as it is.
OWN_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


class FeatureFailed(ValueError):
    """A definition raised, or gave something other than one number for each segment."""

    def __init__(self, feature: str, why: str) -> None:
        super().__init__(f"{feature}: {why}")
        self.feature = feature
        self.why = why


def features(
    columns: EventColumns,
    segments: int,
    as_of_seconds: Integers,
    names: Iterable[str] | None = None,
    catalogue: Mapping[str, Feature] = FEATURES,
) -> dict[str, Numbers]:
    """Every feature of every segment, from events strictly before its `as_of_seconds`; or `names`.

    NaN where there is not enough evidence. A segment's values depend on its own rows alone, to
    the last bit, so the same code serves a decision, a training table and a nightly run. Nothing
    is given where a definition fails: a vector is whole or there is none. Raises FeatureFailed.
    """
    frame = cut(columns, segments, as_of_seconds)
    wanted = catalogue if names is None else names
    return {name: _checked(catalogue[name], frame) for name in wanted}


def _checked(feature: Feature, frame: Frame) -> Numbers:
    try:
        found: object = feature.compute(frame)
    except OWN_FAULTS as error:
        raise FeatureFailed(feature.name, type(error).__name__) from error
    # Faster than numpy's own checks, seventy times in each decision.
    if not isinstance(found, np.ndarray) or found.shape != (frame.segments,):
        raise FeatureFailed(feature.name, "WRONG_SHAPE")
    if found.dtype != np.float64:
        raise FeatureFailed(feature.name, "WRONG_TYPE")
    return found


def vector(columns: EventColumns, *, as_of: datetime) -> dict[str, float]:
    """The features of one person, whose events all have segment 0."""
    # A fraction of a second is cut off towards the past: nothing of the future slips in.
    as_of_seconds = np.array([int(as_of.timestamp())], dtype=np.int64)
    values = features(columns, 1, as_of_seconds)
    return {name: float(column[0]) for name, column in values.items()}


def plain(values: Mapping[str, float]) -> dict[str, float | None]:
    """A vector as JSON can hold it: what is not known is null."""
    return {name: None if isnan(value) else value for name, value in values.items()}
