"""`manage.py evaluate_forecast`: the forecast of three months beside honest peers."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulation.management.commands.simulate import MOST_PEOPLE, progress, whole


class Command(BaseCommand):
    """On simulated people, and on account statements where a file of them is given."""

    help = "Measure the forecast of net money over the next three months, and its interval."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=whole(MOST_PEOPLE), default=1_000, metavar="N")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--statements", type=Path, metavar="CSV", help="rows with loan_id, d, ldate and s"
        )
        parser.add_argument("--save", type=Path, metavar="FILE", help="what was learned of people")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        from scoring.training.forecast.fitting import fitted  # noqa: PLC0415 (slow to load)
        from simulation.evaluation.lent import forecasting  # noqa: PLC0415 (scikit-learn is slow)

        seed = abs(options["seed"])
        statements = None
        if options["statements"] is not None:
            try:
                statements = forecasting.of_statements(options["statements"])
            except (OSError, KeyError, ValueError) as error:
                raise CommandError(f"{options['statements']} cannot be read: {error!r}.") from error
        with progress(options["people"], "living") as tell:
            months = forecasting.of_worlds(people=options["people"], seed=seed, tell=tell)
        found = {"world": forecasting.compared(months, seed)}
        if statements is not None:
            found["statements"] = forecasting.compared(statements, seed)
        if options["save"] is not None:
            learned = asdict(fitted(months.nets, months.actual, seed=seed))
            words = json.dumps({**learned, "people": options["people"], "seed": seed}, indent=1)
            options["save"].write_text(f"{words}\n", encoding="utf-8")
        said = json.dumps(found, indent=1) if options["json"] else as_text(found)
        self.stdout.write(said)


def as_text(found: dict[str, Any]) -> str:
    lines = []
    for name, each in found.items():
        mark = "" if each["is_covered"] else " !"
        lines.append(f"{name}: {each['people']} people, {each['coverage']:.1%} covered{mark}")
        lines += [
            f"  {peer:<16} mean error {off['mae']:>14,.0f}   median {off['median']:>14,.0f}"
            for peer, off in each["errors"].items()
        ]
    return "\n".join(lines)
