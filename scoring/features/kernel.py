"""The one place where features are computed: one person or a million, now or back in time."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isnan

import numpy as np

from borrowers.behaviour.contracts import EventColumns, Integers
from scoring.features.catalogue import FEATURES
from scoring.features.frame import Numbers, cut

# Kept with every vector; raised whenever a value of the same events could change.
VERSION = "2026.3"


def features(
    columns: EventColumns,
    segments: int,
    as_of_seconds: Integers,
    names: Iterable[str] = tuple(FEATURES),
) -> dict[str, Numbers]:
    """Every feature of every segment, from events strictly before its `as_of_seconds`; or `names`.

    NaN where there is not enough evidence. A segment's values depend on its own rows alone, to
    the last bit, so the same code serves a decision, a training table and a nightly run.
    """
    frame = cut(columns, segments, as_of_seconds)
    return {name: FEATURES[name].compute(frame) for name in names}


def vector(columns: EventColumns, *, as_of: datetime) -> dict[str, float]:
    """The features of one person, whose events all have segment 0."""
    # A fraction of a second is cut off towards the past: nothing of the future slips in.
    as_of_seconds = np.array([int(as_of.timestamp())], dtype=np.int64)
    values = features(columns, 1, as_of_seconds)
    return {name: float(column[0]) for name, column in values.items()}


def plain(values: Mapping[str, float]) -> dict[str, float | None]:
    """A vector as JSON can hold it: what is not known is null."""
    return {name: None if isnan(value) else value for name, value in values.items()}
