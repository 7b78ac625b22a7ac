"""The figures of the workbench: sums over rows by a few statements, none of them over people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, QuerySet

from common import clock
from common.audit import queries as audit
from common.periods import SHANGHAI
from common.processes import queries as processes
from lending.applications import queries as applications
from lending.channels import queries as transfers
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans import queries as loans
from monitoring.alerts import queries as alerts
from monitoring.supervision import queries as supervision
from scoring.decisions import queries as assessments
from scoring.decisions.contracts import Tally

DAYS_SHOWN = 14
# Sums over the whole book are asked for once in this time, however many pages are opened.
CHECKED_EVERY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many applications wait for a person, and since when the first does."""

    count: int
    oldest_at: datetime | None
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class DecisionDay:
    """What was decided on one day. What a person decided later counts on that later day too."""

    day: date
    offered: int
    referred: int
    declined: int

    @property
    def final(self) -> int:
        """Decisions that nobody has to look at again."""
        return self.offered + self.declined

    @property
    def total(self) -> int:
        return self.final + self.referred


@dataclass(frozen=True, slots=True)
class Trouble:
    """Money that stands still: payouts that were refused, and transfers without an entry."""

    payouts_failed: int
    unbooked: int

    @property
    def total(self) -> int:
        return self.payouts_failed + self.unbooked


# A run every night, with two hours of patience.
CHECK_DUE_HOURS = 26


@dataclass(frozen=True, slots=True)
class NightCheck:
    """The last walk over everything that must always hold."""

    run_id: int
    ended_at: datetime
    breaches: int
    is_bank_heard: bool
    is_old: bool


@dataclass(frozen=True, slots=True)
class House:
    """Whether the house is in order, and when that was asked."""

    imbalance_fen: int
    entries_sealed: int
    sealed_until: datetime | None
    work_given_up: int
    night: NightCheck | None
    checked_at: datetime


def counts(lists: Sequence[QuerySet[Any]]) -> list[int]:
    """How many rows each list has, all in one statement: every page of the staff asks."""
    if not lists:
        return []
    asked = [rows.order_by().values("pk").query.sql_with_params() for rows in lists]
    columns = [
        f"(SELECT COUNT(*) FROM ({statement}) AS listed)"  # noqa: S608 (Django's own statements)
        for statement, _given in asked
    ]
    with connection.cursor() as cursor:
        values = [each for _statement, given in asked for each in given]
        cursor.execute(f"SELECT {', '.join(columns)}", values)
        return [int(each) for each in cursor.fetchone()]


def waiting() -> Waiting:
    """What waits for a person: a decision, or a look at a proof, as the queue below has both."""
    found = [
        rows.aggregate(count=Count("pk"), oldest_at=Min("submitted_at"))
        for rows in (applications.referred(), applications.proofs_to_check())
    ]
    oldest = [each["oldest_at"] for each in found if each["oldest_at"] is not None]
    return Waiting(
        count=sum(each["count"] for each in found),
        oldest_at=min(oldest, default=None),
        proofs=found[1]["count"],
    )


def alerts_by_severity() -> dict[int, int]:
    """Alerts that are not closed, by how grave they are, the gravest first."""
    rows = alerts.queue().order_by("-severity").values_list("severity")
    return dict(rows.annotate(count=Count("pk")))


def decision_days(*, today: date) -> list[DecisionDay]:
    """The last two weeks, a line a day, days without a decision included."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    since = datetime.combine(first, datetime.min.time(), tzinfo=SHANGHAI)
    said = assessments.tallies(since=since)
    return [_day(first + timedelta(days=number), said) for number in range(DAYS_SHOWN)]


def _day(day: date, said: Sequence[Tally]) -> DecisionDay:
    def times(outcome: str) -> int:
        return sum(each.count for each in said if (each.day, each.outcome) == (day, outcome))

    return DecisionDay(
        day=day,
        offered=times("OFFERED"),
        referred=times("REFERRED"),
        declined=times("DECLINED"),
    )


def repaid(*, on: date) -> tuple[int, int]:
    """Repayments in the books of a day: how many, and how much."""
    return ledger.booked_on(chart.BANK, kind="REPAYMENT", on=on)


def trouble() -> Trouble:
    """Money that a person should look after."""
    return Trouble(
        payouts_failed=loans.payouts_failed().count(), unbooked=len(transfers.unbooked())
    )


def house() -> House:
    """The sums over everything; a moment old at most."""
    found = cache.get_or_set("staff.house", _house, CHECKED_EVERY_SECONDS)
    assert isinstance(found, House)
    return found


def _house() -> House:
    last = audit.last_link()
    return House(
        imbalance_fen=sum(ledger.trial_balance_fen().values()),
        entries_sealed=last.position if last else 0,
        sealed_until=last.entry.occurred_at if last else None,
        work_given_up=processes.given_up(),
        night=_night(),
        checked_at=clock.now(),
    )


def _night() -> NightCheck | None:
    run = supervision.latest()
    if run is None:
        return None
    return NightCheck(
        run_id=run.pk,
        ended_at=run.ended_at,
        breaches=run.breaches,
        is_bank_heard=run.is_bank_heard,
        is_old=clock.now() - run.ended_at > timedelta(hours=CHECK_DUE_HOURS),
    )
