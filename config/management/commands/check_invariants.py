"""Walk over the books and trails and name everything that may never be."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import assembly
from lending.tasks import bank


class Command(BaseCommand):
    help = "Check what must always hold; print each breach and end with 1 where there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", action="store_true", help="compare with the bank too")
        parser.add_argument("--json", action="store_true", help="one object, for programs")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        found = list(assembly.breaches())
        checked = list(assembly.INVARIANTS)
        if options["bank"]:
            checked.append(assembly.BANK_CHECK)
            of_bank = assembly.bank_breaches(bank())
            unheard = [(assembly.BANK_CHECK, "the bank could not be heard")]
            found += unheard if of_bank is None else of_bank
        if options["json"]:
            breaches = [{"invariant": name, "breach": sentence} for name, sentence in found]
            self.stdout.write(json.dumps({"checked": checked, "breaches": breaches}))
        else:
            for name, sentence in found:
                self.stdout.write(f"{name}: {sentence}")
            self.stdout.write(f"{len(checked)} checks, {len(found)} breaches")
        if found:
            sys.exit(1)
