"""Scoring's tasks: they read the business date, call one verb, and may run twice."""

from typing import Any

from celery import shared_task

from common import clock
from common.business_date import queries as business_dates
from common.processes.contracts import Claim
from common.processes.runs import run
from scoring.decisions import actions as decisions
from scoring.features.nightly import actions as nightly
from scoring.graph import actions as graph
from scoring.oversight import actions as oversight
from scoring.registry import queries as registry


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


@shared_task
def look_at_links(**_: Any) -> None:
    """Promise the night's look at links; before the books are open, nothing."""
    day = business_dates.current()
    if day is not None:
        graph.start_round(key=day.isoformat())


@shared_task
def look_at_links_range(*, process_id: int, **_: Any) -> None:
    """Look at the links of one range of people."""
    run(process_id=process_id, work=_look_at_links_range)


def _look_at_links_range(claim: Claim) -> None:
    graph.look_at_range(number=claim.subject_id, at=clock.now(), claim=claim)


@shared_task
def watch_models(**_: Any) -> None:
    """Take every figure of every living model for the business date; a second time adds nothing."""
    on = business_dates.current()
    if on is None:
        return
    for each in registry.living():
        oversight.measure(model_id=each.id, on=on)
