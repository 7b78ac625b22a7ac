"""The first page of staff: what waits, how the book stands, whether the house is in order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import clock
from common.business_date import queries as business_dates
from common.charts.bars import Bar, Caption, stacked_bars
from config.staff import cards, queries, queue
from config.staff.queries import DecisionDay


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's callback: the index with what the person may see of our figures."""
    now, today, books_on = clock.now(), clock.shanghai_today(), business_dates.current()
    days: list[DecisionDay] = []
    if request.user.has_perm("scoring.view_assessment"):
        days = queries.decision_days(today=today)
    moment = cards.Moment(now=now, books_on=books_on or today)
    shown: dict[str, Any] = {
        "queue": queue.rows(request, now=now),
        "cards": cards.cards(request, moment, days),
        "days": days,
        "chart": chart(days),
    }
    if request.user.has_perm("lending.view_ledgerentry"):
        shown |= {
            "house": queries.house(),
            "books_on": books_on,
            "closed_through": books_on - timedelta(days=1) if books_on else None,
            "days_behind": max((today - books_on).days, 0) if books_on else 0,
        }
    return context | shown


def chart(days: Sequence[DecisionDay]) -> SafeString:
    """A bar a day: offers at the bottom, then what went to a person, then declines."""
    highest = max((each.total for each in days), default=0)
    caption = Caption(
        name="decisions",
        title=_("Decisions of the last two weeks"),
        description=_("%(count)d decisions. The table holds every figure.")
        % {"count": sum(each.total for each in days)},
        top_label=str(highest) if highest else "",
    )
    bars = [
        Bar(label=str(each.day.day), parts=(each.offered, each.referred, each.declined))
        for each in days
    ]
    return stacked_bars(bars, caption=caption)
