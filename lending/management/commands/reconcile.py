"""`manage.py reconcile`: compare the bank's statement with our transfers, for a day."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.business_date import queries as business_dates
from common.money import yuan
from lending import tasks


class Command(BaseCommand):
    """Reconcile. A day that was compared before is compared anew."""

    help = "Compare the bank's statement with our transfers, for the last closed day or --date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="the day, YYYY-MM-DD")

    def handle(self, **options: Any) -> None:
        on = business_dates.current()
        if on is None:
            raise CommandError("The books are not open yet. Nothing was compared.")
        day: date = options["date"] or on - timedelta(days=1)
        if day > on:
            raise CommandError(f"{day.isoformat()} is still to come. Nothing was compared.")
        row = tasks.reconcile(day=day)
        if row is None:
            raise CommandError("The bank cannot be heard now. Nothing was compared.")
        self.stdout.write(
            f"{day.isoformat()}: {row.lines} lines, in {yuan(row.in_fen)}, out {yuan(row.out_fen)};"
            f" {row.matched} matched ({row.late} over midnight),"
            f" {row.opened} new breaks, {row.still_open} open."
        )
