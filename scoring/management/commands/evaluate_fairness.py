"""`manage.py evaluate_fairness VERSION`: whether a model as good would treat groups more alike."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.errors import Refused
from scoring.management.shell import people_counted, said, seed


def share(text: str) -> float:
    """More than nobody and less than everybody."""
    found = float(text)
    if not 0 < found < 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return found


class Command(BaseCommand):
    """Leave out features that give groups away, and see what is lost; nothing is changed by it."""

    help = "Search for a model that loses little and treats groups more alike; keep what is found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", metavar="VERSION")
        parser.add_argument(
            "--labels-until", type=date.fromisoformat, metavar="DATE", help="by default today"
        )
        parser.add_argument(
            "--approve", type=share, default=0.8, metavar="SHARE", help="how many are approved"
        )
        parser.add_argument("--seed", type=seed, default=2024)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        from scoring.management import worth  # noqa: PLC0415 (pandas is slow to load)

        today = clock.shanghai_today()
        try:
            with people_counted("reading") as tell:
                found = worth.fairer(
                    version=options["version"],
                    labels_until=options["labels_until"] or today,
                    approved_share=options["approve"],
                    seed=options["seed"],
                    on=today,
                    tell=tell,
                )
        except Refused as refused:
            raise CommandError(said(refused)) from refused
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else text(found))


def text(found: dict[str, Any]) -> str:
    lines = [f"{found['version']}: {found['rows']} loans, {found['bads']} of them bad"]
    for each in found["alternatives"]:
        without = ", ".join(each["dropped"]) or "nothing"
        ratio = each["lack"] or f"{each['ratio']:.3f}"
        lines.append(
            f"  {each['attribute']:<10} without {without}: ratio {ratio},"
            f" AUC {each['auc']:.4f} ({-each['loss']:+.4f})"
        )
    return "\n".join(lines)
