"""From event columns to what the rules ask, for many borrowers at once. Pure numpy."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventColumns,
    Integers,
    Source,
)
from monitoring.watch.contracts import Income, SceneActivity, WatchedLoan
from monitoring.watch.rules import SCENE_CATEGORIES, SCENE_DAYS, WINDOW_DAYS
from scoring.features.frame import SECONDS_PER_DAY, SHANGHAI_SECONDS, SPENDING, Frame, Mask, cut

WINDOWS = 7
# As in the features: a pay day that comes a little late is no drop.
LATE_PAY_DAYS = 5
EPOCH = date(1970, 1, 1)
NOTHING = -1


@dataclass(frozen=True, eq=False)
class Records:
    """The consumption records of some borrowers up to a day; our own loans are left out."""

    columns: EventColumns
    days: Integers
    last_day: Integers
    segments: int


def read(columns: EventColumns, *, segments: int, on: date) -> Records:
    """Keep what came from a person's own records and happened no later than `on`."""
    days = (columns.seconds + SHANGHAI_SECONDS) // SECONDS_PER_DAY
    kept = np.not_equal(columns.source, Source.OWN_LOANS) & (days <= (on - EPOCH).days)
    chosen = _part(columns, kept)
    last_day = np.full(segments, NOTHING, dtype=np.int64)
    np.maximum.at(last_day, chosen.segment, days[kept])
    return Records(chosen, days[kept], last_day, segments)


def incomes(records: Records) -> list[Income | None]:
    """The income of each borrower in windows; nothing where there are no records."""
    # The frame ends with the last day of the records, so that missing days are no missing income.
    as_of = (records.last_day + 1) * SECONDS_PER_DAY - SHANGHAI_SECONDS
    frame = cut(records.columns, records.segments, as_of)
    sums = frame.by_period(frame.income, periods=WINDOWS)
    late = frame.by_period(frame.income, offset_days=LATE_PAY_DAYS, periods=1)[:, 0]
    recent = np.maximum(sums[:, 0], late)
    active = _active_days(frame)
    seen = frame.seen_periods(periods=WINDOWS) & (active > 0)
    return [
        None
        if records.last_day[place] == NOTHING
        else Income(
            seen_until=_date(records.last_day[place]),
            recent_fen=int(recent[place]),
            earlier_fen=tuple(int(fen) for fen in sums[place, 1:][seen[place, 1:]]),
            is_whole=_is_whole(active[place], seen[place]),
        )
        for place in range(records.segments)
    ]


def activity(
    records: Records, place: int, loan: WatchedLoan, *, merchants: Iterable[int]
) -> SceneActivity | None:
    """What the borrower in this place did with a loan's money; nothing where there are no records.

    `merchants` are the codes under which the paid merchant may stand in the records.
    """
    if records.last_day[place] == NOTHING or loan.scene not in SCENE_CATEGORIES:
        return None
    start, stop = np.searchsorted(records.columns.segment, [place, place + 1])
    columns, days = _part(records.columns, slice(start, stop)), records.days[start:stop]
    first_day = (loan.disbursed_on - EPOCH).days
    since = days >= first_day
    spent = since & (days < first_day + SCENE_DAYS) & np.equal(columns.direction, Direction.OUT)
    scene = _among(columns, SCENE_CATEGORIES[loan.scene])
    known = [code for code in merchants if code]
    returned = since & np.equal(columns.direction, Direction.IN)
    returned &= np.isin(columns.merchant, known) | scene
    return SceneActivity(
        seen_until=_date(records.last_day[place]),
        purchases=int((spent & _among(columns, SPENDING)).sum()),
        scene_spent_fen=int(columns.amount_fen[spent & scene].sum()),
        returned_fen=int(columns.amount_fen[returned].sum()),
        returns=int(returned.sum()),
    )


def _part(columns: EventColumns, rows: Mask | slice) -> EventColumns:
    """Some rows of the columns, in their order."""
    return EventColumns(
        **{each.name: getattr(columns, each.name)[rows] for each in fields(columns)}
    )


def _active_days(frame: Frame) -> Integers:
    """In each window of each segment, the days with at least one record."""
    span = WINDOWS * WINDOW_DAYS
    near = frame.age_days < span
    cells = np.unique(frame.segment[near] * span + frame.age_days[near])
    width = frame.segments * WINDOWS
    return np.bincount(cells // WINDOW_DAYS, minlength=width).reshape(frame.segments, WINDOWS)


def _is_whole(active: Integers, seen: Mask) -> bool:
    """At least half as many days with payments as in the usual window before."""
    before = active[1:][seen[1:]]
    return bool(len(before)) and bool(2 * active[0] >= np.median(before))


def _among(columns: EventColumns, categories: Iterable[Category]) -> Mask:
    return np.isin(columns.category, [int(each) for each in categories])


def _date(day: np.int64) -> date:
    return EPOCH + timedelta(days=int(day))
