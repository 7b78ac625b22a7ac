"""Who may send, and about whom: signatures, consents that name the partner, and no oracle."""

import json
import time

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from borrowers.behaviour import queries
from borrowers.behaviour.contracts import Source
from borrowers.behaviour.models import EventRow, ImportBatch
from borrowers.consent.actions import UnknownPurpose, grant
from borrowers.consent.purposes import PARTNER_NOTICE
from borrowers.consent.queries import is_allowed
from borrowers.deliveries.models import DeliveredEvent
from borrowers.partners import actions as partner_actions
from borrowers.partners.models import Partner, PartnerKey
from borrowers.people.models import Account
from borrowers.tests import cast, partner_door
from borrowers.tests.partner_door import allow, bought, partner, send, signed
from common.actors import SYSTEM
from common.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    cast.allow(card)
    return card


@pytest.fixture
def mall():
    return partner()


@pytest.fixture
def shared(lin, mall):
    """Lin shares her records and lets the mall send."""
    allow(lin)
    return lin


def outcomes(answer):
    assert answer.status_code == 200, answer.content
    return [(each["outcome"], each["code"]) for each in answer.json()["results"]]


def nothing_was_written():
    return not (
        EventRow.objects.exists() or ImportBatch.objects.exists() or DeliveredEvent.objects.exists()
    )


class TestSignature:
    def refused(self, answer):
        assert answer.status_code == 401
        assert answer.json()["code"] == "PARTNER_SIGNATURE_REFUSED"
        assert nothing_was_written()
        return True

    def test_of_a_changed_body(self, client, shared, mall):
        body = json.dumps({"events": [bought(shared.public_id)]}).encode()
        headers = signed(mall, body)

        assert self.refused(
            client.post(
                partner_door.ADDRESS,
                body.replace(b"4250", b"9250"),
                content_type="application/json",
                headers=headers,
            )
        )

    @pytest.mark.parametrize(
        "name", ["Partner-Key", "webhook-id", "webhook-timestamp", "webhook-signature"]
    )
    def test_without_a_header(self, client, shared, mall, name):
        body = json.dumps({"events": [bought(shared.public_id)]}).encode()
        headers = {key: value for key, value in signed(mall, body).items() if key != name}

        assert self.refused(
            client.post(
                partner_door.ADDRESS, body, content_type="application/json", headers=headers
            )
        )

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_of_another_time_is_a_replay(self, client, shared, mall, seconds):
        with time_machine.travel(int(time.time()), tick=False):
            answer = send(client, mall, [bought(shared.public_id)], at=time.time() + seconds)

        assert self.refused(answer)

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_of_five_minutes_away_is_in_time(self, client, shared, mall, seconds):
        with time_machine.travel(int(time.time()), tick=False):
            answer = send(client, mall, [bought(shared.public_id)], at=time.time() + seconds)

        assert answer.status_code == 200

    def test_of_another_partners_key(self, client, shared, mall):
        other = partner("METRO", "示例地铁")
        body = json.dumps({"events": [bought(shared.public_id)]}).encode()
        headers = signed(other, body) | {"Partner-Key": mall.public_id}

        assert self.refused(
            client.post(
                partner_door.ADDRESS, body, content_type="application/json", headers=headers
            )
        )

    def test_of_a_key_that_was_revoked(self, client, shared, mall):
        partner_actions.revoke_key(public_id=mall.public_id, by=SYSTEM)

        assert self.refused(send(client, mall, [bought(shared.public_id)]))

    def test_of_a_partner_that_was_closed(self, client, shared, mall):
        partner_actions.close(partner_id=Partner.objects.get().pk, by=SYSTEM)

        assert self.refused(send(client, mall, [bought(shared.public_id)]))

    def test_of_nobody_is_the_same_answer_as_a_wrong_one(self, client, shared, mall):
        unknown = type(mall)(public_id="x" * 22, secret=mall.secret)
        first = send(client, unknown, [bought(shared.public_id)])
        second = send(client, mall, [bought(shared.public_id)], at=0)

        assert self.refused(first)
        same = ("type", "title", "detail", "status", "code")
        assert [first.json()[name] for name in same] == [second.json()[name] for name in same]

    def test_a_new_key_works_beside_the_old_one_until_that_is_revoked(self, client, shared, mall):
        second = partner_actions.make_key(partner_id=Partner.objects.get().pk, by=SYSTEM)

        assert outcomes(send(client, mall, [bought(shared.public_id)])) == [("accepted", "")]
        assert outcomes(send(client, second, [bought(shared.public_id)])) == [("accepted", "")]

    def test_covers_the_key_under_which_it_is_done_once(self, client, shared, mall):
        body = json.dumps({"events": [bought(shared.public_id)]}).encode()
        headers = signed(mall, body) | {"Idempotency-Key": "another-key"}
        answer = client.post(
            partner_door.ADDRESS, body, content_type="application/json", headers=headers
        )

        assert answer.status_code == 400
        assert nothing_was_written()

    def test_a_session_of_a_borrower_is_no_signature(self, shared, mall):
        client = Client()
        client.force_login(cast.officer())

        assert self.refused(client.post(partner_door.ADDRESS, b"{}", "application/json"))


class TestNobodyLearns:
    """Whoever is not to be written about gets one answer, whatever the reason."""

    def ask(self, client, mall, public_id, **changes):
        answer = send(client, mall, [bought(public_id, "one", **changes)])
        assert nothing_was_written()
        told = answer.json()
        return answer.status_code, told["results"], {**told, "delivery": ""}

    def test_unknown_silent_and_withdrawn_are_one_answer(self, client, lin, mall):
        wei, chen, mei = cast.borrower("Wei"), cast.borrower("Chen"), cast.borrower("Zhao")
        allow(wei)  # the partner, but not her records
        cast.allow(chen)
        allow(chen)
        cast.withdraw(chen, "PARTNER:MALL")
        cast.allow(mei)
        allow(mei)
        cast.withdraw(mei)  # the records, but not the partner
        people = ["x" * 22, "no such person", "", "\x00", lin.public_id, wei.public_id,
                  chen.public_id, mei.public_id]  # fmt: skip

        answers = [self.ask(client, mall, each) for each in people]

        assert answers == [answers[0]] * len(people)
        assert answers[0][1] == [{"id": "one", "outcome": "refused", "code": "NOT_ALLOWED"}]

    def test_not_even_by_what_is_wrong_with_the_event(self, client, lin, mall):
        known = self.ask(client, mall, lin.public_id, amount_fen="?", direction="?")

        assert known == self.ask(client, mall, "x" * 22, amount_fen="?", direction="?")

    def test_a_consent_for_another_partner_is_none_for_this_one(self, client, lin, mall):
        partner("METRO", "示例地铁")
        allow(lin, "METRO")

        assert self.ask(client, mall, lin.public_id)[1][0]["outcome"] == "refused"


class TestConsent:
    def test_taken_back_ends_the_use_of_what_was_sent(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id)])
        cast.withdraw(shared, "PARTNER:MALL")

        assert len(queries.columns_of(shared.id)) == 0
        assert len(queries.match_columns_of(shared.id)) == 0

    def test_for_records_taken_back_ends_it_too(self, client, shared, mall):
        send(client, mall, [bought(shared.public_id)])
        cast.withdraw(shared)

        assert len(queries.columns_of(shared.id)) == 0

    def test_given_again_lets_the_partner_send_the_same_events_again(self, client, shared, mall):
        event = bought(shared.public_id)
        send(client, mall, [event])
        cast.withdraw(shared, "PARTNER:MALL")
        allow(shared)

        assert outcomes(send(client, mall, [event])) == [("accepted", "")]
        assert queries.columns_of(shared.id).amount_fen.tolist() == [4_250]

    def test_is_asked_for_by_the_name_of_the_partner(self, api_of_lin, mall):
        asked = {each["purpose"]: each for each in api_of_lin.get("/api/v1/consents").json()}

        assert asked["PARTNER:MALL"]["title"] == partner_door.NAME
        assert asked["PARTNER:MALL"]["granted_at"] is None

    @pytest.fixture
    def api_of_lin(self, lin):
        client = APIClient(headers={"accept-language": "en"})
        client.force_authenticate(Account.objects.get(pk=lin.account_id))
        return client

    def test_one_click_on_the_page_gives_it_and_one_takes_it_back(self, lin, mall):
        phone = Client(headers={"accept-language": "en"})
        phone.force_login(Account.objects.get(pk=lin.account_id))
        page = phone.get(reverse("borrowers:consents")).content.decode()
        assert partner_door.NAME in page

        given = {"notice_version": PARTNER_NOTICE}
        phone.post(reverse("borrowers:grant", args=["PARTNER:MALL"]), given)
        assert is_allowed(lin.id, "PARTNER:MALL")
        assert partner_door.NAME in phone.get(reverse("borrowers:privacy")).content.decode()
        phone.post(reverse("borrowers:withdraw", args=["PARTNER:MALL"]))
        assert not is_allowed(lin.id, "PARTNER:MALL")

    def test_can_be_taken_back_after_the_partner_was_closed(self, api_of_lin, lin, mall):
        allow(lin)
        partner_actions.close(partner_id=Partner.objects.get().pk, by=SYSTEM)
        asked = [each["purpose"] for each in api_of_lin.get("/api/v1/consents").json()]

        assert "PARTNER:MALL" in asked
        assert api_of_lin.post("/api/v1/consents/PARTNER:MALL/withdraw").status_code == 200
        asked = [each["purpose"] for each in api_of_lin.get("/api/v1/consents").json()]
        assert "PARTNER:MALL" not in asked

    def test_of_a_partner_that_is_not_there_cannot_be_given(self, lin):
        with pytest.raises(UnknownPurpose):
            grant(
                borrower_id=lin.id,
                purpose="PARTNER:NOBODY",
                notice_version="2026-11",
                language="en",
                channel="WEB",
                by=cast.self_of(lin),
            )

    def test_the_database_keeps_no_events_of_a_partner_under_another_consent(self, lin):
        consent_id = cast.allow(lin)

        with pytest.raises(DatabaseError), transaction.atomic():
            ImportBatch.objects.create(
                borrower_id=lin.id, consent_id=consent_id, source=Source.PARTNER, dialect="X",
                encoding="", rows_read=0, rows_not_counted=0, rows_imported=0, rows_duplicate=0,
                rows_quarantined=0,
            )  # fmt: skip


class TestPartners:
    def test_a_secret_is_shown_once_and_lies_sealed(self, mall):
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(row)::text FROM borrowers_partnerkey AS row")
            (text,) = cursor.fetchone()

        assert mall.secret not in text
        assert str(PartnerKey.objects.get().secret) == mall.secret
        assert mall.secret not in repr(mall)
        assert mall.secret not in json.dumps(
            list(AuditEntry.objects.values_list("facts", flat=True))
        )

    def test_two_keys_are_enough(self, mall):
        number = Partner.objects.get().pk
        partner_actions.make_key(partner_id=number, by=SYSTEM)

        with pytest.raises(partner_actions.TooManyKeys):
            partner_actions.make_key(partner_id=number, by=SYSTEM)
        assert PartnerKey.objects.count() == 2

    @pytest.mark.parametrize("code", ["", "mall", "M", "MA LL", "X" * 21, "商城", "MALL"])
    def test_codes_are_plain_and_of_one_partner(self, mall, code):
        with pytest.raises(partner_actions.PartnerCodeRefused):
            partner_actions.register(code=code, name="x", by=SYSTEM)
        assert Partner.objects.count() == 1
