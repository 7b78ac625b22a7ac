"""Tables of outcomes from text files: any separator, two encodings, missing values, junk."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas
from numpy.typing import NDArray
from pandas.errors import EmptyDataError, ParserError

from scoring.training import refusals
from scoring.training.columns import tidied

HEAD_BYTES = 1 << 16
SEPARATORS = (",", ";", "\t", "|", " ")
MISSING_WORDS = ("?", ".", "-", "missing", "MISSING", "无", "空")
BAD_WORDS = ("1", "1.0", "bad", "true", "yes", "y", "b", "default", "坏", "是", "逾期")
MOST_VALUES = 20


@dataclass(frozen=True)
class Table:
    """What is known of each row, and whether it ended badly."""

    frame: pandas.DataFrame
    is_bad: NDArray[np.int8]
    repeated: int = 0
    warnings: tuple[str, ...] = ()
    bad_value: str = ""

    @property
    def rows(self) -> int:
        return len(self.is_bad)

    @property
    def bads(self) -> int:
        return int(self.is_bad.sum())

    def without_repeated(self) -> "Table":
        """The table with only the first of rows that are alike in everything."""
        whole = self.frame.assign(**{"\0bad": self.is_bad})
        first = ~whole.duplicated().to_numpy()
        kept = pandas.DataFrame(self.frame[first]).reset_index(drop=True)
        return replace(self, frame=kept, is_bad=self.is_bad[first], repeated=0)


def read(path: Path, *, target: str, bad: str | None = None, drop: Sequence[str] = ()) -> Table:
    """A table out of a file.

    Raises TableUnreadable, RowTooLong, ColumnRepeated, ColumnMissing, TargetUnclear.
    """
    whole = frame_of(path)
    for name in (target, *drop):
        if name not in whole.columns:
            columns = ", ".join(map(str, whole.columns[:60]))
            raise refusals.ColumnMissing(column=name, columns=columns)
    return table_of(whole.drop(columns=list(drop)), target=target, bad=bad)


def table_of(whole: pandas.DataFrame, *, target: str, bad: str | None = None) -> Table:
    """A table out of a frame; rows whose outcome is unknown are left out.

    Raises TargetUnclear, and ColumnMissing where the outcome itself was dropped.
    """
    if target not in whole.columns:
        columns = ", ".join(map(str, whole.columns[:60]))
        raise refusals.ColumnMissing(column=target, columns=columns)
    outcome = whole[target]
    is_known = outcome.notna().to_numpy()
    is_bad, said, bad_value = _is_bad(outcome[is_known], bad)
    warnings = [said] if said else []
    if not is_known.all():
        warnings.append(f"{int((~is_known).sum())} rows without an outcome were left out")
        whole = whole[is_known]
    repeated = int(whole.duplicated().sum())
    if repeated:
        warnings.append(f"{repeated} rows repeat another row in everything")
    frame, notes = tidied(whole.drop(columns=target).reset_index(drop=True))
    return Table(frame, is_bad, repeated, (*warnings, *notes), bad_value)


def _is_bad(outcome: "pandas.Series[Any]", bad: str | None) -> tuple[NDArray[np.int8], str, str]:
    """Which rows are bad, what to warn of, and the value that means bad."""
    words = outcome.astype(str).str.strip()
    values = sorted(words.unique()[: MOST_VALUES + 1])
    if not values:
        raise refusals.OneClassOnly(bads=0, goods=0, least=2)
    found = _meant(values, bad)
    unclear = found is None or (bad is None and len(values) > 2)
    if unclear or (len(values) > MOST_VALUES and bad is None):
        raise refusals.TargetUnclear(column=outcome.name, values=", ".join(values[:MOST_VALUES]))
    usual = {"0", "1", "0.0", "1.0", "true", "false", "good", "bad"}
    is_usual = bad is not None or {each.lower() for each in values} <= usual
    said = "" if is_usual else f"{found} is taken for bad; say otherwise with --bad"
    if bad is not None and len(values) > 2:
        others = ", ".join(each for each in values[:MOST_VALUES] if each != found)
        said = f"all but {found} is taken for good: {others}; leave out rows that are neither"
    assert found is not None
    return (words == found).to_numpy().astype(np.int8), said, found


def _meant(values: Sequence[str], bad: str | None) -> str | None:
    """The value as it stands in the table: `1` may stand there as `1.0`."""
    if bad is None:
        return next((each for word in BAD_WORDS for each in values if each.lower() == word), None)
    wanted = bad.strip()
    if wanted in values:
        return wanted
    alike = (each for each in values if each.lower() == wanted.lower() or _same(each, wanted))
    return next(alike, None)


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def frame_of(path: Path) -> pandas.DataFrame:
    """The file as pandas reads it, in the first encoding that fits all of it."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise refusals.TableUnreadable from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _parsed(path, head, encoding)
        except UnicodeDecodeError:
            continue
    raise refusals.TableUnreadable


def _parsed(path: Path, head: bytes, encoding: str) -> pandas.DataFrame:
    text = head.decode(encoding, errors="ignore" if len(head) == HEAD_BYTES else "strict")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(head) == HEAD_BYTES and len(lines) > 1:
        lines.pop()
    if not lines or "\0" in text:
        raise refusals.TableUnreadable
    separator = _separator(lines)
    names = _fields(lines[0], separator)
    _check_names(names)
    _check_rows(path, encoding, separator, len(names))
    try:
        return pandas.read_csv(
            path,
            sep=r"\s+" if separator == " " else separator,
            encoding=encoding,
            na_values=list(MISSING_WORDS),
            skipinitialspace=True,
            low_memory=False,
            index_col=False,
        )
    except (ParserError, EmptyDataError) as error:
        raise refusals.TableUnreadable from error


def _separator(lines: Sequence[str]) -> str:
    """What divides the most lines into as many fields as the first line has, two at least."""

    def agreement(separator: str) -> tuple[int, int]:
        widths = [len(_fields(line, separator)) for line in lines[:200]]
        is_table = widths[0] > 1
        return (sum(width == widths[0] for width in widths) if is_table else 0), widths[0]

    best = max(SEPARATORS, key=agreement)
    if agreement(best)[0] == 0:
        raise refusals.TableUnreadable
    return best


def _fields(line: str, separator: str) -> list[str]:
    if separator == " ":
        line = " ".join(line.split())
    return next(csv.reader([line], delimiter=separator, skipinitialspace=True))


def _check_rows(path: Path, encoding: str, separator: str, columns: int) -> None:
    """A separator at the end of every line is a habit; anything after it is not. RowTooLong."""
    with path.open(encoding=encoding, newline="") as file:
        lines = (" ".join(line.split()) for line in file) if separator == " " else file
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        try:
            found = [
                reader.line_num
                for fields in reader
                if len(fields) > columns and any(each.strip() for each in fields[columns:])
            ]
        except csv.Error as error:
            raise refusals.TableUnreadable from error
    if found:
        raise refusals.RowTooLong(rows=len(found), line=found[0])


def _check_names(names: Sequence[str]) -> None:
    counts = Counter(name.strip() for name in names if name.strip())
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise refusals.ColumnRepeated(column=", ".join(twice))
