"""Raising alerts once, what staff do with them (take, take over, close), and closing late ones
whose loan was paid up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count

from django.db.models.functions import Now

from borrowers.messages import actions as messages
from borrowers.people import queries as people
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.processes import actions as processes
from common.processes import queries as promises
from common.processes.contracts import Claim
from common.texts import gettext_noop
from common.transactions import durable, required
from monitoring.alerts import queries
from monitoring.alerts.models import Alert, AlertState
from monitoring.alerts.queries import RANGE_LOANS
from monitoring.alerts.words import CLOSE_REASONS, PAID_UP
from monitoring.watch import queries as watch
from monitoring.watch.contracts import Finding, WatchedLoan
from monitoring.watch.rules import DPD

ROUND = "WATCH_LOANS"


@durable
def start_round(*, on: date) -> int:
    """Promise a look at every loan to watch on a day, range by range; twice is once.

    Ranges are cut by id, so that whoever starts the round promises the same ones. Returns how
    many were new.
    """
    after_id, started = 0, 0
    while (following := queries.next_to_watch(after_id=after_id)) is not None:
        number = following // RANGE_LOANS
        started += _promise(number, on)
        after_id = (number + 1) * RANGE_LOANS - 1
    return started


def _promise(number: int, on: date) -> bool:
    key = on.isoformat()
    # A range that is done is not poked again; what is owed is the reaper's.
    if promises.find(kind=ROUND, subject_id=number, process_key=key) is not None:
        return False
    processes.start(
        kind=ROUND,
        subject_id=number,
        process_key=key,
        task="monitoring.tasks.watch_range",
        queue="monitoring",
    )
    return True


@durable
def look_at(*, loan_ids: Sequence[int], on: date, claim: Claim | None) -> int:
    """Let the rules look at these loans and raise what they find; how many alerts are new."""
    raised = [
        raise_alert(loan=loan, finding=finding, on=on)
        for loan, finding in watch.findings(loan_ids, on=on)
    ]
    if claim is not None:
        processes.finish(claim=claim)
    return sum(each is not None for each in raised)


@durable
def close_paid_up(*, number: int, on: date) -> int:
    """Close the late alerts of one range whose loans have nothing past due any more; how many.

    Also such as somebody has taken: whoever closes at the same moment comes first or is told that
    it is closed. When the loan is late again a new alert stands (`raise_alert`).
    """
    paid = queries.paid_since(queries.late_in_range(number), on=on)
    rows = Alert.objects.select_for_update(of=("self",), no_key=True)
    closed = rows.filter(pk__in=paid, state__in=queries.LIVE).order_by("pk")
    for alert in closed:
        _close(alert, PAID_UP)
        _note("closed", alert, SYSTEM, {"reason": PAID_UP, "on": on.isoformat()})
    return len(closed)


def _close(alert: Alert, reason: str, note_document_id: int | None = None) -> None:
    alert.state, alert.closed_at = AlertState.CLOSED, Now()
    alert.close_reason, alert.note_id = reason, note_document_id
    alert.save(update_fields=["state", "closed_at", "close_reason", "note"])


@required
def raise_alert(*, loan: WatchedLoan, finding: Finding, on: date) -> int | None:
    """Put a finding before staff and offer the borrower help, once for loan, rule and window.

    A window whose alert the system closed as paid up is opened anew when the payment is taken
    back. Returns the new alert's id, or nothing when it stands already.
    """
    finding = _anew(loan, finding)
    alert, is_new = Alert.objects.get_or_create(
        loan_id=loan.loan_id,
        rule=finding.rule,
        window_key=finding.window_key,
        defaults={
            "borrower_id": loan.borrower_id,
            "rule_version": finding.version,
            "severity": finding.severity,
            "value": finding.value,
            "baseline": finding.baseline,
            "count": finding.count,
            "evidence": dict(finding.evidence),
            "found_on": on,
        },
    )
    if not is_new:
        return None
    _note("raised", alert, SYSTEM, {"loan": loan.public_id, "window": finding.window_key})
    _offer_help(loan, finding, on)
    return alert.pk


def _anew(loan: WatchedLoan, finding: Finding) -> Finding:
    """The finding under the first window that was not closed as paid up."""
    key, rows = finding.window_key, Alert.objects.filter(loan_id=loan.loan_id, rule=finding.rule)
    closed = set(rows.filter(close_reason=PAID_UP).values_list("window_key", flat=True))
    windows = (key if number == 1 else f"{key}.{number}" for number in count(1))
    return replace(finding, window_key=next(each for each in windows if each not in closed))


def _offer_help(loan: WatchedLoan, finding: Finding, on: date) -> None:
    """One note for each late stage; for all else one a month, whatever was found."""
    is_late = finding.rule == DPD
    template = "LATE_NOTE" if is_late else "EARLY_WARNING_NOTE"
    occasion = finding.window_key if is_late else f"{on:%Y-%m}"
    messages.send(
        borrower_id=loan.borrower_id,
        template=template,
        facts={"loan": loan.public_id},
        message_key=f"{template}:{loan.loan_id}:{occasion}",
    )


class AlertNotYours(Refused):
    """Somebody else works on it, nobody took it yet, or it is about oneself."""

    code = "ALERT_NOT_YOURS"
    message = gettext_noop("This alert is not yours to work on.")
    advice = gettext_noop("Take it first, or leave it to a colleague.")
    status = 403


class AlertClosed(Refused):
    """It has been closed; a new finding raises a new alert."""

    code = "ALERT_CLOSED"
    message = gettext_noop("This alert has been closed already.")
    advice = gettext_noop("Open it to read how it was closed.")


class CloseReasonUnknown(Refused):
    """An alert is closed with a reason of the list."""

    code = "CLOSE_REASON_UNKNOWN"
    message = gettext_noop("An alert is closed with a reason.")
    advice = gettext_noop("Choose one of the reasons.")
    status = 422


class AlertStillLate(Refused):
    """The books show an instalment that is late: it was not paid."""

    code = "ALERT_STILL_LATE"
    message = gettext_noop("The loan is still past due, so the alert cannot be closed as paid.")
    advice = gettext_noop("Wait until the payment is booked, or choose the reason that fits.")


@durable
def assign(*, alert_id: int, take_over: bool = False, by: Actor) -> None:
    """Take an alert; taking it twice is once. `take_over` takes it from a colleague.

    Raises NotFound, AlertClosed, AlertNotYours.
    """
    alert = _lock(alert_id, by)
    if alert.state == AlertState.CLOSED:
        raise AlertClosed
    if alert.assignee_id == by.account_id:
        return
    if alert.assignee_id is not None and not take_over:
        raise AlertNotYours
    before, alert.assignee_id = alert.assignee_id, by.account_id
    alert.state, alert.assigned_at = AlertState.ASSIGNED, Now()
    alert.save(update_fields=["assignee", "state", "assigned_at"])
    _note("taken", alert, by, {"from": before})


@durable
def close(*, alert_id: int, reason: str, note_document_id: int | None, on: date, by: Actor) -> None:
    """Close an alert that one has taken, with a reason; the same again is once.

    Raises NotFound, AlertClosed, AlertNotYours, AlertStillLate, CloseReasonUnknown.
    """
    if reason not in CLOSE_REASONS:
        raise CloseReasonUnknown
    alert = _lock(alert_id, by)
    if alert.state == AlertState.CLOSED:
        if (alert.assignee_id, alert.close_reason) != (by.account_id, reason):
            raise AlertClosed
        return
    if alert.assignee_id != by.account_id:
        raise AlertNotYours
    if queries.is_contradicted(alert, reason=reason, on=on):
        raise AlertStillLate
    _close(alert, reason, note_document_id)
    _note("closed", alert, by, {"reason": reason, "note": note_document_id})


def _lock(alert_id: int, by: Actor) -> Alert:
    """The locked alert, when this member of staff may work on it at all.

    An alert stands outside of the house's order: whoever locks one locks nothing else.
    """
    rows = Alert.objects.select_for_update(of=("self",), no_key=True)
    alert = rows.filter(pk=alert_id).first()
    if alert is None:
        raise NotFound
    own = people.card(alert.borrower_id).account_id
    if by.kind != "STAFF" or by.account_id in {None, own}:
        raise AlertNotYours
    return alert


def _note(what: str, alert: Alert, by: Actor, facts: dict[str, object]) -> None:
    audit.append(
        action=f"monitoring.alert.{what}",
        subject=f"alert:{alert.public_id}",
        by=by,
        facts={"rule": alert.rule, **facts},
    )
