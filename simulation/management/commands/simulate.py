"""`manage.py simulate`: a world of people who do not exist, as the files that they would share."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.periods import add_months
from simulation.folders.figures import figures
from simulation.folders.whole import Told, write_world
from simulation.world import simulate

MOST_PEOPLE, MOST_MONTHS = 100_000, 60
# Below, starting processes takes longer than they save.
PEOPLE_WORTH_FORKING = 40
# A fixed end, so that the same seed gives the same bytes on any day.
LAST_MONTH = date(2026, 10, 1)


class Command(BaseCommand):
    """Simulate, write the files and the truth beside them, and print the figures."""

    help = "Simulate people who do not exist and write their files, and the truth, to a folder."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=20, metavar="N")
        parser.add_argument("--months", type=whole(MOST_MONTHS), default=18, metavar="N")
        parser.add_argument("--seed", type=int, default=7, help="another number, other people")
        parser.add_argument(
            "--last-month", type=month, default=LAST_MONTH, metavar="YYYY-MM", help="2026-10"
        )
        parser.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet"
        )

    def handle(self, **options: Any) -> None:
        folder: Path = options["out"]
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is there already. Give another name, or remove it.")
        with progress(options["people"], "living") as tell:
            world = simulate(
                people=options["people"],
                months=options["months"],
                seed=abs(options["seed"]),
                first_day=add_months(options["last_month"], 1 - options["months"]),
                tell=tell,
            )
        try:
            with progress(options["people"], "writing") as tell:
                hands = os.cpu_count() or 1 if options["people"] >= PEOPLE_WORTH_FORKING else 1
                summary = write_world(world, folder, tell=tell, hands=hands)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        self.stdout.write("A figure outside its band is marked; small worlds miss some by chance.")
        for figure in figures(world):
            self.stdout.write(str(figure))
        self.stdout.write(
            f"{summary.people} people of nowhere, {summary.months} months, {summary.events} events:"
            f" {summary.files} files with {summary.rows} rows in {folder}, {summary.forged} forged"
        )


@contextmanager
def progress(people: int, what: str) -> Iterator[Told]:
    """A bar that moves by one for each person; nothing where nobody looks."""
    from tqdm import tqdm  # noqa: PLC0415 (only for this command)

    with tqdm(total=people, desc=what, unit=" people", disable=not sys.stderr.isatty()) as bar:

        def tell(_person: int) -> None:
            bar.update()

        yield tell


def whole(most: int) -> Any:
    """A reader of whole numbers from one."""

    def read(words: str) -> int:
        if not words.isdecimal() or not 1 <= int(words) <= most:
            raise ArgumentTypeError(f"a whole number from 1 to {most}, not {words}")
        return int(words)

    return read


def month(words: str) -> date:
    """A month as YYYY-MM."""
    try:
        return date.fromisoformat(f"{words}-01")
    except ValueError as error:
        raise ArgumentTypeError(f"a month as YYYY-MM, not {words}") from error
