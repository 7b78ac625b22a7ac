"""Where somebody says of themselves what the fairness test looks at: in it goes, and never out."""

import json

import pytest
from django.urls import reverse

from borrowers.consent import actions as consents
from borrowers.consent.purposes import FAIRNESS_TEST
from borrowers.people import queries as people
from borrowers.protected.models import ProtectedTraits
from borrowers.tests import cast
from borrowers.tests.test_api_people import client_of
from borrowers.tests.test_web_pages import browser, text_of
from common.audit.models import AuditEntry

pytestmark = pytest.mark.django_db

PAGE, ADDRESS = "/privacy/fairness/", "/api/v1/fairness-answer"


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.fixture
def allowing(lin):
    cast.allow(lin, FAIRNESS_TEST)
    return lin


def kept_sex():
    return ProtectedTraits.objects.get().traits["sex"]


class TestThePage:
    def test_asks_first_for_the_consent_and_shows_no_answers(self, lin):
        text = text_of(browser(lin.account_id).get(PAGE))

        assert "This needs your consent first." in text
        assert 'name="sex"' not in text
        assert reverse("borrowers:grant", args=[FAIRNESS_TEST]) in text

    @pytest.mark.parametrize("sex", ["F", "M", ""])
    def test_keeps_an_answer_apart_and_thanks(self, allowing, sex):
        phone = browser(allowing.account_id)

        answer = phone.post(PAGE, {"sex": sex}, follow=True)

        assert answer.redirect_chain == [(reverse("borrowers:privacy"), 302)]
        assert "Thank you. It is kept for the test alone." in text_of(answer)
        assert kept_sex() == sex
        assert ProtectedTraits.objects.get().origin == "DECLARED"

    def test_says_it_anew_over_what_was_said(self, allowing):
        phone = browser(allowing.account_id)
        phone.post(PAGE, {"sex": "F"})

        phone.post(PAGE, {"sex": "M"})

        assert kept_sex() == "M"

    def test_never_shows_what_was_said(self, allowing):
        phone = browser(allowing.account_id)
        before = text_of(phone.get(PAGE))

        phone.post(PAGE, {"sex": "F"})

        phone.get("/privacy/")
        plain = [line for line in before.splitlines() if "csrf" not in line]
        after = [line for line in text_of(phone.get(PAGE)).splitlines() if "csrf" not in line]
        assert after == plain

    @pytest.mark.parametrize("given", [{"sex": "X"}, {"sex": "f"}, {}])
    def test_refuses_what_is_no_answer_and_keeps_nothing(self, allowing, given):
        answer = browser(allowing.account_id).post(PAGE, given)

        assert answer.status_code == 422
        assert not ProtectedTraits.objects.exists()

    def test_refuses_an_answer_without_the_consent(self, lin):
        answer = browser(lin.account_id).post(PAGE, {"sex": "F"})

        assert answer.status_code == 403
        assert not ProtectedTraits.objects.exists()
        assert not AuditEntry.objects.filter(action="borrowers.protected.declared").exists()

    def test_is_found_where_the_consent_is_listed(self, lin):
        phone = browser(lin.account_id)
        assert PAGE not in text_of(phone.get("/privacy/"))

        cast.allow(lin, FAIRNESS_TEST)

        assert PAGE in text_of(phone.get("/privacy/"))

    def test_is_for_borrowers_alone(self):
        assert browser().get(PAGE).status_code == 302
        assert browser(cast.officer().pk).post(PAGE, {"sex": "F"}).status_code in {302, 403, 404}
        assert not ProtectedTraits.objects.exists()


class TestTheAddress:
    @pytest.mark.parametrize("sex", ["F", "M", ""])
    def test_takes_an_answer_and_gives_nothing_back(self, allowing, sex):
        answer = client_of(allowing).put(ADDRESS, {"sex": sex}, format="json")

        assert (answer.status_code, answer.content) == (204, b"")
        assert kept_sex() == sex

    def test_again_is_once(self, allowing):
        for _ in range(2):
            client_of(allowing).put(ADDRESS, {"sex": "M"}, format="json")

        assert ProtectedTraits.objects.count() == 1

    def test_gives_nothing_out(self, allowing):
        client_of(allowing).put(ADDRESS, {"sex": "F"}, format="json")

        assert client_of(allowing).get(ADDRESS).status_code == 405
        for path in ("me", "consents", "records"):
            said = json.dumps(client_of(allowing).get(f"/api/v1/{path}").json())
            assert '"sex"' not in said.lower()

    @pytest.mark.parametrize(
        ("given", "status", "code"),
        [
            ({"sex": "X"}, 422, "TRAIT_UNKNOWN"),
            ({}, 400, None),
            ({"sex": None}, 400, None),
            ({"sex": "F" * 11}, 400, None),
        ],
    )
    def test_refuses_what_is_no_answer(self, allowing, given, status, code):
        answer = client_of(allowing).put(ADDRESS, given, format="json")

        assert answer.status_code == status
        if code is not None:
            assert answer.json()["code"] == code
        assert not ProtectedTraits.objects.exists()

    def test_refuses_without_the_consent_and_after_it_was_taken_back(self, allowing):
        consents.withdraw(
            borrower_id=allowing.id, purpose=FAIRNESS_TEST, channel="API", by=cast.self_of(allowing)
        )

        answer = client_of(allowing).put(ADDRESS, {"sex": "F"}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (403, "FAIRNESS_NOT_ALLOWED")
        assert not ProtectedTraits.objects.exists()

    def test_touches_nobody_else(self, allowing):
        wei = cast.borrower("Wei")
        cast.allow(wei, FAIRNESS_TEST)

        client_of(wei).put(ADDRESS, {"sex": "F"}, format="json")

        assert ProtectedTraits.objects.get().borrower_id == wei.id
        assert people.card(allowing.id).id != wei.id
