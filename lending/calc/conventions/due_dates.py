"""When instalments fall due: periods of days, weeks or months, kept on their day of the month.

A loan of the 31st is due on the last day of shorter months and on the 31st again after them.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from common.periods import add_months
from lending.calc.plans import LONGEST_PERIODS, Frequency, ImpossibleTerms, Plan

LAST_DAY_OF_MONTHS = 31
UNIT_DAYS = {Frequency.DAILY: 1, Frequency.WEEKLY: 7}


@dataclass(frozen=True, slots=True)
class Span:
    """A period for which interest is counted, before any day off moves its due date.

    It holds so many whole units (months, weeks or days) counted back from its end, and the odd
    days before them. `is_whole` says that it counts as one full period whatever its days are.
    """

    starts_on: date
    ends_on: date
    units: int
    odd_days: int
    is_whole: bool = False


def spans(plan: Plan) -> tuple[Span, ...]:
    """The periods of a plan. Raises ImpossibleTerms for dates out of order or out of calendar."""
    try:
        days = tuple(_days(plan))
    except (OverflowError, ValueError) as error:
        raise ImpossibleTerms from error
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ImpossibleTerms
    if not plan.period_starts:
        return tuple(_span(plan, start, end) for start, end in pairwise(days))
    return tuple(
        Span(start, end, plan.every, 0, is_whole=True)
        for start, end in zip(plan.period_starts, days[1:], strict=True)
    )


def anchor_day(plan: Plan) -> int:
    """The day of the month that due dates keep to."""
    if plan.anchor_day is not None:
        return plan.anchor_day
    first = plan.first_due_on or (plan.due_dates[0] if plan.due_dates else None)
    if first is None:
        return plan.first_disbursed_on.day
    return _anchor_of(plan.first_disbursed_on, first)


def _anchor_of(start: date, end: date) -> int:
    """The last day of a shorter month stands for the later day that the loan began on."""
    is_last = end.day == calendar.monthrange(end.year, end.month)[1]
    return max(start.day, end.day) if is_last else end.day


def _days(plan: Plan) -> Iterator[date]:
    """The day of the first payout, and every due date."""
    yield plan.first_disbursed_on
    if plan.due_dates:
        yield from plan.due_dates
        return
    first = plan.first_due_on or _later(plan, plan.first_disbursed_on, plan.every)
    # A fixed instalment takes as many periods as it needs.
    periods = plan.periods or LONGEST_PERIODS
    last = periods - 1
    for number in range(periods):
        if number == last and plan.last_due_on is not None:
            yield plan.last_due_on
        else:
            yield _later(plan, first, number * plan.every)


def _later(plan: Plan, start: date, units: int) -> date:
    if plan.frequency is Frequency.MONTHLY:
        return add_months(start, units, anchor_day=anchor_day(plan))
    return start + timedelta(days=units * UNIT_DAYS[plan.frequency])


def _span(plan: Plan, start: date, end: date) -> Span:
    if plan.frequency is not Frequency.MONTHLY:
        units, odd_days = divmod((end - start).days, UNIT_DAYS[plan.frequency])
        return Span(start, end, units, odd_days)
    anchor = _anchor_of(start, end)
    units = (end.year - start.year) * 12 + end.month - start.month
    if add_months(end, -units, anchor_day=anchor) < start:
        units -= 1
    return Span(start, end, units, (add_months(end, -units, anchor_day=anchor) - start).days)
