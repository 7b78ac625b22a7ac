"""`manage.py register_model FILE.json`: keep a model as a draft; it decides nothing yet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from borrowers.people import queries as people
from common.actors import SYSTEM, Actor
from common.errors import Refused
from common.management import terminal
from scoring.registry import actions, artefact, queries

MAY_PROPOSE = "scoring.propose_modelversion"


class Command(BaseCommand):
    """The file is read in every part; another person comes before each step of the model."""

    help = "Register a model file as a draft."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--author",
            default="",
            metavar="PHONE",
            help="the staff member whose model it is, who then may not approve it",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Register, or say what is wrong with the file."""
        by = _author(options["author"])
        try:
            with options["file"].open("rb") as opened:
                content = opened.read(artefact.LARGEST_BYTES + 1)
            kept = actions.register(document=artefact.read(content), by=by)
        except OSError as fault:
            raise CommandError(f"cannot read {options['file']}: {fault.strerror}") from fault
        except Refused as refusal:
            with terminal.spoken():
                told = f"{gettext(refusal.message)} {gettext(refusal.advice)}" % refusal.context
            raise CommandError(f"{refusal.code}: {told}") from refusal
        row = queries.version_of(kept)
        self.stdout.write(f"{row.version} {row.kind} {row.state} {row.sha256}")


def _author(phone: str) -> Actor:
    if not phone:
        return SYSTEM
    account = people.account_by_phone(phone)
    if account is None or not account.is_staff or not account.has_perm(MAY_PROPOSE):
        raise CommandError(f"nobody with this phone may register models: {phone}")
    return Actor(kind="STAFF", account_id=account.pk)
