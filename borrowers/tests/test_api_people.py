"""The API's person: signing up by token, identity, consents, messages; problems in JSON."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from borrowers.consent import queries as consents
from borrowers.consent.purposes import CONSUMPTION_RECORDS, IDENTITY, PURPOSES
from borrowers.messages import actions as messages
from borrowers.messages import queries as outgoing
from borrowers.people import queries as people
from borrowers.people.models import Account
from borrowers.tests import cast
from common.clock import now, shanghai_today

pytestmark = pytest.mark.django_db

ADDRESSES = ("me", "consents", "bills", "records", "messages")


def client_of(card) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(Account.objects.get(pk=card.account_id))
    return client


def latest_code() -> str:
    found = re.match(r"\d{6}", outgoing.outbox()[0].words)
    assert found is not None
    return found[0]


def token_of(answer) -> dict[str, str]:
    """Signing in gives a new token; the one of the steps before is void."""
    return {"X-Session-Token": answer.json()["meta"]["session_token"]}


@pytest.fixture
def lin():
    return cast.borrower("Lin")


@pytest.fixture
def api(lin) -> APIClient:
    return client_of(lin)


class TestTheToken:
    """A mobile client's way in: allauth's app client."""

    @pytest.fixture(autouse=True)
    def _fresh_rate_limits(self):
        cache.clear()

    def post(self, address, body, token=None):
        headers = {"accept-language": "en"} | ({"X-Session-Token": token} if token else {})
        return APIClient().post(f"/_allauth/app/v1/{address}", body, headers=headers)

    def test_comes_with_signing_up_by_phone_and_code(self):
        asked = self.post("auth/signup", {"phone": "+8613900000001"})
        token = asked.json()["meta"]["session_token"]
        code = latest_code()

        answer = self.post("auth/phone/verify", {"code": code}, token)

        assert (asked.status_code, answer.status_code) == (401, 200)
        me = APIClient().get("/api/v1/me", headers=token_of(answer))
        assert me.status_code == 200
        assert me.json()["phone"] == "139****0001"

    def test_comes_with_signing_in_by_code(self, lin):
        asked = self.post("auth/code/request", {"phone": "+8613900000001"})
        token = asked.json()["meta"]["session_token"]
        code = latest_code()

        answer = self.post("auth/code/confirm", {"code": code}, token)

        assert answer.status_code == 200
        me = APIClient().get("/api/v1/me", headers=token_of(answer))
        assert me.json()["public_id"] == lin.public_id

    def test_is_read_once_a_request_and_no_longer_than_its_session(self, lin):
        asked = self.post("auth/code/request", {"phone": "+8613900000001"})
        token = asked.json()["meta"]["session_token"]
        answer = self.post("auth/code/confirm", {"code": latest_code()}, token)
        mine = token_of(answer)

        with CaptureQueriesContext(connection) as seen:
            assert APIClient().get("/api/v1/me", headers=mine).status_code == 200
        assert len([each for each in seen if "django_session" in each["sql"]]) == 1

        Session.objects.update(expire_date=now() - timedelta(seconds=1))
        assert APIClient().get("/api/v1/me", headers=mine).status_code == 401
        Session.objects.all().delete()
        assert APIClient().get("/api/v1/me", headers=mine).status_code == 401

    def test_does_not_come_to_staff_by_a_code_alone(self):
        cast.officer()
        asked = self.post("auth/code/request", {"phone": "+8613900000004"})
        token = asked.json()["meta"]["session_token"]
        code = latest_code()

        answer = self.post("auth/code/confirm", {"code": code}, token)

        assert answer.status_code == 401

    def test_for_an_unknown_number_looks_the_same(self, lin):
        known = self.post("auth/code/request", {"phone": "+8613900000001"})
        unknown = self.post("auth/code/request", {"phone": "+8613900000009"})

        assert known.status_code == unknown.status_code == 401
        assert known.json()["data"] == unknown.json()["data"]


class TestEveryAddress:
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_asks_strangers_to_sign_in(self, address):
        answer = APIClient().get(f"/api/v1/{address}")

        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_is_closed_to_staff(self, address):
        client = APIClient()
        client.force_authenticate(cast.officer())

        assert client.get(f"/api/v1/{address}").status_code == 403

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_answers_the_borrower(self, api, address):
        assert api.get(f"/api/v1/{address}").status_code == 200


class TestMe:
    def test_shows_covered_details_only(self, lin, api):
        cast.identify(lin, name="Lin Yue", id_number=cast.LIN_ID_NUMBER)

        answer = api.get("/api/v1/me")

        assert answer.json() == {
            "public_id": lin.public_id,
            "is_identified": True,
            "name": "L**",
            "phone": "139****0001",
            "id_number": "9****************8",
            "consents": [],
            "bills": 0,
            "unread_messages": 0,
        }

    def test_remembers_the_language(self, lin, api):
        answer = api.patch("/api/v1/me", {"language": "zh-hans"})

        assert answer.status_code == 200
        assert Account.objects.get(pk=lin.account_id).language == "zh-hans"

    def test_refuses_another_language(self, api):
        answer = api.patch("/api/v1/me", {"language": "tlh"})

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/language"


class TestIdentity:
    def test_keeps_who_one_is(self, lin, api):
        answer = api.post("/api/v1/identity", {"name": "Lin Yue", "id_number": cast.LIN_ID_NUMBER})

        assert answer.status_code == 200
        assert answer.json()["is_identified"] is True
        assert people.contract_party(lin.id).name == "Lin Yue"
        assert consents.is_allowed(lin.id, IDENTITY)

    def test_refuses_the_young_as_a_problem_and_keeps_nothing(self, lin, api):
        young = cast.id_number_of(date(shanghai_today().year - 17, 1, 1))

        answer = api.post("/api/v1/identity", {"name": "Lin Yue", "id_number": young})

        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == "TOO_YOUNG"
        assert "18" in problem["title"]
        assert not people.card(lin.id).is_identified

    def test_names_what_is_missing(self, api):
        problem = api.post("/api/v1/identity", {}).json()

        assert {each["pointer"] for each in problem["errors"]} == {"/name", "/id_number"}


class TestConsents:
    def test_shows_the_notice_of_every_purpose(self, api):
        answer = api.get("/api/v1/consents").json()

        assert [each["purpose"] for each in answer] == [
            code for code, each in PURPOSES.items() if not each.needs_switch
        ]
        assert all(each["granted_at"] is None for each in answer)

    def test_gives_one_and_takes_it_back(self, lin, api):
        version = PURPOSES[CONSUMPTION_RECORDS].notice_version

        given = api.post(
            "/api/v1/consents", {"purpose": CONSUMPTION_RECORDS, "notice_version": version}
        )
        assert given.status_code == 201
        assert given.json()["granted_at"]
        assert consents.is_allowed(lin.id, CONSUMPTION_RECORDS)

        ended = api.post(f"/api/v1/consents/{CONSUMPTION_RECORDS}/withdraw")
        assert ended.status_code == 200
        assert ended.json()["granted_at"] is None
        assert not consents.is_allowed(lin.id, CONSUMPTION_RECORDS)

    def test_refuses_an_old_notice_as_a_problem(self, lin, api):
        answer = api.post(
            "/api/v1/consents", {"purpose": CONSUMPTION_RECORDS, "notice_version": "2020-01"}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "NOTICE_OUTDATED")
        assert consents.history(lin.id) == []

    def test_of_an_unknown_purpose_is_not_found(self, api):
        assert api.post("/api/v1/consents/SELLING_IT/withdraw").status_code == 404


class TestMessages:
    def test_come_in_words_and_can_be_read(self, lin, api):
        with transaction.atomic():
            messages.send(
                borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1"
            )

        (note,) = api.get("/api/v1/messages").json()["results"]
        assert (note["title"], note["is_read"]) == ("Your offer is ready", False)

        assert api.post("/api/v1/messages/read").status_code == 204
        (note,) = api.get("/api/v1/messages").json()["results"]
        assert note["is_read"] is True

    def test_of_somebody_else_stay_theirs(self, lin):
        with transaction.atomic():
            messages.send(
                borrower_id=lin.id, template="OFFER_READY", facts={}, message_key="offer:1"
            )

        assert client_of(cast.borrower("Zhao")).get("/api/v1/messages").json()["results"] == []
