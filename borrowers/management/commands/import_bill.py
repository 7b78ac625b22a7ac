"""`manage.py import_bill`: read one file and say what is in it; with `--borrower`, keep it."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from borrowers.behaviour.actions import take_in
from borrowers.checks.integrity.report import inspect
from borrowers.connectors import registry
from borrowers.connectors.containers.limits import LARGEST_FILE
from borrowers.management import bill_report
from borrowers.people.queries import by_public_id
from common.actors import SYSTEM
from common.clock import now
from common.errors import Refused
from common.files.named import content_of
from common.management import terminal
from common.periods import shanghai_date
from common.texts import gettext_noop

REFUSED = 2
LANGUAGES = [code for code, _name in settings.LANGUAGES]
LONGEST_PASSWORD = 1_000


class BorrowerNotNamed(Refused):
    """A bill is kept for somebody."""

    code = "BORROWER_NOT_NAMED"
    message = gettext_noop("Nobody is named whose bill this is.")
    advice = gettext_noop(
        "Add --borrower and a public id to keep it, or --dry-run to read it only."
    )


class Command(BaseCommand):
    """Read a bill or a statement. With --dry-run nothing is kept and no database is needed."""

    help = "Read one bill or statement and print its sums; exit 0 when it was read, 2 when refused."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="read only, keep nothing")
        parser.add_argument("--borrower", metavar="PUBLIC_ID", help="keep it as this person's bill")
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--password-stdin", action="store_true", help="the first line opens a locked file"
        )
        parser.add_argument("--language", choices=LANGUAGES)

    def handle(self, **options: Any) -> None:
        with terminal.spoken(options["language"] or ""):
            try:
                told = report_on(options)
            except Refused as refused:
                told = bill_report.refusal(
                    refused,
                    _(refused.message) % refused.context,
                    _(refused.advice) % refused.context,
                )
            self.stdout.write(as_json(told) if options["json"] else as_text(told))
        if told["refused"]:
            raise SystemExit(REFUSED)


def report_on(options: dict[str, Any]) -> dict[str, Any]:
    """Raises FileNotThere, BorrowerNotNamed and what readers and the import refuse."""
    password = first_line() if options["password_stdin"] else ""
    content = content_of(Path(options["file"]), most_bytes=LARGEST_FILE)
    if options["dry_run"]:
        told: dict[str, Any] = registry.run_bounded(
            "borrowers.management.bill_report:read_for_report", content, password
        )
        return told
    if not options["borrower"]:
        raise BorrowerNotNamed
    found = registry.read_bill_bounded(content, "", password)
    registry.refuse_switched_off(found, settings.OPTIONAL_SOURCES)
    reading = registry.without_future(found, shanghai_date(now()))
    take_in(
        borrower_id=by_public_id(options["borrower"]).id,
        content=content,
        file_name="",
        read=lambda _content, _name: reading,
        inspect=inspect,
        by=SYSTEM,
    )
    return bill_report.summary(reading)


def first_line() -> str:
    """The password as typed or piped, without the line end."""
    line = sys.stdin.buffer.readline(LONGEST_PASSWORD)
    return line.decode(errors="replace").rstrip("\r\n")


def as_json(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, allow_nan=False, indent=2)


def as_text(told: dict[str, Any]) -> str:
    """A refusal in words; otherwise one line for each figure."""
    if refused := told["refused"]:
        return f"{refused['message']}\n{refused['advice']}\n({refused['code']})"
    lines = {**told, "quarantined": len(told["quarantined"]), **told["integrity"]}
    return "\n".join(
        f"{name:<18}{'-' if value is None else value}"
        for name, value in lines.items()
        if name not in {"integrity", "refused"}
    )
