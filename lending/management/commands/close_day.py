"""`manage.py close_day`: close every day before a date, one after the other."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from common.business_date import queries as business_dates
from common.periods import add_months
from lending.closing import actions as closing

# A demonstration may see time pass; the longest loan and its arrears fit in. Real books may not.
DEMONSTRATED_MONTHS = 36


class Command(BaseCommand):
    """Close days. What is closed already is no work."""

    help = "Close the days up to Shanghai's today (or --to); opens the books the first time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=date.fromisoformat, help="the day to open, YYYY-MM-DD")
        parser.add_argument(
            "--catch-up", action="store_true", help="say nothing when there is nothing to close"
        )

    def handle(self, **options: Any) -> None:
        today = clock.shanghai_today()
        to = options["to"] or today
        latest = add_months(today, DEMONSTRATED_MONTHS) if settings.DEMONSTRATION else today
        if to > latest:
            raise CommandError(
                f"{to.isoformat()} is too far ahead: the books can be opened up to"
                f" {latest.isoformat()}. Nothing was closed."
            )
        days = closing.close_through(to=to)
        if days or not options["catch_up"]:
            on = business_dates.today()
            self.stdout.write(f"{days} days closed; the books are open for {on.isoformat()}.")
