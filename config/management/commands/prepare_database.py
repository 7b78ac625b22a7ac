"""Bring both databases to the schema of this code, and prove the keys (run as the owner)."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate the main database and the keys' database, and renew the application's rights."
    requires_system_checks = ()  # `make check` runs them; a start need not wait

    def handle(self, *_arguments: Any, **options: Any) -> None:
        for alias in ("default", "keys"):
            call_command(
                "migrate",
                database=alias,
                interactive=False,
                verbosity=options["verbosity"] - 1,
            )
        # A later start recognises its keys by what the first one leaves here.
        call_command("keys", "plant")
