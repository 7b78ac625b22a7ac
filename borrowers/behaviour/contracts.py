"""Behaviour events as values: rows of a bill, columns of many, links between them. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:  # The process that reads files has little room and computes nothing.
    import numpy as np
    import numpy.typing as npt

Integers: TypeAlias = "npt.NDArray[np.int64]"
Small: TypeAlias = "npt.NDArray[np.int16]"


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


# Numbers that connectors outside of this list declare for themselves.
FIRST_DECLARED, LAST_DECLARED = 100, 199


class Source(IntEnum):
    """Where an event was read. A connector's own file may declare one more."""

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

    @classmethod
    def _missing_(cls, value: object) -> "Source | None":
        """A stored number stays readable, also where the file that declared it is not loaded."""
        if not isinstance(value, int) or not FIRST_DECLARED <= value <= LAST_DECLARED:
            return None
        source = int.__new__(cls, value)
        source._name_, source._value_ = f"DECLARED_{value}", value
        cls._value2member_map_[value] = source
        return source


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

# How a purchase was paid, as the table writes it.
CHANNELS = {"UNKNOWN": 0, "BALANCE": 1, "DEBIT": 2, "CREDIT": 3, "BNPL": 4, "MONEY_FUND": 5}
# Where a row does not say what the account held after it.
NO_BALANCE = -(2**63)
# Sources whose rows tell of something other than money: they are never earned or spent.
FACTS = frozenset(
    {Source.SOCIAL_INSURANCE, Source.STUDENT_STATUS, Source.SOCIAL_ACTIVITY, Source.DEVICE}
)
# Two figures of a fact stand in one number: the first in steps of this, the second below it.
MEASURE_STEP = 1 << 20


def measure_of(source: Source, metrics: Metrics | None) -> int:
    """The figures of a fact that features read, as one number; 0 where there are none.

    By the day: minutes on and uses of a device. By the week: active days and the bucket of
    contacts. By the month: the base of an insurance that was paid, in fen, of old-age pension only.
    """
    if not metrics:
        return 0
    if source == Source.DEVICE:
        return _measure(metrics.get("on_minutes"), metrics.get("events"))
    if source == Source.SOCIAL_ACTIVITY:
        return _measure(metrics.get("active_days"), metrics.get("contacts_bucket"))
    is_pension = metrics.get("insurance") == "PENSION" and metrics.get("state") != "PAUSED"
    return _measure(metrics.get("base_fen"), 1) if is_pension else 0


def _measure(first: int | str | None, second: int | str | None) -> int:
    whole, part = (each if isinstance(each, int) else 0 for each in (first, second))
    return max(whole, 0) * MEASURE_STEP + min(max(part, 0), MEASURE_STEP - 1)


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
    when it was late or missed: one event per instalment. `party` is the merchant, or who else was
    on the other side. `balance_fen` is NO_BALANCE where the row does not tell it; `measure` holds
    the figures of a fact. What is left out is as if no row had told it.
    """

    segment: Integers
    seconds: Integers
    amount_fen: Integers
    direction: "npt.NDArray[np.int8]"
    category: "npt.NDArray[np.int16]"
    merchant: Integers
    source: "npt.NDArray[np.int8]"
    place: "npt.NDArray[np.int8]" = None  # type: ignore[assignment]  # filled in below
    channel: "npt.NDArray[np.int8]" = None  # type: ignore[assignment]  # filled in below
    party: Integers = None  # type: ignore[assignment]  # filled in below
    balance_fen: Integers = None  # type: ignore[assignment]  # filled in below
    measure: Integers = None  # type: ignore[assignment]  # filled in below

    def __post_init__(self) -> None:
        import numpy as np  # noqa: PLC0415 - see above

        for name in ("place", "channel", "measure", "balance_fen", "party"):
            if getattr(self, name) is None:
                kind = np.int8 if name in {"place", "channel"} else np.int64
                rest = np.full(len(self), NO_BALANCE if name == "balance_fen" else 0, dtype=kind)
                object.__setattr__(self, name, self.merchant if name == "party" else rest)

    def __len__(self) -> int:
        return len(self.seconds)

    def ordered(self) -> "EventColumns":
        """The same events in the one order that readers may rely on."""
        import numpy as np  # noqa: PLC0415 - see above

        keys = (self.merchant, self.amount_fen, self.seconds, self.segment)
        order = np.lexsort(keys)
        alike = np.ones(max(len(self) - 1, 0), dtype=np.bool_)
        for key in keys:
            alike &= key[order][1:] == key[order][:-1]
        if alike.any():
            # Rarely needed: what else a row tells breaks the tie, whatever the order of a file.
            others = (self.measure, self.balance_fen, self.party, self.channel, self.place)
            order = np.lexsort((*others, self.source, self.category, self.direction, *keys))
        return EventColumns(**{each.name: getattr(self, each.name)[order] for each in fields(self)})


class EventKey(NamedTuple):
    """Which of a person's events: its time in microseconds since 1970, and its short key."""

    microseconds: int
    ext: int


@dataclass(frozen=True, eq=False)
class MatchColumns:
    """One person's stored events as whoever looks for links sees them, by time and short key.

    Everything that may be read is here, also what a link or the person took out of the count.
    `amount_fen` is net of the refund noted on the row; with `refunded_fen` it is what was paid.
    Words are keyed codes, 0 where there is none: `merchant` and `counterparty` of one keyring,
    so that a shop's name in one file meets it in the other; `account` of the last four digits of
    the card or account; `native` and `parent` of the platform's numbers.
    """

    microseconds: Integers
    ext: Integers
    amount_fen: Integers
    refunded_fen: Integers
    merchant: Integers
    counterparty: Integers
    account: Integers
    native: Integers
    parent: Integers
    batch: Integers
    category: Small
    source: Small
    direction: Small
    channel: Small
    via: Small
    place: Small
    assurance: Small
    precision: Small
    status: Small
    method: Small
    confidence_percent: Small

    def __len__(self) -> int:
        return len(self.ext)

    def key(self, row: int) -> EventKey:
        """The key of the n-th event."""
        return EventKey(int(self.microseconds[row]), int(self.ext[row]))


class LinkKind(IntEnum):
    """How two events belong together."""

    SAME_PAYMENT = 1
    REFUND_OF = 2
    TRANSFER_LEG = 3
    FUNDING_LEG = 4


class LinkMethod(IntEnum):
    """By what a link was found."""

    NUMBER = 1
    ACCOUNT_AND_TIME = 2
    PARTY_AND_TIME = 3
    AMOUNT_AND_TIME = 4


@dataclass(frozen=True, slots=True)
class Link:
    """`event` is no longer counted, because `other` tells of the same money.

    SAME_PAYMENT: `event` tells again of the payment that `other` tells better. REFUND_OF: `event`
    is the refund, and takes `netted_fen` off the purchase `other` (nothing, where the purchase
    carries it as a note already). TRANSFER_LEG: both are legs of one transfer between the
    person's own accounts, and neither is counted: one link says it of both. FUNDING_LEG: `event`
    moved the money that `other` then spent or kept.
    """

    kind: LinkKind
    event: EventKey
    other: EventKey
    score_ppm: int
    method: LinkMethod
    netted_fen: int = 0


class MarkKind(IntEnum):
    """What a person says of a line."""

    EXCLUDED = 1
    DISPUTED = 2
    DUPLICATE = 3


class MarkState(IntEnum):
    """What came of it. Only what was granted, or works at once, changes what is counted."""

    ASKED = 1
    GRANTED = 2
    REFUSED = 3


class RowState(IntEnum):
    """What became of a row that could not be read."""

    OPEN = 1
    RESOLVED = 2
    DISMISSED = 3
