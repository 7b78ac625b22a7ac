"""Columns of a table made fit to learn from: numbers as numbers, words as words."""

from typing import Any

import numpy as np
import pandas

# A column of figures may hold a little junk; a column of words may hold a few figures.
LEAST_FIGURES = 0.9
MANY_ROWS = 50
# Squares and sums of larger figures are not finite; as an order they say the same when cut here.
LARGEST = 1e100


def tidied(frame: pandas.DataFrame) -> tuple[pandas.DataFrame, list[str]]:
    """The columns that can teach something, and what was done to the others in words."""
    kept: dict[str, Any] = {}
    notes: list[str] = []
    for name in frame.columns:
        column, note = _column(frame[name])
        if note:
            notes.append(f"{name}: {note}")
        if column is not None:
            kept[str(name)] = column
    return pandas.DataFrame(kept, index=frame.index), notes


def _column(column: "pandas.Series[Any]") -> tuple[Any, str]:
    distinct = column.nunique(dropna=True)
    if distinct + int(column.isna().any()) < 2:
        return None, "the same in every row, left out"
    if pandas.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        numbers, note = _bounded(np.where(np.isinf(numbers), np.nan, numbers), "")
        if _counts_rows(numbers):
            return None, "only numbers the rows, left out"
        return numbers, note
    return _words(column, distinct)


def _words(column: "pandas.Series[Any]", distinct: int) -> tuple[Any, str]:
    known = column.notna().to_numpy()
    words = column.astype(str).str.strip()
    figures = pandas.to_numeric(
        words.str.replace(",", "", regex=False).str.rstrip("%"), errors="coerce"
    ).to_numpy(dtype=np.float64)
    readable = np.isfinite(figures) & known
    if readable.sum() >= LEAST_FIGURES * known.sum():
        junk = int(known.sum() - readable.sum())
        note = f"{junk} values are no numbers and count as missing" if junk else ""
        return _bounded(np.where(readable, figures, np.nan), note)
    if distinct > 0.5 * len(column) and len(column) > MANY_ROWS:
        return None, "almost every row has a word of its own, left out"
    return words.where(known, None).astype(object).to_numpy(), ""


def _bounded(
    numbers: "np.ndarray[Any, np.dtype[np.float64]]", note: str
) -> tuple["np.ndarray[Any, np.dtype[np.float64]]", str]:
    """The figures without those that no arithmetic bears, and what was said with a word more."""
    beyond = int((np.abs(numbers) > LARGEST).sum())
    if beyond:
        cut = f"{beyond} values beyond {LARGEST:g} count as that"
        note = f"{note}; {cut}" if note else cut
    return np.clip(numbers, -LARGEST, LARGEST), note


def _counts_rows(numbers: "np.ndarray[Any, np.dtype[np.float64]]") -> bool:
    """Whether the column is 0, 1, 2 … or any run of whole numbers that rises by one."""
    return len(numbers) > MANY_ROWS and bool(np.all(np.diff(numbers) == 1))
