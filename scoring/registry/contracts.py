"""What every model is to the rest of the house: it rates a person, and says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

Values = Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a group of features added or took, told by its strongest feature."""

    code: str
    group: str
    points: int
    feature: str
    value: float | None
    threshold: float | None


@dataclass(frozen=True, slots=True)
class Rating:
    """A score, the probability of default that it stands for, and what made it."""

    score: int
    pd: float
    contributions: tuple[Contribution, ...]


class Model(Protocol):
    """One version of any kind, ready to rate. The same values give the same rating, bit for bit."""

    @property
    def version(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def features(self) -> tuple[str, ...]: ...

    def rate(self, values: Values) -> Rating:
        """The score, the probability, and the four strongest groups that explain it."""

    def pd(self, values: Values) -> float:
        """The probability of default alone."""
