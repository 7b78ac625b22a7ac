"""`manage.py demonstrate_models`: fill registry and watch from a world of invented people."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.errors import Refused
from scoring.management.shell import said
from simulation.management.commands.simulate import MOST_PEOPLE, progress, whole

FEWEST_PEOPLE = 300


class Command(BaseCommand):
    """Learn from invented people and watch over the rest of them; what stands stays."""

    help = "Register a draft that learned from invented people, with drift, outcomes and sources."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=2_000, metavar="N")
        parser.add_argument("--seed", type=whole(2**31), default=1)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("Only a demonstration has invented people.")
        if options["people"] < FEWEST_PEOPLE:
            raise CommandError(f"Fewer than {FEWEST_PEOPLE} people have too few bad loans.")
        from simulation.evaluation.lent import shown  # noqa: PLC0415 (pandas is slow to load)

        with progress(options["people"], "living") as tell:
            seen = shown.lived(people=options["people"], seed=options["seed"], tell=tell)
        try:
            found = shown.demonstrate(shown.reckoned(seen, seed=options["seed"]))
        except Refused as refused:
            raise CommandError(said(refused)) from refused
        self.stdout.write(json.dumps(found) if options["json"] else text(found))


def text(found: dict[str, Any]) -> str:
    return (
        f"{found['version']}: learned from {found['rows']} invented loans, {found['bads']} of them"
        f" bad; AUC {found['auc']:.4f} on {found['later']} later ones; {found['kept']} figures kept"
    )
