"""Events as rows of the two tables, in PostgreSQL's binary COPY format. Pure."""

import json
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import Category, Direction, EventColumns, RawEvent

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_SECONDS = int(_EPOCH.timestamp())
_MICROSECOND = timedelta(microseconds=1)

# occurred_at, ext, amount_fen, merchant (8 bytes each); category, source, direction, channel (2).
_NUMBERS = struct.Struct(">h" + "iq" * 4 + "ih" * 4)
_LENGTH = struct.Struct(">i")
_FIELDS = 9

CHANNELS = {"UNKNOWN": 0, "BALANCE": 1, "DEBIT": 2, "CREDIT": 3, "BNPL": 4, "MONEY_FUND": 5}

# What features read, in the order in which it is read.
_KINDS = {
    "borrower_id": ">i8",
    "occurred_at": ">i8",
    "amount_fen": ">i8",
    "merchant": ">i8",
    "category": ">i2",
    "direction": ">i2",
    "source": ">i2",
}
READ_COLUMNS = ", ".join(_KINDS)
# Every column is preceded by its length, every row by its number of columns.
_READ = np.dtype(
    [("columns", ">i2")]
    + [part for name, kind in _KINDS.items() for part in ((f"{name}_length", ">i4"), (name, kind))]
)


@dataclass(frozen=True, slots=True)
class EventToKeep:
    """One event as it is stored; the words are a sealed cell."""

    occurred_at: datetime
    ext: int
    amount_fen: int
    merchant: int
    category: int
    source: int
    direction: int
    channel: int
    words: str


def ext_of(event_key: bytes) -> int:
    """The part of an event's key that stands in the table's primary key."""
    return int.from_bytes(event_key[:8], "big", signed=True)


def words_of(event: RawEvent) -> str:
    """The words of an event, to be sealed as one cell."""
    words = {"merchant": event.merchant, "counterparty": event.counterparty, "memo": event.memo}
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def to_keep(
    counted: Iterable[tuple[RawEvent, int]],
    *,
    merchant_code: Callable[[str], int],
    seal: Callable[[str], str],
) -> list[EventToKeep]:
    """Rows in the order of the table's key; what has the same key twice is kept once."""
    unique = {
        (event.occurred_at, ext_of(event.event_key)): (event, net_fen) for event, net_fen in counted
    }
    names = {event.merchant for event, _ in unique.values()}
    codes = {name: merchant_code(name) for name in names}
    return [
        EventToKeep(
            occurred_at=occurred_at,
            ext=ext,
            amount_fen=net_fen,
            merchant=codes[event.merchant],
            category=event.category,
            source=event.source,
            # To the person a refund is money that came back, whatever the source calls it.
            direction=Direction.IN if event.category == Category.REFUND else event.direction,
            channel=CHANNELS.get(event.channel, 0),
            words=seal(words_of(event)),
        )
        for (occurred_at, ext), (event, net_fen) in sorted(unique.items(), key=lambda row: row[0])
    ]


def encoded(rows: Iterable[EventToKeep]) -> Iterator[bytes]:
    """The rows as a binary COPY stream, piece by piece."""
    yield SIGNATURE
    for row in rows:
        microseconds = (row.occurred_at - _EPOCH) // _MICROSECOND
        words = row.words.encode()
        yield _NUMBERS.pack(
            _FIELDS, 8, microseconds, 8, row.ext, 8, row.amount_fen, 8, row.merchant,
            2, row.category, 2, row.source, 2, row.direction, 2, row.channel,
        )  # fmt: skip
        yield _LENGTH.pack(len(words))
        yield words
    yield TRAILER


def columns_from(stream: bytes, segments: npt.NDArray[np.int64]) -> EventColumns:
    """Columns from a binary COPY of `READ_COLUMNS`; segment n is the n-th of the sorted ids."""
    body = stream[len(SIGNATURE) : len(stream) - len(TRAILER)]
    table = np.frombuffer(body, dtype=_READ)
    return EventColumns(
        segment=np.searchsorted(segments, table["borrower_id"]).astype(np.int64),
        seconds=table["occurred_at"].astype(np.int64) // 1_000_000 + _EPOCH_SECONDS,
        amount_fen=table["amount_fen"].astype(np.int64),
        direction=table["direction"].astype(np.int8),
        category=table["category"].astype(np.int16),
        merchant=table["merchant"].astype(np.int64),
        source=table["source"].astype(np.int8),
    ).ordered()
