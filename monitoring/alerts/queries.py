"""What waits for staff, the gravest and oldest first."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import QuerySet

from lending.loans import queries as loans
from monitoring.alerts.models import Alert, AlertState
from monitoring.alerts.words import PAID_SINCE
from monitoring.watch.rules import DPD

RANGE_LOANS = 500
LIVE = (AlertState.OPEN, AlertState.ASSIGNED)


def queue() -> QuerySet[Alert]:
    """Alerts that are not closed."""
    return Alert.objects.filter(state__in=LIVE).order_by("-severity", "raised_at", "pk")


def of_loan(loan_id: int) -> QuerySet[Alert]:
    """Everything that was ever found about a loan, newest first."""
    return Alert.objects.filter(loan_id=loan_id).order_by("-pk")


def is_contradicted(alert: Alert, *, reason: str, on: date) -> bool:
    """Whether the books deny the reason: nothing is "paid since" while an instalment is late."""
    if reason != PAID_SINCE:
        return False
    return any(loans.days_past_due(loan, on) > 0 for loan in loans.by_ids({alert.loan_id}))


def paid_since(alerts: Iterable[Alert], *, on: date) -> set[int]:
    """Which of these late alerts are of loans on which nothing is late any more."""
    return {pk for pk, days in days_late(alerts, on=on).items() if days == 0}


def days_late(alerts: Iterable[Alert], *, on: date) -> dict[int, int]:
    """How late the loan of each late alert is on a day, as its list says; of no other alert."""
    late = [each for each in alerts if each.rule == DPD]
    if not late:
        return {}
    days = {
        loan.pk: loans.days_past_due(loan, on)
        for loan in loans.by_ids({each.loan_id for each in late})
        if loan.state in {"ACTIVE", "SETTLED"}
    }
    return {each.pk: days[each.loan_id] for each in late if each.loan_id in days}


def late_in_range(number: int) -> QuerySet[Alert]:
    """Late alerts that are not closed, of loans of one range, whatever became of the loans."""
    first_id = number * RANGE_LOANS
    return queue().filter(rule=DPD, loan_id__range=(first_id, first_id + RANGE_LOANS - 1))


def next_to_watch(*, after_id: int) -> int | None:
    """The next loan that runs, or that has ended and still has a late alert."""
    running = loans.active_ids(after_id=after_id, limit=1)
    alerted = queue().filter(rule=DPD, loan_id__gt=after_id).order_by("loan_id")
    return min([*running, *alerted.values_list("loan_id", flat=True)[:1]], default=None)


def loans_in_range(number: int) -> list[int]:
    """The running loans of one range of a round."""
    first_id = number * RANGE_LOANS
    ids = loans.active_ids(after_id=first_id - 1, limit=RANGE_LOANS)
    return [each for each in ids if each < first_id + RANGE_LOANS]


def live_rules(loan_ids: Collection[int]) -> dict[int, list[str]]:
    """For each of these loans the rules that have an alert now."""
    found: dict[int, list[str]] = {}
    rows = queue().filter(loan_id__in=loan_ids).values_list("loan_id", "rule")
    for loan_id, rule in rows:
        found.setdefault(loan_id, []).append(rule)
    return found
