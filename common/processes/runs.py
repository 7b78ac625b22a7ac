"""The frame of every process task: claim, work, and say honestly how it ended."""

from collections.abc import Callable

import structlog
from django.db import OperationalError

from common.errors import Refused
from common.processes import actions
from common.processes.contracts import Claim

log = structlog.get_logger(__name__)

FIRST_DELAY_SECONDS = 2.0
LONGEST_DELAY_SECONDS = 300.0


class NotYet(Exception):
    """The work waits for somebody else; ask again in `delay_seconds`, no attempt counted."""

    def __init__(self, delay_seconds: float) -> None:
        super().__init__(delay_seconds)
        self.delay_seconds = delay_seconds


class Failed(Exception):
    """The attempt failed for a reason that may pass; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def run(*, process_id: int, work: Callable[[Claim], None]) -> bool:
    """Claim the process and do `work`, which finishes it itself; True when it ran to its end.

    An unforeseen error keeps the lease until it runs out and rises to the log: the attempt has
    been counted, so a crash loop ends in quarantine.
    """
    claim = actions.claim(process_id=process_id)
    if claim is None:
        return False
    try:
        return _has_ended(claim, work)
    except actions.LeaseLost:
        log.warning("lease_lost", process_id=process_id, kind=claim.kind)
        return False


def _has_ended(claim: Claim, work: Callable[[Claim], None]) -> bool:
    """Work, or give the process back. Raises LeaseLost when somebody else has it by then."""
    try:
        work(claim)
    except NotYet as pause:
        actions.postpone(claim=claim, delay_seconds=pause.delay_seconds)
        return False
    except (Failed, Refused, OperationalError) as error:
        code = getattr(error, "code", None) or type(error).__name__
        actions.retry(claim=claim, error=code, delay_seconds=delay_seconds(claim.attempt))
        log.warning("process_retried", process_id=claim.process_id, kind=claim.kind, code=code)
        return False
    return True


def delay_seconds(attempt: int) -> float:
    """Twice as long after every failure, up to five minutes."""
    return min(FIRST_DELAY_SECONDS * 2.0 ** (attempt - 1), LONGEST_DELAY_SECONDS)
