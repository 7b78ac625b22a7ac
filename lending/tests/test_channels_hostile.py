"""The sandbox bank's notices, signed and hostile: each is refused, or parked, or harmless."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from common import clock
from common.api import signatures
from common.processes.models import Process
from lending.channels import actions
from lending.channels.models import ChannelEvent, ParkedNotice, Transfer
from lending.tests import builders
from lending.tests.gateway_senders import books, is_hastened, parked, transfer_through

pytestmark = pytest.mark.django_db
PATH = "/webhooks/sandbox-bank"


@pytest.fixture
def transfer():
    return transfer_through("SANDBOX")


def told(transfer, **changes):
    return {
        "event_id": "evt-1",
        "out_trade_no": transfer.out_trade_no,
        "state": "SUCCEEDED",
        "amount_fen": transfer.amount_fen,
        "bank_reference": "ref-1",
        "occurred_at": clock.now().isoformat(),
        **changes,
    }


def send(content, *, body=None, signed=None, content_type="application/json", age=timedelta()):
    """A notice that is signed as it should be, unless a test says otherwise."""
    raw = json.dumps(content).encode() if body is None else body
    sent_at = clock.now() - age
    headers = {
        "webhook-id": content["event_id"],
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": signatures.sign(
            secret=settings.BANK_WEBHOOK_SECRETS[0],
            event_id=content["event_id"],
            sent_at=sent_at,
            body=raw if signed is None else signed,
        ),
    }
    return Client(raise_request_exception=False).post(
        PATH, raw, content_type=content_type, headers=headers
    )


def settled(transfer, outcome):
    with transaction.atomic():
        actions.settle(transfer_id=transfer.pk, answer=builders.said(transfer, outcome))


class TestWhatIsRefused:
    @pytest.fixture(autouse=True)
    def _nothing_is_kept(self, transfer):
        before = books()
        yield
        assert not ChannelEvent.objects.exists()
        assert parked() == []
        assert books() == before
        assert not is_hastened(transfer)

    def test_an_amount_that_was_altered_on_the_way(self, transfer):
        good = json.dumps(told(transfer)).encode()
        altered = json.dumps(told(transfer, amount_fen=1)).encode()

        assert send(told(transfer), body=altered, signed=good).status_code == 401

    @pytest.mark.parametrize("age", [timedelta(minutes=6), -timedelta(minutes=6)])
    def test_a_notice_of_another_time(self, transfer, age):
        assert send(told(transfer), age=age).status_code == 401

    @pytest.mark.parametrize(
        "change",
        [
            {"out_trade_no": "R\x00lin"},
            {"bank_reference": "\x00"},
            {"out_trade_no": "x" * 65},
            {"amount_fen": "27000"},
            {"amount_fen": 270.0},
            {"amount_fen": None},
            {"amount_fen": [27000]},
            {"state": None},
            {"occurred_at": "2026-11-20"},
        ],
    )
    def test_a_field_that_makes_no_sense(self, transfer, change):
        assert send(told(transfer, **change)).status_code == 422

    @pytest.mark.parametrize("body", [b"", b"\x00", b"\xff", b"[]", b"{" * 10_000, b"null"])
    def test_a_body_that_is_no_object(self, transfer, body):
        assert send(told(transfer), body=body).status_code == 422

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
    def test_another_kind_of_body(self, transfer, content_type):
        assert send(told(transfer), content_type=content_type).status_code == 422

    def test_a_huge_body(self, transfer):
        assert send(told(transfer, memo="x" * 200_000)).status_code == 422


class TestWhatIsParked:
    @pytest.mark.parametrize(
        ("state", "change", "reason"),
        [
            ("SENT", {"out_trade_no": "R-nobody"}, "UNKNOWN_ORDER"),
            ("SENT", {"amount_fen": 1}, "AMOUNT_DIFFERS"),
            ("FAILED", {}, "PAID_AFTER_FAILURE"),
            ("SUCCEEDED", {"state": "FAILED"}, "FAILED_AFTER_PAYMENT"),
        ],
    )
    def test_a_notice_that_contradicts_us(self, transfer, state, change, reason):
        Transfer.objects.update(state=state)
        before = books()

        answers = [send(told(transfer, **change)).status_code for _ in range(2)]

        assert answers == [200, 200]
        assert parked() == [reason]
        assert books() == before

    def test_a_notice_of_an_order_that_went_elsewhere(self):
        elsewhere = transfer_through("ALIPAY")

        assert send(told(elsewhere)).status_code == 200
        assert parked() == ["OTHER_CHANNEL"]

    @pytest.mark.parametrize(
        ("notice", "outcome", "reason"),
        [
            ("SUCCEEDED", "FAILED", "PAID_AFTER_FAILURE"),
            ("FAILED", "SUCCEEDED", "FAILED_AFTER_PAYMENT"),
        ],
    )
    def test_whichever_comes_first(self, transfer, notice, outcome, reason):
        send(told(transfer, state=notice))
        assert parked() == []

        settled(transfer, outcome)

        assert parked() == [reason]


class TestWhatIsHarmless:
    @pytest.mark.parametrize("order", list(permutations(["PROCESSING", "SUCCEEDED", "SUCCEEDED"])))
    def test_notices_in_any_order_leave_one_truth(self, transfer, order):
        for index, state in enumerate(order):
            assert send(told(transfer, state=state, event_id=f"evt-{index}")).status_code == 200

        settled(transfer, "SUCCEEDED")

        transfer.refresh_from_db()
        assert transfer.state == "SUCCEEDED"
        assert ChannelEvent.objects.count() == 3
        assert not ParkedNotice.objects.exists()

    def test_a_final_state_is_not_taken_back(self, transfer):
        settled(transfer, "SUCCEEDED")

        send(told(transfer, state="PROCESSING"))

        transfer.refresh_from_db()
        assert transfer.state == "SUCCEEDED"
        assert parked() == []

    def test_the_same_notice_again_wakes_nobody(self, transfer):
        send(told(transfer))
        Process.objects.update(next_attempt_at=clock.now() + timedelta(days=365))

        assert send(told(transfer)).json() == {"status": "kept"}
        assert not is_hastened(transfer)
