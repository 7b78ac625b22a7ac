"""The events that may be seen at a point in time, laid out for quick sums. Pure numpy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, wraps
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import (
    FACTS,
    Category,
    Direction,
    EventColumns,
    Integers,
    Source,
)

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
T = TypeVar("T")

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
# Shanghai has kept one offset since 1991; no bill is older.
SHANGHAI_SECONDS = 8 * SECONDS_PER_HOUR
PERIOD_DAYS = 30
WINDOW_DAYS = 180
PERIODS = WINDOW_DAYS // PERIOD_DAYS
# A period counts as seen when the records reach this far into it: nobody pays every single day.
PERIOD_SEEN_DAYS = 25
# Nothing in a window of 90 days can then lie before the silence.
SILENCE_DAYS = 90

SPENDING = frozenset(Category(code) for code in range(17)) - {
    Category.MEDICAL,
    Category.TRANSFER_SOCIAL,
}
INCOME = frozenset({Category.INCOME_SALARY, Category.INCOME_OTHER})
WIDTH = max(Category) + 1
WAYS = len(Direction)
_WAYS, _KINDS = np.arange(WAYS), np.arange(WIDTH)
_IS_MONEY = np.ones(128, dtype=np.bool_)
_IS_MONEY[[Source.OWN_LOANS, *FACTS]] = False


@dataclass(frozen=True, eq=False)
class Frame:
    """Events before each segment's point in time; day 0 is the last day that can be seen."""

    segments: int
    columns: EventColumns
    rows: Integers
    segment: Integers
    local: Integers
    day: Integers
    age_days: Integers
    amount_fen: Numbers
    direction: npt.NDArray[np.int8]
    category: npt.NDArray[np.int16]
    source: npt.NDArray[np.int8]
    kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def hour(self) -> Integers:
        """The hour in Shanghai."""
        return (self.local - self.day * SECONDS_PER_DAY) // SECONDS_PER_HOUR

    @cached_property
    def place(self) -> npt.NDArray[np.int8]:
        """Where a purchase was made; this and what follows is laid out where a feature asks."""
        return self.columns.place[self.rows]

    @cached_property
    def channel(self) -> npt.NDArray[np.int8]:
        """How it was paid."""
        return self.columns.channel[self.rows]

    @cached_property
    def party(self) -> Integers:
        """Who was on the other side."""
        return self.columns.party[self.rows]

    @cached_property
    def balance_fen(self) -> Integers:
        """What the account held after it."""
        return self.columns.balance_fen[self.rows]

    @cached_property
    def measure(self) -> Integers:
        """The figures of a fact."""
        return self.columns.measure[self.rows]

    @cached_property
    def recorded(self) -> Mask:
        """Rows of consumption records; our own loans, and facts beside money, are other sources."""
        return _IS_MONEY[self.source]

    @cached_property
    def _cells(self) -> tuple[Integers, Integers]:
        """The recorded rows of the window, and the cell of each in the two tables below."""
        chosen = rows_of(self.recorded & (self.age_days < WINDOW_DAYS))
        period = self.segment[chosen] * PERIODS + self.age_days[chosen] // PERIOD_DAYS
        # A category or direction that nobody knows must not fall into a neighbour's cell.
        way, kind = _WAYS[self.direction[chosen]], _KINDS[self.category[chosen]]
        return chosen, (period * WAYS + way) * WIDTH + kind

    @cached_property
    def table_fen(self) -> Numbers:
        """Sums by segment, 30-day period, direction and category: most features start here."""
        chosen, cell = self._cells
        sums = self._sums(cell, self.amount_fen[chosen], PERIODS * WAYS * WIDTH)
        return sums.reshape(self.segments, PERIODS, WAYS, WIDTH)

    @cached_property
    def table_count(self) -> Numbers:
        """The same for the number of rows."""
        _, cell = self._cells
        counts = np.bincount(cell, minlength=self.segments * PERIODS * WAYS * WIDTH)
        return counts.astype(np.float64).reshape(self.segments, PERIODS, WAYS, WIDTH)

    def periods_fen(self, way: Direction, categories: frozenset[Category]) -> Numbers:
        """Sums of the six 30-day periods, the latest first."""
        key = (way, categories)
        if key not in self.kept:
            self.kept[key] = _picked(self.table_fen, way, categories)
        sums: Numbers = self.kept[key]
        return sums

    def moved_fen(self, way: Direction, categories: frozenset[Category], *, days: int) -> Numbers:
        """The sum over the last `days`, which are whole periods. Whole fen: any order is exact."""
        key = (way, categories, days)
        if key not in self.kept:
            periods = self.periods_fen(way, categories)[:, : days // PERIOD_DAYS]
            self.kept[key] = np.add.reduce(periods, axis=1)
        sums: Numbers = self.kept[key]
        return sums

    def moved_count(self, way: Direction, categories: frozenset[Category], *, days: int) -> Numbers:
        """How many rows of the last `days`, which are whole periods."""
        counts = _picked(self.table_count, way, categories)
        count: Numbers = np.add.reduce(counts[:, : days // PERIOD_DAYS], axis=1)
        return count

    @cached_property
    def income(self) -> Mask:
        """Pay and other earnings. What friends send is no income."""
        return self.recorded & self.moved(Direction.IN) & self.among(INCOME)

    @cached_property
    def spending(self) -> Mask:
        """Consumption of every scene but medical, which is nobody's business here."""
        return self.recorded & self.moved(Direction.OUT) & self.among(SPENDING)

    @cached_property
    def spending_fen(self) -> Numbers:
        """Net spending of each 30-day period, per segment."""
        back = np.add.reduce(self.table_fen[:, :, :, Category.REFUND], axis=2)
        net: Numbers = self.periods_fen(Direction.OUT, SPENDING) - back
        return net

    @cached_property
    def history_days(self) -> Integers:
        """Days of records without a long silence, back from the point in time.

        What lies before the silence is no history: one stray payment of years ago proves nothing.
        """
        age, bounds = self.recorded_ages
        first, end = bounds[:-1].copy(), bounds[1:]
        # Rows stand in the order of time, so a silence lies between a row and the next one.
        silent = rows_of(age[:-1] - age[1:] > SILENCE_DAYS)
        owner = np.searchsorted(bounds, silent, side="right") - 1
        is_within = silent + 1 < end[owner]
        first[owner[is_within]] = silent[is_within] + 1
        has_any = first < end
        has_any[has_any] = age[end[has_any] - 1] <= SILENCE_DAYS
        days = np.zeros(self.segments, dtype=np.int64)
        days[has_any] = age[first[has_any]] + 1
        return days

    @cached_property
    def recorded_ages(self) -> tuple[Integers, Integers]:
        """The ages of recorded rows, and where each segment's begin and the last one's end."""
        rows = rows_of(self.recorded)
        bounds = np.searchsorted(self.segment[rows], np.arange(self.segments + 1))
        return self.age_days[rows], bounds

    @cached_property
    def months(self) -> Numbers:
        """Months that the last 90 days hold records for; a short history is never blown up."""
        return np.clip(self.history_days, PERIOD_DAYS, 3 * PERIOD_DAYS) / PERIOD_DAYS

    def among(self, categories: frozenset[Category]) -> Mask:
        """Rows whose category is one of these."""
        return _members(categories)[self.category]

    def moved(self, direction: Direction) -> Mask:
        """Rows whose money went this way."""
        return np.equal(self.direction, direction)

    def seen_periods(self, *, offset_days: int = 0, periods: int = PERIODS) -> Mask:
        """Which 30-day periods, counted back after `offset_days`, the history reaches into."""
        starts = offset_days + PERIOD_DAYS * np.arange(periods)
        return np.greater_equal(self.history_days[:, None], starts + PERIOD_SEEN_DAYS)

    def by_period(self, rows: Mask, *, offset_days: int = 0, periods: int = PERIODS) -> Numbers:
        """Sums of 30-day periods, counted back from `offset_days` before the point in time."""
        chosen = rows_of(rows)
        place = self.age_days[chosen] - offset_days
        is_inside = (place >= 0) & (place < periods * PERIOD_DAYS)
        chosen, place = chosen[is_inside], place[is_inside]
        cell = self.segment[chosen] * periods + place // PERIOD_DAYS
        return self._sums(cell, self.amount_fen[chosen], periods)

    def by_scene(self, rows: Mask, *, days: int) -> Numbers:
        """Sums by category over the last `days`."""
        width = WIDTH
        chosen = rows & (self.age_days < days)
        cell = self.segment[chosen] * width + self.category[chosen]
        return self._sums(cell, self.amount_fen[chosen], width)

    def total(self, rows: Mask, *, days: int) -> Numbers:
        """The sum over the last `days`."""
        chosen = rows_of(rows)
        chosen = chosen[self.age_days[chosen] < days]
        return self._sums(self.segment[chosen], self.amount_fen[chosen], 1)[:, 0]

    def count(self, rows: Mask, *, days: int | None = None) -> Numbers:
        """How many rows, in the last `days` or ever."""
        chosen = rows if days is None else rows & (self.age_days < days)
        counts = np.bincount(self.segment[chosen], minlength=self.segments)
        return counts.astype(np.float64)

    def _sums(self, cell: Integers, amounts_fen: Numbers, width: int) -> Numbers:
        # Whole fen in float64: exact below 2**53, so the order of the rows cannot show.
        sums = np.bincount(cell, weights=amounts_fen, minlength=self.segments * width)
        return sums.astype(np.float64, copy=False).reshape(self.segments, width)


def rows_of(mask: Mask) -> Integers:
    """The rows of a mask: what numpy's `flatnonzero` does, without its detours."""
    return mask.nonzero()[0]


def shared(compute: Callable[[Frame], T]) -> Callable[[Frame], T]:
    """Compute it once for a frame, whoever asks: features stand on each other's sums."""

    @wraps(compute)
    def once(frame: Frame) -> T:
        kept = frame.kept
        if compute not in kept:
            kept[compute] = compute(frame)
        found: T = kept[compute]
        return found

    return once


@lru_cache(maxsize=256)
def _members(categories: frozenset[Category]) -> Mask:
    table = np.zeros(WIDTH, dtype=np.bool_)
    table[list(categories)] = True
    return table


@lru_cache(maxsize=256)
def _places(categories: frozenset[Category]) -> Integers:
    return np.array(sorted(categories), dtype=np.int64)


def _picked(table: Numbers, way: Direction, categories: frozenset[Category]) -> Numbers:
    sums: Numbers = np.add.reduce(table[:, :, way][:, :, _places(categories)], axis=2)
    return sums


class KindUnheardOf(ValueError):
    """A row of a category or direction that is none: its cell would be somebody else's."""


def cut(columns: EventColumns, segments: int, as_of_seconds: Integers) -> Frame:
    """Leave out what lies at or after each segment's point in time, and everything medical.

    Raises KindUnheardOf.
    """
    for codes, width in ((columns.category, WIDTH), (columns.direction, WAYS)):
        if codes.min(initial=0) < 0 or codes.max(initial=0) >= width:
            raise KindUnheardOf
    as_of = np.broadcast_to(np.asarray(as_of_seconds, dtype=np.int64), (segments,))
    kept = columns.seconds < as_of[columns.segment]
    kept &= columns.category != Category.MEDICAL
    rows = rows_of(kept)
    segment = columns.segment[rows]
    local = columns.seconds[rows] + SHANGHAI_SECONDS
    day = local // SECONDS_PER_DAY
    last_day = (as_of - 1 + SHANGHAI_SECONDS) // SECONDS_PER_DAY
    return Frame(
        segments=segments,
        columns=columns,
        rows=rows,
        segment=segment,
        local=local,
        day=day,
        age_days=last_day[segment] - day,
        amount_fen=columns.amount_fen[rows].astype(np.float64),
        direction=columns.direction[rows],
        category=columns.category[rows],
        source=columns.source[rows],
    )


def ratio(numerator: Numbers, denominator: Numbers, *, where: Mask | None = None) -> Numbers:
    """The quotient; NaN where the denominator is not above zero or `where` says no evidence."""
    known = denominator > 0
    if where is not None:
        known = known & where
    result = np.empty(denominator.shape)
    result.fill(np.nan)
    np.divide(numerator, denominator, out=result, where=known)
    return result


def ordered(frame: Frame, rows: Integers, *columns: npt.NDArray[Any]) -> Integers:
    """The rows by segment and then by columns, the first of which counts most; ties stay.

    The rows of a frame stand by segment already: where there is one, it is not sorted by.
    """
    keys = [column[rows] for column in reversed(columns)]
    if frame.segments > 1:
        keys.append(frame.segment[rows])
    return rows[np.lexsort(keys)]


def distinct(frame: Frame, rows: Integers, codes: Integers) -> Numbers:
    """How many different codes the rows of each segment have."""
    if len(rows) == 0:
        return np.zeros(frame.segments)
    rows = ordered(frame, rows, codes)
    segment, code = frame.segment[rows], codes[rows]
    is_new = np.ones(len(rows), dtype=np.bool_)
    is_new[1:] = (segment[1:] != segment[:-1]) | (code[1:] != code[:-1])
    return np.bincount(segment[is_new], minlength=frame.segments).astype(np.float64)


def summed(frame: Frame, rows: Integers, values: Numbers) -> Numbers:
    """The sum by segment, in the order of the rows: one segment and many give the same bits."""
    sums = np.bincount(frame.segment[rows], weights=values, minlength=frame.segments)
    return sums.astype(np.float64)


def flags_set(flags: Mask) -> Numbers:
    """How many of a row's flags are set."""
    count: Numbers = np.count_nonzero(flags, axis=1).astype(np.float64)
    return count


def counted(frame: Frame, rows: Integers) -> Numbers:
    """How many rows of each segment."""
    return np.bincount(frame.segment[rows], minlength=frame.segments).astype(np.float64)


def known(values: Numbers, evidence: Mask) -> Numbers:
    """The values where there is evidence, NaN elsewhere."""
    return np.where(evidence, values, np.nan)


def added(columns: Numbers) -> Numbers:
    """Row sums, one column after the other: one segment and many give the same bits."""
    # From 0.0 on, so that no sum is a negative zero.
    sums: Numbers = np.add.accumulate(columns, axis=1)[:, -1] + 0.0
    return sums


def variation(values: Numbers, seen: Mask, *, at_least: int) -> Numbers:
    """Standard deviation over mean of the periods seen; NaN where fewer than `at_least` are."""
    count = added(seen.astype(np.float64))
    mean = ratio(added(np.where(seen, values, 0.0)), count)
    spread = np.where(seen, values - mean[:, None], 0.0)
    deviation = np.sqrt(ratio(added(spread * spread), count))
    return ratio(deviation, mean, where=count >= at_least)
