"""What every connector reads out of a file: one shape for all sources, no Django."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol


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
