"""When a debit is tried, and when again: few days, daylight only, and an end. Pure.

The middle one of the later tries moves to the day on which the borrower's money usually comes in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from common.periods import SHANGHAI, shanghai_date
from common.rulebook import queries as rulebook

RETRY_DAYS = (1, 3, 7)
# After this many days from the first try a debit is over, whatever kept it from being tried.
WINDOW_DAYS = 10
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rulebook allows on a day."""

    notice_days: int
    start_hour: int
    end_hour: int
    tries_a_day: int
    tries: int


def limits(on: date) -> Limits:
    """The numbers that stand on the day."""
    return Limits(
        notice_days=int(rulebook.number("DEBIT_NOTICE_DAYS", on=on)),
        start_hour=int(rulebook.number("DEBIT_START_HOUR", on=on)),
        end_hour=int(rulebook.number("DEBIT_END_HOUR", on=on)),
        tries_a_day=int(rulebook.number("DEBIT_TRIES_PER_DAY", on=on)),
        tries=int(rulebook.number("DEBIT_TRIES_COUNT", on=on)),
    )


def closed_seconds(at: datetime) -> int:
    """How long until debits may be asked for; 0 while they may, by the clock of Shanghai."""
    here = at.astimezone(SHANGHAI)
    allowed = limits(here.date())
    if allowed.start_hour <= here.hour < allowed.end_hour:
        return 0
    opens = here.replace(hour=allowed.start_hour, minute=0, second=0, microsecond=0)
    if here.hour >= allowed.end_hour:
        opens += DAY
    return max(int((opens - here).total_seconds()), 1)


def noon(on: date) -> datetime:
    """Twelve o'clock in Shanghai."""
    return datetime.combine(on, time(12), SHANGHAI)


def hour_of(on: date, *, now: datetime) -> datetime:
    """When debits of a business date are asked for: now.

    And at noon of a day that the calendar has not reached, as only a demonstration's can be.
    """
    return noon(on) if on > shanghai_date(now) else now


def first_on(*, due_on: date, announced_on: date) -> date:
    """The due date, or later where it was told of later than the rulebook asks for."""
    return max(due_on, announced_on + timedelta(days=limits(announced_on).notice_days))


def ends_on(*, first: date) -> date:
    """The last day on which the debit may still be tried."""
    return first + timedelta(days=WINDOW_DAYS)


def next_on(*, first: date, tried_on: date, tries: int, pay_day: int | None) -> date | None:
    """The next day on which to try, after so many tries; nothing when it has been tried enough."""
    assert tried_on >= first
    if tries >= limits(tried_on).tries:
        return None
    return next((day for day in retry_days(first, pay_day) if day > tried_on), None)


def retry_days(first: date, pay_day: int | None) -> tuple[date, ...]:
    """The days of later tries, in order."""
    soon, middle, last = (first + timedelta(days=days) for days in RETRY_DAYS)
    paid = next(_pay_days(first, pay_day), middle) if pay_day else middle
    return tuple(sorted({soon, paid, last}))


def _pay_days(first: date, pay_day: int) -> Iterator[date]:
    """Pay days after the first try and inside the window; the last day of a month that is short."""
    for days in range(1, WINDOW_DAYS + 1):
        day = first + timedelta(days=days)
        is_last_of_month = (day + DAY).month != day.month
        if day.day == pay_day or (is_last_of_month and day.day < pay_day):
            yield day
