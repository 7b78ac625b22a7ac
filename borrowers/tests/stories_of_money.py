"""Rows of a person's files as matching sees them, told line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from zlib import crc32

import numpy as np

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventStatus,
    Link,
    LinkKind,
    MatchColumns,
    Platform,
    Precision,
    Source,
)
from common.periods import SHANGHAI

CHANNELS = {"UNKNOWN": 0, "BALANCE": 1, "DEBIT": 2, "CREDIT": 3, "BNPL": 4, "MONEY_FUND": 5}


def code(word: str) -> int:
    """A number for a word, as the keyed codes are; none for no word."""
    return crc32(word.encode()) if word else 0


@dataclass(frozen=True)
class Line:
    """One row of one file; `name` is how a test calls it."""

    name: str
    source: Source
    at: str
    yuan: float
    direction: Direction = Direction.OUT
    category: Category = Category.DINING
    file: str = ""
    via: Platform = Platform.NONE
    tail: str = ""
    merchant: str = ""
    counterparty: str = ""
    channel: str = "UNKNOWN"
    number: str = ""
    undoes: str = ""
    refunded: float = 0
    status: EventStatus = EventStatus.SETTLED
    precision: Precision = Precision.SECOND

    @property
    def seconds(self) -> int:
        return int(datetime.fromisoformat(self.at).replace(tzinfo=SHANGHAI).timestamp())


def columns_of(lines: Sequence[Line]) -> MatchColumns:
    values: list[dict[str, int]] = [
        {
            "microseconds": line.seconds * 1_000_000,
            "ext": code(line.name),
            "amount_fen": round((line.yuan - line.refunded) * 100),
            "refunded_fen": round(line.refunded * 100),
            "merchant": code(line.merchant),
            "counterparty": code(line.counterparty),
            "account": code(line.tail),
            "native": code(line.number),
            "parent": code(line.undoes),
            "batch": code(line.file or line.source.name),
            "category": line.category,
            "source": line.source,
            "direction": line.direction,
            "channel": CHANNELS[line.channel],
            "via": line.via,
            "precision": line.precision,
            "status": line.status,
        }
        for line in lines
    ]
    parallel: dict[str, Any] = {
        each.name: np.array(
            [row.get(each.name, 0) for row in values],
            dtype=np.int64 if each.name in WIDE else np.int16,
        )
        for each in fields(MatchColumns)
    }
    return MatchColumns(**parallel)


WIDE = frozenset(
    {
        "microseconds", "ext", "amount_fen", "refunded_fen", "merchant", "counterparty",
        "account", "native", "parent", "batch",
    }
)  # fmt: skip


def told(links: Sequence[Link], lines: Sequence[Line]) -> set[tuple[str, str, LinkKind]]:
    """The links by the names of their lines."""
    names = {(line.seconds * 1_000_000, code(line.name)): line.name for line in lines}
    return {(names[link.event], names[link.other], link.kind) for link in links}
