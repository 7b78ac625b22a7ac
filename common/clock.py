"""The only file that reads the time. Doors and tasks call it and pass the value inwards."""

from datetime import date, datetime

from django.utils import timezone

from common.periods import shanghai_date


def now() -> datetime:
    """The present instant, in UTC."""
    return timezone.now()


def shanghai_today() -> date:
    """The calendar day in Shanghai; the business date is another thing (common.business_date)."""
    return shanghai_date(now())
