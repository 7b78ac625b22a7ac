"""`manage.py evaluate_sources`: how well the platform understands people's files, against truth."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.periods import add_months
from simulation.evaluation.whole import as_json, evaluate, figures
from simulation.management.commands.simulate import (
    LAST_MONTH,
    MOST_MONTHS,
    MOST_PEOPLE,
    progress,
    whole,
)
from simulation.world import simulate


class Command(BaseCommand):
    """Write a world's files, read them as uploads are read, match them, compare with the truth."""

    help = "Measure matching, refunds, income, scenes, subscriptions and forgeries on a made world."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=40, metavar="N")
        parser.add_argument("--months", type=whole(MOST_MONTHS), default=12, metavar="N")
        parser.add_argument("--seed", type=int, default=7, help="another number, other people")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--strict", action="store_true", help="fail where a goal is missed")

    def handle(self, **options: Any) -> None:
        people, seed = options["people"], abs(options["seed"])
        first_day = add_months(LAST_MONTH, 1 - options["months"])
        world = simulate(people=people, months=options["months"], seed=seed, first_day=first_day)
        with progress(people, "understanding") as tell:
            measures = evaluate(world, tell=tell)
        if options["json"]:
            said = as_json(measures, people=people, seed=seed)
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=1))
        else:
            for figure in figures(measures):
                mark = "  " if figure.is_met else " !"
                goal = "at most" if figure.is_upper else "at least"
                self.stdout.write(
                    f"{mark} {figure.name:<28}{figure.value:>8.4f}   {goal} {figure.goal:g}"
                    f"   ({figure.cases} cases)"
                )
        missed = [figure.name for figure in figures(measures) if not figure.is_met]
        if missed and options["strict"]:
            raise CommandError(f"Goals missed: {', '.join(missed)}.")
