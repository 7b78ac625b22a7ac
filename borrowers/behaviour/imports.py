"""What goes into an import, and what a person is told of it. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from borrowers.behaviour.contracts import RawEvent, Source


class UnreadRow(Protocol):
    """A row of a bill that could not be read."""

    @property
    def row_number(self) -> int: ...
    @property
    def reason(self) -> str: ...


class Reading(Protocol):
    """What a reader found in one bill (borrowers.connectors has the one implementation)."""

    @property
    def source(self) -> Source: ...
    @property
    def dialect(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def events(self) -> Sequence[RawEvent]: ...
    @property
    def rows_read(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def quarantined(self) -> Sequence[UnreadRow]: ...
    @property
    def declared_rows(self) -> int | None: ...
    @property
    def totals_agree(self) -> bool | None: ...
    @property
    def first_at(self) -> datetime | None: ...
    @property
    def last_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of an upload. Read rows = imported + duplicates + quarantined + not counted."""

    batch_id: int
    public_id: str
    imported: int
    duplicates: int
    quarantined: int
    not_counted: int
    already_imported: bool


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One bill as the person sees it. `is_used` ends with the consent that it came under."""

    id: int
    public_id: str
    source: Source
    dialect: str
    rows_read: int
    imported: int
    duplicates: int
    quarantined: int
    not_counted: int
    declared_rows: int | None
    totals_agree: bool | None
    first_at: datetime | None
    last_at: datetime | None
    imported_at: datetime
    is_used: bool


@dataclass(frozen=True, slots=True)
class MonthSum:
    """Money in and out in one calendar month of Shanghai."""

    first_day: date
    in_fen: int
    out_fen: int


@dataclass(frozen=True, slots=True)
class CategorySum:
    """What was spent on one category in all."""

    category: int
    out_fen: int
    events: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is read of a person's records now, in sums."""

    events: int
    months: tuple[MonthSum, ...]
    categories: tuple[CategorySum, ...]
    batches: tuple[BatchFacts, ...]
