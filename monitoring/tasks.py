"""Tasks of monitoring: they read the clock, call one verb, and may run twice."""

from datetime import date
from typing import Any

from celery import shared_task

from common import clock
from common.business_date import queries as business_dates
from common.processes.contracts import Claim
from common.processes.runs import run
from lending.loans import queries as loans
from monitoring.alerts import actions as alerts
from monitoring.alerts import queries as rounds


@shared_task
def watch_loans(**_: Any) -> None:
    """Start the round of the business date; before the books are opened there is nothing."""
    on = business_dates.current()
    if on is not None:
        alerts.start_round(on=on)


@shared_task
def watch_range(*, process_id: int, **_: Any) -> None:
    """Look at one range of loans: close what was paid up, raise what is found."""
    run(process_id=process_id, work=_watch_range)


@shared_task
def watch_borrower(*, process_id: int, **_: Any) -> None:
    """Look at one borrower's loans, because new records have come."""
    run(process_id=process_id, work=_watch_borrower)


def _watch_range(claim: Claim) -> None:
    on = date.fromisoformat(claim.process_key)
    alerts.close_paid_up(number=claim.subject_id, on=on)
    alerts.look_at(loan_ids=rounds.loans_in_range(claim.subject_id), on=on, claim=claim)


def _watch_borrower(claim: Claim) -> None:
    own = loans.of_borrower(claim.subject_id).values_list("pk", flat=True)
    on = business_dates.current() or clock.shanghai_today()
    alerts.look_at(loan_ids=list(own), on=on, claim=claim)
