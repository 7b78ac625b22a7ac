"""WeChat Pay's adapter against a desk that plays WeChat: what is asked, and what is believed."""

import gzip
import hashlib
import re

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from lending.channels.contracts import Payee, TransferRequest, Unread
from lending.channels.gateways.orders import order_no
from lending.channels.gateways.wechat import WeChatPayGateway
from lending.tests.gateway_desks import (
    APPID,
    COLLECT,
    DAY,
    MCHID,
    NUMBER,
    REFUND,
    Answered,
    wechat_desk,
    wechat_keys,
)

PAY_OUT = TransferRequest(
    "D-lin-1", "PAY_OUT", "person:lin", 3_000_00, "", payee=Payee("openid-of-lin", "林（虚构）")
)


@pytest.fixture(scope="module")
def opened():
    with wechat_desk() as opened:
        yield opened


@pytest.fixture
def desk(opened):
    opened.asked.clear()
    return opened


@pytest.fixture
def gateway(desk):
    return WeChatPayGateway(wechat_keys(desk.url), read_seconds=2.0)


def order(state="SUCCESS", **changes):
    return {
        "mchid": MCHID,
        "appid": APPID,
        "out_trade_no": order_no(NUMBER),
        "transaction_id": "4200000001",
        "trade_state": state,
        "amount": {"total": 123_45, "currency": "CNY"},
        **changes,
    }


class TestCollecting:
    def test_makes_an_order_and_says_where_it_is_paid(self, desk, gateway):
        desk.says(Answered({"code_url": "weixin://wxpay/bizpayurl?pr=abc"}))

        answer = gateway.submit(COLLECT)

        assert (answer.outcome, answer.amount_fen) == ("PROCESSING", 123_45)
        assert answer.pay_link == "weixin://wxpay/bizpayurl?pr=abc"
        (asked,) = desk.asked
        assert asked.path == "/v3/pay/transactions/native"
        assert asked.json["out_trade_no"] == order_no(NUMBER)
        assert asked.json["amount"] == {"total": 123_45, "currency": "CNY"}
        assert asked.json["attach"] == NUMBER

    @pytest.mark.parametrize(
        ("state", "outcome"),
        [
            ("SUCCESS", "SUCCEEDED"),
            ("NOTPAY", "PROCESSING"),
            ("USERPAYING", "PROCESSING"),
            ("CLOSED", "FAILED"),
            ("REFUND", "UNKNOWN"),
            ("SOMETHING_NEW", "UNKNOWN"),
        ],
    )
    def test_asks_what_became_of_it(self, desk, gateway, state, outcome):
        desk.says(Answered(order(state)))

        answer = gateway.ask(COLLECT)

        assert answer.outcome == outcome
        assert answer.out_trade_no == NUMBER
        assert desk.asked[0].path.startswith(
            f"/v3/pay/transactions/out-trade-no/{order_no(NUMBER)}"
        )

    def test_tells_the_amount_as_wechat_has_it(self, desk, gateway):
        desk.says(Answered(order(amount={"total": 1, "currency": "CNY"})))

        assert gateway.ask(COLLECT).amount_fen == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"mchid": "1900000001"},
            {"appid": "wxfedcba9876543210"},
            {"out_trade_no": order_no("R-wei-1")},
            {"amount": {"total": 123_45, "currency": "USD"}},
            {"amount": {"total": "12345"}},
            {"amount": {"total": 123.45}},
            {"amount": True},
            {"amount": None},
        ],
    )
    def test_concludes_nothing_from_an_order_that_is_not_ours(self, desk, gateway, change):
        desk.says(Answered(order(**change)))

        assert gateway.ask(COLLECT).outcome == "UNKNOWN"

    def test_an_order_that_wechat_does_not_know_may_be_made(self, desk, gateway):
        desk.says(Answered({"code": "ORDER_NOT_EXIST"}, status=404))

        assert gateway.ask(COLLECT).outcome == "NOT_FOUND"

    def test_closes_an_order_and_says_what_became_of_it(self, desk, gateway):
        desk.says(Answered(None, status=204), Answered(order("CLOSED")))

        answer = gateway.close(COLLECT)

        assert (answer.outcome, answer.reason) == ("FAILED", "CLOSED")
        assert desk.asked[0].path.endswith("/close")

    def test_an_order_that_was_paid_while_we_closed_it_is_paid(self, desk, gateway):
        desk.says(Answered({"code": "ORDERPAID"}, status=400), Answered(order()))

        assert gateway.close(COLLECT).outcome == "SUCCEEDED"

    @pytest.mark.parametrize("link", ["javascript:alert(1)", "", None, 7])
    def test_a_link_that_leads_elsewhere_is_not_shown(self, desk, gateway, link):
        desk.says(Answered({"code_url": link}))

        answer = gateway.submit(COLLECT)

        assert (answer.outcome, answer.pay_link) == ("UNKNOWN", "")


class TestBelief:
    """Only what WeChat has signed changes anything."""

    @pytest.mark.parametrize("status", [200, 400, 404, 500])
    def test_an_unsigned_answer_is_an_unknown_outcome(self, desk, gateway, status):
        content = order() if status == 200 else {"code": "ORDER_NOT_EXIST"}
        desk.says(Answered(content, status=status, signed=False))

        answer = gateway.ask(COLLECT)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "ANSWER_NOT_SIGNED")

    def test_another_key_is_no_key(self, desk, gateway):
        desk.says(Answered(order(), headers={"Wechatpay-Serial": "0123456789ABCDEF"}))

        assert gateway.ask(COLLECT).reason == "ANSWER_NOT_SIGNED"
        assert len(desk.asked) == 1, "a stranger's serial number makes us ask nobody for it"

    def test_a_signature_of_something_else_is_none(self, desk, gateway):
        desk.says(Answered(order(), headers={"Wechatpay-Nonce": "another"}))

        assert gateway.ask(COLLECT).reason == "ANSWER_NOT_SIGNED"

    def test_a_refusal_that_is_final_fails(self, desk, gateway):
        desk.says(Answered({"code": "PARAM_ERROR"}, status=400))

        answer = gateway.submit(COLLECT)

        assert (answer.outcome, answer.reason) == ("FAILED", "PARAM_ERROR")

    @pytest.mark.parametrize("code", ["SYSTEM_ERROR", "FREQUENCY_LIMITED", "OUT_TRADE_NO_USED", ""])
    def test_every_other_refusal_is_an_unknown_outcome(self, desk, gateway, code):
        desk.says(Answered({"code": code}, status=500))

        assert gateway.submit(COLLECT).outcome == "UNKNOWN"

    def test_silence_is_an_unknown_outcome(self, desk):
        gateway = WeChatPayGateway(wechat_keys("http://127.0.0.1:9"), read_seconds=0.2)

        for act in (gateway.submit, gateway.ask, gateway.close):
            assert act(COLLECT).outcome == "UNKNOWN"

    def test_an_endless_answer_is_not_read_to_its_end(self, desk, gateway):
        desk.says(Answered({"code_url": "x" * 2_000_000}))

        assert gateway.submit(COLLECT).reason == "ANSWER_TOO_LONG"

    @pytest.mark.django_db
    def test_nobody_is_asked_inside_a_transaction(self, desk, gateway):
        with transaction.atomic(), pytest.raises(TransactionManagementError):
            gateway.ask(COLLECT)

        assert desk.asked == []

    def test_no_secret_stands_in_what_is_printed(self, gateway):
        shown = repr(gateway.keys)

        assert "PRIVATE KEY" not in shown
        assert gateway.keys.apiv3_key not in shown


class TestGivingBack:
    @pytest.mark.parametrize(
        ("status", "outcome"),
        [("SUCCESS", "SUCCEEDED"), ("PROCESSING", "PROCESSING"), ("CLOSED", "FAILED"),
         ("ABNORMAL", "UNKNOWN")],
    )  # fmt: skip
    def test_goes_the_way_on_which_it_came(self, desk, gateway, status, outcome):
        number = order_no("B-lin-1")
        refund = {"out_refund_no": number, "refund_id": "5030", "status": status,
                  "amount": {"refund": 45_00, "total": 123_45, "currency": "CNY"}}  # fmt: skip
        desk.says(Answered(refund))

        assert gateway.submit(REFUND).outcome == outcome
        assert gateway.ask(REFUND).outcome == outcome

        first, second = desk.asked
        assert first.json["out_trade_no"] == order_no(NUMBER)
        assert first.json["amount"] == {"refund": 45_00, "total": 123_45, "currency": "CNY"}
        assert second.path == f"/v3/refund/domestic/refunds/{number}"


class TestPayingOut:
    def transfer(self, state):
        return {"out_bill_no": order_no("D-lin-1"), "transfer_bill_no": "1330", "state": state,
                "transfer_amount": 3_000_00}  # fmt: skip

    @pytest.mark.parametrize(
        ("state", "outcome"),
        [("ACCEPTED", "PROCESSING"), ("WAIT_USER_CONFIRM", "PROCESSING"), ("SUCCESS", "SUCCEEDED"),
         ("FAIL", "FAILED"), ("CANCELLED", "FAILED"), ("NEW", "UNKNOWN")],
    )  # fmt: skip
    def test_is_a_transfer_to_a_person(self, desk, gateway, state, outcome):
        desk.says(Answered(self.transfer(state)))

        assert gateway.submit(PAY_OUT).outcome == outcome
        assert gateway.ask(PAY_OUT).outcome == outcome

        told = desk.asked[0].json
        assert (told["openid"], told["transfer_amount"]) == ("openid-of-lin", 3_000_00)
        assert "林" not in desk.asked[0].body.decode(), "a name travels sealed"

    def test_fails_for_somebody_whom_wechat_does_not_know(self, desk, gateway):
        stranger = TransferRequest("D-wei-1", "PAY_OUT", "person:wei", 100, "")

        assert gateway.submit(stranger).reason == "PAYEE_UNKNOWN"
        assert desk.asked == []

    def test_of_much_money_needs_a_name(self, desk, gateway):
        nameless = TransferRequest("D-1", "PAY_OUT", "person:lin", 2_000_00, "", payee=Payee("o"))

        assert gateway.submit(nameless).reason == "PAYEE_NAME_NEEDED"
        assert desk.asked == []


NAMES = (
    "\ufeff交易时间,公众账号ID,商户号,微信订单号,商户订单号,交易状态,货币种类,"
    "微信退款单号,商户退款单号,退款金额,订单金额\n"
)
TRADES = (
    NAMES
    + """`2026-11-20 10:00:00,`wx,`19,`4200000001,`order-1,`SUCCESS,`CNY,`0,`0,`0.00,`123.45
`2026-11-20 11:00:00,`wx,`19,`4200000001,`order-1,`REFUND,`CNY,`5030,`refund-1,`45.00,`0.00
总交易单数,应结订单总金额,退款总金额
`2,`123.45,`45.00
"""
)
FLOWS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,"
    "账户结余（元）,备注,业务凭证号\n"
    """`2026-11-20 09:00:00,`1330,`77,`商家转账,`转账,`支出,`3000.00,`1.00,`x,`bill-1
`2026-11-20 09:00:00,`1331,`78,`手续费,`扣除,`支出,`0.10,`0.90,`x,`bill-2
资金流水总笔数,收入笔数
`2,`0
"""
)


class TestBills:
    def said(self, desk, text, *, digest=None):
        digest = digest or hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        address = f"{desk.url}/v3/billdownload/file?token=x"
        told = {"hash_type": "SHA1", "hash_value": digest, "download_url": address}
        return Answered(told), Answered(gzip.compress(text.encode()))

    def test_say_what_moved_to_the_fen(self, desk, gateway):
        desk.says(*self.said(desk, TRADES), *self.said(desk, FLOWS))

        lines = gateway.bill(DAY)

        assert [(each.out_trade_no, each.kind, each.amount_fen) for each in lines] == [
            ("order-1", "COLLECT", 123_45),
            ("refund-1", "PAY_OUT", 45_00),
            ("bill-1", "PAY_OUT", 3_000_00),
        ]
        assert len({each.id for each in lines}) == 3

    def test_of_a_day_without_movements_are_empty(self, desk, gateway):
        desk.says(Answered({"code": "NO_STATEMENT_EXIST"}, status=400))

        assert gateway.bill(DAY) == ()

    def test_that_are_not_made_yet_are_none(self, desk, gateway):
        desk.says(Answered({"code": "STATEMENT_CREATING"}, status=400))

        assert gateway.bill(DAY) is None

    def test_with_another_digest_are_a_hole_beside_the_other_file(self, desk, gateway):
        desk.says(*self.said(desk, TRADES, digest="0" * 40), *self.said(desk, FLOWS))

        hole, transfer = gateway.bill(DAY)

        assert hole == Unread(f"{DAY:%Y%m%d}-1")
        assert transfer.out_trade_no == "bill-1"

    @pytest.mark.parametrize(
        "wrong",
        [
            TRADES.replace("`123.45\n", "`123.456\n", 1),
            TRADES.replace("`123.45\n", "`1e3\n", 1),
            TRADES.replace("`order-1,`SUCCESS,`CNY", "`order-1,`SUCCESS,`USD"),
            TRADES.replace("`SUCCESS,", ""),
        ],
    )
    def test_with_a_row_that_cannot_be_read_say_all_others(self, desk, gateway, wrong):
        assert wrong != TRADES
        desk.says(*self.said(desk, wrong), *self.said(desk, FLOWS))

        hole, refund, transfer = gateway.bill(DAY)

        assert re.fullmatch(rf"{DAY:%Y%m%d}000000001:[0-9a-f]{{12}}", hole.place)
        assert (refund.out_trade_no, transfer.out_trade_no) == ("refund-1", "bill-1")

    def test_keep_the_numbers_of_their_rows_when_one_can_be_read_later(self, desk, gateway):
        wrong = TRADES.replace("`123.45\n", "`1e3\n", 1)
        desk.says(*self.said(desk, wrong), *self.said(desk, FLOWS))
        holed = gateway.bill(DAY)
        desk.says(*self.said(desk, TRADES), *self.said(desk, FLOWS))

        whole = gateway.bill(DAY)

        assert [each.id for each in holed] == [each.id for each in whole]

    @pytest.mark.parametrize(
        "wrong",
        [TRADES.partition("总交易单数")[0], TRADES.replace("商户订单号", "订单号"), "nonsense"],
    )
    def test_that_cannot_be_read_to_their_end_are_a_hole(self, desk, gateway, wrong):
        assert wrong != TRADES
        desk.says(*self.said(desk, wrong), *self.said(desk, FLOWS))

        told = gateway.bill(DAY)

        assert Unread(f"{DAY:%Y%m%d}-1") in told
        assert told[-1].out_trade_no == "bill-1"

    def test_are_fetched_from_nobody_else(self, desk, gateway):
        elsewhere = {"hash_value": "0" * 40, "download_url": "https://stranger.example/v3/x"}
        desk.says(Answered(elsewhere))

        assert gateway.bill(DAY) is None
        assert len(desk.asked) == 2, "two questions, and no download"
