"""From bytes to rows of cells. What a file is, its content tells; its name is never asked."""

import csv
import io
import struct
import warnings
import zipfile
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Row, Sheet

MEGABYTES = 20
ROWS = 100_000
# A preamble, notes and a footer stand around the rows.
LINES = ROWS + 1_000
COLUMNS = 40
LARGEST_FILE = MEGABYTES * 1024 * 1024

ENTRIES = 1_000
UNPACKED = 200 * 1024 * 1024
RATIO = 150
RATIO_COUNTS_FROM = 1024 * 1024

# A quoted cell may hold a line break (a note to a friend), but not a whole page.
LINES_OF_ONE_ROW = 12
# A line with this many separators is a row of its own, not the rest of a note.
SEPARATORS_OF_A_ROW = 4
CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\x0b\x0c")

PICTURES_AND_DOCUMENTS = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*",
    b"{\\rtf",
)  # fmt: skip
ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Inside OLE, names are UTF-16: this stream is there only when a workbook was locked.
LOCKED_WORKBOOK = "EncryptedPackage".encode("utf-16-le")

# What openpyxl, zipfile and the XML parser raise on damaged workbooks; seen by truncating and
# flipping bytes at random (tests), there is no common base class.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, struct.error, EOFError, OSError, LookupError,
    ValueError, TypeError, AttributeError, NotImplementedError, OverflowError, AssertionError,
    RuntimeError,
)  # fmt: skip


def sheets(content: bytes) -> list[Sheet]:
    """Every sheet of the file: one for text, one per worksheet for a workbook.

    Raises EmptyFile, TooLarge, ZipBomb, TruncatedFile, UnreadableEncoding, WrongKind and its kin.
    """
    if len(content) > LARGEST_FILE:
        raise too_large()
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise refusals.EmptyFile
    if content.startswith(ZIP):
        return workbook(content)
    refuse_known_kinds(content)
    return [text_sheet(content)]


def too_large() -> refusals.TooLarge:
    return refusals.TooLarge(megabytes=MEGABYTES, rows=ROWS)


def refuse_known_kinds(content: bytes) -> None:
    """Say what it is where the first bytes tell."""
    if content.startswith(OLE):
        locked = LOCKED_WORKBOOK in content
        raise refusals.PasswordProtected if locked else refusals.OldSpreadsheet
    if content.startswith(ARCHIVES):
        raise refusals.PackedArchive
    # ISO media files (HEIC pictures, films) carry their mark behind a length.
    if content.startswith(PICTURES_AND_DOCUMENTS) or content[4:8] == b"ftyp":
        raise refusals.PictureOrDocument


# --- text ---------------------------------------------------------------------------------------


def text_sheet(content: bytes) -> Sheet:
    """Comma- or tab-separated text as a sheet."""
    text, encoding, is_cut = decoded(content)
    if text.count("\n") > LINES:
        raise too_large()
    delimiter = "\t" if text.count("\t") > text.count(",") else ","
    rows = list(csv_rows(text, delimiter))
    return Sheet(
        container="CSV",
        encoding=encoding,
        rows=rows,
        has_open_end=not text.endswith(("\n", "\r")),
        is_cut=is_cut,
    )


def decoded(content: bytes) -> tuple[str, str, bool]:
    """The text, its encoding, and whether the last character is incomplete.

    The ladder: byte order mark, strict UTF-8, GB18030. No guessing by statistics: it gave the
    same answers on every real bill, and a wrong guess would be silent.
    """
    for encoding in ladder(content):
        decoder = getincrementaldecoder(encoding)()
        try:
            text = decoder.decode(content, final=False)
        except UnicodeDecodeError:
            continue
        pending = bool(decoder.getstate()[0])
        text = text.removeprefix("\ufeff")
        if text and not is_rubbish(text):
            return text, encoding, pending
    raise refusals.UnreadableEncoding


def ladder(content: bytes) -> tuple[str, ...]:
    if content.startswith(BOM_UTF8):
        return ("utf-8",)
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def is_rubbish(text: str) -> bool:
    """Bytes of a program or a picture decode too, but into control characters."""
    controls = sum(text.count(character) for character in CONTROLS)
    return "\x00" in text or controls * 200 > len(text)


class Lines:
    """The lines of a text, handed to the csv module a few at a time, so that it can be stopped."""

    def __init__(self, text: str) -> None:
        self.lines = list(io.StringIO(text, newline=""))
        self.position = 0
        self.row_start = 0

    def __iter__(self) -> Iterator[str]:
        while self.position < min(len(self.lines), self.row_start + LINES_OF_ONE_ROW):
            self.position += 1
            yield self.lines[self.position - 1]

    def has_runaway_quote(self, delimiter: str) -> bool:
        """Was a quote opened that nobody meant, so that the rows below were swallowed?"""
        joined = self.lines[self.row_start : self.position]
        if len(joined) == 1 and self.position < len(self.lines):
            return False
        if sum(line.count('"') for line in joined) % 2:
            return True
        return any(line.count(delimiter) >= SEPARATORS_OF_A_ROW for line in joined[1:])


def csv_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Rows of a text. A stray quote costs its own line at most, never the rows below it."""
    source = Lines(text)
    while source.position < len(source.lines):
        reader = csv.reader(source, delimiter=delimiter)
        try:
            for row in reader:
                if source.has_runaway_quote(delimiter):
                    break
                source.row_start = source.position
                yield row
        except csv.Error:  # A cell longer than the module's limit: no cell of a bill is.
            pass
        if source.row_start < source.position:
            source.position = source.row_start + 1
            yield source.lines[source.row_start].rstrip("\r\n").replace('"', "").split(delimiter)
            source.row_start = source.position


# --- workbooks ----------------------------------------------------------------------------------


def workbook(content: bytes) -> list[Sheet]:
    """The worksheets of an XLSX file, checked for bombs before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_archive(archive)
            check_contents(archive.namelist())
        return worksheets(content)
    except DAMAGED as error:
        if is_about_entities(error):
            raise refusals.MultiplyingText from error
        raise refusals.TruncatedFile from error


def is_about_entities(error: BaseException | None) -> bool:
    """Whether the XML parser stopped at a definition; openpyxl wraps what it says."""
    from defusedxml.common import DefusedXmlException  # noqa: PLC0415 (as openpyxl)

    while error is not None and not isinstance(error, DefusedXmlException):
        error = error.__cause__ or error.__context__
    return error is not None


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse by the declared sizes; zipfile never reads more of an entry than it declares."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise refusals.PasswordProtected
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise refusals.ZipBomb
    for entry in entries:
        is_large = entry.file_size > RATIO_COUNTS_FROM
        if is_large and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise refusals.ZipBomb


def check_contents(names: list[str]) -> None:
    """An archive is a workbook only when it has a workbook inside."""
    if "xl/workbook.bin" in names:
        raise refusals.OldSpreadsheet
    if any(name.startswith("xl/") and "workbook" in name for name in names):
        return
    if any(name.startswith(("word/", "ppt/", "Payload/")) or name == "mimetype" for name in names):
        raise refusals.PictureOrDocument
    raise refusals.PackedArchive


def worksheets(content: bytes) -> list[Sheet]:
    # Imported here: it costs a fifth of a second, and most bills are text.
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.datetime import MAC_EPOCH  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no default style" and the like: the cells are there.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            return list(sheets_of(book, counts_from_1904=book.epoch == MAC_EPOCH))
        finally:
            book.close()


def sheets_of(book: Any, *, counts_from_1904: bool) -> Iterator[Sheet]:
    if not book.worksheets:
        raise refusals.TruncatedFile
    budget = LINES
    for worksheet in book.worksheets:
        rows = worksheet_rows(worksheet, budget)
        budget -= len(rows)
        yield Sheet(container="XLSX", encoding="xlsx", rows=rows, counts_from_1904=counts_from_1904)


def worksheet_rows(worksheet: Any, budget: int) -> list[Row]:
    """Rows by what is there, not by the dimension that the file claims (it may lie or lack)."""
    worksheet.reset_dimensions()
    rows: list[Row] = []
    for row in worksheet.iter_rows(max_col=COLUMNS, values_only=True):
        rows.append(row)
        if len(rows) > budget:
            raise too_large()
    return rows
