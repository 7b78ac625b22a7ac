"""A reading through the pipe of the child that made it: JSON both ways, never pickle."""

import base64
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Direction,
    EventStatus,
    Method,
    Place,
    Platform,
    Precision,
    Quarantined,
    RawEvent,
    Source,
)
from common.files.child import Streamed

EVENT_FIELDS = tuple(each.name for each in fields(RawEvent))
ENUMS = {
    "source": Source,
    "direction": Direction,
    "category": Category,
    "status": EventStatus,
    "precision": Precision,
    "via": Platform,
    "place": Place,
    "method": Method,
}
DAYS = ("period_from", "period_until")


def as_json(reading: BillReading) -> dict[str, Any]:
    """The reading as plain values; events as lists in the order of RawEvent's fields."""
    return {**without_events(reading), "events": [event_as_list(each) for each in reading.events]}


def streamed(reading: BillReading) -> Streamed:
    """The same, event by event: a hundred thousand of them never stand in memory twice."""
    return Streamed(without_events(reading), "events", map(event_as_list, reading.events))


def without_events(reading: BillReading) -> dict[str, Any]:
    names = [each.name for each in fields(BillReading) if each.name != "events"]
    plain = {name: getattr(reading, name) for name in names}
    plain["source"] = int(reading.source)
    plain["quarantined"] = [
        [each.row_number, each.reason, each.words] for each in reading.quarantined
    ]
    for name in ("first_at", "last_at"):
        plain[name] = int(plain[name].timestamp()) if plain[name] else None
    for name in DAYS:
        plain[name] = plain[name].isoformat() if plain[name] else None
    return plain


def event_as_list(event: RawEvent) -> list[Any]:
    values = [getattr(event, name) for name in EVENT_FIELDS]
    values[EVENT_FIELDS.index("occurred_at")] = int(event.occurred_at.timestamp())
    values[EVENT_FIELDS.index("event_key")] = base64.b64encode(event.event_key).decode()
    return values


def from_json(plain: Mapping[str, Any]) -> BillReading:
    """The reading again. Raises ValueError, KeyError or TypeError where the shape is another."""
    values = dict(plain)
    values["source"] = Source(values["source"])
    values["events"] = tuple(event_from_list(each) for each in values["events"])
    values["quarantined"] = tuple(Quarantined(*each) for each in values["quarantined"])
    for name in ("first_at", "last_at"):
        values[name] = datetime.fromtimestamp(values[name], UTC) if values[name] else None
    for name in DAYS:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return BillReading(**values)


def event_from_list(values: list[Any]) -> RawEvent:
    named = dict(zip(EVENT_FIELDS, values, strict=True))
    named["occurred_at"] = datetime.fromtimestamp(named["occurred_at"], UTC)
    named["event_key"] = base64.b64decode(named["event_key"])
    for name, kind in ENUMS.items():
        named[name] = kind(named[name])
    return RawEvent(**named)
