"""`manage.py assess`: a decision on bill files, from the shell, without a database."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from borrowers.connectors import registry
from borrowers.connectors.containers.limits import LARGEST_FILE
from common.errors import Refused
from common.files.named import content_of
from common.management import terminal
from common.money import fen_typed
from lending.management import report
from lending.management.appraisal import Bill, Question, appraise

SCENES = ("CONSUMPTION", "EDUCATION")
LARGEST_YUAN = 100_000_000
LONGEST_MONTHS = 600


class Command(BaseCommand):
    """Read bills, decide, explain. Nothing is kept."""

    help = "Decide on one or more bill files and say why; writes nothing, needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bill", action="append", required=True, metavar="FILE")
        parser.add_argument("--amount", type=amount_fen, required=True, metavar="YUAN")
        parser.add_argument("--term", type=term_months, required=True, metavar="MONTHS")
        parser.add_argument("--as-of", type=day, metavar="DATE")
        parser.add_argument("--scene", type=str.upper, choices=SCENES, default=SCENES[0])
        parser.add_argument("--enrolled", action="store_true", help="enrolment is proved")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES])

    def handle(self, **options: Any) -> None:
        with terminal.spoken(options["language"] or ""):
            self.decide(options)

    def decide(self, options: dict[str, Any]) -> None:
        """Read, appraise, tell."""
        names, as_json = options["bill"], options["json"]
        question = Question(
            amount_fen=options["amount"],
            term_months=options["term"],
            scene=options["scene"],
            is_enrolment_proved=options["enrolled"],
            as_of=options["as_of"],
        )
        bills = []
        for name in names:
            with self.telling(name, as_json=as_json):
                bills.append(bill_of(name))
        with self.telling(", ".join(names), as_json=as_json):
            found = appraise(bills, question)
        told = dumped(report.as_json(found)) if as_json else report.as_text(found)
        self.stdout.write(told)

    @contextmanager
    def telling(self, name: str, *, as_json: bool) -> Iterator[None]:
        """Tell a refusal in words and end the command with 1."""
        try:
            yield
        except Refused as refused:
            if as_json:
                self.stdout.write(dumped(report.refusal_as_json(refused, name)))
            else:
                self.stderr.write(report.refusal_as_text(refused, name))
            raise SystemExit(1) from None


def bill_of(name: str) -> Bill:
    """The bill in a file. Raises FileNotThere and what the reader raises."""
    return Bill(
        name, registry.read_bill_bounded(content_of(Path(name), most_bytes=LARGEST_FILE), name)
    )


def dumped(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)


def amount_fen(words: str) -> int:
    """Yuan as typed, above zero."""
    try:
        fen = fen_typed(words)
    except ValueError as error:
        raise ArgumentTypeError(f"not an amount in yuan: {words}") from error
    if not 0 < fen <= LARGEST_YUAN * 100:
        raise ArgumentTypeError(f"an amount above 0 and up to {LARGEST_YUAN}, not {words}")
    return fen


def term_months(words: str) -> int:
    """Whole months, from one."""
    if not words.isdecimal() or not 1 <= int(words) <= LONGEST_MONTHS:
        raise ArgumentTypeError(f"whole months from 1 to {LONGEST_MONTHS}, not {words}")
    return int(words)


def day(words: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise ArgumentTypeError(f"a day as YYYY-MM-DD, not {words}") from error
