"""The borrower's pages: what they show, what they refuse kindly, and whom they keep out."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from borrowers.consent import queries as consents
from borrowers.consent.purposes import (
    AUTOMATED_DECISION,
    CONSUMPTION_RECORDS,
    IDENTITY,
    PURPOSES,
)
from borrowers.people import actions as people_actions
from borrowers.people import queries as people
from borrowers.people.models import Account, Borrower
from borrowers.tests import cast
from common.actors import Actor
from common.clock import shanghai_today

pytestmark = pytest.mark.django_db

PAGES = ("identity", "consents", "sources", "messages", "privacy")


def browser(account_id: int | None = None) -> Client:
    """A phone in English, signed in as the account."""
    client = Client(headers={"accept-language": "en"})
    if account_id is not None:
        client.force_login(Account.objects.get(pk=account_id))
    return client


def text_of(page) -> str:
    return str(page.content.decode())


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.fixture
def phone(lin) -> Client:
    return browser(lin.account_id)


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_is_for_people_who_are_signed_in(self, name):
        page = browser().get(reverse(f"borrowers:{name}"))

        assert page.status_code == 302
        assert page.headers["Location"].startswith(reverse("account_request_login_code"))

    @pytest.mark.parametrize("name", PAGES)
    def test_opens_has_one_heading_and_one_primary_button_at_most(self, phone, name):
        page = phone.get(reverse(f"borrowers:{name}"))

        assert page.status_code == 200
        main = text_of(page).split("<main")[1].split("</main>")[0]
        assert main.count("<h1>") == 1
        buttons = main.count('<button type="submit"') + main.count('class="button"')
        assert buttons <= 1

    @pytest.mark.parametrize("name", PAGES)
    def test_speaks_chinese_when_nothing_says_otherwise(self, lin, name):
        client = Client()
        client.force_login(Account.objects.get(pk=lin.account_id))
        Account.objects.update(language="")

        page = client.get(reverse(f"borrowers:{name}"))

        assert '<html lang="zh-Hans">' in text_of(page)

    @pytest.mark.parametrize("name", PAGES)
    def test_is_not_kept_by_caches(self, phone, name):
        assert "no-store" in phone.get(reverse(f"borrowers:{name}")).headers["Cache-Control"]


class TestHome:
    def states(self, client):
        page = client.get(reverse("lending:start"))
        return [each.state for each in page.context["tasks"]], page.context["next"]

    def test_begins_with_who_one_is(self, phone):
        states, upcoming = self.states(phone)

        assert states == ["TODO", "TODO", "LOCKED", "LOCKED"]
        assert upcoming.url == reverse("borrowers:identity")

    def test_leads_on_step_by_step(self, lin, phone):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
        states, upcoming = self.states(phone)
        assert states == ["DONE", "TODO", "LOCKED", "TODO"]
        assert upcoming.url == reverse("borrowers:consents")

        cast.allow(lin)
        states, upcoming = self.states(phone)
        assert states == ["DONE", "DONE", "TODO", "TODO"]
        assert upcoming.url == reverse("borrowers:sources")

    def test_takes_a_choice_as_made_when_one_purpose_was_refused_or_taken_back(self, lin, phone):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)
        cast.allow(lin, AUTOMATED_DECISION)
        states, _upcoming = self.states(phone)
        assert states == ["DONE", "DONE", "OPTIONAL", "TODO"]

        cast.withdraw(lin, AUTOMATED_DECISION)
        states, _upcoming = self.states(phone)
        assert states == ["DONE", "DONE", "OPTIONAL", "TODO"]


class TestIdentity:
    def post(self, client, name="Lin Yue", id_number=cast.LIN_ID_NUMBER):
        return client.post(
            reverse("borrowers:identity"), {"name": name, "id_number": id_number}, follow=True
        )

    def test_keeps_who_one_is_and_that_the_notice_was_read(self, lin, phone):
        page = self.post(phone)

        assert page.request["PATH_INFO"] == reverse("lending:start")
        assert people.card(lin.id).is_identified
        assert consents.is_allowed(lin.id, IDENTITY)

    def test_shows_afterwards_only_what_is_covered(self, phone):
        self.post(phone)

        page = text_of(phone.get(reverse("borrowers:identity")))

        assert "L**" in page
        assert "Lin Yue" not in page
        assert cast.LIN_ID_NUMBER not in page

    def test_says_what_is_wrong_and_keeps_what_was_typed(self, lin, phone):
        page = self.post(phone, id_number=cast.LIN_ID_NUMBER[:-1] + "0")

        assert page.status_code == 422
        shown = text_of(page)
        assert "This identity number is not right." in shown
        assert 'role="alert"' in shown
        assert 'value="Lin Yue"' in shown
        assert not people.card(lin.id).is_identified
        assert not consents.is_allowed(lin.id, IDENTITY)

    def test_refuses_somebody_under_eighteen_and_keeps_nothing(self, lin, phone):
        today = shanghai_today()
        young = cast.id_number_of(date(today.year - 17, today.month, 1))

        page = self.post(phone, id_number=young)

        assert page.status_code == 422
        assert "from the age of 18" in text_of(page)
        row = Borrower.objects.get(pk=lin.id)
        assert (row.name, row.id_number, row.id_number_blind) == (None, None, None)
        assert consents.history(lin.id) == []

    def test_asks_for_what_was_left_empty(self, phone):
        page = self.post(phone, name="", id_number="")

        assert page.status_code == 422
        assert set(page.context["form"].errors) == {"name", "id_number"}

    def test_does_not_tell_whose_number_it_is(self, phone):
        wei = cast.borrower("Wei")
        cast.identify(wei, name="Wei Jun", id_number=cast.LIN_ID_NUMBER)

        page = self.post(phone)

        assert page.status_code == 409
        assert "Wei" not in text_of(page)

    def test_twice_in_a_row_is_once(self, phone):
        self.post(phone)

        assert self.post(phone).status_code == 200


class TestConsents:
    def grant(self, client, purpose=CONSUMPTION_RECORDS, **changes):
        given = {"notice_version": PURPOSES[CONSUMPTION_RECORDS].notice_version} | changes
        return client.post(reverse("borrowers:grant", args=[purpose]), given, follow=True)

    def test_shows_every_choice_and_makes_none_by_itself(self, lin, phone):
        shown = text_of(phone.get(reverse("borrowers:consents")))

        for purpose in PURPOSES.values():
            is_asked = not purpose.is_necessary and not purpose.needs_switch
            assert (purpose.title in shown) is is_asked
        assert 'type="checkbox"' not in shown
        assert consents.history(lin.id) == []

    def test_one_click_gives_one_purpose(self, lin, phone):
        self.grant(phone)

        assert set(consents.active(lin.id)) == {CONSUMPTION_RECORDS}

    def test_one_click_takes_it_back_and_the_page_says_so(self, lin, phone):
        self.grant(phone)

        page = phone.post(reverse("borrowers:withdraw", args=[CONSUMPTION_RECORDS]), follow=True)

        assert consents.active(lin.id) == {}
        assert "From now on we use nothing of it." in text_of(page)

    def test_under_an_old_notice_is_refused_with_words(self, lin, phone):
        page = self.grant(phone, notice_version="2020-01")

        assert page.status_code == 409
        assert "The text of this consent has changed." in text_of(page)
        assert consents.history(lin.id) == []

    def test_of_an_unknown_purpose_is_not_found(self, phone):
        assert self.grant(phone, purpose="SELLING_IT").status_code == 404

    def test_needs_a_click_and_not_a_link(self, phone):
        assert phone.get(reverse("borrowers:grant", args=[IDENTITY])).status_code == 405

    def test_of_another_site_is_refused(self, lin):
        client = Client(enforce_csrf_checks=True)
        client.force_login(Account.objects.get(pk=lin.account_id))

        assert self.grant(client).status_code == 403
        assert consents.history(lin.id) == []


class TestPrivacy:
    def test_shows_the_consents_and_who_looked_and_why(self, lin, phone):
        cast.allow(lin)
        people_actions.reveal(
            borrower_id=lin.id,
            fields=["phone"],
            reason_code="COMPLAINT",
            by=Actor(kind="STAFF", account_id=cast.officer().pk),
        )

        shown = text_of(phone.get(reverse("borrowers:privacy")))

        assert PURPOSES[CONSUMPTION_RECORDS].title in shown
        assert PURPOSES[IDENTITY].title not in shown
        assert "To answer a complaint" in shown
        assert "139****0001" in shown
        assert "13900000001" not in shown


class TestLanguage:
    def switch(self, client, language="en", **changes):
        given = {"language": language, "next": reverse("borrowers:privacy")} | changes
        return client.post("/i18n/setlang/", given)

    def test_is_remembered_by_the_device_and_the_account(self, lin, phone):
        page = self.switch(phone, "zh-hans")

        assert page.headers["Location"] == reverse("borrowers:privacy")
        assert phone.cookies["django_language"].value == "zh-hans"
        assert Account.objects.get(pk=lin.account_id).language == "zh-hans"

    def test_can_be_chosen_before_signing_in(self):
        client = browser()

        self.switch(client, "zh-hans")

        assert client.cookies["django_language"].value == "zh-hans"

    def test_does_not_lead_to_another_site(self, phone):
        page = self.switch(phone, next="https://elsewhere.example/")

        assert page.headers["Location"] == "/"

    def test_of_another_planet_changes_nothing(self, lin, phone):
        self.switch(phone, "tlh")

        assert Account.objects.get(pk=lin.account_id).language == "en"
