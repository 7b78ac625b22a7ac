"""What failed too often waits for a person: this shows it, and lets it be tried again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.actors import SYSTEM
from common.processes import actions, queries


class Command(BaseCommand):
    help = "List the work in quarantine, or let some of it be tried again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process_id", nargs="*", type=int, help="numbers from the list")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if not options["process_id"]:
            self._list()
        for process_id in options["process_id"]:
            if not actions.try_again(process_id=process_id, by=SYSTEM):
                raise CommandError(f"Process {process_id} is not in quarantine.")
            self.stdout.write(f"Process {process_id} will be tried again.")

    def _list(self) -> None:
        for row in queries.in_quarantine():
            self.stdout.write(
                f"{row.pk}  {row.kind} {row.subject_id} {row.process_key}  "
                f"{row.attempts} attempts  {row.last_error}"
            )
        self.stdout.write(f"{queries.given_up()} in quarantine")
