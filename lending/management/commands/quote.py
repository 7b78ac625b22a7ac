"""`manage.py quote --json < terms.json`: a repayment schedule and its cost, from the shell."""

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from common.errors import Refused
from common.files.named import content_of
from common.management import terminal
from common.money import yuan
from common.texts import gettext_noop
from lending.management.quote_answer import answer
from lending.management.typed import UnclearTerm

LARGEST_TERMS = 1_000_000
MONEY = ("principal", "interest", "fee", "total", "balance")
MONEY_WIDTHS = (16, 14, 12, 16, 16)
EXAMPLE = """
  echo '{"principal_fen": 1000000, "annual_rate_percent": 14.4, "first_disbursed_on": "2026-01-31",
         "periods": 12, "frequency": "MONTHLY", "every": 1, "method": "EQUAL_INSTALMENT",
         "day_count": "30/360", "rounding": "HALF_UP", "first_due_on": "2026-03-05",
         "grace": {"principal_periods": 2},
         "fees": [{"code": "SERVICE", "amount_fen": 500, "when": "EACH_INSTALMENT"}]}' |
  python manage.py quote --json

docs/quote.md explains every term and every figure of the answer.
"""


class TermsNotRead(Refused):
    """The input is no JSON object."""

    code = "TERMS_NOT_READ"
    message = gettext_noop("The terms are not one JSON object.")
    advice = gettext_noop("Try manage.py quote --help: it shows an example.")
    status = 422


class Command(BaseCommand):
    """Read terms, count, tell. Nothing is kept, no database is asked."""

    help = "Print the schedule, totals and yearly rates of the terms on standard input, as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = f"example:\n{EXAMPLE}"
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument("--terms", metavar="FILE", help="a file instead of standard input")

    def handle(self, **options: Any) -> None:
        try:
            found = answer(read_terms(options["terms"]))
        except Refused as refused:
            self.tell_refusal(refused, as_json=options["json"])
            raise SystemExit(1) from None
        self.stdout.write(dumped(found) if options["json"] else as_text(found))

    def tell_refusal(self, refused: Refused, *, as_json: bool) -> None:
        """Why nothing was counted, and what to do: for people always, and for programs if asked."""
        with terminal.spoken():
            told = {
                "code": refused.code,
                "message": _(refused.message) % refused.context,
                "advice": _(refused.advice) % refused.context,
            }
        if as_json:
            self.stdout.write(dumped({"error": told}))
        self.stderr.write("{message}\n{advice}\n({code})".format(**told))


def read_terms(file: str | None) -> object:
    """The JSON of a file or of standard input; decimals stay exact.

    Raises FileNotThere and TermsNotRead.
    """
    if file is None:
        content = sys.stdin.buffer.read(LARGEST_TERMS + 1)
    else:
        content = content_of(Path(file), most_bytes=LARGEST_TERMS)
    if len(content) > LARGEST_TERMS:
        raise TermsNotRead
    try:
        terms = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise TermsNotRead from error
    if not isinstance(terms, dict):
        raise TermsNotRead
    return terms


def as_text(found: dict[str, Any]) -> str:
    """Rows in yuan under the names that they have in JSON; sums and rates below them."""
    rows: list[str] = []
    if found.get("instalments"):
        rows.append(_line("", "due_on", MONEY))
    for row in found.get("instalments", ()):
        money = (yuan(row[f"{name}_fen"]) for name in MONEY)
        rows.append(_line(str(row["number"]), row["due_on"], money))
    sums = [f"{name[:-4]} {yuan(found[name])}" for name in found if name.endswith("_fen")]
    settled = [
        f"payable {each['number']} {each['on']} {yuan(each['total_fen'])}"
        for each in found.get("payable", ())
    ]
    if payoff := found.get("payoff"):
        settled.append(f"payoff {payoff['on']} {yuan(payoff['total_fen'])}")
    rates = [f"{name} {found[name]}" for name in found if name.endswith("_percent")]
    return "\n".join([*rows, *sums, *settled, *rates])


def _line(number: str, due_on: str, money: Iterable[str]) -> str:
    columns = zip(money, MONEY_WIDTHS, strict=True)
    return f"{number:>4} {due_on:<10} " + " ".join(f"{each:>{width}}" for each, width in columns)


def dumped(content: dict[str, Any]) -> str:
    """Readable JSON."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)


def _no_number(words: str) -> None:
    raise UnclearTerm(name="JSON", value=words)
