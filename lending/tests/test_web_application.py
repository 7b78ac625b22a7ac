"""One application, one page: every state, every step, and nobody else's."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from borrowers.consent.purposes import AUTOMATED_DECISION
from borrowers.tests import cast
from common.actors import Actor
from common.processes.models import Process
from lending.applications import deciding
from lending.applications.drafts import actions as drafts
from lending.applications.models import ApplicationState, LoanApplication, Offer
from lending.applications.purposes import telling
from lending.tests import builders, doors
from lending.tests.scene_wishes import FACTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
STEPS = (
    "submit",
    "withdraw",
    "ask-for-a-person",
    "accept",
    "confirm-cost",
    "sign",
)
LOOKS = ("application", "deciding", "change-offer", "unsigned-contract")


def page_of(application) -> str:
    return reverse("lending:application", args=[application.public_id])


def url(name, application) -> str:
    return reverse(f"lending:{name}", args=[application.public_id])


def put(application, state) -> None:
    LoanApplication.objects.filter(pk=application.pk).update(state=state)


def mei_declines(application) -> None:
    deciding.review(
        application_id=application.pk,
        outcome="DECLINED",
        limit_fen=0,
        annual_rate_ppm=0,
        reason_code="TOO_LITTLE_KNOWN",
        note_document_id=None,
        on=builders.TODAY,
        at=builders.NOW,
        by=Actor(kind="STAFF", account_id=cast.officer().pk),
    )


class TestAnApplicationThatWaits:
    def test_says_when_the_person_did_not_let_a_computer_decide(self, web, lin):
        cast.withdraw(lin, AUTOMATED_DECISION)
        application = builders.draft(lin)
        web.post(url("submit", application))
        doors.decide(application)

        page = doors.shown(web.get(page_of(application)))

        assert "You have not agreed to decisions by a computer alone" in page

    def test_says_nothing_of_it_to_those_who_agreed(self, web, lin):
        application = builders.draft(lin)
        web.post(url("submit", application))
        doors.decide(application)

        page = doors.shown(web.get(page_of(application)))

        assert "Why a person decides" in page
        assert "You have not agreed" not in page


class TestADraft:
    def test_shows_every_answer_with_the_way_to_change_it(self, web, lin):
        page = web.get(page_of(builders.draft(lin)))

        assert "¥3,000.00" in doors.shown(page)
        assert "3 months" in doors.shown(page)
        assert all("replaces=" in each["change_url"] for each in page.context["answers"])
        assert "We read your consumption records for this decision" in doors.shown(page)

    def test_cannot_be_sent_before_the_person_is_known(self):
        wei = cast.borrower("Wei")
        browser, draft = doors.web_of(wei), builders.draft(wei)

        page = browser.get(page_of(draft))
        sent = browser.post(url("submit", draft), follow=True)

        assert "Send my application" not in doors.shown(page)
        assert "You share no consumption records." in doors.shown(page)
        assert "We do not know who you are yet." in doors.shown(sent)
        draft.refresh_from_db()
        assert draft.state == ApplicationState.DRAFT
        assert not Process.objects.exists()

    def test_without_its_proof_is_refused_in_words(self, web, lin):
        draft = drafts.draft(
            borrower_id=lin.id,
            product_code="STUDY",
            amount_fen=200_000,
            term_months=6,
            merchant_code="TOMORROW",
            entitlement_id=None,
            request_key=doors.KEY,
            by=cast.self_of(lin),
        )
        told = FACTS["EDUCATION"]
        telling.tell(application_id=draft.pk, given=told, by=cast.self_of(lin))

        page = web.post(url("submit", draft), follow=True)

        assert "This loan needs a proof of what it is for." in doors.shown(page)
        assert "Your proof" in doors.shown(page)
        assert not Process.objects.exists()


class TestSending:
    def test_starts_the_decision_once(self, web, lin):
        draft = builders.draft(lin)

        for _ in range(2):
            assert web.post(url("submit", draft))["location"] == page_of(draft)

        assert Process.objects.get().kind == "DECIDE"
        assert web.get(page_of(draft))["location"] == url("deciding", draft)

    def test_shows_how_far_the_decision_is(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))

        page = web.get(url("deciding", draft))

        assert '<meta http-equiv="refresh"' in doors.shown(page)
        assert page.context["percent"] == 30
        heard = web.get(page.context["poll_url"], headers=doors.POLLS)
        assert (heard.status_code, heard.content) == (204, b"")

    def test_tells_a_polling_page_what_is_new(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        poll_url = web.get(url("deciding", draft)).context["poll_url"]
        Process.objects.update(state="RUNNING")

        heard = web.get(poll_url, headers=doors.POLLS)

        assert heard.status_code == 200
        assert heard.context["percent"] == 60
        assert "<html" not in doors.shown(heard)

    def test_leads_on_once_there_is_an_answer(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        doors.decide(draft)

        assert web.get(url("deciding", draft))["location"] == page_of(draft)
        heard = web.get(url("deciding", draft), headers=doors.POLLS)
        assert heard["HX-Redirect"] == page_of(draft)

    def test_says_when_it_takes_longer(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        Process.objects.update(attempts=3)

        assert "It takes longer than usual" in doors.shown(web.get(url("deciding", draft)))


class TestAReferral:
    def test_says_by_when_and_why(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        doors.decide(draft)

        page = web.get(page_of(draft))

        draft.refresh_from_db()
        assert draft.state == ApplicationState.REFERRED
        assert "within 3 days" in doors.shown(page)
        assert page.context["explanation"]["held"]
        assert "What we looked at" in doors.shown(page)

    def test_can_be_withdrawn(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        doors.decide(draft)

        page = web.post(url("withdraw", draft), follow=True)

        assert "You have withdrawn this application" in doors.shown(page)
        assert "does not count against you" in doors.shown(page)


class TestADecline:
    @pytest.fixture
    def declined(self, web, lin):
        draft = builders.draft(lin)
        web.post(url("submit", draft))
        doors.decide(draft)
        put(draft, ApplicationState.DECLINED)
        return draft

    def test_gives_its_reasons_and_what_would_help(self, web, declined):
        page = web.get(page_of(declined))

        assert page.context["explanation"]["held"]
        assert "What would help" in doors.shown(page)
        assert "Ask a person to look again" in doors.shown(page)

    def test_can_be_taken_to_a_person_once(self, web, declined):
        first = web.post(url("ask-for-a-person", declined), follow=True)
        web.post(url("ask-for-a-person", declined))

        declined.refresh_from_db()
        assert declined.state == ApplicationState.REFERRED
        assert declined.review_wanted
        assert "A person will look at your application." in doors.shown(first)

    def test_by_a_person_stays(self, web, declined):
        put(declined, ApplicationState.REFERRED)
        mei_declines(declined)

        page = web.get(page_of(declined))
        asked = web.post(url("ask-for-a-person", declined), follow=True)

        assert "A person has looked at this decision." in doors.shown(page)
        assert "Too little is known to lend responsibly." in doors.shown(page)
        assert "This step is not possible" in doors.shown(asked)
        declined.refresh_from_db()
        assert declined.state == ApplicationState.DECLINED


class TestAnOfferWhoseTimeIsOver:
    @pytest.mark.parametrize("state", ["OFFERED", "ACCEPTED"])
    def test_ends_when_it_is_looked_at(self, lin, state):
        offer = builders.offered(lin)
        put(offer.application, state)

        with time_machine.travel(builders.NOW + timedelta(hours=24), tick=True):
            page = doors.web_of(lin).get(page_of(offer.application))

        assert "This offer is over" in doors.shown(page)
        assert LoanApplication.objects.get().state == ApplicationState.EXPIRED

    def test_cannot_be_accepted_any_more(self, lin):
        offer = builders.offered(lin)

        with time_machine.travel(builders.NOW + timedelta(hours=24), tick=True):
            page = doors.web_of(lin).post(url("accept", offer.application), follow=True)

        assert "This offer is over" in doors.shown(page)
        assert Offer.objects.get().accepted_at is None


class TestEveryPage:
    @pytest.mark.parametrize("name", [*STEPS, *LOOKS])
    def test_asks_strangers_to_sign_in_and_changes_nothing(self, lin, name):
        draft = builders.draft(lin)
        browser = doors.stranger()
        ask = browser.get if name in LOOKS else browser.post

        assert ask(url(name, draft))["location"].startswith(reverse("account_request_login_code"))
        draft.refresh_from_db()
        assert draft.state == ApplicationState.DRAFT

    @pytest.mark.parametrize("name", [*STEPS, *LOOKS])
    def test_is_nowhere_for_others_and_changes_nothing(self, lin, name):
        draft = builders.draft(lin)
        browser = doors.web_of(builders.person("Zhao"))
        ask = browser.get if name in LOOKS else browser.post

        page = ask(url(name, draft))

        assert page.status_code == 404
        assert "We could not find that." in doors.shown(page)
        draft.refresh_from_db()
        assert draft.state == ApplicationState.DRAFT

    @pytest.mark.parametrize("name", STEPS)
    def test_takes_no_step_because_of_a_look(self, web, lin, name):
        assert web.get(url(name, builders.draft(lin))).status_code == 405

    @pytest.mark.parametrize("name", STEPS)
    def test_takes_no_step_without_the_token(self, lin, name):
        browser = doors.web_of(lin)
        browser.handler.enforce_csrf_checks = True
        draft = builders.draft(lin)

        assert browser.post(url(name, draft)).status_code == 403
        draft.refresh_from_db()
        assert draft.state == ApplicationState.DRAFT

    @pytest.mark.parametrize("name", ["accept", "confirm-cost", "sign", "ask-for-a-person"])
    def test_says_kindly_that_a_step_is_not_possible(self, web, lin, name):
        draft = builders.draft(lin)

        page = web.post(url(name, draft), {"agrees": "on"}, follow=True)

        assert page.status_code == 200
        assert "This step is not possible for this application now." in doors.shown(page)
        draft.refresh_from_db()
        assert draft.state == ApplicationState.DRAFT
