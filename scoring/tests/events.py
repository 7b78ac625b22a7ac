"""Events for the tests of scoring: short to write, in Shanghai time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import numpy as np

from borrowers.behaviour.contracts import (
    CHANNELS,
    NO_BALANCE,
    Category,
    Direction,
    EventColumns,
    Place,
    Source,
)
from common.periods import SHANGHAI

AS_OF = datetime(2026, 3, 1, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Event:
    at: datetime
    amount_fen: int
    direction: Direction
    category: Category
    source: Source = Source.WECHAT
    merchant: int = 7
    place: Place = Place.UNKNOWN
    channel: str = "UNKNOWN"
    balance_fen: int = NO_BALANCE
    measure: int = 0


def days_ago(days: float, *, as_of: datetime = AS_OF) -> datetime:
    return as_of - timedelta(days=days)


def bought(days: float, yuan: int, category: Category = Category.GROCERIES) -> Event:
    return Event(days_ago(days), yuan * 100, Direction.OUT, category)


def earned(days: float, yuan: int, category: Category = Category.INCOME_SALARY) -> Event:
    return Event(days_ago(days), yuan * 100, Direction.IN, category)


def daily_purchases(days: int, yuan: int = 40) -> list[Event]:
    """One purchase a day, at noon, in four scenes by turns."""
    scenes = [Category.GROCERIES, Category.DINING, Category.TRANSPORT, Category.ONLINE_SHOPPING]
    return [bought(day + 0.5, yuan, scenes[day % 4]) for day in range(days)]


def columns_of(*people: Sequence[Event]) -> EventColumns:
    """One segment per person."""
    rows = [
        (
            segment,
            int(event.at.timestamp()),
            event.amount_fen,
            event.direction,
            event.category,
            event.merchant,
            event.source,
            event.place,
            CHANNELS[event.channel],
            event.merchant,
            event.balance_fen,
            event.measure,
        )
        for segment, events in enumerate(people)
        for event in events
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, len(fields(EventColumns)))
    types = [np.int64, np.int64, np.int64, np.int8, np.int16, np.int64, np.int8]
    types += [np.int8, np.int8, np.int64, np.int64, np.int64]
    return EventColumns(
        *(table[:, place].astype(each) for place, each in enumerate(types))
    ).ordered()


def seconds(*instants: datetime) -> np.ndarray:
    return np.array([int(each.timestamp()) for each in instants], dtype=np.int64)
