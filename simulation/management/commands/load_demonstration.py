"""`manage.py load_demonstration`: products, staff and invented people; twice is once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from simulation import demonstration


class Command(BaseCommand):
    """Fill the platform for a demonstration."""

    help = "Load the demonstration's products, staff and fictional borrowers (twice is once)."

    def handle(self, **_options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Only a demonstration has a cast.")
        demonstration.load(on=clock.shanghai_today(), secret=settings.SECRET_KEY)
