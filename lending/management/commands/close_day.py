"""`manage.py close_day`: close every day before a date, one after the other."""

import sys
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from common.business_date import queries as business_dates
from common.periods import add_months
from lending import tasks
from lending.closing import actions as closing

# A demonstration may see time pass; the longest loan and its arrears fit in. Real books may not.
DEMONSTRATED_MONTHS = 36
DAY = timedelta(days=1)


class Command(BaseCommand):
    """Close days. What is closed already is no work."""

    help = "Close the days before today in Shanghai, or through a day; opens the books first."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--to", type=date.fromisoformat, help="the day to open, YYYY-MM-DD")
        which.add_argument(
            "--through", type=date.fromisoformat, help="the last day to close, YYYY-MM-DD"
        )
        parser.add_argument(
            "--catch-up", action="store_true", help="say nothing when there is nothing to close"
        )

    def handle(self, **options: Any) -> None:
        today = clock.shanghai_today()
        through = options["through"]
        to = options["to"] or (through + DAY if through else today)
        latest = add_months(today, DEMONSTRATED_MONTHS) if settings.DEMONSTRATION else today
        if to > latest:
            raise CommandError(
                f"{to.isoformat()} is too far ahead: the books can be opened up to"
                f" {latest.isoformat()}. Nothing was closed."
            )
        days = closed_with_a_bar(to)
        on = business_dates.today()
        if days or on < to or not options["catch_up"]:
            self.stdout.write(f"{days} days closed; the books are open for {on.isoformat()}.")
        if on < to:
            self.stderr.write(
                f"The debits of {on.isoformat()} must be tried before that day is closed, and not"
                " at this hour. Closing goes on by itself in the morning."
            )


def closed_with_a_bar(to: date) -> int:
    """Close up to the day, with a bar of days and the number of ranges where somebody watches."""
    from tqdm import tqdm  # noqa: PLC0415 (only for this command)

    current = business_dates.current() or to
    total = max((to - current).days, 0)
    ranges = 0
    with tqdm(total=total, desc="days", disable=not sys.stderr.isatty()) as bar:

        def told(day: date) -> None:
            nonlocal ranges
            ranges += 1
            bar.n = (day - current).days
            bar.set_postfix(day=day.isoformat(), ranges=ranges)

        days = closing.close_through(to=to, told=told, before=tasks.are_debits_tried)
        bar.update(total - bar.n)
    return days
