"""The door to a seal: `manage.py verify_contract FILE.pdf` says whether a paper is ours."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.seals.contracts import Outcome
from lending.papers import queries


class Command(BaseCommand):
    help = "Say of a PDF: VALID, ALTERED, UNKNOWN SEAL or NOT SEALED, and of which loan it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_: Any, file: Path, **__: Any) -> None:
        """Exit code 0 only for a file that is valid."""
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        found = queries.verified(content)
        said = found.outcome.replace("_", " ")
        if found.loan:
            said += f" {found.kind} of loan {found.loan}"
        if found.sealed_at is not None:
            said += f", sealed at {found.sealed_at.isoformat(timespec='seconds')}"
        if not found.is_current:
            said += "; the loan was opened again since"
        self.stdout.write(said)
        if found.outcome != Outcome.VALID:
            raise SystemExit(1)
