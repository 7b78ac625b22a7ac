"""What every start does while the servers come up: close the missed days, hear a worker."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.celery import app

WORKER_SECONDS = 120


class Command(BaseCommand):
    help = "Close the days that were missed while the platform was down."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--await-worker", action="store_true", help="end only when a worker answers"
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        call_command("close_day", catch_up=True)
        if options["await_worker"]:
            _await_worker()


def _await_worker() -> None:
    deadline = time.monotonic() + WORKER_SECONDS
    while not app.control.ping(timeout=0.5, limit=1):
        if time.monotonic() > deadline:
            raise CommandError(f"No worker answers after {WORKER_SECONDS} seconds.")
