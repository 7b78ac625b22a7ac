"""`manage.py watch_loans`: start the watch over all running loans, as beat does every hour."""

from typing import Any

from django.core.management.base import BaseCommand

from common.business_date import queries as business_dates
from monitoring.alerts import actions as alerts


class Command(BaseCommand):
    """Start the round of the business date; a round that was started is not started again."""

    help = "Look at every running loan for the business date (workers do the looking)."

    def handle(self, **_options: Any) -> None:
        alerts.start_round(on=business_dates.today())
