"""Walk over the books and trails and name everything that may never be."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import assembly


class Command(BaseCommand):
    help = "Check what must always hold; print each breach and end with 1 where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object, for programs")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        found = list(assembly.breaches())
        if options["json"]:
            breaches = [{"invariant": name, "breach": sentence} for name, sentence in found]
            self.stdout.write(json.dumps({"checked": assembly.INVARIANTS, "breaches": breaches}))
        else:
            for name, sentence in found:
                self.stdout.write(f"{name}: {sentence}")
            self.stdout.write(f"{len(assembly.INVARIANTS)} checks, {len(found)} breaches")
        if found:
            sys.exit(1)
