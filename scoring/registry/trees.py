"""Trees on coded features: a probability and its reasons out of plain JSON. Pure, numpy only.

Sums are exact before they are rounded once (`math.fsum`), so that the order of additions, and
with it the processor, cannot change a bit of a probability.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.registry import artefact
from scoring.registry.artefact import ArtefactCut
from scoring.registry.contracts import Contribution, Rating, Values
from scoring.registry.points import (
    LARGEST_LOG_ODDS,
    STRONGEST,
    Calibration,
    calibration,
    finite,
    log_odds,
    positive,
)

FORMAT = 1
# A missing value and a word never seen: no threshold is below it, each node says where it goes.
MISSING = -1
# Drawn less towards the usual chance, a leaf of bads only would be certain, and its odds infinite.
LEAST_PULL = 1e-9
Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coded:
    """How one feature becomes a whole number."""

    feature: str
    group: str
    edges: tuple[float, ...]
    words: Mapping[str, int] | None

    @property
    def count(self) -> int:
        """How many codes there are; words of one group share theirs."""
        if self.words is None:
            return len(self.edges) + 1
        return max(self.words.values(), default=0) + 1

    def code(self, value: float | str | None) -> int:
        if value is None or value != value:
            return MISSING
        if self.words is not None:
            return self.words.get(str(value), MISSING)
        return bisect_right(self.edges, float(value))


@dataclass(frozen=True, slots=True)
class Lines:
    """A table for each feature: what each code adds. The last entry stands for missing."""

    weight: float
    offset: float
    tables: tuple[tuple[float, ...], ...]

    def log_odds(self, codes: Integers) -> tuple[float, Numbers]:
        """The sum, and what each feature added."""
        added = [table[code] for table, code in zip(self.tables, codes.tolist(), strict=True)]
        return fsum([self.offset, *added]), np.array(added)


@dataclass(frozen=True, slots=True)
class Grove:
    """Many trees in common columns; the two branches of a node stand side by side.

    A leaf leads to itself. LOGIT: `offset` and the leaves, times `share`, add up to log-odds.
    CHANCE: the leaves' mean is a probability, drawn by `pull` towards `usual`.
    """

    weight: float
    link: str
    offset: float
    share: float
    pull: float
    usual: float
    roots: Integers
    feature: Integers
    threshold: Integers
    left: Integers
    missing_right: Integers
    value: Numbers

    def log_odds(self, codes: Integers) -> tuple[float, Numbers]:
        """The sum, and what each feature added on the way from the roots to the leaves."""
        nodes = self.roots
        moved = np.zeros(len(codes))
        while True:
            left = self.left[nodes]
            if np.array_equal(left, nodes):
                break
            feature = self.feature[nodes]
            code = codes[feature]
            right = np.where(
                code == MISSING, self.missing_right[nodes], code > self.threshold[nodes]
            )
            reached = np.where(left == nodes, nodes, left + right)
            gain = self.value[reached] - self.value[nodes]
            moved += np.bincount(feature, weights=gain, minlength=len(codes))
            nodes = reached
        return self._linked(fsum(self.value[nodes].tolist()), moved)

    def _linked(self, total: float, moved: Numbers) -> tuple[float, Numbers]:
        if self.link == "LOGIT":
            return self.offset + self.share * total, self.share * moved
        start = fsum(self.value[self.roots].tolist()) / len(self.roots)
        mean = total / len(self.roots)
        here, there = self._drawn(mean), self._drawn(start)
        steepness = (here - there) / (mean - start) if mean != start else 0.0
        return here, moved * (steepness / len(self.roots))

    def _drawn(self, chance: float) -> float:
        inside = (1.0 - self.pull) * chance + self.pull * self.usual
        return log(inside / (1.0 - inside))


@dataclass(frozen=True, slots=True)
class Ensemble:
    """One version: parts whose log-odds are weighed and added, then calibrated."""

    version: str
    sha256: str
    coded: tuple[Coded, ...]
    parts: tuple[Grove | Lines, ...]
    calibration: Calibration
    factor: float
    anchor_score: float
    anchor_log_odds: float

    @property
    def kind(self) -> str:
        return "BOOST"

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(each.feature for each in self.coded)

    def pd(self, values: Values) -> float:
        """The probability of default alone."""
        return self._explained(values)[0]

    def rate(self, values: Values) -> Rating:
        """The score, the probability, and the four strongest groups that explain it."""
        chance, moved = self._explained(values)
        groups: dict[str, list[tuple[float, str]]] = {}
        for each, move in zip(self.coded, moved.tolist(), strict=True):
            groups.setdefault(each.group, []).append((move, each.feature))
        told = [self._told(group, moves, values) for group, moves in groups.items()]
        spoken = [each for each in told if each.points != 0]
        spoken.sort(key=lambda each: (-abs(each.points), each.points, each.group))
        return Rating(self._score(chance), chance, tuple(spoken[:STRONGEST]))

    def _explained(self, values: Values) -> tuple[float, Numbers]:
        codes = np.array([each.code(values.get(each.feature)) for each in self.coded])
        told = [(part.weight, *part.log_odds(codes)) for part in self.parts]
        chance = self.calibration.probability(fsum(weight * odds for weight, odds, _ in told))
        moved = np.zeros(len(self.coded))
        for weight, _, each in told:
            moved += weight * each
        return chance, self.calibration.slope * moved

    def _score(self, chance: float) -> int:
        inside = min(max(chance, 1e-9), 1.0 - 1e-9)
        odds = log(inside / (1.0 - inside))
        return round(self.anchor_score - self.factor * (odds + self.anchor_log_odds))

    def _told(self, group: str, moves: Sequence[tuple[float, str]], values: Values) -> Contribution:
        """The group's sum, told by the feature that pushed it most that way."""
        total = sum(move for move, _ in moves)
        sign = 1.0 if total >= 0 else -1.0
        _, leader = max(moves, key=lambda pair: sign * pair[0])
        value = values.get(leader)
        figure = value if isinstance(value, int | float) else None
        # A tree has no one edge that a figure could be held against.
        return Contribution(leader, group, round(-self.factor * total), leader, figure, None)


def load(document: Mapping[str, Any]) -> Ensemble:
    """The trees from their artefact, checked in every part.

    Raises ArtefactAltered, ArtefactCut, ArtefactVersionUnknown, NumberNotFinite.
    """
    artefact.check(document, "BOOST", FORMAT)
    scale = document["scale"]
    coded = tuple(_coded(each) for each in document["features"])
    if len({each.feature for each in coded}) != len(coded):
        raise ArtefactCut("features")
    return Ensemble(
        version=document["version"],
        sha256=document["sha256"],
        coded=coded,
        parts=tuple(_part(each, coded) for each in document["parts"]),
        calibration=calibration(document["calibration"]),
        factor=positive(scale["pdo"]) / log(2.0),
        anchor_score=finite(scale["score"]),
        anchor_log_odds=log(finite(scale["odds"])),
    )


def _coded(row: Mapping[str, Any]) -> Coded:
    edges = tuple(finite(each) for each in row["edges"])
    words = {word: code for code, words in enumerate(row["categories"]) for word in words}
    if list(edges) != sorted(set(edges)) or len(words) != sum(map(len, row["categories"])):
        raise ArtefactCut(f"bins of {row['feature']}")
    is_words = row["kind"] == "CATEGORY"
    return Coded(str(row["feature"]), str(row["group"]), edges, words if is_words else None)


def _part(row: Mapping[str, Any], coded: Sequence[Coded]) -> Grove | Lines:
    weight, offset = positive(row["weight"]), log_odds(row["offset"])
    if row["link"] == "TABLE":
        tables = tuple(tuple(log_odds(each) for each in table) for table in row["tables"])
        if [len(table) for table in tables] != [each.count + 1 for each in coded]:
            raise ArtefactCut("tables")
        return Lines(weight, offset, tables)
    if row["link"] not in {"LOGIT", "CHANCE"}:
        raise ArtefactCut("link")
    grove = Grove(
        weight=weight,
        link=row["link"],
        offset=offset,
        share=log_odds(row["share"]),
        pull=finite(row["pull"]),
        usual=finite(row["usual"]),
        roots=_integers(row["roots"]),
        feature=_integers(row["feature"]),
        threshold=_integers(row["threshold"]),
        left=_integers(row["left"]),
        missing_right=_integers(row["missing_right"]),
        value=np.array(row["value"], dtype=np.float64),
    )
    _check(grove, len(coded))
    return grove


def _check(grove: Grove, features: int) -> None:
    """Every walk must end: a node leads onwards, or to itself when it is a leaf."""
    count = len(grove.value)
    here = np.arange(count)
    columns = (grove.feature, grove.threshold, grove.left, grove.missing_right)
    inner = grove.left != here
    sound = (
        all(len(column) == count for column in columns)
        and len(grove.roots) > 0
        and grove.value.ndim == 1
        and bool(np.all(np.abs(grove.value) <= LARGEST_LOG_ODDS))
        and bool(np.all((grove.roots >= 0) & (grove.roots < count)))
        and bool(np.all((grove.feature >= 0) & (grove.feature < features)))
        and bool(np.all(grove.left >= here))
        and bool(np.all(grove.left[inner] + 1 < count))
        and bool(np.all((grove.missing_right == 0) | (grove.missing_right == 1)))
    )
    if not sound or (grove.link == "CHANCE" and not _is_chance(grove)):
        raise ArtefactCut("trees")


def _is_chance(grove: Grove) -> bool:
    inside = bool(np.all((grove.value >= 0.0) & (grove.value <= 1.0)))
    return inside and LEAST_PULL <= grove.pull <= 1.0 and 0.0 < grove.usual < 1.0


def _integers(row: Any) -> Integers:
    found = np.array(row)
    if found.ndim != 1 or found.dtype.kind != "i":
        raise ArtefactCut("trees")
    return found.astype(np.int64)
