"""Finding the header by the names of its columns, and understanding the cells below it.

Row numbers mean nothing: WeChat moved its header once, and every reader that counted lines broke.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Cell, Row, Sheet
from common.periods import SHANGHAI

# A row with fewer known names is no header, whatever it says.
FEWEST_NAMES = 3
# A note below the rows fills one cell, or two where it holds a comma.
CELLS_OF_A_NOTE = 2
ROWS_TO_DO_BETTER = 50
DASHES = re.compile(r"^\s*[-—–]{4,}|^#NAME\?$")

TOTAL = re.compile(r"^[\W_]*(.{0,6}(合计|总计|小计|累计)|total|sub[ -]?total|sum\b)", re.IGNORECASE)
TOTAL_ALONE = re.compile(
    "(人民币|本页|本期)?(合计|总计|小计|累计)(金额)?[:：]?|(grand |sub[ -]?)?total:?", re.IGNORECASE
)

EXCEL_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - wall clock, the zone is added at the end
EXCEL_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 (a spreadsheet's wall clock has no zone)
# From 2003, when Alipay began, to the end of the century; also what an Excel serial may say.
FIRST_YEAR, LAST_YEAR = 2003, 2099
SERIALS = range(35_000, 74_000)
TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[\sT]+(\d{1,2})[:：](\d{1,2})(?:[:：](\d{1,2})(?:\.\d+)?)?)?"
)
AMOUNT = re.compile(r"[-+]?\d+(\.\d+)?")
SHORT_AMOUNT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")
NOT_IN_AMOUNTS = str.maketrans("", "", "¥￥元, \t\u00a0，")
LARGEST_FEN = 10**13
DAMAGED_ID = re.compile(r"\d(\.\d+)?[eE]\+?\d+|\d{15}0{3,}")
# Longer than any name, note or number on a bill, padding included.
LONGEST_WORDS = 500
PADDING = " \t\r\n\u00a0\u3000\ufeff"
NOTHING = frozenset({"/", "-", "--"})


class RowUnreadable(ValueError):
    """One row cannot be understood; its code says which cell. Never leaves the connectors."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# --- cells --------------------------------------------------------------------------------------


def text(cell: Cell) -> str:
    """The words of a cell without padding; the marks that mean nothing become nothing."""
    if not isinstance(cell, str):
        if cell is None:
            return ""
        is_whole = isinstance(cell, float) and cell.is_integer()
        cell = str(int(cell) if is_whole else cell)  # type: ignore[arg-type]  # narrowed by the line above
    words = cell[:LONGEST_WORDS].strip(PADDING)
    return "" if words in NOTHING else words


def instant(cell: Cell, *, counts_from_1904: bool = False) -> tuple[datetime, bool]:
    """A wall-clock time of Shanghai as UTC, and whether its seconds were lost.

    Raises RowUnreadable. The clock of every Chinese bill is UTC+08:00 (WeChat's note 4).
    """
    if isinstance(cell, datetime):
        return in_utc(nearest_second(cell)), False
    if isinstance(cell, int | float):
        return in_utc(from_serial(float(cell), counts_from_1904)), False
    words = text(cell)
    match = TIME.fullmatch(words)
    if match is None:
        if AMOUNT.fullmatch(words):
            return in_utc(from_serial(float(words), counts_from_1904)), False
        raise RowUnreadable("TIME_UNREADABLE")
    numbers = [int(part) if part else 0 for part in match.groups()]
    try:
        wall = datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001 (a wall clock; six numbers at most)
    except ValueError as error:
        raise RowUnreadable("TIME_UNREADABLE") from error
    return in_utc(wall), match.group(6) is None


def from_serial(days: float, counts_from_1904: bool) -> datetime:  # noqa: FBT001 - one private use
    """Excel's days since its epoch; what is no plausible day is no time at all."""
    if not math.isfinite(days) or int(days) not in SERIALS:
        raise RowUnreadable("TIME_UNREADABLE")
    epoch = EXCEL_1904 if counts_from_1904 else EXCEL_1900
    return nearest_second(epoch + timedelta(days=days))


def nearest_second(wall: datetime) -> datetime:
    """A serial is a binary fraction of a day: 46289.48678… is 11:40:57.999998."""
    return (wall + timedelta(microseconds=500_000)).replace(microsecond=0)


def in_utc(wall: datetime) -> datetime:
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise RowUnreadable("TIME_OUT_OF_RANGE")
    return wall.replace(tzinfo=SHANGHAI).astimezone(UTC)


def amount_fen(cell: Cell) -> int:
    """Yuan, as text with signs and separators or as a number, in fen. Raises RowUnreadable."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, datetime):
        raise RowUnreadable("AMOUNT_UNREADABLE")
    return fen_of(repr(cell)) if isinstance(cell, int | float) else fen_in(cell)


@lru_cache(maxsize=16_384)
def fen_in(cell: str) -> int:
    """Prices come again and again. Raises RowUnreadable."""
    words = cell.translate(NOT_IN_AMOUNTS).lstrip("?")  # GBK has no ¥: spreadsheets save a ?.
    if not AMOUNT.fullmatch(words):
        words = unicodedata.normalize("NFKC", words).translate(NOT_IN_AMOUNTS)
        if not SHORT_AMOUNT.fullmatch(words):  # 4.2E+3 was rounded on its way: never guessed.
            raise RowUnreadable("AMOUNT_UNREADABLE")
    return fen_of(words)


def fen_of(words: str) -> int:
    try:
        exact = Decimal(words) * 100
    except ArithmeticError as error:
        raise RowUnreadable("AMOUNT_UNREADABLE") from error
    if not exact.is_finite() or abs(exact) > LARGEST_FEN:
        raise RowUnreadable("AMOUNT_UNREADABLE")
    fen = int(exact.to_integral_value())
    # A spreadsheet may have kept 28.16 as 28.160000000000004; half a fen is no such dust.
    if abs(exact - fen) > Decimal("0.0001"):
        raise RowUnreadable("AMOUNT_UNREADABLE")
    return fen


def identity(cell: Cell) -> tuple[str, bool]:
    """An order number, and whether it went through a number on its way: 4.2E+27, or zeros from
    the sixteenth digit on. A damaged number names nothing and must build no key."""
    words = text(cell)
    return words, isinstance(cell, float) or DAMAGED_ID.fullmatch(words) is not None


# --- the header ---------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def name_of(cell: str) -> str:
    """A column name without width, padding and bracket style: `金额（元）` is `金额(元)`."""
    return "".join(unicodedata.normalize("NFKC", cell).split()).removeprefix("\ufeff")


@dataclass(frozen=True, slots=True)
class Header:
    """Where each field stands, by the names found in one row."""

    row_index: int
    places: Mapping[str, int]
    width: int

    def missing(self, needed: Mapping[str, str]) -> list[str]:
        """The names of the needed columns that are not there."""
        return [name for field_name, name in needed.items() if field_name not in self.places]


def header_in(row: Row, row_index: int, names: Mapping[str, str]) -> Header | None:
    """The row as a header, if it names at least three known columns."""
    places: dict[str, int] = {}
    width = 0
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not (name := name_of(cell)):
            continue
        width = index + 1
        if name in names:
            places.setdefault(names[name], index)
    if len(places) < FEWEST_NAMES:
        return None
    return Header(row_index, places, width)


def find(rows: Sequence[Row], names: Mapping[str, str], needed: Mapping[str, str]) -> Header | None:
    """The first row that names every needed column, or else the row that names the most."""
    best: Header | None = None
    for row_index, row in enumerate(rows):
        if best and row_index > best.row_index + ROWS_TO_DO_BETTER:
            break
        if len(row) < FEWEST_NAMES or starts_with_digits(row):
            continue
        header = header_in(row, row_index, names)
        if header and (best is None or len(header.places) > len(best.places)):
            best = header
        if best and not best.missing(needed):
            break
    return best


def starts_with_digits(row: Row) -> bool:
    """No header does; checked first because it is cheap and true of most rows."""
    first = row[0]
    return not isinstance(first, str | None) or (first or "")[:1].isdigit()


# --- the table ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Table:
    """The data rows below a header, and every other line of the sheet as text."""

    sheet: Sheet
    names: Mapping[str, str]
    header: Header
    notes: list[str] = field(default_factory=list)
    has_notes_below: bool = False

    def rows(self) -> Iterator[tuple[int, dict[str, Cell]]]:
        """Row number (from 1) and cells by field. Raises TruncatedFile for a cut last row."""
        self.notes = [joined(row) for row in self.sheet.rows[: self.header.row_index]]
        header: Header | None = self.header
        for index in range(self.header.row_index + 1, len(self.sheet.rows)):
            row = self.sheet.rows[index]
            if header and index == len(self.sheet.rows) - 1:
                refuse_cut_row(self.sheet, row, header)
            if again := self.another_header(row, index):
                header = again
            elif header is None or is_end(row) or is_note(row, header):
                header = None if is_end(row) else header
                self.add_note(row)
            else:
                yield index + 1, cells_by_field(row, header)

    def another_header(self, row: Row, index: int) -> Header | None:
        """Two bills pasted into one file: the second one brings its own header."""
        first = row[0] if row else None
        if (
            not isinstance(first, str)
            or first[:1].isdigit()
            or name_of(first[:40]) not in self.names
        ):
            return None
        return header_in(row, index, self.names)

    def add_note(self, row: Row) -> None:
        if note := joined(row):
            self.notes.append(note)
            self.has_notes_below = True


def cells_by_field(row: Row, header: Header) -> dict[str, Cell]:
    width = len(row)
    return {name: row[at] for name, at in header.places.items() if at < width}


def joined(row: Row) -> str:
    """A line that is no row, as words; totals stand at its beginning."""
    return ",".join(words for cell in row if (words := text(cell)))[:LONGEST_WORDS]


def is_note(row: Row, header: Header) -> bool:
    """A blank line, or a sentence of the platform below the rows; a dated row is never a note."""
    filled = 0
    for cell in row:
        if cell is not None and (not isinstance(cell, str) or cell.strip()):
            filled += 1
            if filled > CELLS_OF_A_NOTE:
                return is_sum(row, header)
    at = header.places.get("time", len(row))
    return not (at < len(row) and TIME.match(text(row[at])))


def is_sum(row: Row, header: Header) -> bool:
    """A line of totals that somebody wrote under the rows: a label, and no time."""
    at = header.places.get("time", 0)
    time = row[at] if at < len(row) else None
    if not isinstance(time, str | None) or (time or "")[:1].isdigit():
        return False
    return any(isinstance(cell, str) and TOTAL_ALONE.fullmatch(text(cell)) for cell in row)


def titles(rows: Iterable[Row]) -> Iterator[str]:
    """What stands alone in its row, as titles and notes do: never a name among the payments."""
    for row in rows:
        said = [words for cell in row if (words := text(cell))]
        if said and len(said) <= CELLS_OF_A_NOTE:
            yield said[0]


def is_end(row: Row) -> bool:
    """A line of dashes; Excel takes it for a formula and leaves #NAME? in its place."""
    first = row[0] if row else None
    return isinstance(first, str) and DASHES.match(first) is not None


def refuse_cut_row(sheet: Sheet, row: Row, header: Header) -> None:
    """A last line that stops early, with no line end behind it, was cut off; a sum was not."""
    is_short = bool(row) and len(row) < header.width and not is_end(row)
    is_short = is_short and not TOTAL.match(next(filter(None, map(text, row)), "")[:20])
    if sheet.has_open_end and is_short:
        raise refusals.TruncatedFile
