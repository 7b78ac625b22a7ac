"""Points tables: a probability and its reasons out of plain JSON, in microseconds. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp, isfinite, log
from typing import Any

from scoring.registry import artefact
from scoring.registry.artefact import ArtefactCut
from scoring.registry.contracts import Contribution, Rating, Values

KINDS = ("WOE", "ADDITIVE")
FORMAT = 1
STRONGEST = 4
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One feature in bins; `points` are log-odds of bad, `neutral` is what people have on average.

    NUMERIC: `edges` cut, and a bin reaches from its edge up to the next. CATEGORY: `place` says
    which bin a word belongs to; words never seen before have the points `other`.
    """

    feature: str
    group: str
    edges: tuple[float, ...]
    place: Mapping[str, int] | None
    points: tuple[float, ...]
    missing: float
    other: float
    neutral: float

    def of(self, value: Value) -> float:
        """The log-odds that a value adds."""
        if value is None or value != value:
            return self.missing
        if self.place is not None:
            found = self.place.get(str(value))
            return self.other if found is None else self.points[found]
        return self.points[bisect_right(self.edges, float(value))]


@dataclass(frozen=True, slots=True)
class Calibration:
    """From the log-odds of the card to log-odds that keep their promise."""

    method: str = "NONE"
    slope: float = 1.0
    intercept: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def probability(self, log_odds: float) -> float:
        """The chance of bad. ISOTONIC: straight lines between the points (x log-odds, y chance)."""
        if self.method == "ISOTONIC":
            return _between(self.x, self.y, log_odds)
        return 1.0 / (1.0 + exp(-(self.intercept + self.slope * log_odds)))


@dataclass(frozen=True, slots=True)
class PointsTable:
    """One card, ready to rate."""

    version: str
    sha256: str
    kind: str
    intercept: float
    characteristics: tuple[Characteristic, ...]
    calibration: Calibration
    factor: float
    anchor_score: float
    anchor_log_odds: float

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(each.feature for each in self.characteristics)

    def pd(self, values: Values) -> float:
        """The probability of default alone."""
        total = self.intercept
        for each in self.characteristics:
            total += each.of(values.get(each.feature))
        return self.calibration.probability(total)

    def explained(self, values: Values) -> tuple[float, list[tuple[float, str]]]:
        """The probability, and the four features whose log-odds differ most from the average."""
        total = self.intercept
        moves = []
        for each in self.characteristics:
            added = each.of(values.get(each.feature))
            total += added
            moves.append((added - each.neutral, each.feature))
        return self.calibration.probability(total), nlargest(STRONGEST, moves, key=_size)

    def rate(self, values: Values) -> Rating:
        """The score, the probability, and the four strongest groups that explain it."""
        total = self.intercept
        groups: dict[str, list[tuple[float, Characteristic]]] = {}
        for each in self.characteristics:
            added = each.of(values.get(each.feature))
            total += added
            groups.setdefault(each.group, []).append((added - each.neutral, each))
        chance = self.calibration.probability(total)
        merged = [self._merged(group, moves, values) for group, moves in groups.items()]
        spoken = [each for each in merged if each.points != 0]
        spoken.sort(key=lambda each: (-abs(each.points), each.points, each.group))
        return Rating(self.score(chance), chance, tuple(spoken[:STRONGEST]))

    def score(self, chance: float) -> int:
        """Points on the scale: more is better, twice the odds every `pdo` points."""
        inside = min(max(chance, 1e-9), 1.0 - 1e-9)
        odds = log(inside / (1.0 - inside))
        return round(self.anchor_score - self.factor * (odds + self.anchor_log_odds))

    def _merged(
        self, group: str, moves: Sequence[tuple[float, Characteristic]], values: Values
    ) -> Contribution:
        """The group's sum, told by the feature that pushed it most that way."""
        total = sum(move for move, _ in moves)
        sign = 1.0 if total >= 0 else -1.0
        _, leader = max(moves, key=lambda pair: sign * pair[0])
        value = values.get(leader.feature)
        figure = value if isinstance(value, int | float) else None
        return Contribution(
            code=leader.feature,
            group=group,
            points=round(-self.factor * total),
            feature=leader.feature,
            value=figure,
            threshold=_nearest(leader.edges, figure),
        )


def _size(move: tuple[float, str]) -> float:
    return abs(move[0])


def load(document: Mapping[str, Any]) -> PointsTable:
    """A card from its artefact, checked in every part.

    Raises ArtefactAltered, ArtefactCut, ArtefactVersionUnknown, NumberNotFinite.
    """
    artefact.check(document, _kind(document), FORMAT)
    scale = document["scale"]
    return PointsTable(
        version=document["version"],
        sha256=document["sha256"],
        kind=document["kind"],
        intercept=finite(document["intercept"]),
        characteristics=tuple(_characteristic(each) for each in document["characteristics"]),
        calibration=calibration(document["calibration"]),
        factor=finite(scale["pdo"]) / log(2.0),
        anchor_score=finite(scale["score"]),
        anchor_log_odds=log(finite(scale["odds"])),
    )


def _kind(document: Mapping[str, Any]) -> str:
    kind = document.get("kind")
    return kind if kind in KINDS else KINDS[0]


def _characteristic(row: Mapping[str, Any]) -> Characteristic:
    edges = tuple(finite(each) for each in row["edges"])
    points = tuple(finite(each) for each in row["points"])
    categories = row["categories"]
    is_words = row["kind"] == "CATEGORY"
    place = {word: index for index, words in enumerate(categories) for word in words}
    count = len(categories) if is_words else len(edges) + 1
    repeated = len(place) != sum(map(len, categories))
    if len(points) != count or list(edges) != sorted(set(edges)) or repeated:
        raise ArtefactCut(f"bins of {row['feature']}")
    return Characteristic(
        feature=str(row["feature"]),
        group=str(row["group"]),
        edges=edges,
        place=place if is_words else None,
        points=points,
        missing=finite(row["missing"]),
        other=finite(row["other"]),
        neutral=finite(row["neutral"]),
    )


def calibration(row: Mapping[str, Any]) -> Calibration:
    method = row["method"]
    if method == "PLATT":
        return Calibration(method, finite(row["slope"]), finite(row["intercept"]))
    if method == "ISOTONIC":
        x, y = tuple(map(finite, row["x"])), tuple(map(finite, row["y"]))
        if len(x) != len(y) or not x or list(x) != sorted(set(x)) or list(y) != sorted(y):
            raise ArtefactCut("calibration")
        return Calibration(method, x=x, y=y)
    if method != "NONE":
        raise ArtefactCut("calibration")
    return Calibration()


def _between(x: Sequence[float], y: Sequence[float], value: float) -> float:
    place = bisect_right(x, value)
    if place == 0 or place == len(x):
        return y[place and -1]
    share = (value - x[place - 1]) / (x[place] - x[place - 1])
    return y[place - 1] + share * (y[place] - y[place - 1])


def _nearest(edges: Sequence[float], value: float | None) -> float | None:
    if value is None or not edges:
        return None
    return min(edges, key=lambda edge: abs(edge - value))


def finite(number: Any) -> float:
    found = float(number)
    if isinstance(number, bool) or not isfinite(found):
        raise ArtefactCut("number")
    return found
