"""Due dates that fall on days off, and where each rule lets them go.

Days off are those of a named calendar, with worked weekends, a table of overrides beside it, and a
plan's own days over both. A rolled date never reaches its neighbours: where it would, it stays.
Interest is counted to the date that was agreed, so that a holiday costs nobody anything.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from lending.calc.plans import ImpossibleTerms, Plan, Roll

OVERRIDES = Path(__file__).with_name("holidays.toml")
LONGEST_BREAK_DAYS = 31
CALENDARS = ("CN",)
BACKWARD = {Roll.PRECEDING, Roll.MODIFIED_PRECEDING}
WITHIN_THE_MONTH = {Roll.MODIFIED_FOLLOWING, Roll.MODIFIED_PRECEDING}
WEEKENDS = "WEEKENDS"  # Saturdays and Sundays and nothing else
LISTED = "LISTED"  # the plan's own days off and nothing else


def rolled(plan: Plan, due_dates: Sequence[date]) -> Iterator[date]:
    """The due dates after the plan's rule.

    Raises ImpossibleTerms for an unknown calendar, and for dates that roll out of every calendar.
    """
    if plan.roll is Roll.NONE:
        yield from due_dates
        return
    is_working = _worked(plan)
    before = plan.first_disbursed_on
    agreed = (plan.first_disbursed_on, *due_dates, date.max)
    for number, day in enumerate(due_dates, start=1):
        moved = _moved(day, plan.roll, is_working)
        earliest, latest = max(before, agreed[number - 1]), agreed[number + 1]
        before = moved if earliest < moved < latest else day
        yield before


def working_days(calendar: str) -> Callable[[date], bool]:
    """Whether a day is worked, in the named calendar. Raises ImpossibleTerms."""
    if calendar == WEEKENDS:
        return lambda day: day.isoweekday() <= 5
    if calendar == LISTED:
        return lambda day: True
    if calendar not in CALENDARS:
        raise ImpossibleTerms
    return _announced(calendar)


def _worked(plan: Plan) -> Callable[[date], bool]:
    """Whether a day is worked, the plan's own days first."""
    is_working = working_days(plan.holidays or CALENDARS[0])
    if not plan.days_off and not plan.days_worked:
        return is_working
    own = plan.days_off | plan.days_worked
    return lambda day: day in plan.days_worked if day in own else is_working(day)


def _moved(day: date, roll: Roll, is_working: Callable[[date], bool]) -> date:
    step = -1 if roll in BACKWARD else 1
    moved = _next_working(day, step, is_working)
    if roll in WITHIN_THE_MONTH and moved.month != day.month:
        return _next_working(day, -step, is_working)
    return moved


def _next_working(day: date, step: int, is_working: Callable[[date], bool]) -> date:
    candidates = (day + timedelta(days=step * count) for count in range(LONGEST_BREAK_DAYS))
    try:
        return next((each for each in candidates if is_working(each)), day)
    except OverflowError as error:
        raise ImpossibleTerms from error


@cache
def _announced(calendar: str) -> Callable[[date], bool]:
    # Loaded only for plans with days off: it takes a moment.
    import holidays  # noqa: PLC0415 (see above)

    known = holidays.country_holidays(calendar)
    off, working = _overrides(calendar)

    def is_working(day: date) -> bool:
        if day in off or day in working:
            return day in working
        return known.is_working_day(day)

    return is_working


def _overrides(calendar: str) -> tuple[frozenset[date], frozenset[date]]:
    tables = tomllib.loads(OVERRIDES.read_text(encoding="utf-8"))["override"]
    ours = [table for table in tables if table["calendar"] == calendar]
    off, working = (
        frozenset(day for table in ours for day in table.get(kind, ()))
        for kind in ("off", "working")
    )
    return off, working
