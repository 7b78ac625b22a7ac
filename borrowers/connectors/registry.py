"""Every connector by kind, and the doors' one call: bytes in, a reading or a refusal out."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from borrowers.connectors import refusals
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Connector,
    Direction,
    EventStatus,
    Method,
    Place,
    Platform,
    Precision,
    Quarantined,
    RawEvent,
    Sheet,
    Source,
)
from borrowers.connectors.header import name_of
from borrowers.connectors.sheet import sheets
from borrowers.connectors.wallets.alipay import Alipay
from borrowers.connectors.wallets.wechat import WeChat
from common.files import bounded
from common.periods import SHANGHAI

CONNECTORS: Final[Mapping[str, Connector]] = {each.kind: each for each in (WeChat(), Alipay())}

SECONDS = 30
MEMORY_BYTES = 1024 * 1024 * 1024
ANSWER_BYTES = 96 * 1024 * 1024

# Files that people upload by mistake, by column names that stand on no bill.
BOOKKEEPING = frozenset({"记录时间", "收支类型"})
MERCHANT = (
    frozenset({"公众账号ID", "商户号"}),
    frozenset({"微信支付业务单号", "资金流水单号"}),
    frozenset({"商家实收(元)", "业务类型"}),
    frozenset({"账务流水号", "业务流水号"}),
)
ROWS_ASKED = 60


def read_bill(content: bytes, file_name: str) -> BillReading:
    """The bill in these bytes. `file_name` is for the caller's records: content alone decides.

    Raises a FileRefused: EmptyFile, TooLarge, NotABill, UnknownLayout, WrongKind and its kin,
    TruncatedFile, UnreadableEncoding, ZipBomb, NoTransactions, UnreadableRows.
    """
    found = sheets(content)
    for sheet in found:
        refuse_known_mistakes(sheet)
        for connector in CONNECTORS.values():
            if isinstance(sheet, connector.reads) and connector.recognises(sheet):
                return connector.read(sheet)
    if not any(sheet.rows for sheet in found):
        raise refusals.EmptyFile
    raise refusals.NotABill


def without_future(reading: BillReading, on: date) -> BillReading:
    """The reading with the rows of days after tomorrow set aside: they cannot have happened.

    One day is left to clocks that go wrong. Raises UnreadableRows where nothing else is there.
    """
    too_late = datetime.combine(on + timedelta(days=2), time.min, tzinfo=SHANGHAI)
    events = tuple(event for event in reading.events if event.occurred_at < too_late)
    if len(events) == len(reading.events):
        return reading
    if not events:
        raise refusals.UnreadableRows(rows=reading.rows_read)
    future = (each for each in reading.events if each.occurred_at >= too_late)
    set_aside = [Quarantined(each.row_number, "DATE_IN_FUTURE") for each in future]
    quarantined = sorted([*reading.quarantined, *set_aside], key=lambda each: each.row_number)
    return replace(
        reading,
        events=events,
        quarantined=tuple(quarantined),
        first_at=min(event.occurred_at for event in events),
        last_at=max(event.occurred_at for event in events),
    )


def refuse_known_mistakes(sheet: Sheet) -> None:
    """Say what the file is where it is a well-known other one."""
    for row in sheet.rows[:ROWS_ASKED]:
        names = {name_of(cell.lstrip("#`")) for cell in row if isinstance(cell, str)}
        if names >= BOOKKEEPING:
            raise refusals.BookkeepingExport
        if any(names >= mark for mark in MERCHANT):
            raise refusals.MerchantBill


def reader_on(day: date) -> Callable[[bytes, str], BillReading]:
    """What reads the uploads of a day: in a child process, and nothing that lies after it."""

    def read(content: bytes, file_name: str) -> BillReading:
        return without_future(read_bill_bounded(content, file_name), day)

    return read


def read_bill_bounded(content: bytes, file_name: str) -> BillReading:
    """`read_bill` in a child process with limits: what doors call, for files are not trusted.

    The name stays here: a command line can be seen by others, and names hold names.
    Raises what `read_bill` raises, TooSlow at the time limit, ReaderStopped where the child died.
    """
    try:
        answer = bounded.run(
            "borrowers.connectors.registry:read_bill_as_json",
            content,
            seconds=SECONDS,
            memory_bytes=MEMORY_BYTES,
            output_bytes=ANSWER_BYTES,
        )
    except bounded.TimeLimitReached as late:
        raise refusals.TooSlow from late
    try:
        return from_json(answer)
    except (KeyError, TypeError, ValueError) as malformed:
        raise bounded.ReaderStopped from malformed


def read_bill_as_json(content: bytes) -> dict[str, Any]:
    """What the child runs: the reading in values that a pipe can carry."""
    return as_json(read_bill(content, ""))


# --- the pipe: JSON both ways, never pickle ------------------------------------------------------

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
    plain = {each.name: getattr(reading, each.name) for each in fields(BillReading)}
    plain["source"] = int(reading.source)
    plain["events"] = [event_as_list(event) for event in reading.events]
    plain["quarantined"] = [[each.row_number, each.reason] for each in reading.quarantined]
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
