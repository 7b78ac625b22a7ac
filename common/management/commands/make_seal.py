"""The door to a new seal: `manage.py make_seal` writes one where there is none."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from common.seals import keys


class Command(BaseCommand):
    help = "Make the platform's seal for contracts, unless there is one."
    requires_system_checks = ()

    def handle(self, *_: Any, **__: Any) -> None:
        path = Path(settings.SEAL_KEY_PATH)
        is_new = keys.make(path=path, passphrase=settings.SEAL_PASSPHRASE)
        shown = keys.own().certificate_sha256
        self.stdout.write(f"{'made' if is_new else 'kept'} {path} {shown}")
