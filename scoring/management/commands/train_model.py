"""`manage.py train_model`: a model of our own loans' outcomes, as a draft or in a file."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.errors import Refused
from scoring.management.shell import people_counted, said, seed
from scoring.training.models.catalogue import MODELS


class Command(BaseCommand):
    """Learn from matured labels; what is registered is a draft that decides nothing."""

    help = "Train a model on outcomes that have matured, and register it as a draft or save it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=sorted(MODELS), required=True)
        parser.add_argument(
            "--labels-until", type=date.fromisoformat, metavar="DATE", help="by default today"
        )
        parser.add_argument("--seed", type=seed, default=2024)
        kept = parser.add_mutually_exclusive_group()
        kept.add_argument("--save", type=Path, metavar="FILE")
        kept.add_argument("--register", action="store_true", help="keep it as a draft")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        from scoring.management import fitting, learning  # noqa: PLC0415 (pandas is slow to load)

        until = options["labels_until"] or clock.shanghai_today()
        if until > clock.shanghai_today():
            raise CommandError(f"{until} has not come yet. Nothing was trained.")
        has_reference = False
        try:
            with people_counted("reading") as tell:
                found = learning.trained(
                    kind=options["kind"], labels_until=until, seed=options["seed"], tell=tell
                )
            if options["save"] is not None:
                words = json.dumps(found.document, ensure_ascii=False, indent=1)
                fitting.write(options["save"], f"{words}\n")
            if options["register"]:
                has_reference = learning.registered(found, on=clock.shanghai_today())
        except Refused as refused:
            raise CommandError(said(refused)) from refused
        told = {
            **found.as_json(),
            "saved": str(options["save"]) if options["save"] else None,
            "registered": bool(options["register"]),
            "reference": has_reference,
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else text(told))


def text(told: dict[str, Any]) -> str:
    lines = [f"{told['version']}: {told['rows']} loans, {told['bads']} of them bad"]
    out_of_time = told["out_of_time"]
    if out_of_time is None:
        lines.append("  too few outcomes to try on later loans")
    else:
        lines.append(f"  on {out_of_time['rows']} loans from {out_of_time['from']} on:")
        apart = out_of_time["metrics"].get("sd", {})
        lines += [
            f"  {name:<18}{value:>8.4f}" + (f" ± {apart[name]:.4f}" if name in apart else "")
            for name, value in out_of_time["metrics"].items()
            if name != "sd"
        ]
    return "\n".join(lines)
