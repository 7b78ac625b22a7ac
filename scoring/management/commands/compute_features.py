"""`manage.py compute_features`: everybody's features of one day or of several, kept."""

import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from common import clock
from common.business_date import queries as business_dates
from common.processes.models import Process, ProcessState
from scoring import tasks
from scoring.features.nightly import actions, queries

# Another worker has the range: look again after this long.
PAUSE_SECONDS = 0.5


class Command(BaseCommand):
    """Promise the ranges of each day and compute them here, beside whatever workers run."""

    help = "Compute and keep the features of everybody who may be read. Twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of", type=date.fromisoformat, metavar="DATE", help="by default the business date"
        )
        parser.add_argument(
            "--through", type=date.fromisoformat, metavar="DATE", help="every day up to this one"
        )
        parser.add_argument(
            "--spark", metavar="MASTER", help="compute with Spark, such as local[2]"
        )

    def handle(self, **options: Any) -> None:
        first = options["as_of"] or business_dates.current() or clock.shanghai_today()
        last = options["through"] or first
        if last < first:
            raise CommandError(f"{last.isoformat()} lies before {first.isoformat()}.")
        if last > clock.shanghai_today():
            raise CommandError(f"{last.isoformat()} has not begun. Nothing was computed.")
        for day in _days(first, last):
            if options["spark"]:
                _compute_on_cluster(options["spark"], day)
            else:
                _compute_here(day)
            people, failed = queries.tally(day)
            self.stdout.write(
                f"{day.isoformat()}: {people} people are kept, {failed} of them failed."
            )


def _compute_here(day: date) -> None:
    owed = actions.start_round(day=day)
    with _bar(len(owed), day) as bar:
        for process_id in owed:
            _see_through(process_id)
            bar.update()


def _compute_on_cluster(master: str, day: date) -> None:
    """Only this branch needs Spark: requirements-spark.txt and Java 17."""
    from scoring.features.nightly import cluster  # noqa: PLC0415 (only where Spark is)
    from scoring.management import sessions  # noqa: PLC0415 (only where Spark is)

    ranges = sum(1 for _ in queries.ranges())
    with (
        sessions.opened(master) as session,
        TemporaryDirectory(prefix="features-") as folder,
        _bar(ranges, day) as bar,
    ):
        cluster.run(session, folder=Path(folder), day=day, tell=bar.update)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _bar(ranges: int, day: date) -> "tqdm[Any]":
    return tqdm(total=ranges, desc=day.isoformat(), unit=" ranges", disable=not sys.stderr.isatty())


def _see_through(process_id: int) -> None:
    """Compute the range here, or wait for the worker that has it."""
    while True:
        tasks.compute_range(process_id=process_id)
        state = Process.objects.get(pk=process_id).state
        if state == ProcessState.DONE:
            return
        if state == ProcessState.QUARANTINED:
            raise CommandError(f"Process {process_id} failed too often and waits for a person.")
        time.sleep(PAUSE_SECONDS)
