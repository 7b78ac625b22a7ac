"""Requests that no honest client makes: each gets a plain refusal, and none is a fault of ours."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from borrowers.people.models import Account
from borrowers.tests import cast
from common import clock
from common.api import signatures
from lending.applications.models import LoanApplication
from lending.channels.models import ChannelEvent, ParkedNotice, Transfer
from lending.loans.models import Loan
from lending.returns.models import ReturnProposal
from lending.tests import builders, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]

DEEP = "[" * 100_000
LONG = json.dumps({"product": "x" * 3_000_000})


@pytest.fixture
def api(lin) -> APIClient:
    client = APIClient(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_authenticate(Account.objects.get(pk=lin.account_id))
    return client


@pytest.fixture
def staff() -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    mei = cast.officer()
    mei.is_superuser = True
    mei.save()
    client.force_login(mei)
    return client


def problem(answer, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("application/problem+json")
    return dict(answer.json())


def sent(api, body: str, path: str = "/api/v1/quotes", **options):
    return api.generic("POST", path, body, content_type="application/json", **options)


def cursor(position: str) -> str:
    token = base64.b64encode(urlencode({"p": position}).encode()).decode()
    return "/api/v1/applications?" + urlencode({"cursor": token})


class TestTheApi:
    def test_refuses_a_body_that_is_too_long(self, api):
        assert problem(sent(api, LONG), 413)["title"] == "This request is too large."

    @pytest.mark.parametrize("body", [DEEP, "{", "nonsense", '{"a": NaN}', "\x00"])
    def test_says_in_its_own_words_that_json_cannot_be_read(self, api, body):
        said = problem(sent(api, body), 400)

        assert said["title"] == "This is not JSON that can be read."

    @pytest.mark.parametrize(
        "position", ["x", "-1", "1" * 400, "\x00", "1 OR 1=1", "2026-01-01", "٣"]
    )
    def test_refuses_a_cursor_that_it_did_not_make(self, api, position):
        problem(api.get(cursor(position)), 404)

    @pytest.mark.parametrize("path", ["bills/%00", "loans/%00", "applications/a%00b", "bills/a b"])
    def test_knows_no_thing_by_a_name_that_is_none(self, api, path):
        assert api.get(f"/api/v1/{path}").status_code in {400, 404}
        assert api.get(f"/api/v1/{path}")["Content-Type"].startswith("application/problem+json")

    def test_fills_in_which_kind_of_body_it_does_not_read(self, api):
        answer = api.generic("POST", "/api/v1/quotes", "a", content_type="text/csv")

        assert problem(answer, 415)["title"] == 'Unsupported media type "text/csv" in request.'

    def test_fills_in_which_method_it_does_not_know(self, api):
        assert problem(api.put("/api/v1/quotes"), 405)["title"] == 'Method "PUT" not allowed.'

    @pytest.mark.parametrize(
        "amount", ["1e3", "+5", "1_000", "٣٠٠٠", " 3000 ", "3000.0", 3000.0, True, 10**30, [], None]
    )
    def test_reads_no_amount_but_a_whole_number(self, api, amount):
        body = {"product": "CASH", "amount_fen": amount, "term_months": 6}
        answer = api.post("/api/v1/applications", body, headers={"Idempotency-Key": doors.KEY})

        pointers = {each["pointer"] for each in problem(answer, 400)["errors"]}
        assert "/amount_fen" in pointers
        assert not LoanApplication.objects.exists()


class TestSigningIn:
    PATH = "/_allauth/app/v1/auth/code/request"

    @pytest.mark.parametrize("body", [DEEP, LONG, "{"])
    def test_refuses_json_that_cannot_be_read(self, body):
        client = Client(raise_request_exception=False)

        answer = client.generic("POST", self.PATH, body, content_type="application/json")

        assert answer.status_code == 400


class TestTheWebhook:
    @pytest.mark.parametrize("amount_fen", [2**63, 10**40, -1, True, "5"])
    def test_refuses_an_amount_that_no_account_holds(self, amount_fen):
        now = clock.now()
        body = {
            "event_id": "event-1",
            "out_trade_no": "trade-1",
            "state": "SUCCEEDED",
            "amount_fen": amount_fen,
            "bank_reference": "reference-1",
            "occurred_at": now.isoformat(),
        }
        content = json.dumps(body).encode()
        secret = settings.BANK_WEBHOOK_SECRETS[0]
        headers = {
            "webhook-id": "event-1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signatures.sign(
                secret=secret, event_id="event-1", sent_at=now, body=content
            ),
        }
        client = Client(raise_request_exception=False)

        answer = client.post(
            "/webhooks/sandbox-bank", content, content_type="application/json", headers=headers
        )

        assert problem(answer, 422)["code"] == "WEBHOOK_NOTICE_UNREADABLE"
        assert not ChannelEvent.objects.exists()


class TestTheLoansPages:
    @pytest.mark.parametrize("page", ["payoff", "give-back"])
    @pytest.mark.parametrize("amount", ["9" * 5_000, "9" * 30, "-1", "\x00", "1.5", ""])
    def test_collect_nothing_for_an_amount_that_is_none(self, lin, page, amount):
        loan = builders.paid_out(lin)
        web = doors.web_of(lin)

        answer = web.post(f"/loans/{loan.public_id}/{page}/", {"amount_fen": amount})

        assert answer.status_code == 302
        assert Transfer.objects.count() == 1

    @pytest.mark.parametrize(
        ("page", "field"), [("waive", "entitlement"), ("requests", "take_back")]
    )
    @pytest.mark.parametrize("number", ["\x00", "1" * 5_000, "٣", ""])
    def test_know_nothing_by_a_number_that_is_none(self, lin, page, field, number):
        loan = builders.paid_out(lin)
        web = doors.web_of(lin)

        answer = web.post(f"/loans/{loan.public_id}/{page}/", {field: number})

        assert answer.status_code in {302, 400, 404}
        assert loan.transactions.count() == 1


class TestTheWorkbench:
    @pytest.mark.parametrize(
        "path", ["?state__exact=%00", "?q=%00", "%00/change/", "?created_at__gte=%00"]
    )
    def test_shows_a_page_for_a_character_that_no_column_holds(self, staff, path):
        page = staff.get(f"/admin/lending/loan/{path}")

        assert page.status_code == 400
        assert "text/html" in page["Content-Type"]

    def test_finds_no_loan_by_a_character_that_no_column_holds(self, staff):
        notice = ParkedNotice.objects.create(
            event=ChannelEvent.objects.create(
                channel="SANDBOX", event_key="one", out_trade_no="MR-1-x", state="SUCCEEDED",
                amount_fen=1,
            ),
            reason="UNKNOWN_ORDER",
        )  # fmt: skip

        page = staff.post(f"/admin/lending/parkednotice/{notice.pk}/assign/", {"loan": "\x00"})

        assert page.status_code == 400
        assert not ReturnProposal.objects.exists()

    @pytest.mark.parametrize("number", ["abc", "99", "9" * 30, "-1", "%00"])
    def test_pays_out_no_loan_that_is_not_there(self, staff, number):
        page = staff.post(f"/admin/lending/loan/{number}/pay-out-again/", follow=True)

        assert page.status_code < 500
        assert not Loan.objects.exists()
