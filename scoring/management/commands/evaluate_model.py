"""`manage.py evaluate_model VERSION`: how a registered model does on outcomes that have matured."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.errors import Refused
from scoring.management.shell import people_counted, said


class Command(BaseCommand):
    """Rate everybody with a known outcome as of the day they asked, and compare."""

    help = "Measure a registered model on outcomes that have matured."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", metavar="VERSION")
        parser.add_argument(
            "--labels-until", type=date.fromisoformat, metavar="DATE", help="by default today"
        )
        parser.add_argument(
            "--sources", action="store_true", help="what sources are worth; kept, too"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        from scoring.management import learning  # noqa: PLC0415 (pandas is slow to load)

        try:
            with people_counted("reading") as tell:
                found = learning.evaluated(
                    version=options["version"],
                    labels_until=options["labels_until"] or clock.shanghai_today(),
                    with_sources=options["sources"],
                    tell=tell,
                )
        except Refused as refused:
            raise CommandError(said(refused)) from refused
        self.stdout.write(json.dumps(found, ensure_ascii=False) if options["json"] else text(found))


def text(found: dict[str, Any]) -> str:
    lines = [f"{found['version']}: {found['rows']} loans, {found['bads']} of them bad"]
    for part in ("all", "after_training"):
        if found[part] is None:
            continue
        lines.append(f"  {part.replace('_', ' ')}")
        lines += [f"    {name:<18}{value:>8.4f}" for name, value in found[part].items()]
    for name, gain in found.get("sources", {}).items():
        lines.append(f"  {name:<20} {gain:+.4f} of AUC")
    for name, part in found.get("worth", {}).get("shares", {}).items():
        told = "–" if part is None else f"{part:+.4f}"
        lines.append(f"  {name:<20} {told} of AUC as its fair share")
    return "\n".join(lines)
