"""A printed statement as a sheet: columns by where the headings stand, rows by their days.

Cells wrap over lines, above and below the line of the day, and nothing rules them off; so the
lines between two days are parted at the widest gap.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Pages, Row, Sheet, Source, Word
from borrowers.connectors.header import FEWEST_NAMES, RowUnreadable
from borrowers.connectors.statements.cells import Days, day_and_clock
from borrowers.connectors.statements.connector import PURPOSE, is_own
from borrowers.connectors.statements.dialects import CHINESE, Dialect, field_of, readable
from borrowers.connectors.statements.reading import read
from borrowers.connectors.statements.rows import find

# A statement has its headings on its first pages, behind a cover at most.
PAGES_ASKED = 3
SAME_LINE = 2.5
HEADING_HEIGHT = 26.0
LINES_OF_ENGLISH = 4
CLOSE = 2.5
SPACE = 1.5
HALF_A_ROW = 0.5
# Of a line of twelve points: wide characters fill it, others half of it.
POINTS_OF_WIDE, POINTS_OF_NARROW = 9.0, 4.5
FOOT = re.compile(
    r"[-—–_=]{4,}|END|第.{0,6}页|温馨提示|打印|合计|总计|以下空白|明细$|^说明|^备注|^注[::]|^\d+/\d+$"
)
ANY_YEAR = Days(is_day_first=True)
CLOCK = re.compile(r"\d{1,2}:\d\d")


@dataclass(frozen=True, slots=True)
class Line:
    """Words at one height, from left to right."""

    top: float
    words: tuple[Word, ...]

    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: its words, where it stands, and the field that it feeds, if we know it."""

    heading: str
    left: float
    right: float
    field: str


@dataclass(frozen=True, slots=True)
class Headings:
    """The columns of a page, and the lines that their names fill."""

    columns: tuple[Column, ...]
    first_line: int
    last_line: int


@dataclass(slots=True)
class BankPages:
    """The connector of one bank's printed statements."""

    kind: str
    source: Source
    dialects: tuple[Dialect, ...]
    version: str = "1"
    purpose: str = PURPOSE
    reads: type[Pages] = Pages

    def recognises(self, pages: Pages) -> bool:
        """By headings that only this bank has, or by its headings under its name."""
        return self.match(pages) is not None

    def read(self, pages: Pages) -> BillReading:
        dialect = self.match(pages)
        sheet = as_sheet(pages, dialect) if dialect else None
        header = find(sheet.rows, dialect) if sheet and dialect else None
        if sheet is None or dialect is None or header is None:
            raise refusals.UnknownLayout(columns=", ".join(self.dialects[0].needed.values()))
        return read(sheet, dialect, header)

    def match(self, pages: Pages) -> Dialect | None:
        """The first dialect whose headings stand on the first pages."""
        first = beginning(pages)
        for dialect in self.dialects:
            sheet = as_sheet(first, dialect)
            header = find(sheet.rows, dialect) if sheet else None
            if sheet and header and is_own(sheet, dialect, header):
                return dialect
        return None


def beginning(pages: Pages) -> Pages:
    return replace(pages, pages=pages.pages[:PAGES_ASKED])


def as_sheet(pages: Pages, dialect: Dialect) -> Sheet | None:
    """All pages as one sheet; None where the first ones have no headings of this dialect."""
    if not any(headings_in(lines_of(words), dialect) for words in beginning(pages).pages):
        return None
    rows: list[Row] = [[readable(pages.title)]] if pages.title else []
    columns: tuple[Column, ...] = ()
    for words in pages.pages:
        for part in parts_of(lines_of(words), dialect):
            columns = part.columns or columns
            if part.columns:
                rows.append([column.heading for column in columns])
            if columns:
                rows += rows_of(part.lines, columns, headings_end=part.headings_end)
            else:
                rows += ([line.text()] for line in part.lines)
    return Sheet(container="PDF", encoding="pdf", rows=rows)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of a page that stand under the same headings, or above the first ones."""

    columns: tuple[Column, ...]
    headings_end: float | None
    lines: Sequence[Line]


def parts_of(lines: Sequence[Line], dialect: Dialect) -> Iterator[Part]:
    """A page parted at its headings: a card lists every currency under its own."""
    columns: tuple[Column, ...] = ()
    end: float | None = None
    while headings := headings_in(lines, dialect):
        yield Part(columns, end, lines[: headings.first_line])
        columns, end = headings.columns, lines[headings.last_line - 1].top
        lines = lines[headings.last_line :]
    yield Part(columns, end, lines)


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Words at the same height, give or take, from the top of the page to its end."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.top, each.left)):
        if not word.text.strip():
            continue
        plain = Word(word.left, word.top, readable(word.text).strip(), right_of(word))
        if lines and word.top - lines[-1][0].top <= SAME_LINE:
            lines[-1].append(plain)
        else:
            lines.append([plain])
    return [Line(line[0].top, tuple(sorted(line, key=lambda each: each.left))) for line in lines]


def right_of(word: Word) -> float:
    if word.right > word.left:
        return word.right
    wide = len(CHINESE.findall(word.text))
    return word.left + wide * POINTS_OF_WIDE + (len(word.text) - wide) * POINTS_OF_NARROW


# --- headings -----------------------------------------------------------------------------------


def headings_in(lines: Sequence[Line], dialect: Dialect) -> Headings | None:
    """The first few lines that together name every needed column."""
    for start in range(len(lines)):
        if not fields_in(lines[start : start + 1], dialect):
            continue
        end = start
        while end < len(lines) and lines[end].top - lines[start].top <= HEADING_HEIGHT:
            end += 1
            if fields_in(lines[start:end], dialect) >= set(dialect.needed):
                return complete_headings(lines, start, end, dialect)
    return None


def fields_in(lines: Sequence[Line], dialect: Dialect) -> set[str]:
    return {
        name
        for line in lines
        for word in line.words
        if (name := field_of(word.text, dialect.names))
    }


def complete_headings(
    lines: Sequence[Line], start: int, end: int, dialect: Dialect
) -> Headings | None:
    """The columns, and where the rows begin: below the names, in however many languages."""
    while end < len(lines) and fields_in(lines[end : end + 1], dialect) and not has_day(lines[end]):
        if lines[end].top - lines[start].top > HEADING_HEIGHT:
            break
        end += 1
    columns = sorted(
        (
            Column(word.text, word.left, word.right, field_of(word.text, dialect.names) or "")
            for line in lines[start:end]
            for word in line.words
            if field_of(word.text, dialect.names) or CHINESE.search(word.text)
        ),
        key=lambda each: each.left,
    )
    for _ in range(LINES_OF_ENGLISH):
        if end < len(lines) and re.fullmatch(r"[A-Za-z/().\s]+", lines[end].text()):
            end += 1
    return Headings(tuple(columns), start, end) if len(columns) >= FEWEST_NAMES else None


def has_day(line: Line) -> bool:
    return any(is_day(word.text) for word in line.words)


def is_day(words: str) -> bool:
    try:
        day_and_clock(words, ANY_YEAR)
    except RowUnreadable as unreadable:
        return unreadable.code == "YEAR_UNKNOWN"
    return True


# --- rows ---------------------------------------------------------------------------------------


def rows_of(
    lines: Sequence[Line], columns: Sequence[Column], *, headings_end: float | None
) -> list[Row]:
    """The lines below the headings, as rows of cells and as notes in their order."""
    place = placing(lines, columns)
    at = [index for index, line in enumerate(lines) if is_first_line(line, columns, place)]
    if not at:
        return [[line.text()] for line in lines]
    starts = [start_of_first(lines, at, headings_end)]
    starts += [widest_gap(lines, upper, lower) for upper, lower in pairwise(at)]
    end = end_of_last(lines, at)
    rows: list[Row] = [[line.text()] for line in lines[: starts[0]]]
    for first, following in pairwise([*starts, end]):
        rows.append(cells_of(lines[first:following], columns, place))
    rows += ([line.text()] for line in lines[end:])
    return rows


class Placing:
    """Which column a word belongs to: by the heading that it stands under; where it stands under
    none or several, by its left edge in tables flush left, by its middle in all others."""

    def __init__(self, columns: Sequence[Column], *, is_flush_left: bool) -> None:
        self.columns = columns
        self.is_flush_left = is_flush_left
        self.walls = [(left.right + right.left) / 2 for left, right in pairwise(columns)]

    def of(self, word: Word) -> int:
        under = [
            index
            for index, column in enumerate(self.columns)
            if min(word.right, column.right) > max(word.left, column.left)
        ]
        if len(under) == 1:
            return under[0]
        if self.is_flush_left:
            left_of = sum(1 for column in self.columns if column.left <= word.left + CLOSE)
            return max(left_of - 1, 0)
        return sum(1 for wall in self.walls if wall < (word.left + word.right) / 2)


def placing(lines: Sequence[Line], columns: Sequence[Column]) -> Placing:
    """Flush left, when most words on the lines of days begin where a heading begins."""
    words = [word for line in lines if has_day(line) for word in line.words]
    flush = sum(
        1 for word in words if any(abs(word.left - column.left) <= CLOSE for column in columns)
    )
    return Placing(columns, is_flush_left=bool(words) and flush * 10 >= len(words) * 6)


def is_first_line(line: Line, columns: Sequence[Column], place: Placing) -> bool:
    """A line with a day in a column of days."""
    return any(
        columns[place.of(word)].field in {"day", "booked"} and is_day(word.text)
        for word in line.words
    )


def start_of_first(lines: Sequence[Line], at: Sequence[int], headings_end: float | None) -> int:
    """The first row may begin above its day, where its cells are centred on it."""
    first_day = at[0]
    if headings_end is None:
        near = HALF_A_ROW * pitch_of(lines, at)
        while (
            first_day
            and lines[first_day].top - lines[first_day - 1].top <= near
            and not FOOT.search(lines[first_day - 1].text())
        ):
            first_day -= 1
        return first_day
    tops = [headings_end, *(line.top for line in lines[: first_day + 1])]
    return max((lower - upper, at) for at, (upper, lower) in enumerate(pairwise(tops)))[1]


def widest_gap(lines: Sequence[Line], upper: int, lower: int) -> int:
    """Where the row of the lower line begins."""
    gaps = ((lines[at].top - lines[at - 1].top, at) for at in range(upper + 1, lower + 1))
    return max(gaps)[1]


def end_of_last(lines: Sequence[Line], at: Sequence[int]) -> int:
    """The last row ends where the next line is further away than lines of a row are."""
    near = 0.75 * pitch_of(lines, at)
    end = at[-1] + 1
    while end < len(lines):
        is_far = lines[end].top - lines[end - 1].top > near
        if is_far or FOOT.search(lines[end].text()):
            break
        end += 1
    return end


def pitch_of(lines: Sequence[Line], at: Sequence[int]) -> float:
    """How close the days of two rows stand at the closest."""
    pitches = (lines[lower].top - lines[upper].top for upper, lower in pairwise(at))
    return min(pitches, default=HEADING_HEIGHT)


def cells_of(lines: Sequence[Line], columns: Sequence[Column], place: Placing) -> Row:
    """The words of one row under their headings; what wraps is joined again."""
    cells = [""] * len(columns)
    for line in lines:
        for index, words in by_column(line, place):
            cells[index] = joined(cells[index], words)
    return cells


def by_column(line: Line, place: Placing) -> Iterator[tuple[int, str]]:
    found: dict[int, list[Word]] = {}
    for word in line.words:
        found.setdefault(place.of(word), []).append(word)
    for index, words in found.items():
        said = words[0].text
        for left, right in pairwise(words):
            said += (" " if right.left - left.right >= SPACE else "") + right.text
        yield index, said


def joined(above: str, below: str) -> str:
    """A word broken over two lines is one word; a time below its day stays apart."""
    return f"{above} {below}" if above and CLOCK.match(below) else above + below
