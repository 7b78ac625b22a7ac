"""The whole platform; `manage.py` runs it without Django, this file lets `help` know it."""

import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.supervisor import up


class Command(BaseCommand):
    help = "Start PostgreSQL, Redis, the sandbox bank, web, worker and beat, and keep them alive."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        up.add_arguments(parser)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        sys.exit(up.run(Namespace(**options)))
