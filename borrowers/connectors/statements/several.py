"""Sheets of one workbook that are one statement: a card lists every currency on its own sheet."""

from collections.abc import Sequence
from dataclasses import replace

from borrowers.connectors.contracts import BillReading


def together(readings: Sequence[BillReading]) -> BillReading | None:
    """The readings as one, where they tell of the same cards at the same bank; else None."""
    first = readings[0]
    if len(readings) == 1:
        return first
    tails = {event.tail for event in first.events}
    for other in readings[1:]:
        is_same_layout = (other.source, other.dialect) == (first.source, first.dialect)
        is_same_card = bool(tails - {""}) and {event.tail for event in other.events} <= tails
        has_other_money = {event.currency for event in other.events}.isdisjoint(
            event.currency for event in first.events
        )
        if not (is_same_layout and is_same_card and has_other_money):
            return None
    return joined(readings)


def joined(readings: Sequence[BillReading]) -> BillReading:
    """Every row of every sheet; sums that each sheet declares are sums of different money."""
    first = readings[0]
    events = {event.event_key: event for reading in readings for event in reading.events}
    quarantined = tuple(each for reading in readings for each in reading.quarantined)
    rows_read = sum(reading.rows_read for reading in readings)
    said = [each.totals_agree for each in readings if each.totals_agree is not None]
    return replace(
        first,
        events=tuple(events.values()),
        rows_read=rows_read,
        duplicates=rows_read - len(events) - len(quarantined),
        quarantined=quarantined,
        declared_rows=None,
        declared_in_fen=None,
        declared_out_fen=None,
        totals_agree=all(said) if said else None,
        first_at=min(event.occurred_at for event in events.values()),
        last_at=max(event.occurred_at for event in events.values()),
        suppressed=sum(reading.suppressed for reading in readings),
    )
