"""`manage.py replay_decision ID`: decide again what was decided, from what was kept."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.errors import NotFound
from lending.applications import queries as applications
from scoring.decisions.contracts import Replayed
from scoring.decisions.lookback import replays

TELL_EVERY = 25


class Command(BaseCommand):
    """Answers IDENTICAL, DIFFERS with every difference, ERASED with the mark, or DAMAGED.

    Ends with 1 where a decision does not come out bit for bit as it was.
    """

    help = "Replay a decision bit for bit from its kept vector, model and policy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "id", nargs="?", default="", help="number of an assessment or of an application"
        )
        which.add_argument("--latest", type=int, metavar="N", help="the N latest decisions")
        which.add_argument("--all", action="store_true", help="every decision that was ever made")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Replay, tell, and end as it was."""
        if options["id"]:
            found: Iterator[Replayed] = iter([_one(options["id"])])
            total = 1
        else:
            number = None if options["all"] else max(options["latest"], 0)
            found = replays.latest(number)
            total = replays.count() if number is None else min(number, replays.count())
        counted = self._tell(found, total, is_one=bool(options["id"]), as_json=options["json"])
        if counted["DIFFERS"] or counted["DAMAGED"]:
            sys.exit(1)

    def _tell(
        self, found: Iterator[Replayed], total: int, *, is_one: bool, as_json: bool
    ) -> Counter[str]:
        """Every decision that did not come out the same, and how many did."""
        counted: Counter[str] = Counter()
        for number, each in enumerate(found, start=1):
            counted[each.outcome] += 1
            if as_json:
                self.stdout.write(json.dumps(asdict(each), ensure_ascii=False))
            elif is_one or each.outcome in {"DIFFERS", "DAMAGED"}:
                self.stdout.write("\n".join(_lines(each)))
            if not is_one and sys.stderr.isatty() and number % TELL_EVERY == 0:
                self.stderr.write(f"\r{number} / {total}", ending="")
        if not is_one and not as_json:
            said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))
            self.stdout.write(said or "0 decisions")
        return counted


def _one(public_id: str) -> Replayed:
    try:
        return replays.of(public_id=public_id)
    except NotFound:
        application_id = applications.id_of(public_id)
    if application_id is None:
        raise CommandError(f"no decision and no application has the number {public_id}")
    try:
        return replays.of(application_id=application_id)
    except NotFound as missing:
        raise CommandError(f"application {public_id} has not been decided") from missing


def _lines(each: Replayed) -> Iterator[str]:
    is_erased = each.outcome == "ERASED"
    yield f"{each.assessment_public_id} {each.outcome}" + (f" {each.mark}" if is_erased else "")
    yield from (f"  {difference}" for difference in each.differences)
