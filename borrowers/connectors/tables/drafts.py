"""A row on its way to an event, and how the rows of one layout become such drafts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from borrowers.connectors.categories import normalised
from borrowers.connectors.contracts import (
    Category,
    Cell,
    Direction,
    EventStatus,
    Method,
    Place,
    Platform,
    Precision,
    Sheet,
    Source,
)
from borrowers.connectors.header import (
    RowUnreadable,
    Table,
    amount_fen,
    identity,
    instant,
    text,
)

# Wallets number their payments with 28 digits and more; short numbers repeat.
FEWEST_DIGITS = 16


@dataclass(slots=True)
class Draft:
    """What a row says; a refund further down may still change it.

    `stated` is the bill's own word for the direction; `direction` says where money really went,
    so a void or waiting payment is NEUTRAL, and so is money that stayed the person's own.
    `party` is whoever stands on the other side, for matching only. `account` is the statement's
    own account; a row leaves it empty where the whole statement is about one (`About`). `key_text`
    names the row for good where its number alone does not.
    """

    row_number: int
    occurred_at: datetime
    amount_fen: int
    stated: Direction
    status_text: str
    type_text: str
    native_id: str
    order_id: str
    has_lasting_id: bool
    degraded: bool
    direction: Direction = Direction.NEUTRAL
    category: Category = Category.UNKNOWN
    status: EventStatus = EventStatus.UNKNOWN
    channel: str = "UNKNOWN"
    merchant: str = ""
    counterparty: str = ""
    memo: str = ""
    party: str = ""
    stated_refund_fen: int = 0
    refunded_fen: int = 0
    parent_native_id: str = ""
    precision: Precision = Precision.SECOND
    currency: str = "CNY"
    balance_fen: int | None = None
    account: str = ""
    tail: str = ""
    via: Platform = Platform.NONE
    place: Place = Place.UNKNOWN
    merchant_code: str = ""
    key_text: str = ""
    method: Method = Method.NONE
    confidence_percent: int = 0


@dataclass(frozen=True, slots=True)
class Declared:
    """What a bill says about its own rows: their count, and the sums in and out."""

    rows: int | None = None
    in_fen: int | None = None
    out_fen: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a statement says about the whole of itself, beside its rows.

    `declared` is for connectors that find the totals themselves; without it the words of the
    notes are searched for the wallets' totals.
    """

    account: str = ""
    tail: str = ""
    opening_fen: int | None = None
    closing_fen: int | None = None
    period_from: date | None = None
    period_until: date | None = None
    verification_code: str = ""
    declared: Declared | None = None


def start(cells: Mapping[str, Cell], row_number: int, sheet: Sheet, type_text: str) -> Draft:
    """The part of a draft that wallets and shops state alike. Raises RowUnreadable."""
    occurred_at, has_lost_seconds = instant(
        cells.get("time"), counts_from_1904=sheet.counts_from_1904
    )
    stated = direction_of_word(cells.get("direction"))
    native_id, is_damaged = identity(cells.get("id"))
    order_id, is_order_damaged = identity(cells.get("order"))
    digits = len(native_id) if native_id.isdigit() else sum(map(str.isdigit, native_id))
    return Draft(
        row_number=row_number,
        occurred_at=occurred_at,
        amount_fen=amount_moved(cells.get("amount"), stated),
        stated=stated,
        status_text=text(cells.get("status")),
        type_text=type_text,
        native_id="" if is_damaged else native_id,
        order_id="" if is_order_damaged else order_id,
        has_lasting_id=digits >= FEWEST_DIGITS and not is_damaged,
        degraded=has_lost_seconds or is_damaged,
        precision=Precision.MINUTE if has_lost_seconds else Precision.SECOND,
    )


def nothing_more(table: Table) -> About:
    """Wallets say nothing about the whole beyond the totals in their notes."""
    return About()


@dataclass(frozen=True, slots=True)
class Layout:
    """How one dialect is read: its columns by name, and what its rows and notes mean.

    `start` makes a draft of a row (the wallets' by default: one amount and a word for its
    direction), `complete` adds what the words mean, `about` reads what stands around the rows.
    Both are asked after the rows were walked, so that `table.notes` holds every other line.
    """

    source: Source
    names: Mapping[str, str]
    needed: Mapping[str, str]
    complete: Callable[[Draft, Mapping[str, Cell]], None]
    dialect: Callable[[Table], str]
    start: Callable[[Mapping[str, Cell], int, Sheet, str], Draft] = start
    about: Callable[[Table], About] = nothing_more
    version: str = "1"


DIRECTIONS = {
    "收入": Direction.IN,
    "支出": Direction.OUT,
    "": Direction.NEUTRAL,
    "其他": Direction.NEUTRAL,
    "不计收支": Direction.NEUTRAL,
    "中性交易": Direction.NEUTRAL,
}

# Asked in this order; the first word found decides.
CHANNELS = (
    ("BNPL", ("花呗", "白条", "月付", "先享后付", "先用后付", "分付", "信用付", "先付")),
    ("MONEY_FUND", ("零钱通", "余额宝", "余利宝")),
    ("CREDIT", ("信用卡", "贷记")),
    ("BALANCE", ("零钱", "余额")),
    ("DEBIT", ("储蓄卡", "借记")),
)

TAIL = re.compile(r"[(（](\d{4})[)）]")


def direction_of_word(cell: Cell) -> Direction:
    """The bill's word for the direction; a word never seen is not guessed."""
    word = text(cell)
    if word not in DIRECTIONS:
        raise RowUnreadable("DIRECTION_UNKNOWN")
    return DIRECTIONS[word]


def amount_moved(cell: Cell, stated: Direction) -> int:
    """Some exports put a minus before spending; elsewhere a minus makes no sense."""
    fen = amount_fen(cell)
    if fen < 0 and stated is not Direction.OUT:
        raise RowUnreadable("AMOUNT_NEGATIVE")
    return abs(fen)


@lru_cache(maxsize=4096)
def channel_of(method: str) -> str:
    """What paid. In a split payment (花呗&红包) the first part paid most."""
    first = method.partition("&")[0]
    for channel, marks in CHANNELS:
        if any(mark in first for mark in marks):
            return channel
    return "UNKNOWN"


def tail_of(method: str) -> str:
    """The last four digits of the card that paid: `工商银行储蓄卡(1234)`."""
    found = TAIL.search(method)
    return found.group(1) if found else ""


@lru_cache(maxsize=4096)
def party_of(*names: str) -> str:
    """The first name that says anything, in one spelling."""
    return next((normalised("".join(name.split())) for name in names if name), "")
