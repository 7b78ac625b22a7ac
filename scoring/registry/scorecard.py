"""Scorecards: points from bins, a probability, and the reasons, out of plain JSON. Pure."""

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from math import isnan
from pathlib import Path
from typing import Any

from common import canonical

STRONGEST = 4
_EXPERT = Path(__file__).with_name("expert_card.json")


class CardIsDamaged(ValueError):
    """The artefact is not what its hash or its shape says; it must not decide anything."""


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One feature in bins: `edges` cut, `points` has one more, `missing` is a bin of its own.

    The neutral bin has 0 points. `shown` and `against` name the features that explain it to a
    person where the feature itself would not; otherwise its value stands against the nearer edge
    of the neutral bin.
    """

    feature: str
    reason: str
    group: str
    edges: tuple[float, ...]
    points: tuple[int, ...]
    missing: int
    shown: str | None = None
    against: str | None = None

    def points_of(self, value: float | None) -> int:
        """The points of a value; each bin reaches from its lower edge up to the next edge."""
        if value is None or isnan(value):
            return self.missing
        return self.points[bisect_right(self.edges, value)]

    def threshold(self, value: float) -> float:
        """The edge of the neutral bin that lies nearest to the value."""
        neutral = self.points.index(0)
        edges = self.edges[max(neutral - 1, 0) : neutral + 1]
        return min(edges, key=lambda edge: abs(edge - value))


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


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One version: where a neutral person stands, the scale, and the characteristics."""

    version: str
    sha256: str
    neutral_score: int
    pdo: int
    anchor_score: int
    anchor_odds: int
    characteristics: tuple[Characteristic, ...]

    def rate(self, values: Mapping[str, float | None]) -> Rating:
        """Score a person; the four strongest groups explain it."""
        scored = [(each, each.points_of(values.get(each.feature))) for each in self.characteristics]
        score = self.neutral_score + sum(points for _, points in scored)
        return Rating(
            score=score, pd=self.probability(score), contributions=_strongest(scored, values)
        )

    def probability(self, score: int) -> float:
        """The share of such people who fail: odds double every `pdo` points."""
        odds = self.anchor_odds * float(2.0 ** ((score - self.anchor_score) / self.pdo))
        return 1.0 / (1.0 + odds)


def _strongest(
    scored: Sequence[tuple[Characteristic, int]], values: Mapping[str, float | None]
) -> tuple[Contribution, ...]:
    """Points against neutral, merged by reason group; a group without effect says nothing."""
    spoken = [(each, points) for each, points in scored if _is_known(values.get(each.feature))]
    spoken.sort(key=lambda pair: pair[0].group)
    groups = [
        _merged(list(pairs), values) for _, pairs in groupby(spoken, key=lambda pair: pair[0].group)
    ]
    effective = [each for each in groups if each.points != 0]
    # Of two that weigh the same, the one that took points comes first: it can be acted on.
    effective.sort(key=lambda each: (-abs(each.points), each.points, each.group))
    return tuple(effective[:STRONGEST])


def _merged(
    pairs: Sequence[tuple[Characteristic, int]], values: Mapping[str, float | None]
) -> Contribution:
    """The group's sum, in the words of the feature that pushed it most that way."""
    total = sum(points for _, points in pairs)
    sign = 1 if total >= 0 else -1
    leader, _ = max(pairs, key=lambda pair: sign * pair[1])
    value, threshold = _figures(leader, values)
    return Contribution(leader.reason, leader.group, total, leader.feature, value, threshold)


def _figures(
    leader: Characteristic, values: Mapping[str, float | None]
) -> tuple[float | None, float | None]:
    """The person's own figure and what it is held against."""
    if leader.shown is not None and leader.against is not None:
        return values.get(leader.shown), values.get(leader.against)
    value = values[leader.feature]
    return value, None if value is None else leader.threshold(value)


def _is_known(value: float | None) -> bool:
    return value is not None and not isnan(value)


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of everything but the hash itself."""
    return canonical.sha256_of({name: each for name, each in document.items() if name != "sha256"})


def load(document: Mapping[str, Any]) -> Scorecard:
    """A scorecard from its artefact.

    Raises CardIsDamaged when the hash does not match or a characteristic does not fit together.
    """
    if document.get("sha256") != fingerprint(document):
        raise CardIsDamaged("the hash does not match the content")
    scale = document["scale"]
    return Scorecard(
        version=document["version"],
        sha256=document["sha256"],
        neutral_score=document["neutral_score"],
        pdo=scale["pdo"],
        anchor_score=scale["score"],
        anchor_odds=scale["odds"],
        characteristics=tuple(_characteristic(each) for each in document["characteristics"]),
    )


def _characteristic(row: Mapping[str, Any]) -> Characteristic:
    bins = row["bins"]
    edges = tuple(float(each["from"]) for each in bins[1:])
    points = tuple(each["points"] for each in bins)
    if list(edges) != sorted(set(edges)) or points.count(0) != 1:
        raise CardIsDamaged(f"bins of {row['feature']} need rising edges and one neutral bin")
    return Characteristic(
        feature=row["feature"],
        reason=row["reason"],
        group=row["group"],
        edges=edges,
        points=points,
        missing=row["missing"],
        shown=row.get("shown"),
        against=row.get("against"),
    )


def document_of_expert() -> dict[str, Any]:
    """The artefact of the expert card: what decides until there are labels to learn from."""
    document: dict[str, Any] = json.loads(_EXPERT.read_text(encoding="utf-8"))
    return document


@cache
def expert() -> Scorecard:
    """The expert card, ready to score."""
    return load(document_of_expert())
