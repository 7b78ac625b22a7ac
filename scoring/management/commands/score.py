"""`manage.py score --as-of TIME PERSON…`: what the model of then says of people as of then."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common import clock
from common.actors import SYSTEM
from common.errors import Refused
from common.periods import SHANGHAI
from scoring.management.shell import said


class Command(BaseCommand):
    """Nothing is decided or kept; that somebody looked stands in the audit trail."""

    help = "Rate people by what was known of them before a moment, and say why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of", type=moment, required=True, metavar="TIME", help="2026-11-20T12:00"
        )
        parser.add_argument("people", nargs="+", metavar="BORROWER", help="their public ids")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        from scoring.management import learning  # noqa: PLC0415 (pandas is slow to load)

        as_of: datetime = options["as_of"]
        if as_of > clock.now():
            raise CommandError(f"{as_of.isoformat()} has not come yet. Nobody was rated.")
        people, refused = [], []
        for public_id in options["people"]:
            try:
                people.append(learning.scored(public_id=public_id, as_of=as_of, by=SYSTEM))
            except Refused as refusal:
                refused.append({"borrower": public_id, "code": refusal.code, "why": said(refusal)})
        if options["json"]:
            found = {"as_of": as_of.isoformat(), "people": people, "refused": refused}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for each in people:
            self.stdout.write(text(each))
        for each in refused:
            self.stderr.write(f"{each['borrower']}: {each['why']}")


def moment(words: str) -> datetime:
    """A moment as ISO 8601; without an offset it is Shanghai's."""
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise ArgumentTypeError(f"a moment such as 2026-11-20T12:00, not {words}") from error
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def text(found: dict[str, Any]) -> str:
    lines = [
        f"{found['borrower']}: {found['score']} points, PD {found['pd']:.2%}, {found['model']}"
    ]
    for each in found["reasons"]:
        words = each["words"]["en"] if each["words"] else each["code"]
        lines.append(f"  {each['points']:+4d}  {words}")
    return "\n".join(lines)
