"""What every connector reads out of a file: one shape for all sources, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# The words of an event belong to the room below, which stores events; readers find them here too.
from borrowers.behaviour.contracts import Category, Direction, EventStatus, RawEvent, Source

__all__ = [
    "BillReading",
    "Category",
    "Cell",
    "Connector",
    "Direction",
    "EventStatus",
    "Quarantined",
    "RawEvent",
    "Row",
    "Sheet",
    "Source",
]

Cell = str | int | float | datetime | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells, whatever the container was.

    `has_open_end` says that the text stops without a line end, `is_cut` that it stops in the
    middle of a character: only then may a short last row be called cut off.
    """

    container: str
    encoding: str
    rows: Sequence[Row]
    has_open_end: bool = False
    is_cut: bool = False
    counts_from_1904: bool = False


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be read, and why: never lost, never guessed."""

    row_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class BillReading:
    """All that a file says, with the counts that let anybody check it.

    `rows_read` = events + duplicates + quarantined. `suppressed` counts the events whose words
    were left out because they would tell of health, belief or intimate life.
    """

    source: Source
    dialect: str
    encoding: str
    events: tuple[RawEvent, ...]
    rows_read: int
    duplicates: int
    quarantined: tuple[Quarantined, ...]
    declared_rows: int | None
    declared_in_fen: int | None
    declared_out_fen: int | None
    totals_agree: bool | None
    first_at: datetime | None
    last_at: datetime | None
    suppressed: int = 0


class Connector(Protocol):
    """The face of every connector."""

    kind: str
    source: Source
    purpose: str

    def recognises(self, sheet: Sheet) -> bool:
        """Is this sheet one of mine?"""
        ...

    def read(self, sheet: Sheet) -> BillReading:
        """Every row of the sheet, normalised or quarantined."""
        ...
