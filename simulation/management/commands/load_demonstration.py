"""`manage.py load_demonstration`: products, staff and invented people; twice is once."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from simulation import demonstration
from simulation.cast import PEOPLE
from simulation.neighbours import NEIGHBOURS


class Command(BaseCommand):
    """Fill the platform for a demonstration."""

    help = "Load the demonstration's products, staff and fictional borrowers (twice is once)."

    def handle(self, **_options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Only a demonstration has a cast.")
        from tqdm import tqdm  # noqa: PLC0415 (only where somebody looks)

        count = len(PEOPLE) + len(NEIGHBOURS)
        with tqdm(total=count, desc="people", disable=not sys.stderr.isatty()) as bar:

            def tell(_name: str) -> None:
                bar.update()

            demonstration.load(on=clock.shanghai_today(), secret=settings.SECRET_KEY, tell=tell)
