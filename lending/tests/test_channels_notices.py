"""What may be asked of a bank, and which notices of it are believed."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from common import public_ids
from common.api import signatures
from common.api.signatures import SignatureRefused
from lending.channels.contracts import WebhookNotice
from lending.channels.sandbox import NoticeUnreadable, SandboxBank, read_notice
from lending.tests.bad_network import REQUEST
from simulation.bank.testing import listening, running_bank

NOW = datetime(2026, 9, 21, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def bank():
    with running_bank() as opened:
        yield opened


@pytest.fixture
def channel(bank):
    with SandboxBank(base_url=bank.base_url, api_key=bank.api_key) as opened:
        yield opened


class TestTransferRequest:
    @pytest.mark.parametrize("number", ["", "x" * 65, "a b", "a/b", "编号", "a\n"])
    def test_a_number_is_a_plain_word(self, number):
        with pytest.raises(AssertionError):
            replace(REQUEST, out_trade_no=number)

    @pytest.mark.parametrize("amount_fen", [0, -1])
    def test_an_amount_is_positive(self, amount_fen):
        with pytest.raises(AssertionError):
            replace(REQUEST, amount_fen=amount_fen)


SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgYmFuaywgMzIgYnk="
NOTICE = {
    "event_id": "evt_1",
    "out_trade_no": "D-lin-1",
    "state": "SUCCEEDED",
    "amount_fen": 500_00,
    "bank_reference": "SBK1",
    "occurred_at": "2026-09-21T05:59:58.125+00:00",
}


def told(content, *, event_id="evt_1", secret=SECRET):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": signatures.sign(
            secret=secret, event_id=event_id, sent_at=NOW, body=body
        ),
    }
    return read_notice(secrets=[SECRET], headers=headers, body=body, now=NOW)


class TestReadNotice:
    def test_a_notice_of_the_bank_is_read(self):
        assert told(NOTICE) == WebhookNotice(
            event_id="evt_1",
            out_trade_no="D-lin-1",
            state="SUCCEEDED",
            amount_fen=500_00,
            bank_reference="SBK1",
            occurred_at=datetime(2026, 9, 21, 5, 59, 58, 125_000, tzinfo=UTC),
        )

    def test_the_real_bank_is_understood(self, bank, channel):
        request = replace(REQUEST, out_trade_no=f"D-{public_ids.new()}-1")
        with listening() as ear:
            channel.submit(replace(request, notify_url=ear.url))
            [heard] = ear.hears(1)
        sent_at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
        notice = read_notice(
            secrets=[SECRET, bank.webhook_secret],
            headers=heard.headers,
            body=heard.body,
            now=sent_at,
        )

        assert notice.out_trade_no == request.out_trade_no
        assert notice.bank_reference == channel.query(notice.out_trade_no).bank_reference
        assert (notice.state, notice.amount_fen) == ("SUCCEEDED", 500_00)

    def test_what_the_bank_has_not_signed_is_not_even_read(self):
        stranger = "whsec_YSBwZXJmZWN0IHN0cmFuZ2VyJ3Mgc2VjcmV0IDMyYi4="
        with pytest.raises(SignatureRefused):
            told(b"{", secret=stranger)

    def test_the_id_must_be_the_one_that_was_signed(self):
        with pytest.raises(NoticeUnreadable):
            told(NOTICE, event_id="evt_2")

    @pytest.mark.parametrize(
        "change",
        [
            {"out_trade_no": "../x"},
            {"out_trade_no": 7},
            {"bank_reference": None},
            {"state": "PERHAPS"},
            {"state": ["SUCCEEDED"]},
            {"amount_fen": 0},
            {"amount_fen": -5},
            {"amount_fen": 1.5},
            {"amount_fen": True},
            {"amount_fen": "1"},
            {"occurred_at": "yesterday"},
            {"occurred_at": "2026-09-21T05:59:58"},
            {"occurred_at": None},
        ],
    )
    def test_a_field_that_makes_no_sense_is_refused(self, change):
        with pytest.raises(NoticeUnreadable):
            told({**NOTICE, **change})

    @pytest.mark.parametrize("name", sorted(NOTICE))
    def test_no_field_may_be_missing(self, name):
        with pytest.raises(NoticeUnreadable):
            told({key: value for key, value in NOTICE.items() if key != name})

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 50_000, b"\xff"])
    def test_what_is_not_a_json_object_is_refused(self, body):
        with pytest.raises(NoticeUnreadable):
            told(body)
