"""Sums over measured times, and what a measurement hands over."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, in milliseconds, over all its runs."""

    runs: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    most_ms: float


@dataclass(frozen=True, slots=True)
class Target:
    """A promise of the platform and what was measured of it."""

    what: str
    measured: float
    at_most: float

    @property
    def is_met(self) -> bool:
        return self.measured <= self.at_most

    @property
    def limit(self) -> str:
        return f"of at most {self.at_most:g}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A promise of how good something is, and what was measured of it."""

    what: str
    measured: float
    at_least: float

    @property
    def is_met(self) -> bool:
        return self.measured >= self.at_least

    @property
    def limit(self) -> str:
        return f"of at least {self.at_least:g}"


@dataclass(frozen=True, slots=True)
class Result:
    """One measurement: its figures, and the promises that it tries."""

    figures: dict[str, Any]
    targets: tuple[Target | AtLeast, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        targets = [asdict(each) | {"is_met": each.is_met} for each in self.targets]
        return {
            "figures": as_plain(self.figures),
            "targets": targets,
            "notes": list(self.notes),
        }


def times(seconds: Sequence[float]) -> Times:
    """Percentiles by nearest rank: every figure is a run that happened."""
    ordered = sorted(seconds)
    assert ordered

    def at(share: float) -> float:
        return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]

    return Times(
        runs=len(ordered),
        p50_ms=_milliseconds(at(0.50)),
        p90_ms=_milliseconds(at(0.90)),
        p99_ms=_milliseconds(at(0.99)),
        most_ms=_milliseconds(ordered[-1]),
    )


def ratio(above: float, below: float) -> float:
    """How many times as long."""
    return round(above / below, 2)


def as_plain(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures as JSON can hold them."""
    return {
        name: asdict(each) if isinstance(each, Times) else each for name, each in figures.items()
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
