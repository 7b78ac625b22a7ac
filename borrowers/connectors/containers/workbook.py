"""XLSX workbooks, read as a stream of XML events: little memory, no formula, no link, no entity.

A general library keeps far more of a workbook than a bill needs; a bill of a hundred thousand
rows has to fit into the limits of the child that reads it.
"""

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import IO, Any
from xml.parsers import expat

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import COLUMNS, LINES, TEXTS_KEPT, too_large
from borrowers.connectors.contracts import Cell, Row, Sheet

# What zipfile, zlib and expat raise on damaged files; there is no common base class.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error, EOFError, OSError, LookupError,
    ValueError, NotImplementedError, OverflowError,
)  # fmt: skip
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001 - wall clock
# Formats that a spreadsheet has built in for days and times, those of East Asia among them.
BUILT_IN_TIMES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
NOT_IN_FORMATS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|general', re.IGNORECASE)
LONGEST_TEXT = 40_000
LETTERS = {letter: index for index, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=1)}
PIECE = 256 * 1024


class Damaged(ValueError):
    """The XML is not what a workbook holds."""


def sheets(archive: zipfile.ZipFile) -> list[Sheet]:
    """The worksheets of a workbook that was checked for bombs.

    Raises TruncatedFile, TooLarge, MultiplyingText.
    """
    try:
        return list(Book(archive).sheets())
    except DAMAGED as error:
        raise refusals.TruncatedFile from error


class Book:
    """The parts of a workbook that its cells point into."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.path = self.main_part()
        targets = self.targets()
        self.worksheets: list[str] = []
        self.counts_from_1904 = False
        for name, attributes in elements(archive, self.path, {"sheet", "workbookPr"}):
            if name == "sheet":
                self.worksheets.append(targets.get(attributes.get("id", ""), ""))
            else:
                self.counts_from_1904 = attributes.get("date1904") in {"1", "true"}
        self.texts = self.shared_texts(targets)
        self.times = self.time_styles(targets)

    def main_part(self) -> str:
        """Where the workbook itself lies, by the archive's own table of contents."""
        for _, attributes in elements(self.archive, "_rels/.rels", {"Relationship"}):
            if attributes.get("Type", "").endswith("/officeDocument"):
                return attributes.get("Target", "").lstrip("/")
        return "xl/workbook.xml"

    def targets(self) -> dict[str, str]:
        """Parts by relationship number, and the first of each kind by its kind."""
        folder, name = posixpath.split(self.path)
        found: dict[str, str] = {}
        relations = f"{folder}/_rels/{name}.rels"
        for _, attributes in elements(self.archive, relations, {"Relationship"}):
            if attributes.get("TargetMode") == "External":
                continue
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            path = posixpath.normpath(path)
            found[attributes.get("Id", "")] = path
            found.setdefault(posixpath.basename(attributes.get("Type", "")), path)
        return found

    def shared_texts(self, targets: Mapping[str, str]) -> list[str]:
        path = targets.get("sharedStrings", "")
        if path not in self.archive.NameToInfo:
            return []
        texts = Texts()
        feed(self.archive, path, texts)
        return texts.found

    def time_styles(self, targets: Mapping[str, str]) -> frozenset[str]:
        """The numbers of the cell styles that show a number as a day or a time."""
        path = targets.get("styles", "")
        if path not in self.archive.NameToInfo:
            return frozenset()
        formats: dict[str, bool] = {str(number): True for number in BUILT_IN_TIMES}
        styles = []
        is_cell_format = False
        for name, attributes in elements(self.archive, path, {"numFmt", "cellXfs", "xf", "dxfs"}):
            if name == "numFmt":
                code = attributes.get("formatCode", "")
                formats[attributes.get("numFmtId", "")] = is_time_format(code)
            elif name != "xf":
                is_cell_format = name == "cellXfs"
            elif is_cell_format:
                styles.append(formats.get(attributes.get("numFmtId", "0"), False))
        return frozenset(str(index) for index, is_time in enumerate(styles) if is_time)

    def sheets(self) -> Iterator[Sheet]:
        if not self.worksheets:
            raise Damaged("no worksheet")
        budget = LINES
        for path in self.worksheets:
            if "chartsheets" in path or "dialogsheets" in path:
                continue
            cells = Cells(self.texts, self.times, self.counts_from_1904, budget)
            feed(self.archive, path, cells)
            budget -= len(cells.rows)
            yield Sheet(
                container="XLSX",
                encoding="xlsx",
                rows=cells.rows,
                counts_from_1904=self.counts_from_1904,
            )


def is_time_format(code: str) -> bool:
    """Does a number format have a part of a date or a time in it?"""
    shown = NOT_IN_FORMATS.sub("", code.partition(";")[0])
    return any(letter in shown.casefold() for letter in "ymdhs")


# --- the XML ------------------------------------------------------------------------------------


def parser_of() -> Any:
    """A parser that knows no entity but the five of XML, and looks nothing up."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def refuse_doctype(*_: object) -> None:
    raise refusals.MultiplyingText


def feed(archive: zipfile.ZipFile, path: str, handler: "Texts | Cells") -> None:
    """Every element of a part, handed over piece by piece."""
    parser = parser_of()
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.words
    with archive.open(path) as part:
        parse(parser, part)


def parse(parser: Any, part: IO[bytes]) -> None:
    while piece := part.read(PIECE):
        parser.Parse(piece, False)  # noqa: FBT003 - expat's own
    parser.Parse(b"", True)  # noqa: FBT003 (expat takes no keywords)


def elements(
    archive: zipfile.ZipFile, path: str, names: set[str]
) -> list[tuple[str, dict[str, str]]]:
    """The attributes of the named elements of a small part, prefixes left out."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if (local := name.rpartition(":")[2]) in names:
            plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            found.append((local, plain))

    parser = parser_of()
    parser.StartElementHandler = start
    with archive.open(path) as part:
        parse(parser, part)
    return found


class Texts:
    """The shared texts: one list, into which cells point by number."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.is_text = False
        self.is_reading_aid = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self.is_text = not self.is_reading_aid
        elif name == "rPh":
            self.is_reading_aid = True

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self.is_text = False
        elif name == "rPh":
            self.is_reading_aid = False
        elif name == "si":
            self.found.append("".join(self.pieces)[:LONGEST_TEXT])
            self.pieces.clear()

    def words(self, words: str) -> None:
        if self.is_text:
            self.pieces.append(words)


class Cells:
    """The rows of one worksheet, by what is there and not by the dimension that it claims."""

    def __init__(
        self,
        texts: list[str],
        times: frozenset[str],
        counts_from_1904: bool,  # noqa: FBT001 - one private use
        budget: int,
    ) -> None:
        self.texts = texts
        self.times = times
        self.epoch = EPOCHS[counts_from_1904]
        self.budget = budget
        self.rows: list[Row] = []
        self.row: list[Cell] = []
        self.kind = ""
        self.style = ""
        self.pieces: list[str] = []
        self.is_value = False
        self.column = 0
        self.kept: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c" or name.endswith(":c"):
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "")
            at = attributes.get("r")
            self.column = column_of(at) if at else len(self.row) + 1
            self.pieces.clear()
        elif name in {"v", "t"} or name.endswith((":v", ":t")):
            self.is_value = True
        elif name == "row" or name.endswith(":row"):
            self.start_row(attributes.get("r"))

    def start_row(self, at: str | None) -> None:
        """Rows that the file leaves out are blank."""
        self.row = []
        index = int(at) - 1 if at else len(self.rows)
        if max(index, len(self.rows)) >= self.budget:
            raise too_large()
        self.rows.extend([()] * (index - len(self.rows)))

    def end(self, name: str) -> None:
        if name in {"v", "t"} or name.endswith((":v", ":t")):
            self.is_value = False
        elif name == "c" or name.endswith(":c"):
            if self.column <= COLUMNS:
                self.row.extend([None] * (self.column - 1 - len(self.row)))
                self.row.append(self.cell())
        elif name == "row" or name.endswith(":row"):
            self.rows.append(tuple(self.row))

    def words(self, words: str) -> None:
        if self.is_value:
            self.pieces.append(words)

    def cell(self) -> Cell:
        """What the cell holds. A formula counts for what it was worth when it was saved."""
        if not self.pieces:
            return None
        words = self.pieces[0] if len(self.pieces) == 1 else "".join(self.pieces)
        if self.kind == "s":
            return self.texts[int(words)]
        if self.kind == "n":
            return self.moment(float(words)) if self.style in self.times else number_of(words)
        if self.kind == "d":
            return datetime.fromisoformat(words).replace(tzinfo=None)
        return self.written(words)

    def written(self, words: str) -> str:
        """Words in the cell itself, kept once; a yes or no and a mistake in a formula are words."""
        if len(self.kept) < TEXTS_KEPT:
            return self.kept.setdefault(words, words[:LONGEST_TEXT])
        return self.kept.get(words, words[:LONGEST_TEXT])

    def moment(self, days: float) -> Cell:
        """A number shown as a day or a time; what is less than a day is a time of day."""
        try:
            wall = self.epoch + timedelta(days=days)
        except (OverflowError, ValueError):
            return days
        if 0 <= days < 1:
            return f"{wall + timedelta(milliseconds=500):%H:%M:%S}"
        return wall


def number_of(words: str) -> int | float:
    """Whole where the file writes it so: a number in float form went through a spreadsheet."""
    try:
        return int(words)
    except ValueError:
        return float(words)


def column_of(at: str) -> int:
    """`AB12` stands in column 28."""
    column = 0
    for letter in at:
        if letter not in LETTERS:
            break
        column = column * 26 + LETTERS[letter]
    return column
