"""Behaviour events as values: rows of a bill, columns of many, sums of all. No Django."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]


class Direction(IntEnum):
    """Which way the money went, seen from the person."""

    NEUTRAL = 0
    IN = 1
    OUT = 2


class Category(IntEnum):
    """The sixteen scenes of spending, and what is not spending."""

    UNKNOWN = 0
    GROCERIES = 1
    DINING = 2
    TRANSPORT = 3
    TRAVEL = 4
    ONLINE_SHOPPING = 5
    APPAREL_BEAUTY = 6
    ELECTRONICS_HOME = 7
    EDUCATION = 8
    MEDICAL = 9
    UTILITIES_TELECOM = 10
    HOUSING = 11
    ENTERTAINMENT = 12
    INSURANCE_FINANCE = 13
    TRANSFER_SOCIAL = 14
    LOGISTICS_SERVICE = 15
    GOVERNMENT_TAX = 16
    INCOME_SALARY = 32
    INCOME_OTHER = 33
    REFUND = 34
    CREDIT_REPAYMENT = 35
    CREDIT_DRAWDOWN = 36
    INVESTMENT = 37
    CASH = 38
    GAMBLING_RISK = 39


class Source(IntEnum):
    """Where an event was read."""

    WECHAT = 1
    ALIPAY = 2
    OWN_LOANS = 9


class EventStatus(IntEnum):
    """What became of the payment, as far as the file says."""

    SETTLED = 1
    PENDING = 2
    CLOSED = 3
    REFUNDED = 4
    FAILED = 5
    UNKNOWN = 6


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One row of a bill, normalised.

    `amount_fen` is what the row moved; `refunded_fen` is what a note on the same row says came
    back. `degraded` marks a row whose file was re-saved by a spreadsheet and lost precision.
    """

    source: Source
    occurred_at: datetime
    amount_fen: int
    refunded_fen: int
    direction: Direction
    category: Category
    status: EventStatus
    channel: str
    native_id: str
    parent_native_id: str
    merchant: str
    counterparty: str
    memo: str
    type_text: str
    status_text: str
    event_key: bytes
    row_number: int
    degraded: bool


@dataclass(frozen=True, eq=False)
class EventColumns:
    """Many events as parallel columns, in the order (segment, seconds, amount_fen, merchant).

    A segment is one person at one point in time. `amount_fen` is net of refund notes. An own-loan
    instalment (OWN_LOANS, CREDIT_REPAYMENT) has direction OUT when it was paid on time and NEUTRAL
    when it was late or missed: one event per instalment.
    """

    segment: Integers
    seconds: Integers
    amount_fen: Integers
    direction: npt.NDArray[np.int8]
    category: npt.NDArray[np.int16]
    merchant: Integers
    source: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.seconds)

    def ordered(self) -> "EventColumns":
        """The same events in the one order that readers may rely on."""
        keys = (self.merchant, self.amount_fen, self.seconds, self.segment)
        order = np.lexsort(keys)
        return EventColumns(**{each.name: getattr(self, each.name)[order] for each in fields(self)})


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
