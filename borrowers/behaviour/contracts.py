"""Behaviour events as values: rows of a bill, columns of many, sums of all. No Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:  # The process that reads files has little room and computes nothing.
    import numpy as np
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"


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
    JD = 3
    MEITUAN = 4
    OWN_LOANS = 9
    SOCIAL_INSURANCE = 10
    STUDENT_STATUS = 11
    SOCIAL_ACTIVITY = 12
    DEVICE = 13
    PARTNER = 14
    ICBC = 20
    CCB = 21
    ABC = 22
    BOC = 23
    BOCOM = 24
    CMB = 25
    CITIC = 26
    SPDB = 27
    CGB = 28
    BANK = 29
    OFX = 30
    MT940 = 31
    CAMT = 32
    QIF = 33


class EventStatus(IntEnum):
    """What became of the payment, as far as the file says."""

    SETTLED = 1
    PENDING = 2
    CLOSED = 3
    REFUNDED = 4
    FAILED = 5
    UNKNOWN = 6


class Precision(IntEnum):
    """How exactly a file tells the time."""

    SECOND = 0
    MINUTE = 1
    DAY = 2
    MONTH = 3


class Assurance(IntEnum):
    """How far an event can be trusted, from somebody's word to a signed message."""

    DECLARED = 0
    UPLOADED = 1
    CHECKED = 2
    CONFIRMED = 3
    SIGNED = 4


class Method(IntEnum):
    """How the category was found, in the order in which the ways are tried."""

    NONE = 0
    GATE = 1
    NATIVE = 2
    MERCHANT_CODE = 3
    MERCHANT_TABLE = 4
    MODEL = 5
    KEYWORDS = 6
    PLATFORM = 7
    PERSON = 8


class Place(IntEnum):
    """Whether a purchase was made on line, over a counter, or took itself."""

    UNKNOWN = 0
    ONLINE = 1
    OFFLINE = 2
    AUTO_DEBIT = 3


class Platform(IntEnum):
    """The wallet or shop that a bank's row names as the way that the money took."""

    NONE = 0
    WECHAT = 1
    ALIPAY = 2
    JD = 3
    MEITUAN = 4


Metrics = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One row of a bill, normalised.

    `amount_fen` is what the row moved, in the hundredth part of `currency`; `refunded_fen` is
    what a note on the same row says came back. `degraded` marks a row whose file was re-saved by
    a spreadsheet and lost precision.
    `account` is the statement's own account as the file writes it (none on a wallet's bill);
    `tail` is up to four last digits of the card that paid, or of that account. `via` names the
    wallet behind a bank's row. `balance_fen` is what the account held after the row.
    `metrics` holds what is no money: months insured, minutes switched on.
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
    precision: Precision = Precision.SECOND
    currency: str = "CNY"
    balance_fen: int | None = None
    account: str = ""
    tail: str = ""
    via: Platform = Platform.NONE
    place: Place = Place.UNKNOWN
    merchant_code: str = ""
    method: Method = Method.NONE
    confidence_percent: int = 0
    metrics: Metrics | None = None


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
    direction: "npt.NDArray[np.int8]"
    category: "npt.NDArray[np.int16]"
    merchant: Integers
    source: "npt.NDArray[np.int8]"

    def __len__(self) -> int:
        return len(self.seconds)

    def ordered(self) -> "EventColumns":
        """The same events in the one order that readers may rely on."""
        keys = (self.merchant, self.amount_fen, self.seconds, self.segment)
        import numpy as np  # noqa: PLC0415 - see above

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


class Told(Protocol):
    """What a bill says about itself, held against its rows."""

    @property
    def source(self) -> int: ...
    @property
    def totals_agree(self) -> bool | None: ...
    @property
    def first_at(self) -> datetime | None: ...
    @property
    def last_at(self) -> datetime | None: ...


Bill = TypeVar("Bill", bound=Told)


def contradicted(bills: Sequence[Bill]) -> list[Bill]:
    """The bills whose count or sums do not fit their rows, unless a whole one tells the same time.

    So a bill that was cut off on its way is made good by uploading it as it was exported.
    """
    whole = [bill for bill in bills if bill.totals_agree]
    return [
        bill
        for bill in bills
        if bill.totals_agree is False and not any(_covers(each, bill) for each in whole)
    ]


def _covers(whole: Told, part: Told) -> bool:
    if not (whole.first_at and whole.last_at and part.first_at and part.last_at):
        return False
    is_inside = whole.first_at <= part.first_at and part.last_at <= whole.last_at
    return is_inside and whole.source == part.source


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
