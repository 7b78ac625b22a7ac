"""What oversight finds: a figure with its cases, or in words why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


class Level(StrEnum):
    """What a figure asks of the people who look after a model."""

    GOOD = "GOOD"
    WARN = "WARN"
    ACT = "ACT"
    NOT_ENOUGH = "NOT_ENOUGH"


class Lack(StrEnum):
    """Why there is no figure."""

    TOO_FEW_CASES = "TOO_FEW_CASES"
    ONE_CLASS = "ONE_CLASS"
    TOO_FEW_PERIODS = "TOO_FEW_PERIODS"
    TOO_FEW_GROUPS = "TOO_FEW_GROUPS"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure over so many cases, or why there is none; never both."""

    value: float | None
    cases: int
    lack: Lack | None = None

    def __post_init__(self) -> None:
        assert (self.value is None) == (self.lack is not None)


def lacking(lack: Lack, cases: int) -> Measured:
    """No figure, and why."""
    return Measured(value=None, cases=cases, lack=lack)


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of one model on one day, as it is kept.

    `segment` is the feature, month, group or source it is about; empty is the whole model.
    """

    measure: str
    segment: str
    measured: Measured
    level: Level
    detail: Mapping[str, object] = field(default_factory=dict)
