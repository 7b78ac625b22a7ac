"""The rows below a bank's header, and all other lines: totals, notes, headings of the next page."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from borrowers.connectors.contracts import Cell, Row, Sheet
from borrowers.connectors.header import (
    CELLS_OF_A_NOTE,
    FEWEST_NAMES,
    TOTAL,
    TOTAL_ALONE,
    Header,
    RowUnreadable,
    is_end,
    joined,
    refuse_cut_row,
    text,
)
from borrowers.connectors.statements.cells import Days, currency_of, day_and_clock, money
from borrowers.connectors.statements.dialects import Dialect, field_of

# No preamble is longer, and no bill of another kind is searched further.
ROWS_OF_PREAMBLE = 150
# A heading stands among the first cells; most rows are settled by looking at them.
CELLS_ASKED = 3
ANY_YEAR = Days(is_day_first=True)
# Cards list each currency under a title of its own; accounts may, too.
MONEY_OF_SECTION = "(人民币|美元|港币|欧元|日元|英镑|澳元|外币|CNY|USD|HKD|EUR|JPY|GBP)"
SECTION = re.compile(
    rf"{MONEY_OF_SECTION}[^,\d]{{0,8}}(?:交易|账单|消费)?明细|明细[(（]{MONEY_OF_SECTION}[)）]"
)
NO_CURRENCY = "XXX"
WHEN = ("day", "booked")
AMOUNTS = ("amount", "out", "in")
# A dated line that moves nothing: the balance with which the page or the statement begins.
CARRIED = re.compile(
    "期初|上期余额|上页余额|承前|结转|期末余额|(opening|closing) balance|(brought|carried) forward",
    re.IGNORECASE,
)


def header_in(row: Row, row_index: int, names: Mapping[str, str]) -> Header | None:
    """The row as a header, if it names at least three known columns."""
    places: dict[str, int] = {}
    width = 0
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        width = index + 1
        if name := field_of(cell, names):
            places.setdefault(name, index)
    places.pop("ignored", None)
    return Header(row_index, places, width) if len(places) >= FEWEST_NAMES else None


def find(rows: Sequence[Row], dialect: Dialect) -> Header | None:
    """The first row that names every needed column."""
    for row_index, row in enumerate(rows[:ROWS_OF_PREAMBLE]):
        if len(row) < FEWEST_NAMES:
            continue
        header = header_in(row, row_index, dialect.names)
        if header and not header.missing(dialect.needed):
            return header
    return None


@dataclass(slots=True)
class Statement:
    """A sheet read as a statement: what is below the header, and what is not a row."""

    sheet: Sheet
    dialect: Dialect
    header: Header
    notes: list[str] = field(default_factory=list)
    totals: list[dict[str, Cell]] = field(default_factory=list)
    found: list[tuple[int, Header, str]] = field(default_factory=list)
    section: str = ""

    def __post_init__(self) -> None:
        """Raises TruncatedFile for a cut last row."""
        for row in self.sheet.rows[: max(self.header.row_index, 0)]:
            self.add_note(joined(row))
        self.found = list(self.walk())

    def rows(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Row number (from 1) and cells by field; made anew each time, for rows are many."""
        for index, header, section in self.found:
            cells = cells_by_field(self.sheet.rows[index], header)
            if section:
                cells.setdefault("currency", section)
            yield index + 1, cells

    def walk(self) -> Iterator[tuple[int, Header, str]]:
        header = self.header
        has_ended = False
        shortest = header.width
        last = len(self.sheet.rows) - 1
        for index in range(header.row_index + 1, last + 1):
            row = self.sheet.rows[index]
            is_short = index == last and not has_ended and len(row) < shortest
            if is_short and not is_remark(row, header):
                refuse_cut_row(self.sheet, row, header)
            if again := self.another_header(row, index):
                header, has_ended = again, False
                continue
            cells = cells_by_field(row, header)
            if has_ended or not is_row(row, cells, header):
                has_ended = has_ended or is_end(row)
                self.add_line(row, cells)
            else:
                shortest = min(shortest, len(row))
                yield index, header, self.section

    def another_header(self, row: Row, index: int) -> Header | None:
        """Every page of a statement repeats its headings, and so does a second account."""
        names = self.dialect.names
        if not any(isinstance(cell, str) and field_of(cell, names) for cell in row[:CELLS_ASKED]):
            return None
        header = header_in(row, index, self.dialect.names)
        return header if header and len(header.places) >= len(self.dialect.needed) else None

    def add_line(self, row: Row, cells: dict[str, Cell]) -> None:
        if is_total(row):
            self.totals.append(cells)
        self.add_note(joined(row))

    def add_note(self, note: str) -> None:
        if not note:
            return
        self.notes.append(note)
        if match := SECTION.search(note):
            said = match.group(1) or match.group(2)
            self.section = currency_of(said) or NO_CURRENCY


def cells_by_field(row: Row, header: Header) -> dict[str, Cell]:
    width = len(row)
    return {name: row[at] for name, at in header.places.items() if at < width}


def is_total(row: Row) -> bool:
    """The label of a sum stands in the first filled cell, or alone in any where columns moved."""
    said = [words[:20] for cell in row if (words := text(cell))]
    return bool(said) and (
        TOTAL.match(said[0]) is not None or any(map(TOTAL_ALONE.fullmatch, said))
    )


def is_remark(row: Row, header: Header) -> bool:
    """One cell of words where a day should stand: a bank's own line at the end, not a cut row."""
    said = [words for cell in row if (words := text(cell))]
    begins_with_days = 0 in (header.places.get(name) for name in WHEN)
    has_digits = any(character.isdigit() for words in said for character in words)
    return len(said) == 1 and (said[0][0] == "#" or (begins_with_days and not has_digits))


def is_row(row: Row, cells: Mapping[str, Cell], header: Header) -> bool:
    """A dated line, or one that is as full as rows are: then it is set aside, but never dropped."""
    filled = sum(1 for cell in row if cell not in (None, ""))
    if has_day(cells):
        return filled > 1 and not is_carried(row, cells)
    filled = sum(1 for cell in row if text(cell))
    if filled <= CELLS_OF_A_NOTE or is_total(row):
        return False
    return has_amount(cells) or filled * 2 >= len(header.places)


def is_carried(row: Row, cells: Mapping[str, Cell]) -> bool:
    is_blank = not any(text(cells.get(name)) for name in AMOUNTS)
    return is_blank and CARRIED.search(joined(row)) is not None


def has_day(cells: Mapping[str, Cell]) -> bool:
    for name in WHEN:
        cell = cells.get(name)
        if not text(cell):
            continue
        try:
            day_and_clock(cell, ANY_YEAR)
        except RowUnreadable as unreadable:
            if unreadable.code == "YEAR_UNKNOWN":
                return True
        else:
            return True
    return False


def has_amount(cells: Mapping[str, Cell]) -> bool:
    for name in AMOUNTS:
        try:
            if money(cells.get(name)):
                return True
        except RowUnreadable:
            continue
    return False
