"""Every connector by kind, and the doors' one call: bytes in, a reading or a refusal out."""

import base64
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from borrowers.connectors import discovery, pipe, refusals
from borrowers.connectors.containers.opening import documents
from borrowers.connectors.containers.remainder import refuse_unread
from borrowers.connectors.containers.unlocking import unlocked
from borrowers.connectors.contracts import (
    BillReading,
    Connector,
    Document,
    Quarantined,
    Sheet,
)
from borrowers.connectors.header import name_of
from borrowers.connectors.statements.several import together
from borrowers.connectors.tables.events import told_by
from borrowers.consent.purposes import PURPOSES
from common.files import bounded
from common.files.child import Streamed
from common.periods import SHANGHAI

CONNECTORS: Final[Mapping[str, Connector]] = discovery.connectors()

SECONDS = 30
MEMORY_BYTES = 300 * 1024 * 1024
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


def read_bill(content: bytes, file_name: str, password: str = "") -> BillReading:
    """The bill in these bytes. `file_name` is for the caller's records: content alone decides.
    `password` opens an archive or a PDF that is locked, and is kept nowhere.

    Raises a FileRefused: EmptyFile, TooLarge, NotABill, UnknownLayout, WrongKind and its kin,
    TruncatedFile, UnreadableEncoding, ZipBomb, NoTransactions, UnreadableRows, PasswordNeeded,
    PasswordWrong, SeveralBills, PartsUnread.
    """
    found = documents(content, password)
    readings: list[BillReading] = []
    refused: list[refusals.FileRefused] = []
    known = list(recognised(found))
    for document, connector in known:
        try:
            readings.append(connector.read(document))
        except refusals.FileRefused as each:
            refused.append(each)
    if not readings:
        raise refused[0] if refused else why_not(found)
    of_nobody = [each for each in found if not any(each is document for document, _ in known)]
    refuse_unread(of_nobody, refused)
    readings = [readings[0], *(each for each in readings[1:] if not is_copy(each, readings[0]))]
    whole = together(readings)
    if whole is None:
        raise refusals.SeveralBills(bills=len(readings))
    return whole


def is_copy(reading: BillReading, of: BillReading) -> bool:
    """Nothing but what the other one holds too: a second sheet with the same rows."""
    return {event.event_key for event in reading.events} <= {event.event_key for event in of.events}


def recognised(found: Sequence[Document]) -> Iterator[tuple[Document, Connector]]:
    """Each document with the first connector that knows it. Raises what `refuse_known_mistakes`
    raises."""
    for document in found:
        if isinstance(document, Sheet):
            refuse_known_mistakes(document)
        for connector in CONNECTORS.values():
            if isinstance(document, connector.reads) and connector.recognises(document):
                yield document, connector
                break


def why_not(found: Sequence[Document]) -> refusals.FileRefused:
    """Nobody knows any of these documents."""
    sheets = [document for document in found if isinstance(document, Sheet)]
    if any(sheet.container == "HTML" for sheet in sheets):
        return refusals.WebPage()
    if len(sheets) == len(found) and not any(sheet.rows for sheet in sheets):
        return refusals.EmptyFile()
    return refusals.NotABill()


def purpose_of(reading: BillReading) -> str:
    """The purpose whose consent allows to read it."""
    return next(each.purpose for each in CONNECTORS.values() if each.source is reading.source)


def refuse_switched_off(reading: BillReading, switched_on: Collection[str]) -> None:
    """Raises SourceSwitchedOff for records that this deployment does not ask for."""
    purpose = purpose_of(reading)
    if PURPOSES[purpose].needs_switch and purpose not in switched_on:
        raise refusals.SourceSwitchedOff


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
    set_aside = [Quarantined(each.row_number, "DATE_IN_FUTURE", told_by(each)) for each in future]
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


def reader_on(day: date, switched_on: Collection[str] = ()) -> Callable[[bytes, str], BillReading]:
    """What reads the uploads of a day: in a child process, and nothing that lies after it.

    `switched_on` names the purposes behind switches whose records may be read here.
    """

    def read(content: bytes, file_name: str, password: str = "") -> BillReading:
        reading = read_bill_bounded(content, file_name, password)
        refuse_switched_off(reading, switched_on)
        return without_future(reading, day)

    return read


def read_bill_bounded(content: bytes, file_name: str, password: str = "") -> BillReading:
    """`read_bill` in a child process with limits: what doors call, for files are not trusted.

    The name stays here and the password goes through the pipe: a command line can be seen by
    others. Raises what `read_bill` raises, TooSlow at the time limit, ReaderStopped where the
    child died.
    """
    try:
        answer = run_bounded("borrowers.connectors.registry:read_bill_for_pipe", content, password)
        return pipe.from_json(answer)
    except (KeyError, TypeError, ValueError) as malformed:
        raise bounded.ReaderStopped from malformed


def unlocked_bounded(content: bytes, password: str) -> bytes:
    """The file without its lock, opened in a child: the password is used here and kept nowhere.

    Raises what `unlocked` raises, TooSlow, ReaderStopped.
    """
    if not password:
        return content
    name = "borrowers.connectors.registry:unlocked_for_pipe"
    try:
        return base64.b64decode(run_bounded(name, content, password), validate=True)
    except (TypeError, ValueError) as malformed:
        raise bounded.ReaderStopped from malformed


def unlocked_for_pipe(content: bytes, password: str) -> str:
    """What the child runs: bytes in letters that a pipe of JSON can carry."""
    return base64.b64encode(unlocked(content, password)).decode()


def run_bounded(function: str, content: bytes, password: str = "") -> Any:
    """A reader's function in a child with the limits of readers.

    Raises its refusals, TooSlow, ReaderStopped.
    """
    try:
        return bounded.run(
            function,
            content,
            secret=password,
            seconds=SECONDS,
            memory_bytes=MEMORY_BYTES,
            output_bytes=ANSWER_BYTES,
        )
    except bounded.TimeLimitReached as late:
        raise refusals.TooSlow from late


def read_bill_for_pipe(content: bytes, password: str = "") -> Streamed:
    """What the child runs: the reading in values that a pipe can carry, one event at a time."""
    return pipe.streamed(read_bill(content, "", password))
