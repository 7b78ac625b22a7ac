"""The night's walk over everything that must always hold, kept where staff see it."""

from collections import Counter
from typing import Any

import structlog
from celery import shared_task
from django.db import connection, transaction

from common import clock
from config import assembly
from lending.tasks import bank
from monitoring.supervision import actions as supervision

logger = structlog.get_logger(__name__)
LONGEST_SECONDS = 3_600


# Not acknowledged late: it outlasts the broker's patience over a large book, and two walks at once
# find no more than one. What is not finished tonight is seen as missing tomorrow.
@shared_task(acks_late=False, soft_time_limit=LONGEST_SECONDS, time_limit=LONGEST_SECONDS + 60)
def check_invariants(**_: Any) -> None:
    """Check the whole house, compare it with the bank, and keep and log what was found."""
    began_at = clock.now()
    found = _of_one_moment()
    of_bank = assembly.bank_breaches(bank())
    found += of_bank or []
    supervision.record(
        began_at=began_at,
        checks=len(assembly.INVARIANTS) + (of_bank is not None),
        breaches=found,
        is_bank_heard=of_bank is not None,
    )
    for name, count in Counter(name for name, _ in found).items():
        logger.error("invariant_broken", code=name, count=count)
    if of_bank is None:
        logger.warning("bank_not_heard")


def _of_one_moment() -> list[tuple[str, str]]:
    """Every breach in one snapshot: a loan that moves meanwhile is no breach."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return list(assembly.breaches())
