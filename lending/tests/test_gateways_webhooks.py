"""Notices of WeChat Pay and Alipay at our door: what is kept, and what is refused."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from common import clock
from lending.channels.models import ChannelEvent, ParkedNotice
from lending.tests.gateway_desks import sealed, wechat_signed
from lending.tests.gateway_senders import (
    ALIPAY,
    WECHAT,
    Ali,
    WeChat,
    books,
    is_hastened,
    parked,
    switched_on,
    transfer_through,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _platform(settings):
    with switched_on(settings):
        yield


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
