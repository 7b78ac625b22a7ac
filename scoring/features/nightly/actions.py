"""Promising the ranges of a day, and computing one: slice by slice, each on paper when it is done.

A slice is fenced by the claim of its range, and a person is kept once a day: a worker that is
killed leaves whole slices behind, and whoever inherits the range does the rest.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import structlog
from django.db import connection

from borrowers.behaviour import queries as behaviour
from common.processes import actions as processes
from common.processes import queries as promises
from common.processes.contracts import Claim
from common.transactions import durable, required
from scoring.features import kernel
from scoring.features.catalogue import OPTIONAL_PURPOSES
from scoring.features.nightly import queries
from scoring.features.nightly.outcomes import Failure, Outcome, outcomes, start_of

log = structlog.get_logger(__name__)

ROUND = "COMPUTE_FEATURES"
TASK = "scoring.tasks.compute_range"
SLICE_PEOPLE = 100

_KEEP = """
INSERT INTO scoring_featuresnapshot
       (borrower_id, day, as_of, kernel_version, features, failed_feature, failure)
SELECT borrower_id, %(day)s, %(as_of)s, %(kernel)s, features, failed_feature, failure
  FROM unnest(%(borrowers)s::bigint[], %(features)s::jsonb[], %(blamed)s::text[],
              %(failures)s::text[]) AS found (borrower_id, features, failed_feature, failure)
ON CONFLICT (borrower_id, day) DO NOTHING
"""


@durable
def start_round(*, day: date) -> list[int]:
    """Promise everybody's features of a day, range by range; twice is once.

    Returns the processes of the day that are not done yet.
    """
    return [process_id for number in queries.ranges() if (process_id := _promise(number, day=day))]


def _promise(number: int, *, day: date) -> int | None:
    """The process of a range, or nothing when it is done: people who came since wait a day."""
    key = day.isoformat()
    found = promises.find(kind=ROUND, subject_id=number, process_key=key)
    if found is not None:
        return found.pk if found.ended_at is None else None
    return processes.start(
        kind=ROUND, subject_id=number, process_key=key, task=TASK, queue="monitoring"
    )


def compute_range(*, claim: Claim) -> int:
    """Compute what is still owed of the claimed range; how many people are new.

    Raises LeaseLost when another worker has taken over; what was written by then stands.
    """
    day = date.fromisoformat(claim.process_key)
    owed = queries.still_owed(claim.subject_id, day)
    kept = 0
    for first in range(0, len(owed), SLICE_PEOPLE):
        kept += compute_slice(borrower_ids=owed[first : first + SLICE_PEOPLE], day=day, claim=claim)
    end_range(claim=claim)
    return kept


@durable
def compute_slice(*, borrower_ids: Sequence[int], day: date, claim: Claim) -> int:
    """Read, compute and keep these people's features as one; how many are new.

    Who withdrew since the range was looked at is no longer read. Raises LeaseLost.
    """
    processes.hold(claim=claim)
    readable = behaviour.readable_borrowers(borrower_ids)
    columns = behaviour.columns_of_many(readable, also=OPTIONAL_PURPOSES)
    found = outcomes(columns, len(readable), start_of(day))
    return keep(found=dict(zip(readable, found, strict=True)), day=day)


@durable
def end_range(*, claim: Claim) -> None:
    """Say that nobody of the range is owed. Raises LeaseLost."""
    processes.finish(claim=claim)


@required
def keep(*, found: Mapping[int, Outcome], day: date) -> int:
    """Keep each person's vector, or why there is none; who has one of the day keeps it."""
    values: dict[str, Any] = {
        "day": day,
        "as_of": start_of(day),
        "kernel": kernel.VERSION,
        "borrowers": list(found),
        "features": [
            None if isinstance(each, Failure) else json.dumps(each) for each in found.values()
        ],
        "blamed": [each.feature if isinstance(each, Failure) else "" for each in found.values()],
        "failures": [each.error if isinstance(each, Failure) else "" for each in found.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        kept = int(cursor.rowcount)
    for each in found.values():
        if isinstance(each, Failure):
            log.error("feature_failed", code=each.error)
    return kept
