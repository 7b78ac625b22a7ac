"""Which part of a year a period is, as an exact fraction.

Whole months of 30/360 have 30 days. Only a period with odd days is counted by its dates, and then
by the European rule (30E/360): a 31st counts as a 30th. Weeks and days have the days they have.
PERIODIC takes a month as a twelfth and a week as a fifty-second; odd days of a monthly loan are
thirtieths of a month, those of a weekly one sevenths of a week.
ACT/ACT divides the days of each calendar year by its length; the old year ends with 31 December,
as a period's last day counts and its first does not. ISDA's counts the first and not the last.
"""

import calendar
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from lending.calc.contracts import MONTHS_IN_YEAR
from lending.calc.conventions.due_dates import Span
from lending.calc.plans import DayCount, Frequency

PERIODS_IN_YEAR = {Frequency.MONTHLY: MONTHS_IN_YEAR, Frequency.WEEKLY: 52, Frequency.DAILY: 365}
DAYS_IN_UNIT = {Frequency.MONTHLY: 30, Frequency.WEEKLY: 7, Frequency.DAILY: 1}
DAYS_IN_YEAR = {
    DayCount.THIRTY_360: 360,
    DayCount.THIRTY_365: 365,
    DayCount.ACT_360: 360,
    DayCount.ACT_364: 364,
    DayCount.ACT_365: 365,
}
CALENDAR_YEARS = {DayCount.ACT_ACT, DayCount.ACT_ACT_ISDA}
THIRTY = {DayCount.THIRTY_360, DayCount.THIRTY_365}


def year_part(span: Span, day_count: DayCount, frequency: Frequency) -> Fraction:
    """The part of a year that the period is."""
    if day_count is DayCount.PERIODIC:
        units = span.units + Fraction(span.odd_days, DAYS_IN_UNIT[frequency])
        return units / PERIODS_IN_YEAR[frequency]
    if day_count in CALENDAR_YEARS:
        return _of_calendar_years(span, day_count, frequency)
    return Fraction(days_in(span, day_count, frequency), DAYS_IN_YEAR[day_count])


def year_part_between(
    span: Span, start: date, end: date, day_count: DayCount, frequency: Frequency
) -> Fraction:
    """The part of a year that some days of a period are: their share of it by the calendar."""
    if (start, end) == (span.starts_on, span.ends_on):
        return year_part(span, day_count, frequency)
    if day_count in CALENDAR_YEARS and span.starts_on.year != span.ends_on.year:
        return _of_calendar_years(Span(start, end, 0, 1), day_count, frequency)
    share = Fraction((end - start).days, (span.ends_on - span.starts_on).days)
    return share * year_part(span, day_count, frequency)


def days_in(span: Span, day_count: DayCount, frequency: Frequency) -> int:
    """The days of the period that bear interest."""
    if frequency is not Frequency.MONTHLY:
        return (span.ends_on - span.starts_on).days
    if day_count in THIRTY:
        return 30 * span.units if span.odd_days == 0 else _thirty_days(span.starts_on, span.ends_on)
    return _actual_days(span)


def _actual_days(span: Span) -> int:
    if span.is_whole:
        return _month_days(span.starts_on) * span.units
    return (span.ends_on - span.starts_on).days


def _thirty_days(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return 30 * months + min(end.day, 30) - min(start.day, 30)


def _of_calendar_years(span: Span, day_count: DayCount, frequency: Frequency) -> Fraction:
    start, end = span.starts_on, span.ends_on
    if start.year == end.year:
        return Fraction(days_in(span, DayCount.ACT_ACT, frequency), year_days(start.year))
    begins_later = timedelta(days=1 if day_count is DayCount.ACT_ACT_ISDA else 0)
    turns = [date(year, 12, 31) + begins_later for year in range(start.year, end.year)]
    parts = pairwise([start, *turns, end])
    return sum(
        (
            Fraction((last - first).days, year_days(year))
            for year, (first, last) in enumerate(parts, start=start.year)
        ),
        start=Fraction(0),
    )


def _month_days(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def year_days(year: int) -> int:
    """The days of a calendar year."""
    return 366 if calendar.isleap(year) else 365
