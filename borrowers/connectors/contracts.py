"""What every connector reads out of a file: one shape for all sources, no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

# The words of an event belong to the room below, which stores events; readers find them here too.
from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    Method,
    Place,
    Platform,
    Precision,
    RawEvent,
    Source,
)

__all__ = [
    "BillReading",
    "Category",
    "Cell",
    "Connector",
    "Direction",
    "Document",
    "EventStatus",
    "Method",
    "Pages",
    "Place",
    "Plain",
    "Platform",
    "Precision",
    "Quarantined",
    "RawEvent",
    "Row",
    "Sheet",
    "Source",
    "Word",
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
class Word:
    """A piece of text on a page: its left edge and its distance from the top, in points.

    `right` is its right edge, and 0 where the container does not tell.
    """

    left: float
    top: float
    text: str
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class Pages:
    """The text of a PDF, page by page; `title` and `producer` are what the file says it is."""

    pages: Sequence[Sequence[Word]]
    title: str = ""
    producer: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text with a grammar of its own (OFX, MT940, CAMT, QIF), and the bytes behind it."""

    text: str
    content: bytes
    encoding: str


Document = Sheet | Pages | Plain


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row that could not be read, and why: never lost, never guessed.

    `words` are its cells, for whoever looks at it; empty where they would tell too much.
    """

    row_number: int
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class BillReading:
    """All that a file says, with the counts that let anybody check it.

    `rows_read` = events + duplicates + quarantined. `suppressed` counts the events whose words
    were left out because they would tell of health, belief or intimate life. `opening_fen` and
    `closing_fen` are the balances that a statement declares, `period_from` and `period_until` the
    days that it says it covers, `verification_code` what its issuer printed to be asked about it.
    `keeps_file` is false where the file tells more than may be kept: then only the events stay.
    `refund_fen` is what came back, each refund once, however the file tells of it: by a note on the
    payment, by a row of its own, or by both.
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
    connector_version: str = "1"
    opening_fen: int | None = None
    closing_fen: int | None = None
    period_from: date | None = None
    period_until: date | None = None
    verification_code: str = ""
    refund_fen: int = 0
    keeps_file: bool = True


class Connector(Protocol):
    """The face of every connector."""

    kind: str
    version: str
    source: Source
    purpose: str

    @property
    def reads(self) -> type[Document]:
        """The kind of document that I understand."""
        ...

    def recognises(self, document: Any) -> bool:
        """Is this document, which is of the kind that I read, one of mine?"""
        ...

    def read(self, document: Any) -> BillReading:
        """Every row of the document, normalised or quarantined."""
        ...
