"""Nudging a worker through the broker. Losing a nudge loses nothing: the reaper nudges again."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def call(*, task: str, queue: str) -> None:
    """Ask whoever is free to come and help; a dead broker is noted and forgiven."""
    try:
        current_app.send_task(task, queue=queue)
    except OperationalError:
        log.warning("call_failed", task=task)


def poke(*, task: str, queue: str, process_id: int) -> None:
    """Send the task one id; a dead broker is noted and forgiven."""
    try:
        current_app.send_task(task, kwargs={"process_id": process_id}, queue=queue)
    except OperationalError:
        log.warning("poke_failed", task=task, process_id=process_id)
