"""Scoring's tasks: they read the business date, call one verb, and may run twice."""

from typing import Any

from celery import shared_task

from common.business_date import queries as business_dates
from common.processes.contracts import Claim
from common.processes.runs import run
from scoring.decisions import actions as decisions
from scoring.features.nightly import actions as nightly


@shared_task
def compute_features(**_: Any) -> None:
    """Promise everybody's features of the business date; before the books are open, nothing."""
    day = business_dates.current()
    if day is not None:
        nightly.start_round(day=day)


@shared_task
def compute_range(*, process_id: int, **_: Any) -> None:
    """Compute the features of one range of people."""
    run(process_id=process_id, work=_compute_range)


@shared_task
def look_on(*, process_id: int, **_: Any) -> None:
    """Let every living model rate one decided application."""
    run(process_id=process_id, work=_look_on)


def _compute_range(claim: Claim) -> None:
    nightly.compute_range(claim=claim)


def _look_on(claim: Claim) -> None:
    decisions.look_on(assessment_id=claim.subject_id, claim=claim)
