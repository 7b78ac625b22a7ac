"""What waits for a person, as one list: what is urgent first, then what waits longest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext

from borrowers.people import queries as people
from borrowers.people.contracts import MaskedPerson
from common.business_date import queries as business_dates
from common.periods import SHANGHAI
from common.templatetags.dates import months
from common.templatetags.money import yuan
from lending.admin import changes, words
from lending.applications import queries as applications
from lending.applications.purposes import telling
from lending.loans import queries as loans
from lending.servicing.asking import queries as asking
from monitoring.alerts import queries as alerts
from monitoring.alerts.words import RULES, figures
from monitoring.watch.rules import CALL, URGENT

ROWS_OF_A_KIND = 8
LONG_WAIT = timedelta(hours=24)
LOOKS = {URGENT: "danger", CALL: "warning"}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do. `look` is unfold's name of a colour."""

    kind: str
    look: str
    what: str
    url: str
    borrower_id: int
    since: datetime
    is_urgent: bool = False
    note: str = ""
    person: MaskedPerson | None = None
    age: str = ""
    is_old: bool = False


def rows(request: HttpRequest, *, now: datetime) -> list[Row]:
    """The first few of each kind that the person may see, with their people covered."""
    found = sorted(
        [*_applications(request), *_alerts(request), *_payouts(request), *_changes(request)],
        key=lambda row: (not row.is_urgent, row.since),
    )
    masks = people.masked_many({row.borrower_id for row in found})
    return [
        replace(
            row,
            person=masks[row.borrower_id],
            age=age(row.since, now),
            is_old=now - row.since > LONG_WAIT,
        )
        for row in found
    ]


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the one unit that matters."""
    if now - since < timedelta(minutes=1):
        return gettext("just now")
    return timesince(since, now, depth=1)


def _applications(request: HttpRequest) -> Iterator[Row]:
    if not request.user.has_perm("lending.view_loanapplication"):
        return
    for each in [
        *applications.referred()[:ROWS_OF_A_KIND],
        *applications.proofs_to_check()[:ROWS_OF_A_KIND],
    ]:
        assert each.submitted_at is not None
        yield Row(
            kind=gettext("Application"),
            look="info",
            what=_sum_and_term(each.amount_fen, each.term_months),
            url=reverse("admin:lending_loanapplication_change", args=[each.pk]),
            borrower_id=each.borrower_id,
            since=each.submitted_at,
            note=_why_it_waits(each),
        )


def _why_it_waits(application: Any) -> str:
    if application.state != "REFERRED":
        proof = gettext(telling.scene_of(application).words.proof)
        return gettext("To look at: %(proof)s") % {"proof": proof}
    if application.review_wanted:
        return gettext("The person asked for a person")
    name: str = application.product.name_in(get_language() or "")
    return name


def _alerts(request: HttpRequest) -> Iterator[Row]:
    if not request.user.has_perm("monitoring.view_alert"):
        return
    found = list(alerts.queue()[:ROWS_OF_A_KIND])
    days_late = alerts.days_late(found, on=business_dates.current() or date.min)
    for each in found:
        yield Row(
            kind=gettext("Alert"),
            look=LOOKS.get(each.severity, "info"),
            what=gettext(RULES.get(each.rule, each.rule)),
            url=reverse("admin:monitoring_alert_change", args=[each.pk]),
            borrower_id=each.borrower_id,
            since=each.raised_at,
            is_urgent=each.severity == URGENT,
            note=_said(each, request, days_late=days_late.get(each.pk)),
        )


def _said(alert: Any, request: HttpRequest, *, days_late: int | None) -> str:
    """Who works on it and whether it was paid, else how late it is now, or the first figure."""
    paid = gettext("Paid since: nothing is past due now") if days_late == 0 else ""
    said = [each for each in (_holder(alert.assignee_id, request), paid) if each]
    if not said and days_late:
        # As the list of loans says it today, not as it was when the alert was raised.
        return _figure({"past_due_days": days_late})
    return " · ".join(said) or _figure(alert.evidence)


def _payouts(request: HttpRequest) -> Iterator[Row]:
    if not request.user.has_perm("lending.view_loan"):
        return
    for each in loans.payouts_failed()[:ROWS_OF_A_KIND]:
        yield Row(
            kind=gettext("Payout failed"),
            look="danger",
            what=_sum_and_term(each.principal_fen, each.term_months),
            url=reverse("admin:lending_loan_change", args=[each.pk]),
            borrower_id=each.borrower_id,
            since=datetime.combine(each.signed_on, time.min, tzinfo=SHANGHAI),
            is_urgent=True,
        )


def _changes(request: HttpRequest) -> Iterator[Row]:
    """What borrowers ask to be changed, and what a colleague has asked for and may not approve."""
    if request.user.has_perm(changes.MAY_ASK):
        found = list(asking.asked()[:ROWS_OF_A_KIND])
        asked_at = asking.asked_at(found)
        for each in found:
            day = datetime.combine(each.asked_on, time.min, tzinfo=SHANGHAI)
            yield _change(gettext("Request"), each, asked_at.get(each.pk, day))
    if request.user.has_perm(changes.MAY_DECIDE):
        for wish in asking.to_decide(by=request.user)[:ROWS_OF_A_KIND]:
            yield _change(gettext("Change to approve"), wish, wish.proposed_at)


def _change(kind: str, row: Any, since: datetime) -> Row:
    page = reverse("admin:lending_loan_change", args=[row.loan_id])
    return Row(
        kind=kind,
        look="info",
        what=words.said(words.KINDS, row.kind),
        url=f"{page}#changes",
        borrower_id=row.loan.borrower_id,
        since=since,
    )


def _sum_and_term(amount_fen: int, term_months: int) -> str:
    words = gettext("%(amount)s over %(months)s")
    return words % {"amount": yuan(amount_fen), "months": months(term_months)}


def _figure(evidence: Mapping[str, int | str]) -> str:
    """The first of the figures behind an alert."""
    name, value = next(figures(evidence), ("", ""))
    return f"{gettext(name)}: {value}" if name else ""


def _holder(assignee_id: int | None, request: HttpRequest) -> str:
    if assignee_id is None:
        return ""
    is_own = not isinstance(request.user, AnonymousUser) and assignee_id == request.user.pk
    return gettext("You work on it") if is_own else gettext("A colleague works on it")
