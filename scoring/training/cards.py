"""Points tables while they are made: the same sums as the evaluator's, for many rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
SCALE = {"pdo": 20, "score": 600, "odds": 50}
FACTOR = SCALE["pdo"] / float(np.log(2.0))


@dataclass(frozen=True)
class Part:
    """One feature's bins: where they are cut, or which words they hold, and their log-odds."""

    feature: str
    edges: tuple[float, ...]
    categories: tuple[tuple[str, ...], ...]
    points: tuple[float, ...]
    missing: float
    other: float
    neutral: float = 0.0

    @property
    def is_numeric(self) -> bool:
        return not self.categories

    def places(self, column: "pandas.Series[Any]") -> NDArray[np.intp]:
        """The bin of each row; then one for unknown words, and the last for missing values."""
        count = len(self.points)
        if self.is_numeric:
            value = column.to_numpy(dtype=np.float64, na_value=np.nan)
            found = np.searchsorted(np.array(self.edges), value, side="right")
            return np.where(np.isnan(value), count + 1, found)
        place = {word: index for index, words in enumerate(self.categories) for word in words}
        codes, words = pandas.factorize(column, use_na_sentinel=True)
        named = np.array([place.get(str(word), count) for word in words] + [count + 1])
        return named[codes]

    def at(self, values: Numbers) -> Numbers:
        """What figures add, of which none is missing."""
        return np.array(self.points)[np.searchsorted(np.array(self.edges), values, side="right")]

    def sums(self, column: "pandas.Series[Any]") -> Numbers:
        """What each row's value adds to the log-odds of bad."""
        return np.array([*self.points, self.other, self.missing])[self.places(column)]

    def row(self) -> dict[str, Any]:
        """The characteristic as it stands in an artefact."""
        return {
            "feature": self.feature,
            "kind": "NUMERIC" if self.is_numeric else "CATEGORY",
            "edges": list(self.edges),
            "categories": [list(words) for words in self.categories],
            "points": list(self.points),
            "missing": self.missing,
            "other": self.other,
            "neutral": self.neutral,
            "group": self.feature,
        }


def log_odds(parts: Sequence[Part], intercept: float, frame: pandas.DataFrame) -> Numbers:
    """The sum of each row, added up in the order in which the evaluator adds."""
    total = np.full(len(frame), intercept)
    for part in parts:
        total += part.sums(frame[part.feature])
    return total


def points(odds: Numbers) -> Numbers:
    """Log-odds of bad on the scale, rounded: more is better, twice the odds every `pdo` points."""
    chance = np.clip(1.0 / (1.0 + np.exp(-odds)), 1e-9, 1.0 - 1e-9)
    found: Numbers = np.round(
        SCALE["score"] - FACTOR * (np.log(chance / (1.0 - chance)) + np.log(SCALE["odds"]))
    )
    return found


def reasons(
    parts: Sequence[Part], frame: pandas.DataFrame, top: int
) -> list[list[tuple[str, float]]]:
    """For each row the features that moved its score most against the average, in points."""
    moves = np.column_stack(
        [-FACTOR * (part.sums(frame[part.feature]) - part.neutral) for part in parts]
    )
    order = np.argsort(-np.abs(moves), axis=1, kind="stable")[:, :top]
    return [
        [(parts[place].feature, float(row[place])) for place in places]
        for places, row in zip(order, moves, strict=True)
    ]


def part_of(row: Mapping[str, Any]) -> Part:
    """A characteristic of an artefact, as a part again."""
    return Part(
        feature=row["feature"],
        edges=tuple(row["edges"]),
        categories=tuple(map(tuple, row["categories"])),
        points=tuple(row["points"]),
        missing=row["missing"],
        other=row["other"],
        neutral=row["neutral"],
    )


def bins_of(
    document: Mapping[str, Any], frame: pandas.DataFrame, is_bad: NDArray[np.int8]
) -> list[dict[str, Any]]:
    """What every bin of a card holds: rows, bads, weight of evidence, and points of the scale."""
    return [
        _bins(part_of(row), frame[row["feature"]], is_bad)
        for row in document.get("characteristics", ())
    ]


def _bins(part: Part, column: "pandas.Series[Any]", is_bad: NDArray[np.int8]) -> dict[str, Any]:
    places = part.places(column)
    count = len(part.points) + 2
    rows = np.bincount(places, minlength=count)
    bads = np.bincount(places, weights=is_bad, minlength=count).astype(int)
    sums = np.array([*part.points, part.other, part.missing])
    evidence = _evidence(rows, bads)
    return {
        "feature": part.feature,
        "kind": "NUMERIC" if part.is_numeric else "CATEGORY",
        "edges": list(part.edges),
        "categories": [list(words) for words in part.categories],
        "bins": [
            {
                "bin": label,
                "count": int(rows[place]),
                "bads": int(bads[place]),
                "woe": float(evidence[place]),
                "points": round(-FACTOR * float(sums[place] - part.neutral), 2),
            }
            for place, label in enumerate(_labels(part))
            if place < len(part.points) or rows[place] > 0
        ],
    }


def _evidence(rows: NDArray[np.intp], bads: NDArray[np.intp]) -> Numbers:
    """ln(share of all bads / share of all goods), half a row added so that it stays finite."""
    goods = rows - bads
    found: Numbers = np.log((bads + 0.5) / (bads.sum() + 0.5)) - np.log(
        (goods + 0.5) / (goods.sum() + 0.5)
    )
    return found


def _labels(part: Part) -> list[str]:
    if not part.is_numeric:
        return [*(" | ".join(words) for words in part.categories), "other", "missing"]
    if not part.edges:
        return ["any", "other", "missing"]
    inner = [f"{low:g} ≤ x < {high:g}" for low, high in pairwise(part.edges)]
    first, last = f"x < {part.edges[0]:g}", f"x ≥ {part.edges[-1]:g}"
    return [first, *inner, last, "other", "missing"]
