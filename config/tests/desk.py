"""Staff at their desk, and rows planted behind their figures; the rows come from real verbs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from borrowers.people import actions as people
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common import public_ids
from lending.applications import actions as applications
from lending.disbursements import actions as disbursements
from lending.tests import builders, doors

OUR_APPS = ("borrowers", "scoring", "lending", "monitoring")
PASSWORD = "a long enough password"
OFFICERS = "Credit officers"
MAY_DO = ("decide_loanapplication", "retry_payout_loan", "reveal_borrower", "change_alert")
CLERK_PHONE = "+8613900000006"


def officer() -> Any:
    """Mei with the rights of the demonstration's group: everything of ours to look at."""
    account = people.open_staff(phone=cast.PHONES["Mei"], password=PASSWORD, is_administrator=False)
    ours = Permission.objects.filter(content_type__app_label__in=OUR_APPS)
    group = Group.objects.create(name=OFFICERS)
    group.permissions.set(
        ours.filter(codename__startswith="view_") | ours.filter(codename__in=MAY_DO)
    )
    account.groups.add(group)
    return account


def administrator() -> Any:
    return people.open_staff(phone=CLERK_PHONE, password=PASSWORD, is_administrator=True)


def clerk(*codenames: str) -> Any:
    """Somebody of staff with no group and only these rights."""
    account = people.open_staff(phone=CLERK_PHONE, password=PASSWORD, is_administrator=False)
    account.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return account


def browser_of(account: Any) -> Client:
    client = doors.stranger()
    client.force_login(account)
    return client


def workbench(client: Client) -> Any:
    """The page, asked for when nothing was remembered."""
    cache.clear()
    page = client.get(reverse("admin:index"))
    assert page.status_code == 200
    return page


def card(page: Any, title: str) -> Any:
    """One card of the workbench by its title."""
    return next(each for each in page.context["cards"] if each.title == title)


def referred(name: str, *, submitted_at: datetime | None = None) -> Any:
    """An application of one of the cast that waits for a person: they shared no records."""
    person = builders.person(name)
    application = builders.draft(person)
    applications.submit(
        application_id=application.pk,
        on=builders.TODAY,
        at=submitted_at or builders.NOW,
        by=cast.self_of(person),
    )
    decided = doors.decide(application)
    assert decided.state == "REFERRED"
    return decided


def alert(loan: Any, *, severity: int = 3, rule: str = "DPD", raised_at: datetime) -> Any:
    """An alert on a loan, as old as the test wants it: the table takes no later change of that."""
    return rows_of("monitoring.Alert").create(
        loan_id=loan.pk,
        borrower_id=loan.borrower_id,
        rule=rule,
        rule_version=1,
        severity=severity,
        window_key=f"{rule}-{severity}",
        value=1,
        baseline=0,
        count=1,
        evidence={"past_due_days": 1},
        found_on=builders.TODAY,
        raised_at=raised_at,
    )


def assessed(outcome: str, *, at: datetime, like: Any) -> Any:
    """One more decision of the machine, made of another one, at a time of the test's own."""
    rows = rows_of("scoring.Assessment")
    row = rows.get(application_id=like.pk)
    row.pk, row.public_id = None, public_ids.new()
    # Nobody looks at whose application it was: a number, not a key.
    row.application_id = -rows.count()
    row.outcome, row.decided_at = outcome, at
    row.save(force_insert=True)
    _agreed_before(row.borrower_id, at)
    return row


def _agreed_before(borrower_id: int, at: datetime) -> None:
    """To automated decisions, long before: the real verb gives consent only now."""
    rows_of("borrowers.Consent").create(
        borrower_id=borrower_id,
        purpose="AUTOMATED_DECISION",
        notice_version="1",
        granted_at=at - timedelta(days=400),
    )


def reviewed(assessment: Any, outcome: str, *, at: datetime, by: Any) -> None:
    """A person decides over it."""
    rows_of("scoring.Review").create(
        assessment=assessment,
        reviewer=by,
        outcome=outcome,
        reason_code="SMALL_START",
        limit_fen=100_000,
        annual_rate_ppm=180_000,
        reviewed_at=at,
    )


def rows_of(model: str) -> Any:
    """Every row of a table that is not ours to import."""
    return apps.get_model(model)._default_manager.all()


def loan_of(card_of: BorrowerCard, *, key: str = "first", amount_fen: int = 300_000) -> Any:
    return builders.paid_out(card_of, key=key, amount_fen=amount_fen)


class _Words(HTMLParser):
    """The words of a page without its marks, styles and scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.is_hidden = False

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        self.is_hidden = tag in {"script", "style", "title"}

    def handle_endtag(self, _tag: str) -> None:
        self.is_hidden = False

    def handle_data(self, data: str) -> None:
        if not self.is_hidden:
            self.words += data.split()


def read(page: Any) -> str:
    """What a person reads on a page."""
    reader = _Words()
    reader.feed(unescape(page.content.decode()))
    return " ".join(reader.words)


def titles(page: Any) -> list[str]:
    """Every line of the sidebar, in order."""
    return [str(item["title"]) for item in _items(page)]


def item(page: Any, title: str) -> dict[str, Any]:
    """One line of the sidebar."""
    return next(each for each in _items(page) if str(each["title"]) == title)


def _items(page: Any) -> Iterable[dict[str, Any]]:
    for group in page.context["sidebar_navigation"]:
        yield from group["items"]


def late(loan: Any, days: int) -> None:
    """As if its oldest unpaid instalment had fallen due so long ago."""
    rows_of("lending.Loan").filter(pk=loan.pk).update(
        oldest_unpaid_due_on=builders.TODAY - timedelta(days=days)
    )


def refused_payout(name: str = "Lin") -> Any:
    """A signed loan whose money the bank would not pay out."""
    loan = builders.signed(builders.person(name))
    transfer = rows_of("lending.Transfer").get(loan_id=loan.pk)
    disbursements.book(
        transfer_id=transfer.pk,
        answer=builders.said(transfer, "FAILED"),
        on=builders.TODAY,
        claim=None,
    )
    return loan
