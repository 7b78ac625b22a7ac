"""Tasks of the toolbox: the reaper and the sealer, both poked by beat."""

from typing import Any

from celery import shared_task

from common.audit import actions as audit
from common.processes import actions as processes


@shared_task
def reap_processes(**_: Any) -> None:
    """Poke again what is owed and lies with nobody."""
    processes.reap()


@shared_task
def seal_audit(**_: Any) -> None:
    """Chain the audit entries that were committed since the last time."""
    audit.seal()
