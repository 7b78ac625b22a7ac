"""Every column as small whole numbers: the common ground of trees, step functions and lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray

from scoring.training import refusals

Numbers = NDArray[np.float64]
MOST_CODES = 254
# A word that fewer rows carry says nothing of its own: it counts as missing.
LEAST_ROWS = 5
PRIOR_ROWS = 10.0


@dataclass(frozen=True)
class CodedColumn:
    """One feature: figures by the edges they passed, words in the order of their bad rate.

    `levels` says what each code stands for on a straight line: the mean figure of the bin, or
    the log-odds of bad of the word.
    """

    feature: str
    edges: Numbers
    words: Mapping[str, int] | None
    levels: Numbers

    @property
    def count(self) -> int:
        return len(self.levels)

    def codes(self, column: "pandas.Series[Any]") -> Numbers:
        """The code of each row; NaN for a missing value and for a word never seen."""
        if self.words is None:
            value = column.to_numpy(dtype=np.float64, na_value=np.nan)
            found = np.searchsorted(self.edges, value, side="right").astype(np.float64)
            return np.where(np.isnan(value), np.nan, found)
        places, seen = pandas.factorize(column, use_na_sentinel=True)
        named = [self.words.get(str(word), np.nan) for word in seen]
        return np.array([*named, np.nan], dtype=np.float64)[places]

    def row(self) -> dict[str, Any]:
        """The column as it stands in an artefact."""
        ordered = sorted(self.words or {}, key=(self.words or {}).__getitem__)
        return {
            "feature": self.feature,
            "kind": "NUMERIC" if self.words is None else "CATEGORY",
            "edges": self.edges.tolist(),
            "categories": [[word] for word in ordered],
            "group": self.feature,
        }


@dataclass(frozen=True)
class Coding:
    """All columns of a table, in their order."""

    columns: tuple[CodedColumn, ...]

    def codes(self, frame: pandas.DataFrame) -> Numbers:
        return np.column_stack([each.codes(frame[each.feature]) for each in self.columns])

    def levels(self, codes: Numbers) -> Numbers:
        """What the codes stand for on a straight line; NaN stays."""
        return np.column_stack(
            [at(each.levels, codes[:, index]) for index, each in enumerate(self.columns)]
        )

    def signs(self, monotone: Mapping[str, int] | None) -> list[int]:
        """The given directions in the order of the columns; 0 where nothing is given."""
        return [int((monotone or {}).get(each.feature, 0)) for each in self.columns]


def learned(frame: pandas.DataFrame, is_bad: Numbers, *, most: int = MOST_CODES) -> Coding:
    """The coding of a table of figures and words; a column without any code is left out.

    Raises NothingToLearnFrom when no column is left.
    """
    found = [_learned(frame[name], is_bad, most) for name in frame.columns]
    columns = tuple(each for each in found if each is not None)
    if not columns:
        raise refusals.NothingToLearnFrom
    return Coding(columns)


def at(table: Numbers, codes: Numbers) -> Numbers:
    """The entry of a table for each code, NaN where the code is."""
    place = np.where(np.isnan(codes), len(table), codes).astype(np.intp)
    found: Numbers = np.append(table, np.nan)[place]
    return found


def _learned(column: "pandas.Series[Any]", is_bad: Numbers, most: int) -> CodedColumn | None:
    if pandas.api.types.is_numeric_dtype(column):
        return _figures(column, most)
    return _words(column, is_bad, most)


def _figures(column: "pandas.Series[Any]", most: int) -> CodedColumn | None:
    value = column.to_numpy(dtype=np.float64, na_value=np.nan)
    value = value[~np.isnan(value)]
    if not len(value):
        return None
    edges = _edges(np.unique(value), value, most)
    place = np.searchsorted(edges, value, side="right")
    rows = np.bincount(place, minlength=len(edges) + 1)
    totals = np.bincount(place, weights=value, minlength=len(edges) + 1)
    return CodedColumn(str(column.name), edges, None, totals / np.maximum(rows, 1))


def _edges(distinct: Numbers, value: Numbers, most: int) -> Numbers:
    """Cuts halfway between neighbours: between all of them, or at shares of the rows."""
    if len(distinct) > most:
        shares = np.linspace(0, 1, most + 1)[1:-1]
        lower = np.unique(np.quantile(value, shares, method="inverted_cdf"))
        place = np.searchsorted(distinct, lower)
        place = place[place < len(distinct) - 1]
    else:
        place = np.arange(max(len(distinct) - 1, 0))
    halfway = distinct[place] + (distinct[place + 1] - distinct[place]) / 2
    # Two neighbours may be so close that nothing lies between them.
    return np.unique(np.where(halfway > distinct[place], halfway, distinct[place + 1]))


def _words(column: "pandas.Series[Any]", is_bad: Numbers, most: int) -> CodedColumn | None:
    known = column.notna().to_numpy()
    table = pandas.DataFrame({"word": column[known].astype(str), "bad": is_bad[known]})
    found = table.groupby("word")["bad"].agg(["sum", "count"])
    found = found[found["count"] >= LEAST_ROWS].nlargest(most, "count")
    if found.empty:
        return None
    usual = float(np.clip(is_bad.mean(), 1e-6, 1 - 1e-6))
    rate = (found["sum"] + PRIOR_ROWS * usual) / (found["count"] + PRIOR_ROWS)
    rate = rate.sort_index().sort_values(kind="stable")
    words = {str(word): code for code, word in enumerate(rate.index)}
    levels = np.log(rate.to_numpy() / (1 - rate.to_numpy()))
    return CodedColumn(str(column.name), np.empty(0), words, levels)
