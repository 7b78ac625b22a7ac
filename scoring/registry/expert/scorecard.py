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

from scoring.registry.artefact import ArtefactCut, check
from scoring.registry.contracts import Contribution, Rating, Values

KIND = "EXPERT"
STRONGEST = 4
_EXPERT = Path(__file__).with_name("expert_card.json")


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

    def points_of(self, value: float | str | None) -> int:
        """The points of a value; each bin reaches from its lower edge up to the next edge."""
        number = _number(value)
        return self.missing if number is None else self.points[bisect_right(self.edges, number)]

    def threshold(self, value: float) -> float:
        """The edge of the neutral bin that lies nearest to the value."""
        neutral = self.points.index(0)
        edges = self.edges[max(neutral - 1, 0) : neutral + 1]
        return min(edges, key=lambda edge: abs(edge - value))


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

    def rate(self, values: Values) -> Rating:
        """Score a person; the four strongest groups explain it."""
        scored = [(each, each.points_of(values.get(each.feature))) for each in self.characteristics]
        score = self.neutral_score + sum(points for _, points in scored)
        return Rating(
            score=score, pd=self.probability(score), contributions=_strongest(scored, values)
        )

    @property
    def kind(self) -> str:
        return KIND

    @property
    def features(self) -> tuple[str, ...]:
        """What it reads: first what counts, then what only explains."""
        counted = [each.feature for each in self.characteristics]
        told = [name for each in self.characteristics for name in (each.shown, each.against)]
        return tuple(dict.fromkeys([*counted, *(name for name in told if name)]))

    def pd(self, values: Values) -> float:
        """The probability of default alone."""
        points = (each.points_of(values.get(each.feature)) for each in self.characteristics)
        return self.probability(self.neutral_score + sum(points))

    def probability(self, score: int) -> float:
        """The share of such people who fail: odds double every `pdo` points."""
        odds = self.anchor_odds * float(2.0 ** ((score - self.anchor_score) / self.pdo))
        return 1.0 / (1.0 + odds)


def _strongest(
    scored: Sequence[tuple[Characteristic, int]], values: Values
) -> tuple[Contribution, ...]:
    """Points against neutral, merged by reason group; a group without effect says nothing."""
    spoken = [
        (each, points) for each, points in scored if _number(values.get(each.feature)) is not None
    ]
    spoken.sort(key=lambda pair: pair[0].group)
    groups = [
        _merged(list(pairs), values) for _, pairs in groupby(spoken, key=lambda pair: pair[0].group)
    ]
    effective = [each for each in groups if each.points != 0]
    # Of two that weigh the same, the one that took points comes first: it can be acted on.
    effective.sort(key=lambda each: (-abs(each.points), each.points, each.group))
    return tuple(effective[:STRONGEST])


def _merged(pairs: Sequence[tuple[Characteristic, int]], values: Values) -> Contribution:
    """The group's sum, in the words of the feature that pushed it most that way."""
    total = sum(points for _, points in pairs)
    sign = 1 if total >= 0 else -1
    leader, _ = max(pairs, key=lambda pair: sign * pair[1])
    value, threshold = _figures(leader, values)
    return Contribution(leader.reason, leader.group, total, leader.feature, value, threshold)


def _figures(leader: Characteristic, values: Values) -> tuple[float | None, float | None]:
    """The person's own figure and what it is held against."""
    if leader.shown is not None and leader.against is not None:
        return _number(values.get(leader.shown)), _number(values.get(leader.against))
    value = _number(values[leader.feature])
    return value, None if value is None else leader.threshold(value)


def _number(value: float | str | None) -> float | None:
    """The value as a number that is known; words have no bin on this card."""
    return None if value is None or isinstance(value, str) or isnan(value) else value


def load(document: Mapping[str, Any]) -> Scorecard:
    """A scorecard from its artefact.

    Raises ModelDamaged when the hash does not match or a characteristic does not fit together.
    """
    check(document, KIND, None)
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
        raise ArtefactCut(f"bins of {row['feature']} need rising edges and one neutral bin")
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
