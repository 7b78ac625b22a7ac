"""Days and moments in words; a day is a day in Shanghai."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.periods import SHANGHAI

register = template.Library()


@register.filter
def days(count: int) -> str:
    """`3` as "3 days"."""
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


@register.filter
def months(count: int) -> str:
    """`12` as "12 months"."""
    return ngettext("%(count)d month", "%(count)d months", count) % {"count": count}


@register.filter
def day(value: date) -> str:
    """A calendar day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT")


@register.filter
def moment(value: datetime) -> str:
    """An instant as day and time in Shanghai."""
    return date_format(value.astimezone(SHANGHAI), "DATETIME_FORMAT")


@register.filter
def away(value: date, today: date) -> str:
    """How far a day is from the business date: "in 3 days", "today", "2 days ago"."""
    distance = (value - today).days
    if distance == 0:
        return _("today")
    if distance > 0:
        return ngettext("in %(count)d day", "in %(count)d days", distance) % {"count": distance}
    return ngettext("%(count)d day ago", "%(count)d days ago", -distance) % {"count": -distance}
