"""The queue of the workbench: in the order of work, of covered people, for those who may see it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.actors import SYSTEM, Actor
from config.staff import cards, queue
from config.tests import desk
from lending.calc.contracts import Change, TransactionKind
from lending.servicing import changes as servicing
from lending.servicing.asking import requests
from lending.tests import builders
from monitoring.alerts import actions as alerts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
NOW, TODAY = builders.NOW, builders.TODAY
HOUR = timedelta(hours=1)


class TestTheQueue:
    def test_puts_what_is_urgent_first_and_then_what_waits_longest(self, mei, lin):
        loan = desk.loan_of(lin)
        desk.referred("Wei", submitted_at=NOW - 3 * HOUR)
        desk.alert(loan, severity=1, rule="INCOME_DROP", raised_at=NOW - 5 * HOUR)
        desk.alert(loan, severity=3, raised_at=NOW - HOUR)
        desk.refused_payout("Chen")

        found = desk.workbench(mei).context["queue"]

        assert [(row.kind, row.is_urgent) for row in found] == [
            ("Payout failed", True),
            ("Alert", True),
            ("Alert", False),
            ("Application", False),
        ]

    def test_says_what_each_is_about_and_whom_it_concerns_covered(self, mei, lin):
        loan = desk.loan_of(lin)
        desk.late(loan, 1)
        desk.alert(loan, severity=2, raised_at=NOW - 2 * HOUR)
        desk.referred("Wei")

        words = desk.read(desk.workbench(mei))

        assert "An instalment is late Days past due: 1 林** 139****0001 2 hours" in words
        assert "¥3,000.00 over 3 months Everyday" in words
        assert "林Lin" not in words
        assert "林Wei" not in words

    def test_leads_to_the_page_on_which_the_work_is_done(self, mei, lin):
        desk.alert(desk.loan_of(lin), raised_at=NOW)
        desk.referred("Wei")
        desk.refused_payout("Chen")

        for row in desk.workbench(mei).context["queue"]:
            page = mei.get(row.url)
            assert page.status_code == 200

    def test_tells_who_works_on_an_alert(self, mei, officer, lin):
        loan = desk.loan_of(lin)
        desk.late(loan, 1)
        own = desk.alert(loan, severity=1, raised_at=NOW)
        taken = desk.alert(loan, severity=2, raised_at=NOW)
        desk.alert(loan, severity=3, raised_at=NOW)
        ann = desk.administrator()
        alerts.assign(alert_id=own.pk, by=Actor(kind="STAFF", account_id=officer.pk))
        alerts.assign(alert_id=taken.pk, by=Actor(kind="STAFF", account_id=ann.pk))

        notes = {row.note for row in desk.workbench(mei).context["queue"]}

        assert notes == {"You work on it", "A colleague works on it", "Days past due: 1"}

    def test_says_of_a_late_alert_that_it_was_paid_since(self, mei, officer, lin):
        loan = desk.loan_of(lin)
        own = desk.alert(loan, severity=1, raised_at=NOW)
        desk.alert(loan, severity=2, raised_at=NOW)
        desk.alert(loan, severity=3, rule="INCOME_DROP", raised_at=NOW)
        alerts.assign(alert_id=own.pk, by=Actor(kind="STAFF", account_id=officer.pk))
        paid = "Paid since: nothing is past due now"

        notes = [row.note for row in desk.workbench(mei).context["queue"]]

        assert sorted(notes) == sorted([paid, f"You work on it · {paid}", "Days past due: 1"])

    def test_says_where_the_borrower_asked_for_a_person(self, mei):
        application = desk.referred("Lin")
        desk.rows_of("lending.LoanApplication").filter(pk=application.pk).update(review_wanted=True)

        assert "The person asked for a person" in desk.read(desk.workbench(mei))

    def test_marks_what_has_waited_for_more_than_a_day(self, mei):
        desk.referred("Lin", submitted_at=NOW - 25 * HOUR)
        desk.referred("Wei", submitted_at=NOW - 23 * HOUR)

        rows = desk.workbench(mei).context["queue"]

        assert [row.is_old for row in rows] == [True, False]

    def test_shows_the_first_of_many(self, mei, lin):
        loan = desk.loan_of(lin)
        for number in range(queue.ROWS_OF_A_KIND + 3):
            desk.alert(loan, severity=2, rule=f"R{number}", raised_at=NOW)

        page = desk.workbench(mei)

        assert len(page.context["queue"]) == queue.ROWS_OF_A_KIND
        assert desk.card(page, "Alerts open").figure == str(queue.ROWS_OF_A_KIND + 3)

    @pytest.mark.parametrize(
        ("right", "kind"),
        [
            ("view_loanapplication", "Application"),
            ("view_alert", "Alert"),
            ("view_loan", "Payout failed"),
        ],
    )
    def test_shows_a_clerk_only_what_the_clerk_may_see(self, lin, right, kind):
        desk.alert(desk.loan_of(lin), raised_at=NOW)
        desk.referred("Wei")
        desk.refused_payout("Chen")
        clerk = desk.browser_of(desk.clerk(right))

        rows = desk.workbench(clerk).context["queue"]

        assert [row.kind for row in rows] == [kind]

    def test_holds_what_a_borrower_asked_for_until_it_is_answered(self, lin):
        clerk = desk.clerk("view_loan", "propose_servicing_loan")
        asked = requests.ask(
            loan_id=builders.paid_out(lin).pk, kind=TransactionKind.HOLIDAY, request_key="one",
            on=TODAY, by=SYSTEM, change=Change(periods=1),
        )  # fmt: skip
        asker = desk.browser_of(clerk)

        assert [row.kind for row in desk.workbench(asker).context["queue"]] == ["Request"]
        assert "Payment holiday" in desk.read(desk.workbench(asker))

        requests.decline(request_id=asked.pk, by=Actor(kind="STAFF", account_id=clerk.pk))
        assert desk.workbench(asker).context["queue"] == []

    def test_holds_a_colleagues_wish_and_never_ones_own(self, lin, officer):
        clerk = desk.clerk("view_loan", "approve_servicing_loan")
        for author, loan in (
            (officer, desk.loan_of(lin)),
            (clerk, builders.paid_out(builders.person("Wei"))),
        ):
            servicing.propose(
                loan_id=loan.pk,
                kind=TransactionKind.HOLIDAY,
                change=Change(periods=1),
                reason="HARDSHIP",
                request_key=f"of-{author.pk}",
                on=TODAY,
                by=Actor(kind="STAFF", account_id=author.pk),
            )

        rows = desk.workbench(desk.browser_of(clerk)).context["queue"]

        assert [row.kind for row in rows] == ["Change to approve"]

    def test_costs_the_same_few_queries_for_many_rows_as_for_one(self, mei, lin):
        loan = desk.loan_of(lin)
        desk.alert(loan, severity=3, raised_at=NOW)
        desk.referred("Wei")
        desk.workbench(mei)
        cache.clear()
        with CaptureQueriesContext(connection) as few:
            mei.get(reverse("admin:index"))
        for severity in (1, 2):
            desk.alert(loan, severity=severity, raised_at=NOW)
        desk.referred("Chen")
        cache.clear()

        with CaptureQueriesContext(connection) as many:
            mei.get(reverse("admin:index"))

        assert len(many) == len(few)
        assert len(many) <= 30


class TestWords:
    @pytest.mark.parametrize(
        ("part", "whole", "words"),
        [(0, 0, "–"), (0, 7, "0.0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (5, 5, "100.0%")],
    )
    def test_a_share_has_one_place_and_of_nothing_there_is_none(self, part, whole, words):
        assert cards.share(part, whole) == words

    @pytest.mark.parametrize(
        ("ago", "words"),
        [
            (timedelta(seconds=-5), "just now"),
            (timedelta(seconds=59), "just now"),
            (timedelta(minutes=5), "5\xa0minutes"),
            (timedelta(hours=3, minutes=20), "3\xa0hours"),
            (timedelta(days=9), "1\xa0week"),
        ],
    )
    def test_an_age_has_one_unit(self, ago, words):
        with translation.override("en"):
            assert queue.age(NOW - ago, NOW) == words
