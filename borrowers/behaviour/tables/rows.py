"""Events as rows of the two tables, in PostgreSQL's binary COPY format. Pure."""

import json
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import (
    CHANNELS,
    NO_BALANCE,
    Assurance,
    Category,
    Direction,
    EventColumns,
    Integers,
    MatchColumns,
    RawEvent,
    measure_of,
)

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# PostgreSQL counts from 2000 on.
_EPOCH_MICROSECONDS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_MICROSECOND = timedelta(microseconds=1)
DIGITS_OF_TAIL = 4

Code = Callable[[str, str], int]


NUMBERS = (
    *("occurred_at", "ext", "amount_fen", "refunded_fen"),
    *("merchant", "counterparty", "account", "native", "parent", "balance_fen", "measure"),
    *("category", "source", "direction", "channel", "via", "place"),
    *("assurance", "precision", "status", "method", "confidence_percent"),
)
INCOMING = (*NUMBERS, "words")


@dataclass(frozen=True, eq=False)
class ToKeep:
    """Events as they are stored, in the order of the table's key.

    `numbers` has a column of int64 for each of NUMBERS, times as microseconds since 1970; the
    words of each event are one sealed cell.
    """

    numbers: npt.NDArray[np.int64]
    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.words)

    def column(self, name: str) -> Integers:
        """One of the columns."""
        return self.numbers[:, NUMBERS.index(name)]


def ext_of(event_key: bytes) -> int:
    """The part of an event's key that stands in the table's primary key."""
    return int.from_bytes(event_key[:8], "big", signed=True)


def words_of(event: RawEvent) -> str:
    """The words of an event and the row that told it, to be sealed as one cell."""
    words: dict[str, Any] = {
        "merchant": event.merchant,
        "counterparty": event.counterparty,
        "memo": event.memo,
        "type": event.type_text,
        "row_number": event.row_number,
    }
    if event.metrics:
        words["metrics"] = dict(event.metrics)
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


def to_keep(
    counted: Iterable[tuple[RawEvent, int]],
    *,
    code: Code,
    seal: Callable[[str], str],
    assurance: Assurance = Assurance.UPLOADED,
) -> ToKeep:
    """What is to be stored of the events; what has the same key twice is kept once.

    `code` gives the keyed code of a text in a context.
    """
    unique = {
        (microseconds_of(event.occurred_at), ext_of(event.event_key)): (event, net_fen)
        for event, net_fen in counted
    }
    coded = lru_cache(maxsize=None)(code)
    numbers = [
        (*key, *_numbers(event, net_fen, coded, assurance))
        for key, (event, net_fen) in sorted(unique.items(), key=lambda row: row[0])
    ]
    return ToKeep(
        numbers=np.array(numbers, dtype=np.int64).reshape(-1, len(NUMBERS)),
        words=[seal(words_of(event)) for _, (event, _) in sorted(unique.items(), key=_by_key)],
    )


def _by_key(row: tuple[tuple[int, int], object]) -> tuple[int, int]:
    return row[0]


def _numbers(event: RawEvent, net_fen: int, code: Code, assurance: Assurance) -> tuple[int, ...]:
    """Everything but the key, in the order of NUMBERS."""
    return (
        net_fen,
        event.refunded_fen,
        # A bank's counterparty and a wallet's merchant may be one shop: one keyring for both.
        code("event.merchant", event.merchant),
        code("event.merchant", event.counterparty),
        code("event.account", tail_of(event)),
        code("event.native", event.native_id),
        code("event.native", event.parent_native_id),
        NO_BALANCE if event.balance_fen is None else event.balance_fen,
        measure_of(event.source, event.metrics),
        event.category,
        event.source,
        # To the person a refund is money that came back, whatever the source calls it.
        Direction.IN if event.category == Category.REFUND else event.direction,
        CHANNELS.get(event.channel, 0),
        event.via,
        event.place,
        assurance,
        event.precision,
        event.status,
        event.method,
        event.confidence_percent,
    )


def with_assurance(kept: ToKeep, assurance: Assurance) -> ToKeep:
    """The same rows, trusted so far and no further."""
    numbers = kept.numbers.copy()
    numbers[:, NUMBERS.index("assurance")] = assurance
    return ToKeep(numbers, kept.words)


def matched(kept: ToKeep) -> MatchColumns:
    """Rows that are not stored yet as columns for matching; they are of no batch yet."""
    columns: dict[str, Any] = {
        each.name: kept.column(_STORED_AS.get(each.name, each.name))
        for each in fields(MatchColumns)
        if each.name != "batch"
    }
    return MatchColumns(**columns, batch=np.zeros(len(kept), dtype=np.int64))


_STORED_AS = {"microseconds": "occurred_at"}


def microseconds_of(at: datetime) -> int:
    """A time as microseconds since 1970."""
    return (at - _UNIX_EPOCH) // _MICROSECOND


def tail_of(event: RawEvent) -> str:
    """The last digits of the card that paid, or of the statement's own account."""
    digits = "".join(filter(str.isdigit, event.tail or event.account))
    return digits[-DIGITS_OF_TAIL:] if len(digits) >= DIGITS_OF_TAIL else ""


def encoded(kept: ToKeep) -> Iterator[bytes]:
    """The rows as a binary COPY stream, piece by piece."""
    words = [each.encode() for each in kept.words]
    heads = np.zeros(len(kept), dtype=_INCOMING)
    heads["columns"] = len(INCOMING)
    for name in NUMBERS:
        heads[name] = kept.column(name)
        heads[f"{name}_length"] = _INCOMING[name].itemsize
    heads["occurred_at"] -= _EPOCH_MICROSECONDS
    heads["words_length"] = [len(each) for each in words]
    pieces: list[bytes] = [b""] * (2 * len(words))
    pieces[::2] = heads.view(f"V{_INCOMING.itemsize}").tolist()
    pieces[1::2] = words
    yield SIGNATURE
    yield from pieces
    yield TRAILER


# What features read, in the order in which it is read.
_READ_KINDS = {
    "borrower_id": ">i8",
    "occurred_at": ">i8",
    "amount_fen": ">i8",
    "merchant": ">i8",
    "category": ">i2",
    "direction": ">i2",
    "source": ">i2",
    "place": ">i2",
    "channel": ">i2",
    "party": ">i8",
    "balance_fen": ">i8",
    "measure": ">i8",
}
_MATCH_KINDS = {
    each.name: ">i8" if each.type == Integers else ">i2" for each in fields(MatchColumns)
}


def _table(kinds: Mapping[str, str]) -> np.dtype[np.void]:
    parts = [
        part for name, kind in kinds.items() for part in ((f"{name}_length", ">i4"), (name, kind))
    ]
    return np.dtype([("columns", ">i2"), *parts])


_READ, _MATCH = _table(_READ_KINDS), _table(_MATCH_KINDS)
_LONG = NUMBERS[: NUMBERS.index("category")]
_INCOMING = np.dtype(
    [
        *_table({name: ">i8" if name in _LONG else ">i2" for name in NUMBERS}).descr,
        ("words_length", ">i4"),
    ]
)


def columns_from(stream: bytes, segments: npt.NDArray[np.int64]) -> EventColumns:
    """Columns from what `events.read` copies out; segment n is the n-th of the sorted ids."""
    table = _rows(stream, _READ)
    return EventColumns(
        segment=np.searchsorted(segments, table["borrower_id"]).astype(np.int64),
        seconds=(table["occurred_at"].astype(np.int64) + _EPOCH_MICROSECONDS) // 1_000_000,
        amount_fen=table["amount_fen"].astype(np.int64),
        direction=table["direction"].astype(np.int8),
        category=table["category"].astype(np.int16),
        merchant=table["merchant"].astype(np.int64),
        source=table["source"].astype(np.int8),
        place=table["place"].astype(np.int8),
        channel=table["channel"].astype(np.int8),
        party=table["party"].astype(np.int64),
        balance_fen=table["balance_fen"].astype(np.int64),
        measure=table["measure"].astype(np.int64),
    ).ordered()


def match_columns_from(stream: bytes) -> MatchColumns:
    """Columns from what `links.read` copies out, in its order."""
    table = _rows(stream, _MATCH)
    columns: dict[str, Any] = {
        name: table[name].astype(kind.replace(">", "=")) for name, kind in _MATCH_KINDS.items()
    }
    columns["microseconds"] += _EPOCH_MICROSECONDS
    return MatchColumns(**columns)


def _rows(stream: bytes, kind: np.dtype[np.void]) -> npt.NDArray[np.void]:
    return np.frombuffer(stream[len(SIGNATURE) : len(stream) - len(TRAILER)], dtype=kind)
