"""Writing down what a walk over the invariants found."""

from collections.abc import Sequence
from datetime import datetime

from common.transactions import durable
from monitoring.supervision.models import CheckRun

MOST_SENTENCES = 100


@durable
def record(
    *,
    began_at: datetime,
    checks: int,
    breaches: Sequence[tuple[str, str]],
    is_bank_heard: bool,
) -> int:
    """Keep a run: how many breaches, and the first of them as check and sentence."""
    run = CheckRun.objects.create(
        began_at=began_at,
        checks=checks,
        breaches=len(breaches),
        sentences=[list(each) for each in breaches[:MOST_SENTENCES]],
        is_bank_heard=is_bank_heard,
    )
    return run.pk
