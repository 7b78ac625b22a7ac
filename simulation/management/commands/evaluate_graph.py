"""`manage.py evaluate_graph`: rings, decoys and moral hazard in made societies, against truth."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.periods import add_months
from simulation.evaluation.societies.graphs import evaluate
from simulation.management.commands.simulate import LAST_MONTH, MOST_PEOPLE, progress, whole
from simulation.world import World, simulate

MONTHS, MOST_WORLDS = 13, 20


class Command(BaseCommand):
    """Look at worlds as the platform could, with consent, and compare with what is true."""

    help = "Measure rings, decoys, moral hazard and what links add on made worlds."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=4_000, metavar="N")
        parser.add_argument("--worlds", type=whole(MOST_WORLDS), default=3, metavar="N")
        parser.add_argument("--seed", type=int, default=7, help="of the first world")
        parser.add_argument(
            "--consent", type=whole(100), default=80, metavar="PERCENT", help="who agree"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--strict", action="store_true", help="fail where a goal is missed")

    def handle(self, **options: Any) -> None:
        people, first = options["people"], abs(options["seed"])
        seeds = range(first, first + options["worlds"])
        with progress(people * len(seeds), "living") as tell:

            def worlds() -> Iterator[World]:
                for seed in seeds:
                    yield simulate(
                        people=people,
                        months=MONTHS,
                        seed=seed,
                        first_day=add_months(LAST_MONTH, 1 - MONTHS),
                        tell=tell,
                    )

            found = evaluate(worlds, consent_share=options["consent"] / 100)
        said = {
            "people": people, "seeds": list(seeds), "consent_percent": options["consent"], **found
        }  # fmt: skip
        if options["json"]:
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=1))
        else:
            for name, each in (*found["figures"].items(), *found["moral_hazard"].items(),
                               *found["graph_lift"].items()):  # fmt: skip
                self.stdout.write(f"{name:<38} {told(each)}")
        missed = [name for name, each in found["figures"].items() if not each["is_met"]]
        if missed and options["strict"]:
            raise CommandError(f"Goals missed: {', '.join(missed)}.")


def told(figure: Any) -> str:
    """A figure, beside its goal where it has one."""
    if not isinstance(figure, dict):
        return f"{figure:g}"
    mark = "  " if figure["is_met"] else " !"
    return f"{figure['value']:.4f}{mark} goal {figure['goal']:g} ({figure['cases']} cases)"
