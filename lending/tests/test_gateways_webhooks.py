"""Notices of WeChat Pay and Alipay at our door: what is kept, what is parked, what is refused."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from common import clock
from common.processes import actions as processes
from common.processes.models import Process
from lending import tasks
from lending.channels import actions
from lending.channels.gateways.orders import order_no
from lending.channels.models import ChannelEvent, ParkedNotice, Transfer
from lending.ledger.models import LedgerEntry
from lending.loans.models import LoanTransaction
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.gateway_desks import (
    APP_ID,
    APPID,
    MCHID,
    SELLER_ID,
    alipay_keys,
    joined,
    sealed,
    signature,
    wechat_keys,
    wechat_signed,
)

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9"
WECHAT, ALIPAY = "/webhooks/wechat-pay", "/webhooks/alipay"


def as_settings(keys):
    return {name: getattr(keys, name) for name in keys.__slots__}


@pytest.fixture(autouse=True)
def _platform(settings):
    settings.GATEWAYS = {
        "WECHAT_PAY": as_settings(wechat_keys(NOWHERE)),
        "ALIPAY": as_settings(alipay_keys(NOWHERE)),
    }
    tasks.gateway.cache_clear()
    with time_machine.travel(builders.NOW, tick=True):
        yield
    tasks.gateway.cache_clear()


def transfer_through(channel, *, number="R-lin-1"):
    """A repayment of ¥270 that was sent through a gateway, and whose process waits."""
    with transaction.atomic():
        transfer = Transfer.objects.create(
            out_trade_no=number,
            purpose="REPAYMENT",
            loan_id=1,
            request_key=number,
            account="person:lin",
            amount_fen=270_00,
            channel=channel,
            order_no=order_no(number),
            state="SENT",
            intended_on=TODAY,
        )
        processes.start(kind="TRANSFER", subject_id=transfer.pk, task="none", queue="money")
    Process.objects.update(next_attempt_at=clock.now() + timedelta(days=365))
    return transfer


def books():
    """What no notice may ever change by itself."""
    transfers = Transfer.objects.order_by("pk").values_list("state", "booked_at", "amount_fen")
    return list(transfers), LedgerEntry.objects.count(), LoanTransaction.objects.count()


def parked():
    return [each.reason for each in ParkedNotice.objects.order_by("pk")]


def is_hastened(transfer):
    row = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
    return row.next_attempt_at < clock.now() + timedelta(days=364)


class WeChat:
    """What WeChat Pay sends."""

    channel, path, good = "WECHAT_PAY", WECHAT, {"code": "SUCCESS", "message": "OK"}

    @staticmethod
    def paid(transfer, **changes):
        amount = {"total": transfer.amount_fen, "payer_total": 1, "currency": "CNY"}
        told = {
            "mchid": MCHID,
            "appid": APPID,
            "out_trade_no": transfer.order_no,
            "transaction_id": "4200000001",
            "trade_state": "SUCCESS",
            "success_time": "2026-11-20T12:00:00+08:00",
            "amount": amount,
        }
        return {**told, **changes}

    @staticmethod
    def body(content, *, event="EV-1", kind="TRANSACTION.SUCCESS", **outer):
        told = {
            "id": event,
            "create_time": "2026-11-20T12:00:01+08:00",
            "resource_type": "encrypt-resource",
            "event_type": kind,
            "summary": "x",
            "resource": sealed(content),
        }
        return json.dumps({**told, **outer})

    @classmethod
    def send(cls, text, *, at=None, by="wechat", content_type="application/json", **headers):
        raw = text.encode("utf-8", "surrogateescape")
        signed = wechat_signed(text, at=at or clock.now(), by=by) if raw.isascii() else {}
        return Client(raise_request_exception=False).post(
            cls.path, raw, content_type=content_type, headers={**signed, **headers}
        )


class Ali:
    """What Alipay sends."""

    channel, path, good = "ALIPAY", ALIPAY, b"success"

    @staticmethod
    def paid(transfer, **changes):
        told = {
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "charset": "utf-8",
            "notify_id": "2026112200222120001",
            "notify_type": "trade_status_sync",
            "notify_time": "2026-11-20 12:00:00",
            "out_trade_no": transfer.order_no,
            "trade_no": "2026112022001",
            "trade_status": "TRADE_SUCCESS",
            "total_amount": f"{transfer.amount_fen // 100}.{transfer.amount_fen % 100:02d}",
            "subject": "还款",
        }
        return {name: value for name, value in {**told, **changes}.items() if value is not None}

    @classmethod
    def form(cls, told, *, by="alipay", sign_type="RSA2"):
        # As the kit verifies it: sign_type is left out of what is signed.
        return {**told, "sign_type": sign_type, "sign": signature(joined(told), by=by)}

    @classmethod
    def send(cls, form, *, content_type="application/x-www-form-urlencoded"):
        text = form if isinstance(form, str | bytes) else urlencode(form)
        return Client(raise_request_exception=False).post(cls.path, text, content_type=content_type)


def refused(answer, status):
    """Refused in the shape that the gateway reads: it tells again, and we have kept nothing."""
    assert answer.status_code == status
    if answer["Content-Type"].startswith("application/json"):
        assert answer.json()["code"] == "FAIL"
    else:
        assert answer.content == b"fail"
    assert not ChannelEvent.objects.exists()
    assert not ParkedNotice.objects.exists()


class TestWeChat:
    @pytest.fixture
    def transfer(self):
        return transfer_through("WECHAT_PAY")

    def test_a_good_notice_is_kept_once_and_wakes_the_transfer(self, transfer):
        before = books()
        text = WeChat.body(WeChat.paid(transfer))

        answers = [WeChat.send(text), WeChat.send(text)]

        assert [each.json() for each in answers] == [WeChat.good] * 2
        event = ChannelEvent.objects.get()
        assert (event.channel, event.state, event.amount_fen) == (
            "WECHAT_PAY",
            "SUCCEEDED",
            270_00,
        )
        assert is_hastened(transfer)
        assert parked() == []
        assert books() == before, "a notice makes us ask, and books nothing by itself"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Wechatpay-Signature": ""},
            {"Wechatpay-Signature": "!!!"},
            {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/eA=="},
            {"Wechatpay-Nonce": "another"},
            {"Wechatpay-Serial": "0123456789ABCDEF"},
            {"Wechatpay-Serial": "not hexadecimal"},
            {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"},
            {"Wechatpay-Timestamp": "yesterday"},
            {"Wechatpay-Timestamp": ""},
            {"Wechatpay-Timestamp": "1" * 40},
        ],
    )
    def test_what_wechat_has_not_signed_is_refused(self, transfer, headers):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer)), **headers), 401)
        assert not is_hastened(transfer)

    def test_a_strangers_key_is_refused(self, transfer):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer)), by="stranger"), 401)

    def test_a_changed_body_is_refused(self, transfer):
        text = WeChat.body(WeChat.paid(transfer))
        signed = wechat_signed(text, at=clock.now())

        refused(WeChat.send(text.replace("EV-1", "EV-2"), **signed), 401)

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_a_stale_notice_and_one_of_the_future_are_refused(self, transfer, minutes):
        at = clock.now() + timedelta(minutes=minutes)

        refused(WeChat.send(WeChat.body(WeChat.paid(transfer)), at=at), 401)

    @pytest.mark.parametrize("change", [{"mchid": "1900000001"}, {"appid": "wx_other"}])
    def test_another_merchants_notice_is_refused(self, transfer, change):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer, **change))), 403)

    def test_a_seal_of_another_key_is_refused(self, transfer):
        resource = sealed(WeChat.paid(transfer), seal="another APIv3 key, thirty-two by")

        refused(WeChat.send(WeChat.body({}, resource=resource)), 422)

    @pytest.mark.parametrize(
        "change",
        [
            {"out_trade_no": "a\x00b"},
            {"out_trade_no": None},
            {"transaction_id": "x" * 65},
            {"trade_state": "PERHAPS"},
            {"trade_state": ["SUCCESS"]},
            {"amount": None},
            {"amount": {"total": 0}},
            {"amount": {"total": -1}},
            {"amount": {"total": 1.5}},
            {"amount": {"total": True}},
            {"amount": {"total": "27000"}},
            {"amount": {"total": 2**63}},
            {"success_time": "yesterday"},
            {"success_time": "2026-11-20T12:00:00"},
        ],
    )
    def test_a_field_that_makes_no_sense_is_refused(self, transfer, change):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer, **change))), 422)

    @pytest.mark.parametrize(
        "outer",
        [
            {"resource": None},
            {"resource": {}},
            {"resource": {"algorithm": "NONE"}},
            {"resource_type": "plain"},
            {"event_type": "SOMETHING.NEW"},
            {"event_type": None},
            {"event": "x" * 129},
        ],
    )
    def test_a_cover_that_makes_no_sense_is_refused(self, transfer, outer):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer), **outer)), 422)

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 9_000, "\x00"])
    def test_a_signed_body_that_is_no_object_is_refused(self, transfer, text):
        refused(WeChat.send(text), 422)

    def test_bytes_that_are_no_text_are_refused(self, transfer):
        refused(WeChat.send("\udcff", **wechat_signed("x", at=clock.now())), 401)

    def test_a_huge_body_is_refused_before_it_is_read(self, transfer):
        refused(WeChat.send(WeChat.body(WeChat.paid(transfer), summary="x" * 200_000)), 422)

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", ""])
    def test_another_kind_of_body_is_refused(self, transfer, content_type):
        text = WeChat.body(WeChat.paid(transfer))

        refused(WeChat.send(text, content_type=content_type), 422)


class TestAlipay:
    @pytest.fixture
    def transfer(self):
        return transfer_through("ALIPAY")

    def test_a_good_notice_is_kept_once_and_wakes_the_transfer(self, transfer):
        before = books()
        form = Ali.form(Ali.paid(transfer))

        answers = [Ali.send(form), Ali.send(form)]

        assert [each.content for each in answers] == [b"success"] * 2
        assert answers[0]["Content-Type"].startswith("text/plain")
        assert ChannelEvent.objects.get().amount_fen == 270_00
        assert is_hastened(transfer)
        assert parked() == []
        assert books() == before, "a notice makes us ask, and books nothing by itself"

    def test_what_alipay_has_not_signed_is_refused(self, transfer):
        told = Ali.paid(transfer)
        good = Ali.form(told)
        wrong = [
            Ali.form(told, by="stranger"),
            {**good, "total_amount": "0.01"},
            {**good, "sign": ""},
            {**good, "sign": "!!!"},
            {**good, "extra": "field"},
            {**good, "sign_type": "RSA"},
            {name: value for name, value in good.items() if name != "sign"},
            {name: value for name, value in good.items() if name != "sign_type"},
        ]

        for form in wrong:
            refused(Ali.send(form), 401)
        assert not is_hastened(transfer)

    @pytest.mark.parametrize("change", [{"app_id": "2021000000000002"}, {"seller_id": "2088"}])
    def test_another_apps_notice_is_refused(self, transfer, change):
        refused(Ali.send(Ali.form(Ali.paid(transfer, **change))), 403)

    @pytest.mark.parametrize("day", ["2026-11-18", "2026-11-22"])
    def test_a_stale_notice_and_one_of_the_future_are_refused(self, transfer, day):
        told = Ali.paid(transfer, notify_time=f"{day} 12:00:00")

        refused(Ali.send(Ali.form(told)), 401)

    @pytest.mark.parametrize(
        "change",
        [
            {"trade_status": "PERHAPS"},
            {"trade_status": None},
            {"total_amount": "1e3"},
            {"total_amount": "0.00"},
            {"total_amount": "-1.00"},
            {"total_amount": "1.234"},
            {"total_amount": None},
            {"out_trade_no": None},
            {"out_trade_no": "a\x00b"},
            {"trade_no": "x" * 65},
            {"notify_id": None},
            {"notify_id": "x" * 129},
            {"notify_time": "soon"},
            {"trans_currency": "人民币"},
        ],
    )
    def test_a_field_that_makes_no_sense_is_refused(self, transfer, change):
        refused(Ali.send(Ali.form(Ali.paid(transfer, **change))), 422)

    def test_the_same_field_twice_is_refused(self, transfer):
        text = urlencode(Ali.form(Ali.paid(transfer))) + "&total_amount=0.01"

        refused(Ali.send(text), 422)

    @pytest.mark.parametrize(
        "body", ["", "nonsense", "a=%FF", b"\xff\xfe", "&".join(["a=1"] * 101)]
    )
    def test_a_body_that_is_no_form_is_refused(self, transfer, body):
        refused(Ali.send(body), 422)

    def test_a_huge_body_is_refused_before_it_is_read(self, transfer):
        refused(Ali.send(Ali.form(Ali.paid(transfer, body="x" * 200_000))), 422)

    @pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", ""])
    def test_another_kind_of_body_is_refused(self, transfer, content_type):
        form = Ali.form(Ali.paid(transfer))

        refused(Ali.send(urlencode(form), content_type=content_type), 422)


def tell_wechat(transfer, *, refund=False, currency="CNY", **changes):
    kind = "TRANSACTION.SUCCESS"
    content = WeChat.paid(transfer, **changes)
    content["amount"] = {**content["amount"], "currency": currency}
    if refund:
        kind = "REFUND.SUCCESS"
        content |= {
            "out_refund_no": "unknown-refund",
            "refund_id": "50",
            "refund_status": "SUCCESS",
        }
        content["amount"]["refund"] = transfer.amount_fen
    return WeChat.send(WeChat.body(content, kind=kind)).status_code


def tell_alipay(transfer, *, refund=False, currency="CNY", **changes):
    names = {"amount": "total_amount", "trade_state": "trade_status"}
    changes = {names.get(name, name): value for name, value in changes.items()}
    if isinstance(changes.get("total_amount"), dict):
        changes["total_amount"] = "0.01"
    if changes.get("trade_status") == "CLOSED":
        changes["trade_status"] = "TRADE_CLOSED"
    told = Ali.paid(transfer, trans_currency=currency, **changes)
    if refund:
        told |= {"refund_fee": told["total_amount"], "out_biz_no": "unknown-refund"}
    return Ali.send(Ali.form(told)).status_code


@pytest.mark.parametrize(
    ("channel", "tell"), [("WECHAT_PAY", tell_wechat), ("ALIPAY", tell_alipay)], ids=["w", "a"]
)
class TestWhatContradictsUs:
    """Signed by the gateway, and yet not what we know: kept, parked, and nothing is moved."""

    def told(self, channel, tell, *, state="SENT", **changes):
        transfer = transfer_through(channel)
        Transfer.objects.filter(pk=transfer.pk).update(state=state)
        before = books()

        assert tell(transfer, **changes) == 200

        assert ChannelEvent.objects.count() == 1
        assert books() == before
        return parked()

    def test_an_order_that_is_not_ours(self, channel, tell):
        assert self.told(channel, tell, out_trade_no=order_no("nobody's")) == ["UNKNOWN_ORDER"]

    def test_another_amount(self, channel, tell):
        amount = {"total": 1, "currency": "CNY"}
        assert self.told(channel, tell, amount=amount) == ["AMOUNT_DIFFERS"]

    def test_another_currency(self, channel, tell):
        assert self.told(channel, tell, currency="USD") == ["CURRENCY_DIFFERS"]

    def test_a_success_after_the_order_was_closed(self, channel, tell):
        assert self.told(channel, tell, state="FAILED") == ["PAID_AFTER_FAILURE"]

    def test_a_closing_after_the_money_had_arrived(self, channel, tell):
        found = self.told(channel, tell, state="SUCCEEDED", trade_state="CLOSED")
        assert found == ["FAILED_AFTER_PAYMENT"]

    def test_a_refund_before_anybody_paid(self, channel, tell):
        assert self.told(channel, tell, refund=True) == ["REFUND_NOT_ASKED"]

    def test_an_order_of_another_channel(self, channel, tell):
        other = {"WECHAT_PAY": "ALIPAY", "ALIPAY": "WECHAT_PAY"}[channel]
        assert self.told(other, tell) == ["OTHER_CHANNEL"]

    def test_a_success_that_came_before_we_closed_the_order(self, channel, tell):
        transfer = transfer_through(channel)
        tell(transfer)
        assert parked() == []

        with transaction.atomic():
            actions.settle(transfer_id=transfer.pk, answer=builders.said(transfer, "FAILED"))

        assert parked() == ["PAID_AFTER_FAILURE"]


class TestWhatIsSwitchedOff:
    @pytest.mark.parametrize("path", [WECHAT, ALIPAY])
    def test_has_no_address(self, settings, path):
        settings.GATEWAYS = {}

        assert Client().post(path, "{}", content_type="application/json").status_code == 404

    @pytest.mark.parametrize("path", [WECHAT, ALIPAY])
    def test_is_told_by_post_only(self, path):
        assert Client().get(path).status_code == 405


class TestLogs:
    def test_hold_no_key_and_no_content(self, capfd, caplog):
        transfer = transfer_through("WECHAT_PAY")
        caplog.set_level("DEBUG")

        WeChat.send(WeChat.body(WeChat.paid(transfer)))
        WeChat.send(WeChat.body(WeChat.paid(transfer)), by="stranger")

        printed = "".join(capfd.readouterr()) + caplog.text
        assert "an APIv3 key" not in printed
        assert "PRIVATE KEY" not in printed
        assert "4200000001" not in printed
