"""`manage.py simulate_year`: people of nowhere borrow and repay for a year."""

import json
import logging
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from simulation.management.commands.simulate import whole
from simulation.year.place import PlaceNotMade, borrowed_place
from simulation.year.whole import Evidence, Told, simulate_year

MOST_PEOPLE, MOST_DAYS = 2_000, 730


class Command(BaseCommand):
    """Live a year in a database of its own, and say what was not as it should be."""

    help = "Live a year of the simulated world through the API, closing every day, and check it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=200, metavar="N")
        parser.add_argument("--days", type=whole(MOST_DAYS), default=365, metavar="N")
        parser.add_argument("--seed", type=int, default=7, help="another number, other people")
        parser.add_argument("--json", action="store_true", help="one object, for programs")

    def handle(self, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Invented people live in a demonstration only.")
        # What goes wrong at the bank on purpose is warned of, and told in the figures.
        logging.disable(logging.WARNING)
        try:
            with borrowed_place(), _bar(options["days"]) as tell:
                evidence = simulate_year(
                    people=options["people"],
                    days=options["days"],
                    seed=options["seed"],
                    first_day=clock.shanghai_today(),
                    secret=settings.SECRET_KEY,
                    tell=tell,
                )
        except PlaceNotMade as error:
            raise CommandError(f"There is no database to live in: {error}") from error
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(
            json.dumps(evidence.as_json(), ensure_ascii=False, indent=1)
            if options["json"]
            else _said(evidence)
        )
        if not evidence.is_clean:
            sys.exit(1)


@contextmanager
def _bar(days: int) -> Iterator[Told]:
    """A bar of days; nothing where nobody looks."""
    from tqdm import tqdm  # noqa: PLC0415 (only for this command)

    with tqdm(total=days, desc="days", disable=not sys.stderr.isatty()) as bar:

        def tell(day: date) -> None:
            bar.set_postfix(day=day.isoformat())
            bar.update()

        yield tell


def _said(evidence: Evidence) -> str:
    """The same for a reader."""
    found = evidence.as_json()
    lines = [f"{evidence.people} people, {evidence.days} days, {found['seconds']} s"]
    lines += [f"  {what}: {count}" for what, count in found["happened"].items()]
    tried = (
        ("checks of invariants", evidence.invariants_checked, evidence.invariants_failed),
        ("loan homes compared", evidence.homes_compared, evidence.home_differences),
        ("lines of the bank's statement", evidence.bank_lines, evidence.bank_differences),
    )
    for what, count, found_wrong in tried:
        lines += [f"{count} {what}, {len(found_wrong)} wrong", *found_wrong]
    return "\n".join(lines)
