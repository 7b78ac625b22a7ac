"""Points tables: a probability and its reasons out of plain JSON, in microseconds. Pure."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import exp, isfinite, log
from typing import Any, NamedTuple

from scoring.registry import artefact
from scoring.registry.artefact import ArtefactCut
from scoring.registry.contracts import Contribution, Rating, Values

KINDS = ("WOE", "ADDITIVE")
FORMAT = 1
STRONGEST = 4
LARGEST_LOG_ODDS = 500.0
Value = float | str | None


class Cell(NamedTuple):
    """One bin as it is met; cells sort by how far they move the score."""

    size: float
    number: int
    log_odds: float
    move: float


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One feature in bins; log-odds of bad, against what people have on average (`neutral`).

    Figures: `edges` cut, and a bin reaches from its edge up to the next. Words: `place` says which
    bin a word belongs to; words never seen before have a bin of their own, `other`.
    """

    feature: str
    group: str
    edges: tuple[float, ...]
    place: Mapping[str, int] | None
    cells: tuple[Cell, ...]
    missing: Cell
    other: Cell

    def of(self, value: Value) -> Cell:
        """The bin of a value."""
        if value is None or value != value:
            return self.missing
        if self.place is None:
            return self.cells[bisect_right(self.edges, float(value))]
        found = self.place.get(str(value))
        return self.other if found is None else self.cells[found]


@dataclass(frozen=True, slots=True)
class Ranks:
    """The bins of a whole card by the place that their size gives them: integers sort fast.

    `readers`: of a card of figures alone, each feature's edges, the ranks of its bins, and the rank
    of what is missing; nothing where a feature is told in words.
    """

    features: tuple[str, ...]
    cells: tuple[Cell, ...]
    of_cell: Mapping[Cell, int]
    log_odds: tuple[float, ...]
    told: tuple[tuple[str, float], ...]
    readers: tuple[tuple[tuple[float, ...], tuple[int, ...], int], ...] | None


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
        odds = self.intercept + self.slope * log_odds
        # Beyond, the exponential overflows and the chance is none.
        return 1.0 / (1.0 + exp(-odds)) if odds > -700.0 else 0.0


@dataclass(frozen=True, slots=True)
class PointsTable:
    """One card, ready to rate."""

    version: str
    sha256: str
    kind: str
    intercept: float
    characteristics: tuple[Characteristic, ...]
    ranks: Ranks
    calibration: Calibration
    factor: float
    anchor_score: float
    anchor_log_odds: float

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(each.feature for each in self.characteristics)

    def pd(self, values: Values) -> float:
        """The probability of default alone."""
        return self.calibration.probability(self._met(values)[0])

    def explained(self, values: Values) -> tuple[float, list[tuple[str, float]]]:
        """The probability, and the four features that moved the score most, in points."""
        total, met = self._met(values)
        met.sort(reverse=True)
        told = self.ranks.told
        return self.calibration.probability(total), [told[rank] for rank in met[:STRONGEST]]

    def rate(self, values: Values) -> Rating:
        """The score, the probability, and the four strongest groups that explain it."""
        total, met = self._met(values)
        chance = self.calibration.probability(total)
        groups: dict[str, list[Cell]] = {}
        for cell in map(self.ranks.cells.__getitem__, met):
            groups.setdefault(self.characteristics[cell.number].group, []).append(cell)
        merged = [
            (sum([cell.move for cell in held]) if len(held) > 1 else held[0].move, group)
            for group, held in groups.items()
        ]
        strongest = nlargest(STRONGEST, merged, key=_size)
        told = (self._told(group, groups[group], total, values) for total, group in strongest)
        return Rating(self.score(chance), chance, tuple(each for each in told if each.points))

    def _met(self, values: Values) -> tuple[float, list[int]]:
        """The log-odds of bad, and the rank of every feature's bin."""
        met = self._figures_met(values)
        if met is None:
            found = (each.of(values.get(each.feature)) for each in self.characteristics)
            met = [self.ranks.of_cell[cell] for cell in found]
        total, log_odds = self.intercept, self.ranks.log_odds
        # Not `sum`: from Python 3.12 on it rounds otherwise, and old decisions replay to the bit.
        for rank in met:
            total += log_odds[rank]
        return total, met

    def _figures_met(self, values: Values) -> list[int] | None:
        """As `Characteristic.of`, without a call for each feature; None where there are words."""
        if self.ranks.readers is None:
            return None
        given: Iterator[Any] = map(values.get, self.ranks.features)
        try:
            return [
                bins[bisect_right(edges, value)]
                if value == value and value is not None
                else missing
                for (edges, bins, missing), value in zip(self.ranks.readers, given, strict=True)
            ]
        except TypeError:  # a figure in words
            return None

    def score(self, chance: float) -> int:
        """Points on the scale: more is better, twice the odds every `pdo` points."""
        inside = min(max(chance, 1e-9), 1.0 - 1e-9)
        odds = log(inside / (1.0 - inside))
        return round(self.anchor_score - self.factor * (odds + self.anchor_log_odds))

    def _told(self, group: str, held: Sequence[Cell], total: float, values: Values) -> Contribution:
        """The group's sum, told by the feature that pushed it most that way."""
        sign = 1.0 if total >= 0 else -1.0
        leader = self.characteristics[max(held, key=lambda cell: sign * cell.move).number]
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
    named = tuple(_characteristic(*each) for each in enumerate(document["characteristics"]))
    if len({each.feature for each in named}) != len(named):
        raise ArtefactCut("features")
    factor = positive(scale["pdo"]) / log(2.0)
    return PointsTable(
        version=document["version"],
        sha256=document["sha256"],
        kind=document["kind"],
        intercept=log_odds(document["intercept"]),
        characteristics=named,
        ranks=_ranks(named, factor),
        calibration=calibration(document["calibration"]),
        factor=factor,
        anchor_score=finite(scale["score"]),
        anchor_log_odds=log(finite(scale["odds"])),
    )


def _kind(document: Mapping[str, Any]) -> str:
    kind = document.get("kind")
    return kind if kind in KINDS else KINDS[0]


def _ranks(named: Sequence[Characteristic], factor: float) -> Ranks:
    every = {cell for each in named for cell in (*each.cells, each.missing, each.other)}
    cells = tuple(sorted(every))
    rank = {cell: place for place, cell in enumerate(cells)}
    readers = tuple(
        (each.edges, tuple(rank[cell] for cell in each.cells), rank[each.missing]) for each in named
    )
    return Ranks(
        features=tuple(each.feature for each in named),
        cells=cells,
        of_cell=rank,
        log_odds=tuple(cell.log_odds for cell in cells),
        told=tuple((named[cell.number].feature, -factor * cell.move) for cell in cells),
        readers=readers if all(each.place is None for each in named) else None,
    )


def _characteristic(number: int, row: Mapping[str, Any]) -> Characteristic:
    edges = tuple(finite(each) for each in row["edges"])
    points = tuple(log_odds(each) for each in row["points"])
    categories = row["categories"]
    is_words = row["kind"] == "CATEGORY"
    place = {word: index for index, words in enumerate(categories) for word in words}
    count = len(categories) if is_words else len(edges) + 1
    repeated = len(place) != sum(map(len, categories))
    if len(points) != count or list(edges) != sorted(set(edges)) or repeated:
        raise ArtefactCut(f"bins of {row['feature']}")
    neutral = log_odds(row["neutral"])

    def cell(points: float) -> Cell:
        return Cell(abs(points - neutral), number, points, points - neutral)

    return Characteristic(
        feature=str(row["feature"]),
        group=str(row["group"]),
        edges=edges,
        place=place if is_words else None,
        cells=tuple(map(cell, points)),
        missing=cell(log_odds(row["missing"])),
        other=cell(log_odds(row["other"])),
    )


def calibration(row: Mapping[str, Any]) -> Calibration:
    method = row["method"]
    if method == "PLATT":
        if (slope := log_odds(row["slope"])) < 0.0:
            raise ArtefactCut("calibration")
        return Calibration(method, slope, log_odds(row["intercept"]))
    if method == "ISOTONIC":
        x, y = tuple(map(finite, row["x"])), tuple(map(finite, row["y"]))
        if len(x) != len(y) or not x or list(x) != sorted(set(x)) or list(y) != sorted(y):
            raise ArtefactCut("calibration")
        if not 0.0 <= y[0] <= y[-1] <= 1.0:
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
    """Raises ArtefactCut for what is no number, or none that arithmetic comes back from."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise ArtefactCut("number")
    return float(number)


def positive(number: Any) -> float:
    """A scale below nought would turn good into bad. Raises ArtefactCut."""
    if (found := finite(number)) <= 0.0:
        raise ArtefactCut("number")
    return found


def log_odds(number: Any) -> float:
    """What one step may add at most: sums of such stay finite. Raises ArtefactCut."""
    if abs(found := finite(number)) > LARGEST_LOG_ODDS:
        raise ArtefactCut("number")
    return found
