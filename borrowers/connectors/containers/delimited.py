"""Comma-, semicolon- or tab-separated text, whatever its encoding and its stray quotes."""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import LINES, TEXTS_KEPT, too_large
from borrowers.connectors.contracts import Row, Sheet

# A quoted cell may hold a line break (a note to a friend), but not a whole page.
LINES_OF_ONE_ROW = 12
# A line with this many separators is a row of its own, not the rest of a note.
SEPARATORS_OF_A_ROW = 4
CONTROLS = bytes((*range(0x09), *range(0x0E, 0x20)))
PADDINGS = (",\t", "\t,", ',"\t')
# Lines are cut off in pieces of this many characters: a whole text twice would be too much.
PIECE = 1024 * 1024
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
BYTES_ASKED = 1_000


def text_sheet(text: str, encoding: str, *, is_cut: bool) -> Sheet:
    """Separated text as a sheet. Raises TooLarge."""
    return Sheet(
        container="CSV",
        encoding=encoding,
        rows=list(lean(rows_of(text, delimiter_of(text)), has_formulas='="' in text)),
        has_open_end=not text.endswith(("\n", "\r")),
        is_cut=is_cut,
    )


def delimiter_of(text: str) -> str:
    """What stands between the cells. Tabs beside a comma are padding, so that a number of 28
    digits stays text in a spreadsheet."""
    counts = {delimiter: text.count(delimiter) for delimiter in (",", "\t", ";")}
    if counts["\t"] > counts[","]:
        counts["\t"] -= sum(text.count(padding) for padding in PADDINGS)
    return max(counts, key=lambda delimiter: counts[delimiter])


def rows_of(text: str, delimiter: str) -> Iterator[list[str]]:
    """Where nothing is quoted, every line is a row; otherwise quotes are looked at with care."""
    if '"' in text:
        yield from csv_rows(text, delimiter)
        return
    for line in lines_of(text):
        yield line.split(delimiter) if line else []


def lines_of(text: str) -> Iterator[str]:
    """The lines without their ends, whichever way they end: `\\r\\n`, `\\n` or `\\r`."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin + PIECE) + 1 or len(text)
        piece = text[begin:end].replace("\r\n", "\n").replace("\r", "\n")
        yield from piece.removesuffix("\n").split("\n")
        begin = end


def lean(rows: Iterator[list[str]], *, has_formulas: bool) -> Iterator[Row]:
    """The same rows with the texts that come again kept once.

    A cell of the form ="0123", by which banks keep a spreadsheet from counting, is its text.
    """
    kept: dict[str, str] = {}
    for row_index, row in enumerate(rows):
        if row_index > LINES:
            raise too_large()
        cells = list(map(without_formula, row)) if has_formulas else row
        if len(kept) < TEXTS_KEPT:
            kept.update(zip(cells, cells, strict=True))
        yield tuple(map(kept.get, cells, cells))


def without_formula(cell: str) -> str:
    """The text inside ="…"; any other formula stays the text that it is, and is never counted."""
    if cell.startswith('="') and cell.rstrip().endswith('"'):
        return cell.rstrip()[2:-1].replace('""', '"')
    return cell


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
    zeros = [content[:BYTES_ASKED][half::2].count(0) for half in (0, 1)]
    if any(zeros) and len(content) % 2 == 0:
        # Half of every ASCII character in UTF-16 is a zero, on the side that tells the order.
        return ("utf-16-be",) if zeros[0] > zeros[1] else ("utf-16-le",)
    return ("utf-8", "gb18030")


def is_rubbish(text: str) -> bool:
    """Bytes of a program or a picture decode too, but into control characters."""
    if "\x00" in text:
        return True
    # In UTF-8 these bytes stand for nothing else, and bytes are counted far faster than letters.
    content = text.encode(errors="surrogatepass")
    return (len(content) - len(content.translate(None, CONTROLS))) * 200 > len(text)


class Lines:
    """The lines of a text, handed to the csv module a few at a time, so that it can be stopped.

    Only the lines of the row at hand are kept.
    """

    def __init__(self, text: str) -> None:
        self.matches = LINE.finditer(text)
        self.window: list[str] = []
        self.used = 0

    def has_more(self) -> bool:
        """Is there a line that no row has taken?"""
        if self.used == len(self.window) and (found := next(self.matches, None)):
            self.window.append(found.group())
        return self.used < len(self.window)

    def __iter__(self) -> Iterator[str]:
        while self.used < LINES_OF_ONE_ROW and self.has_more():
            self.used += 1
            yield self.window[self.used - 1]

    def take(self) -> None:
        """The lines used so far made one row."""
        del self.window[: self.used]
        self.used = 0

    def give_back(self) -> str:
        """Take only the first line, whole; the others are read again."""
        self.used = 1
        first = self.window[0]
        self.take()
        return first

    def has_runaway_quote(self, delimiter: str) -> bool:
        """Was a quote opened that nobody meant, so that the rows below were swallowed?"""
        if self.used == 1 and self.has_more():
            return False
        joined = self.window[: self.used]
        if sum(line.count('"') for line in joined) % 2:
            return True
        return any(line.count(delimiter) >= SEPARATORS_OF_A_ROW for line in joined[1:])


def csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows of a text. A stray quote costs its own line at most, never the rows below it."""
    source = Lines(text)
    while source.has_more():
        reader = csv.reader(source, delimiter=delimiter)
        try:
            for row in reader:
                if source.has_runaway_quote(delimiter):
                    break
                source.take()
                yield row
        except csv.Error:  # A cell longer than the module's limit: no cell of a bill is.
            pass
        if source.used:
            yield source.give_back().rstrip("\r\n").replace('"', "").split(delimiter)
