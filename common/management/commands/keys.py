"""The door to the keys: `manage.py keys status | plant | prove | rewrap`.

Changing the key-encrypting key: put the new one first in FIELD_ENCRYPTION_KEY, restart, run
`rewrap`, wait until nothing sealed with the platform's key is needed any more (sessions, outgoing
texts), then drop the old one.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.crypto import keys


class Command(BaseCommand):
    help = "Show, prove or rewrap the keys that seal personal data."
    requires_system_checks = ()  # a wrong key must not stand in the way of saying so

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["status", "plant", "prove", "rewrap"])

    def handle(self, *_: Any, action: str, **__: Any) -> None:
        try:
            getattr(self, f"_{action}")()
        except keys.DecryptError as error:
            raise CommandError(f"{error}. Configure the keys of this database.") from error

    def _status(self) -> None:
        """How many subject keys each key-encrypting key still wraps, newest first."""
        counts = keys.keys_per_kek()
        for version in keys.kek_versions():
            self.stdout.write(f"{version} {counts.pop(version, 0)}")
        for version, count in counts.items():
            self.stdout.write(f"{version} {count} (not configured: these cannot be opened)")

    def _plant(self) -> None:
        """Prove the keys first, so that a wrong one is never taken for right afterwards."""
        keys.prove()
        keys.plant_canary()

    def _prove(self) -> None:
        keys.prove()
        self.stdout.write("The configured keys are those of this database.")

    def _rewrap(self) -> None:
        while count := keys.rewrap():
            self.stdout.write(f"{count} keys wrapped anew")
