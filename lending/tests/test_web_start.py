"""The start page leads with what runs: the loan, the open application, and only then the tasks."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from borrowers.messages import actions as messages
from common.business_date import actions as business_dates
from lending.applications.models import LoanApplication
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]

START = reverse("lending:start")


def first_button(page) -> str:
    """Where the page's first button leads; there is at most one."""
    found = [part.split(">")[0] for part in page.content.decode().split('class="button"')[1:]]
    assert len(found) <= 1
    return found[0].split('href="')[1].split('"')[0] if found else ""


def to(name: str, of) -> str:
    return reverse(f"lending:{name}", args=[of.public_id])


def the_day(on: date) -> None:
    business_dates.advance(to=on)


class TestWithoutALoan:
    def test_it_is_the_tasks_and_the_next_one(self, web):
        page = web.get(START)

        assert "<h1> Four short tasks </h1>" in doors.shown(page)
        assert page.context["running"] == []
        assert first_button(page) == reverse("borrowers:sources")

    def test_after_signing_in_one_comes_here(self, settings):
        assert settings.LOGIN_REDIRECT_URL == "lending:start"


class TestWithALoan:
    def test_it_leads_with_the_next_instalment(self, lin, web):
        loan = builders.paid_out(lin)

        page = web.get(START)

        due = page.context["running"][0].standing.next_due
        assert f"Pay ¥{due.outstanding_fen / 100:,.2f}" in doors.shown(page)
        assert "in 30 days" in doors.shown(page)
        assert first_button(page) == to("loan", loan)

    def test_it_says_how_late_it_is_and_asks_for_all_that_is_due(self, lin, web):
        loan = builders.paid_out(lin)
        the_day(date(2026, 12, 30))

        page = web.get(START)

        assert "10 days overdue" in doors.shown(page)
        assert "Due now" in doors.shown(page)
        assert first_button(page) == to("loan", loan)
        assert reverse("lending:apply") not in page.content.decode()

    def test_what_is_late_goes_before_an_offer(self, lin, web):
        loan = builders.paid_out(lin)
        offer = builders.offered(lin, key="second")
        before = first_button(web.get(START))
        the_day(date(2026, 12, 30))

        page = web.get(START)

        assert before == to("application", offer.application)
        assert first_button(page) == to("loan", loan)
        assert to("application", offer.application) in page.content.decode()

    def test_of_one_that_is_paid_back_nothing_leads(self, lin, web):
        builders.pay_off(builders.paid_out(lin))

        assert web.get(START).context["running"] == []

    def test_a_payout_on_its_way_says_so(self, lin, web):
        loan = builders.signed(lin)

        page = web.get(START)

        assert "the bank is paying the money out" in doors.shown(page)
        assert to("loan", loan) in page.content.decode()

    def test_nobody_sees_the_loan_of_another(self, lin):
        loan = builders.paid_out(lin)

        page = doors.web_of(builders.person("Wei")).get(START)

        assert loan.public_id not in page.content.decode()


class TestWithAnApplication:
    def test_a_draft_can_be_gone_on_with(self, lin, web):
        draft = builders.draft(lin)

        page = web.get(START)

        assert "You have begun an application" in doors.shown(page)
        assert first_button(page) == to("application", draft)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            ("SUBMITTED", "We are deciding"),
            ("REFERRED", "A person is looking at your application"),
        ],
    )
    def test_one_that_waits_for_us_says_so(self, lin, web, state, words):
        application = builders.draft(lin)
        LoanApplication.objects.filter(pk=application.pk).update(state=state)

        page = web.get(START)

        assert words in doors.shown(page)
        assert "See where it is" in doors.shown(page)

    def test_an_older_offer_goes_before_a_newer_draft(self, lin, web):
        offer = builders.offered(lin)
        builders.draft(lin, key="another")

        assert web.get(START).context["application"] == offer.application

    def test_one_that_has_ended_is_not_shown(self, lin, web):
        application = builders.draft(lin)
        LoanApplication.objects.filter(pk=application.pk).update(state="WITHDRAWN")

        assert web.get(START).context["application"] is None


class TestTheListOfLoans:
    def test_does_not_press_for_another_loan_while_one_is_late(self, lin, web):
        builders.paid_out(lin)
        running = first_button(web.get(reverse("lending:loans")))
        the_day(date(2026, 12, 30))

        page = web.get(reverse("lending:loans"))

        assert running == reverse("lending:apply")
        assert first_button(page) == ""
        assert "Due since" in doors.shown(page)
        assert "days ago" not in doors.shown(page)


class TestMessages:
    def link_of(self, lin, facts: dict[str, object]) -> str:
        with transaction.atomic():
            messages.send(
                borrower_id=lin.id, template="OFFER_READY", facts=facts, message_key="one"
            )
        page = doors.web_of(lin).get(reverse("borrowers:messages")).content.decode()
        return page.split("<main")[1]

    @pytest.mark.parametrize("kind", ["loan", "application"])
    def test_lead_to_what_they_are_about(self, lin, kind):
        shown = self.link_of(lin, {kind: "an-id"})

        assert f'href="{reverse(f"lending:{kind}", args=["an-id"])}"' in shown

    def test_about_nothing_lead_nowhere(self, lin):
        assert "text-link" not in self.link_of(lin, {})

    def test_of_the_api_name_what_they_are_about(self, lin):
        offer = builders.offered(lin)
        self.link_of(lin, {"application": offer.application.public_id})

        note = doors.api_of(lin).get("/api/v1/messages").json()["results"][0]

        assert note["application"] == offer.application.public_id
        assert note["loan"] == ""
