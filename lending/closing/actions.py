"""Closing a day: carry every active loan through it, post what it earned, open the next one.

Closing twice is once, and N workers are one: a range is claimed by its row's lock and closed in
the transaction that carries its loans, each loan carries the day it was brought to, and the
business date moves on only when every loan is carried or left behind by name (DESIGN §5, 7).
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db import connection

from common.actors import SYSTEM
from common.audit import actions as audit
from common.business_date import actions as business_date
from common.business_date import queries as business_dates
from common.periods import SHANGHAI
from common.rulebook import queries as rulebook
from common.transactions import durable
from lending.applications.drafts import actions as drafts
from lending.closing import quarantine, ranges, steps
from lending.closing.models import ClosingRange
from lending.loans import queries as loans
from lending.rewards import actions as rewards

DAY = timedelta(days=1)
# One closing at a time plans and moves the date; the others help with ranges.
CLOSING_LOCK = 4_201_002
# New loans come while a day is closed, never so many times: who needs more has a bug.
SWEEPS_AT_MOST = 20

Told = Callable[[date], object]
Ready = Callable[[date], bool]


class ClosingStuck(RuntimeError):
    """Loans stay behind without being left behind by name: a bug that must not turn in circles."""


def close_through(*, to: date, planned: Told = str, told: Told = str, before: Ready = bool) -> int:
    """Close day after day until the business date is `to`; how many days were closed.

    Opens the books on `to` where there are none. A day that is already open or past is no work.
    `before` sees to what must be done on a day before it is closed, outside of any transaction;
    where it says no, that day stays open, and so do all after it. `planned` hears of a day whose
    ranges are ready, `told` of every range that is done.
    """
    if business_dates.current() is None:
        business_date.open_books(on=to)
        return 0
    days = 0
    while (day := business_dates.today()) < to and before(day):
        days += close(day=day, planned=planned, told=told)
        _see_to_points(on=day + DAY)
        _see_to_drafts(on=day + DAY)
    return days


def _see_to_points(*, on: date) -> None:
    """Points become safe, are told of and end, and tiers move, on the day that has opened."""
    rewards.mature(on=on, overdue=loans.behind(on=on))


def _see_to_drafts(*, on: date) -> None:
    """Drafts that nobody went on with for long end with the day."""
    kept = timedelta(days=int(rulebook.number("DRAFT_KEPT_DAYS", on=on)))
    before = datetime.combine(on - kept, time.min, tzinfo=SHANGHAI)
    while drafts.age_out(before=before, kept=kept):
        pass


def close(*, day: date, planned: Told = str, told: Told = str) -> bool:
    """Carry all loans through the day and open the next; False when somebody else did."""
    for _ in range(SWEEPS_AT_MOST):
        if business_dates.today() != day:
            return False
        if plan(day=day):
            planned(day)
        while carry_range(day=day):
            told(day)
        if _open_next(day=day):
            return True
    if business_dates.today() != day:
        return False
    raise ClosingStuck(day.isoformat())


def help_close(*, day: date) -> int:
    """Close ranges of a day beside others until none is left; how many."""
    closed = 0
    while business_dates.current() == day and carry_range(day=day):
        closed += 1
    return closed


@durable
def plan(*, day: date) -> int:
    """Cut the day into ranges, how many; none where they are there or the day is over.

    Before the first ones, loans that were left behind earlier are tried again.
    """
    _take_turns()
    if business_dates.today() != day:
        return 0
    if not ClosingRange.objects.filter(day=day).exists():
        quarantine.release_repaired(through=day - DAY)
    return ranges.plan(day=day)


@durable
def carry_range(*, day: date) -> bool:
    """Close one range of the day's loans; False where none is left to close."""
    claimed = ranges.claim(day)
    if claimed is None:
        return ClosingRange.objects.filter(day=day, closed_at=None).exists()
    steps.close_range(claimed)
    return True


@durable
def _open_next(*, day: date) -> bool:
    _take_turns()
    if business_dates.today() != day or not _is_done(day):
        return False
    moved = business_date.advance(to=day + DAY)
    audit.append(
        action="lending.day.closed",
        subject=f"day:{day.isoformat()}",
        by=SYSTEM,
        facts={"day": day.isoformat(), "left_behind": quarantine.count()},
    )
    return moved


def _is_done(day: date) -> bool:
    planned = ClosingRange.objects.filter(day=day)
    if not planned.exists() or planned.filter(closed_at=None).exists():
        return False
    return not ranges.is_anybody_behind(day)


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLOSING_LOCK])
