"""Counts by the day or the week, as a table or as JSON: the two faces of such a record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from borrowers.connectors.contracts import (
    BillReading,
    Cell,
    Document,
    Plain,
    Quarantined,
    Sheet,
    Source,
)
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.records import rows
from borrowers.connectors.records.facts import Fact, Paper, reading_of


@dataclass(frozen=True, slots=True)
class Counts:
    """One kind of record: its fields, what a row means, and whether two alike rows are two."""

    source: Source
    purpose: str
    fields: rows.Fields
    fact: Callable[[int, Mapping[str, Cell]], Fact]
    repeats: bool
    version: str = "1"

    def reading(
        self, found: Iterable[tuple[int, Mapping[str, Cell]]], *, dialect: str, encoding: str
    ) -> BillReading:
        """Raises NoTransactions, UnreadableRows, TooLarge."""
        facts, quarantined = [], []
        for row_number, cells in found:
            try:
                facts.append(self.fact(row_number, cells))
            except RowUnreadable as unreadable:
                quarantined.append(Quarantined(row_number, unreadable.code))
        paper = Paper(self.source, dialect, encoding, self.version, repeats=self.repeats)
        return reading_of(facts, quarantined, paper)


class CountsTable:
    """The connector of a table of counts."""

    reads: type[Document] = Sheet

    def __init__(self, kind: str, counts: Counts) -> None:
        self.kind, self.counts = kind, counts
        self.version, self.source = counts.version, counts.source
        self.purpose = counts.purpose

    def recognises(self, sheet: Sheet) -> bool:
        """By its column names."""
        return rows.is_table(sheet, self.counts.fields)

    def read(self, sheet: Sheet) -> BillReading:
        found = rows.of_table(sheet, self.counts.fields)
        return self.counts.reading(found, dialect=self.kind, encoding=sheet.encoding)


class CountsJson:
    """The connector of the same counts as JSON."""

    reads: type[Document] = Plain

    def __init__(self, kind: str, counts: Counts) -> None:
        self.kind, self.counts = kind, counts
        self.version, self.source = counts.version, counts.source
        self.purpose = counts.purpose

    def recognises(self, plain: Plain) -> bool:
        """By the kind that it says."""
        return rows.is_json(plain, self.counts.fields)

    def read(self, plain: Plain) -> BillReading:
        found = rows.of_json(plain, self.counts.fields)
        return self.counts.reading(found, dialect=self.kind, encoding=plain.encoding)
