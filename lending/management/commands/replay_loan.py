"""`manage.py replay_loan --json < loan.json`: what terms and a log make of a loan, by the day."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from common.errors import Refused
from common.management import terminal
from lending.calc.fold import UnsoundLog
from lending.management.commands.quote import dumped, read_terms
from lending.management.replayed import replayed


class Command(BaseCommand):
    """Read, fold, tell. Nothing is kept, no database is asked."""

    help = "Print the state of a loan from its terms and transactions on standard input, as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--terms", metavar="FILE", help="a file instead of standard input")

    def handle(self, **options: Any) -> None:
        try:
            found = replayed(read_terms(options["terms"]))
        except Refused as refused:
            with terminal.spoken():
                told = {
                    "code": refused.code,
                    "message": _(refused.message) % refused.context,
                    "advice": _(refused.advice) % refused.context,
                }
        except UnsoundLog as unsound:
            told = {"code": "UNSOUND_LOG", "message": str(unsound), "advice": ""}
        else:
            self.stdout.write(dumped(found))
            return
        self.stdout.write(dumped({"error": told}))
        raise SystemExit(1)
