"""Web pages saved under the name of a bill: their tables are read, what runs in them is not."""

import re
from html.parser import HTMLParser

from borrowers.connectors.containers.limits import COLUMNS, LINES, too_large
from borrowers.connectors.contracts import Cell, Row, Sheet

BEGINNING = re.compile(
    r"\s*(<!--.*?-->\s*)?<(!doctype html|html|head|body|meta|table|div|style)\b",
    re.IGNORECASE | re.DOTALL,
)
FEWEST_HEADINGS = 3
DIGIT = re.compile(r"\d")
UNSEEN = frozenset({"script", "style", "title"})


def is_page(text: str) -> bool:
    """By the first tag."""
    return BEGINNING.match(text[:2_000]) is not None


def sheets(text: str, encoding: str) -> list[Sheet]:
    """One sheet for each table that has rows; a page without tables is one empty sheet."""
    tables = Tables()
    tables.feed(text)
    tables.close()
    found = continued([rows for rows in tables.found if rows]) or [[]]
    return [Sheet(container="HTML", encoding=encoding, rows=rows) for rows in found]


def continued(tables: list[list[Row]]) -> list[list[Row]]:
    """Tables under the same headings as one: a card lists what was repaid above what was bought."""
    by_headings: dict[tuple[Cell, ...], list[Row]] = {}
    for rows in tables:
        headings = tuple("".join(str(cell).split()) for cell in rows[0])
        is_heading = (
            len(headings) >= FEWEST_HEADINGS
            and all(headings)
            and not any(map(DIGIT.search, headings))
        )
        key = headings if is_heading else (len(by_headings),)
        by_headings.setdefault(key, []).extend(rows)
    return list(by_headings.values())


class Tables(HTMLParser):
    """The cells of every table. A table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[list[Row]] = []
        self.open: list[list[Row]] = []
        self.cells: list[list[str]] = []
        self.is_cell = False
        self.unseen = 0
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open.append([])
            self.found.append(self.open[-1])
            self.cells.append([])
        elif tag == "tr" and self.open:
            self.end_row()
        elif tag in {"td", "th"} and self.open and len(self.cells[-1]) < COLUMNS:
            self.cells[-1].append("")
            self.is_cell = True
        elif tag == "br":
            self.handle_data(" ")
        elif tag in UNSEEN:
            self.unseen += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.is_cell = False
        elif tag == "tr":
            self.end_row()
        elif tag == "table" and self.open:
            self.end_row()
            self.open.pop()
            self.cells.pop()
        elif tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)

    def handle_data(self, data: str) -> None:
        if self.is_cell and not self.unseen and self.cells and self.cells[-1]:
            self.cells[-1][-1] += data

    def end_row(self) -> None:
        if self.open and self.cells[-1]:
            self.open[-1].append([" ".join(cell.split()) for cell in self.cells[-1]])
            self.cells[-1] = []
            self.rows += 1
            if self.rows > LINES:
                raise too_large()
