"""What every connector reads out of a file: one shape for all sources, no Django."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

# The words of an event belong to the room below, which stores events; readers find them here too.
from borrowers.behaviour.contracts import Category, Direction, EventStatus, RawEvent, Source

__all__ = [
    "BillReading",
    "Category",
    "Connector",
    "Direction",
    "EventStatus",
    "Quarantined",
    "RawEvent",
    "Source",
]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be read, and why: never lost, never guessed."""

    row_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class BillReading:
    """All that a file says, with the counts that let anybody check it."""

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


class Connector(Protocol):
    """The face of every connector."""

    kind: str
    source: Source
    purpose: str

    def recognises(self, sheet: Any) -> bool:
        """Is this sheet one of mine?"""
        ...

    def read(self, sheet: Any) -> BillReading:
        """Every row of the sheet, normalised or quarantined."""
        ...
