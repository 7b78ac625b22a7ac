"""What the bills of all gateways share: rows are numbered by where they stand, holes stay holes."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from lending.channels.contracts import (
    StatementLine,
    Told,
    Unread,
    digest_of,
    gathered,
    is_plain,
)

ROWS_OF_A_DAY = 1_000_000_000
# Each file of a day has numbers of its own: a row more in one must not move those of the other.
ROWS_OF_A_FILE = 500_000_000
MOST_LETTERS = 64

Row = Mapping[str, str]
# A row as a movement; nothing where it is none of ours to compare. Raises RowUnreadable.
Reader = Callable[[Row, int], StatementLine | None]


class BillUnreadable(ValueError):
    """From here on the file is not the bill that we know how to read."""


class RowUnreadable(ValueError):
    """This row is not what we know how to read."""


class Raw(NamedTuple):
    """A row as it stands in the file, and by name where it has as many cells as there are names."""

    cells: tuple[str, ...]
    row: Row | None


def place_of(day: date) -> str:
    """Where everything of a day's bills stands: each hole's place begins with it."""
    return day.strftime("%Y%m%d")


def told(rows: Iterator[Raw], *, day: date, file: int, read: Reader) -> tuple[Told, ...]:
    """Every movement of one file of a day's bills and every hole in it, numbered by its row."""
    number = int(place_of(day)) * ROWS_OF_A_DAY + file * ROWS_OF_A_FILE
    place = f"{place_of(day)}-{file + 1}"
    found: list[Told] = []
    try:
        for raw in rows:
            number += 1
            if (each := _told(raw, number, read)) is not None:
                found.append(each)
    except BillUnreadable:
        found.append(Unread(place))
    return gathered(found, place=place)


def _told(raw: Raw, number: int, read: Reader) -> Told | None:
    hole = Unread(f"{number}:{digest_of(raw.cells)}", id=number)
    if raw.row is None:
        return hole
    try:
        line = read(raw.row, number)
        if line is not None:
            insist_plain(line.out_trade_no, line.bank_reference)
    except RowUnreadable:
        return hole
    return line


def insist_plain(*words: str) -> None:
    """Raises RowUnreadable where a word does not fit our columns, or was garbled on its way."""
    if not all(is_plain(word, most=MOST_LETTERS) for word in words):
        raise RowUnreadable


def by_name(
    table: Iterator[list[str]],
    *,
    needed: set[str],
    plain: Callable[[str], str],
    is_end: Callable[[Sequence[str]], bool],
) -> Iterator[Raw]:
    """The rows between the names and the end.

    Raises BillUnreadable where either is missing. The last row before that is not told: nobody
    knows whether all of it arrived.
    """
    try:
        names = [plain(cell).replace("（", "(").replace("）", ")") for cell in next(table)]
        if not needed <= set(names):
            raise BillUnreadable
        before: Raw | None = None
        for cells in table:
            if before is not None:
                yield before
            if is_end(cells):
                return
            found = tuple(map(plain, cells))
            is_whole = len(found) == len(names)
            before = Raw(found, dict(zip(names, found, strict=True)) if is_whole else None)
    except (csv.Error, StopIteration) as failure:
        raise BillUnreadable from failure
    raise BillUnreadable
