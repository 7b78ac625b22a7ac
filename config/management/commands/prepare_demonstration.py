"""Load the demonstration's fictional people, and write down how they sign in."""

import io
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from common.seals import keys
from config.supervisor.console import LOGINS_FILE


class Command(BaseCommand):
    help = "Load the demonstration (twice is once) and note its logins for the welcome."
    requires_system_checks = ()

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        keys.own()
        call_command("load_demonstration")
        said = io.StringIO()
        call_command("demonstration_logins", stdout=said)
        file = settings.STATE_DIR / LOGINS_FILE
        file.touch(mode=0o600)
        file.write_text(said.getvalue(), encoding="utf-8")
