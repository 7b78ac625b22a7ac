"""The face of one bank: its dialects, and how a table is known to be one of them."""

from dataclasses import dataclass

from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Row, Sheet, Source
from borrowers.connectors.header import Header, joined
from borrowers.connectors.statements.dialects import Dialect, chinese_of, column_of, readable
from borrowers.connectors.statements.reading import read
from borrowers.connectors.statements.rows import find

ROWS_BELOW = 12
CELLS_OF_A_NOTE = 2
PURPOSE = "CONSUMPTION_RECORDS"


@dataclass(slots=True)
class BankTable:
    """The connector of one bank's tables, whatever container they came in."""

    kind: str
    source: Source
    dialects: tuple[Dialect, ...]
    version: str = "1"
    purpose: str = PURPOSE
    reads: type[Sheet] = Sheet

    def recognises(self, sheet: Sheet) -> bool:
        """By columns that only this bank has, or by its columns under its name."""
        return self.match(sheet) is not None

    def read(self, sheet: Sheet) -> BillReading:
        found = self.match(sheet)
        if found is None:
            raise refusals.UnknownLayout(columns=", ".join(self.dialects[0].needed.values()))
        return read(sheet, *found)

    def match(self, sheet: Sheet) -> tuple[Dialect, Header] | None:
        """The first dialect whose columns stand in the sheet."""
        for dialect in self.dialects:
            header = find(sheet.rows, dialect)
            if header and is_own(sheet, dialect, header):
                return dialect, header
        return None


def is_own(sheet: Sheet, dialect: Dialect, header: Header) -> bool:
    headings = headings_of(sheet.rows[header.row_index])
    if not dialect.lacks.isdisjoint(headings):
        return False
    if dialect.own and dialect.own <= headings:
        return True
    return dialect.title.search(words_around(sheet, header)) is not None


def headings_of(row: Row) -> set[str]:
    names = [cell for cell in row if isinstance(cell, str)]
    return {column_of(cell) for cell in names} | {chinese_of(cell) for cell in names}


def words_around(sheet: Sheet, header: Header) -> str:
    """What stands above the header, and the notes at the end: never the rows, which name other
    banks."""
    below = sheet.rows[header.row_index + 1 :][-ROWS_BELOW:]
    notes = [row for row in below if sum(1 for cell in row if cell) <= CELLS_OF_A_NOTE]
    above = sheet.rows[: max(header.row_index, 0)]
    return readable("\n".join(joined(row) for row in [*above, *notes]))
