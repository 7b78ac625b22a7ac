"""Calendar arithmetic on business dates; days are Shanghai days."""

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai_date(instant: datetime) -> date:
    """The calendar day in Shanghai at an aware instant."""
    assert instant.tzinfo is not None
    return instant.astimezone(SHANGHAI).date()


def add_months(start: date, months: int, *, anchor_day: int | None = None) -> date:
    """`months` later on the same day of the month, or the month's last day where it is shorter.

    `anchor_day` keeps a loan of the 31st on the last days of months: pass the first day's number,
    so that 28 February is followed by 31 March.
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(anchor_day or start.day, last))
