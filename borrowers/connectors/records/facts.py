"""What a record tells beside money: facts with figures, made into events that are never counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from borrowers.behaviour.contracts import Metrics
from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import ROWS, too_large
from borrowers.connectors.contracts import (
    BillReading,
    Category,
    Direction,
    EventStatus,
    Precision,
    Quarantined,
    RawEvent,
    Source,
)
from borrowers.connectors.header import in_utc
from borrowers.connectors.tables.events import digest


@dataclass(frozen=True, slots=True)
class Fact:
    """One row: when, and its figures. `identity` is what makes it the same fact in another file."""

    row_number: int
    on: date
    metrics: Metrics
    identity: tuple[object, ...]
    precision: Precision = Precision.DAY
    counterparty: str = ""
    type_text: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is the same for all rows of a file."""

    source: Source
    dialect: str
    encoding: str
    version: str
    verification_code: str = ""
    repeats: bool = False  # Are two alike rows two facts?


def reading_of(
    facts: Sequence[Fact], quarantined: Iterable[Quarantined], paper: Paper
) -> BillReading:
    """Every row as an event, a counted duplicate or a quarantined row.

    Raises NoTransactions, UnreadableRows, TooLarge.
    """
    set_aside = tuple(quarantined)
    rows_read = len(facts) + len(set_aside)
    if rows_read > ROWS:
        raise too_large()
    if not rows_read:
        raise refusals.NoTransactions
    if not facts:
        raise refusals.UnreadableRows(rows=rows_read)
    events = tuple(events_of(facts, paper))
    return BillReading(
        source=paper.source,
        dialect=paper.dialect,
        encoding=paper.encoding,
        events=events,
        rows_read=rows_read,
        duplicates=len(facts) - len(events),
        quarantined=set_aside,
        declared_rows=None,
        declared_in_fen=None,
        declared_out_fen=None,
        totals_agree=None,
        first_at=min(event.occurred_at for event in events),
        last_at=max(event.occurred_at for event in events),
        connector_version=paper.version,
        period_from=min(fact.on for fact in facts),
        period_until=max(fact.on for fact in facts),
        verification_code=paper.verification_code,
        keeps_file=False,
    )


def events_of(facts: Iterable[Fact], paper: Paper) -> Iterator[RawEvent]:
    """One event for each fact under its lasting key."""
    met: Counter[tuple[object, ...]] = Counter()
    for fact in facts:
        met[fact.identity] += 1
        if paper.repeats or met[fact.identity] == 1:
            yield event(fact, paper, occurrence=met[fact.identity])


def event(fact: Fact, paper: Paper, *, occurrence: int) -> RawEvent:
    """No amount and no direction: whatever the figures say, nothing was earned or spent."""
    return RawEvent(
        source=paper.source,
        occurred_at=in_utc(datetime(fact.on.year, fact.on.month, fact.on.day)),  # noqa: DTZ001 (a day on the wall clock, made UTC in the same breath)
        amount_fen=0,
        refunded_fen=0,
        direction=Direction.NEUTRAL,
        category=Category.UNKNOWN,
        status=EventStatus.SETTLED,
        channel="UNKNOWN",
        native_id="",
        parent_native_id="",
        merchant="",
        counterparty=fact.counterparty,
        memo="",
        type_text=fact.type_text,
        status_text="",
        event_key=digest(int(paper.source), *fact.identity, occurrence),
        row_number=fact.row_number,
        degraded=False,
        precision=fact.precision,
        metrics=fact.metrics,
    )
