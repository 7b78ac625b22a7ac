"""Alipay's adapter against a desk that plays Alipay: what is asked, and what is believed."""

import io
import json
import logging
import zipfile

import pytest

from lending.channels.contracts import Payee, TransferRequest, Unread
from lending.channels.gateways.alipay import AlipayGateway
from lending.channels.gateways.orders import order_no
from lending.tests.gateway_desks import (
    APP_ID,
    COLLECT,
    DAY,
    NUMBER,
    REFUND,
    Answered,
    alipay_desk,
    alipay_keys,
)

PAY_OUT = TransferRequest(
    "D-lin-1", "PAY_OUT", "person:lin", 3_000_00, "", payee=Payee("2088000000000002", "林（虚构）")
)


@pytest.fixture(scope="module")
def opened():
    with alipay_desk() as opened:
        yield opened


@pytest.fixture
def desk(opened):
    opened.asked.clear()
    return opened


@pytest.fixture
def gateway(desk):
    return AlipayGateway(alipay_keys(desk.url), read_seconds=2.0)


def fine(**content):
    return Answered({"code": "10000", "msg": "Success", **content})


def not_fine(sub_code, code="40004"):
    return Answered({"code": code, "msg": "Business Failed", "sub_code": sub_code})


def order(state="TRADE_SUCCESS", **changes):
    told = {"out_trade_no": order_no(NUMBER), "trade_no": "2026112022001", "trade_status": state}
    return fine(**{**told, "total_amount": "123.45", **changes})


def asked(desk, index=0):
    form = desk.asked[index].form
    return form["method"], json.loads(form["biz_content"])


class TestCollecting:
    def test_makes_an_order_and_says_where_it_is_paid(self, desk, gateway):
        desk.says(fine(out_trade_no=order_no(NUMBER), qr_code="https://qr.alipay.com/bax0"))

        answer = gateway.submit(COLLECT)

        assert (answer.outcome, answer.amount_fen) == ("PROCESSING", 123_45)
        assert answer.pay_link == "https://qr.alipay.com/bax0"
        method, content = asked(desk)
        assert method == "alipay.trade.precreate"
        assert (content["out_trade_no"], content["total_amount"]) == (order_no(NUMBER), "123.45")
        form = desk.asked[0].form
        assert (form["app_id"], form["sign_type"]) == (APP_ID, "RSA2")
        assert form["notify_url"] == COLLECT.notify_url

    @pytest.mark.parametrize(
        ("state", "outcome"),
        [
            ("TRADE_SUCCESS", "SUCCEEDED"),
            ("TRADE_FINISHED", "SUCCEEDED"),
            ("WAIT_BUYER_PAY", "PROCESSING"),
            ("TRADE_CLOSED", "FAILED"),
            ("SOMETHING_NEW", "UNKNOWN"),
        ],
    )
    def test_asks_what_became_of_it(self, desk, gateway, state, outcome):
        desk.says(order(state))

        answer = gateway.ask(COLLECT)

        assert (answer.out_trade_no, answer.outcome) == (NUMBER, outcome)

    def test_tells_the_amount_as_alipay_has_it(self, desk, gateway):
        desk.says(order(total_amount="0.01"))

        assert gateway.ask(COLLECT).amount_fen == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"out_trade_no": order_no("R-wei-1")},
            {"total_amount": "123.456"},
            {"total_amount": "1e3"},
            {"total_amount": "-123.45"},
            {"total_amount": 123.45},
            {"total_amount": None},
        ],
    )
    def test_concludes_nothing_from_an_order_that_is_not_ours(self, desk, gateway, change):
        desk.says(order(**change))

        assert gateway.ask(COLLECT).outcome == "UNKNOWN"

    def test_an_order_that_alipay_does_not_know_was_not_opened(self, desk, gateway):
        desk.says(not_fine("ACQ.TRADE_NOT_EXIST"))

        assert gateway.ask(COLLECT).outcome == "NOT_FOUND"

    def test_closes_an_order_and_says_what_became_of_it(self, desk, gateway):
        desk.says(fine(out_trade_no=order_no(NUMBER)), order("TRADE_CLOSED"))

        answer = gateway.close(COLLECT)

        assert (answer.outcome, answer.reason) == ("FAILED", "TRADE_CLOSED")
        assert asked(desk)[0] == "alipay.trade.close"

    def test_an_order_that_was_paid_while_we_closed_it_is_paid(self, desk, gateway):
        desk.says(not_fine("ACQ.TRADE_STATUS_ERROR"), order())

        assert gateway.close(COLLECT).outcome == "SUCCEEDED"

    def test_an_order_that_nobody_opened_is_over_when_it_is_closed(self, desk, gateway):
        desk.says(not_fine("ACQ.TRADE_NOT_EXIST"))

        assert gateway.close(COLLECT).reason == "ORDER_EXPIRED"


class TestBelief:
    """Only what Alipay has signed changes anything."""

    def test_an_answer_by_a_stranger_is_an_unknown_outcome(self, desk, gateway):
        said = order()
        said.signed = False
        desk.says(said)

        answer = gateway.ask(COLLECT)

        assert (answer.outcome, answer.reason) == ("UNKNOWN", "ANSWER_NOT_SIGNED")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b'{"sign":""}',
            b"\xff\xfe",
            b"[" * 50_000,
            b'{"alipay_trade_query_response":{"code":"10000"}}',
            b'{"error_response":{"code":"20000"},"sign":"x"}',
            b'{"alipay_trade_query_response":"x","sign":"eA=="}',
        ],
    )
    def test_a_body_that_makes_no_sense_is_an_unknown_outcome(self, desk, gateway, body):
        desk.says(Answered(body))

        assert gateway.ask(COLLECT).outcome == "UNKNOWN"

    def test_a_refusal_that_is_final_fails(self, desk, gateway):
        desk.says(not_fine("ACQ.INVALID_PARAMETER"))

        answer = gateway.submit(COLLECT)

        assert (answer.outcome, answer.reason) == ("FAILED", "ACQ.INVALID_PARAMETER")

    @pytest.mark.parametrize("sub_code", ["ACQ.SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS", ""])
    def test_every_other_refusal_is_an_unknown_outcome(self, desk, gateway, sub_code):
        desk.says(not_fine(sub_code))

        assert gateway.submit(COLLECT).outcome == "UNKNOWN"

    def test_silence_is_an_unknown_outcome(self):
        gateway = AlipayGateway(alipay_keys("http://127.0.0.1:9"), read_seconds=0.2)

        for act in (gateway.submit, gateway.ask, gateway.close):
            assert act(COLLECT).outcome == "UNKNOWN"
        assert gateway.bill(DAY) is None

    def test_no_secret_stands_in_what_is_printed(self, gateway):
        assert "PRIVATE KEY" not in repr(gateway.keys)

    def test_the_kit_keeps_no_log_of_its_own(self):
        assert logging.getLogger("python-alipay-sdk").handlers == []


class TestGivingBack:
    def test_goes_the_way_on_which_it_came(self, desk, gateway):
        told = {"out_request_no": order_no("B-lin-1"), "trade_no": "2026", "refund_amount": "45.00"}
        desk.says(fine(), fine(**told, refund_status="REFUND_SUCCESS"))

        answer = gateway.submit(REFUND)

        assert (answer.outcome, answer.amount_fen) == ("SUCCEEDED", 45_00)
        method, content = asked(desk)
        assert method == "alipay.trade.refund"
        assert content["out_trade_no"] == order_no(NUMBER)
        assert (content["out_request_no"], content["refund_amount"]) == (
            order_no("B-lin-1"),
            "45.00",
        )

    def test_that_alipay_has_not_heard_of_may_be_asked_for(self, desk, gateway):
        desk.says(fine())

        assert gateway.ask(REFUND).outcome == "NOT_FOUND"


class TestPayingOut:
    @pytest.mark.parametrize(
        ("state", "outcome"),
        [("SUCCESS", "SUCCEEDED"), ("DEALING", "PROCESSING"), ("FAIL", "FAILED"),
         ("NEW", "UNKNOWN")],
    )  # fmt: skip
    def test_is_a_transfer_to_an_account(self, desk, gateway, state, outcome):
        told = {"out_biz_no": order_no("D-lin-1"), "order_id": "2026", "status": state}
        desk.says(fine(**told), fine(**told, trans_amount="3000.00"))

        assert gateway.submit(PAY_OUT).outcome == outcome
        assert gateway.ask(PAY_OUT).outcome == outcome

        method, content = asked(desk)
        assert method == "alipay.fund.trans.uni.transfer"
        assert content["trans_amount"] == "3000.00"
        assert content["payee_info"]["identity"] == "2088000000000002"
        assert asked(desk, 1)[0] == "alipay.fund.trans.common.query"

    def test_fails_for_somebody_whom_alipay_does_not_know(self, desk, gateway):
        stranger = TransferRequest("D-wei-1", "PAY_OUT", "person:wei", 100, "")

        assert gateway.submit(stranger).reason == "PAYEE_UNKNOWN"
        assert desk.asked == []


TRADES = """#支付宝业务明细查询
#账号：[20880000000000010156]
支付宝交易号,商户订单号,业务类型,商品名称,完成时间,订单金额（元）,商家实收（元）,退款批次号/请求号,备注
2026112022001\t,order-1\t,交易,还款,2026-11-20 10:00:00,123.45,123.45,\t,
2026112022001\t,order-1\t,退款,还款,2026-11-20 11:00:00,-45.00,-45.00,refund-1\t,
#-----------------------------------------业务明细列表结束
#交易合计：1笔
"""
FLOWS = """#支付宝账务明细查询
账务流水号,业务流水号,商户订单号,发生时间,收入金额（+元）,支出金额（-元）,业务类型,备注
77\t,2026900\t,bill-1\t,2026-11-20 09:00:00,,-3000.00,转账,放款
78\t,2026901\t,order-1\t,2026-11-20 10:00:00,123.45,,在线支付,
79\t,2026902\t,\t,2026-11-20 10:00:00,,-0.10,收费,
#账务明细列表结束
"""


def archive(text, *, names=("20260000_业务明细.csv", "20260000_业务明细(汇总).csv")):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, text.encode("gb18030"))
    return packed.getvalue()


class TestBills:
    def said(self, desk, *archives):
        address = fine(bill_download_url=f"{desk.url}/download?token=x")
        return [each for content in archives for each in (address, Answered(content))]

    def test_say_what_moved_to_the_fen(self, desk, gateway):
        desk.says(*self.said(desk, archive(TRADES), archive(FLOWS)))

        lines = gateway.bill(DAY)

        assert [(each.out_trade_no, each.kind, each.amount_fen) for each in lines] == [
            ("order-1", "COLLECT", 123_45),
            ("refund-1", "PAY_OUT", 45_00),
            ("bill-1", "PAY_OUT", 3_000_00),
        ]
        assert len({each.id for each in lines}) == 3

    def test_of_a_day_without_movements_are_empty(self, desk, gateway):
        desk.says(not_fine("isp.bill_not_exist"))

        assert gateway.bill(DAY) == ()

    @pytest.mark.parametrize(
        "wrong",
        [
            archive(TRADES.replace("123.45,123.45", "123.456,123.45")),
            archive(TRADES.replace(",交易,", ",其他,")),
            archive(TRADES.replace("交易,还款,", "交易,")),
        ],
    )
    def test_with_a_row_that_cannot_be_read_say_all_others(self, desk, gateway, wrong):
        desk.says(*self.said(desk, wrong, archive(FLOWS)))

        hole, refund, transfer = gateway.bill(DAY)

        assert hole.place.startswith(f"{DAY:%Y%m%d}000000001:")
        assert (refund.out_trade_no, transfer.out_trade_no) == ("refund-1", "bill-1")

    @pytest.mark.parametrize(
        "wrong",
        [
            b"no archive",
            archive(TRADES, names=("a.csv", "b.csv")),
            archive(TRADES.replace("商户订单号", "订单号")),
            archive(TRADES.partition("#--")[0]),
            archive(""),
        ],
    )
    def test_that_cannot_be_read_to_their_end_are_a_hole(self, desk, gateway, wrong):
        desk.says(*self.said(desk, wrong, archive(FLOWS)))

        told = gateway.bill(DAY)

        assert Unread(f"{DAY:%Y%m%d}-1") in told
        assert told[-1].out_trade_no == "bill-1"

    @pytest.mark.parametrize(
        "url", ["https://stranger.example/x", "http://x.alipay.com/x", "file:///etc/passwd", ""]
    )
    def test_are_fetched_from_nobody_else(self, desk, gateway, url):
        desk.says(fine(bill_download_url=url))

        assert gateway.bill(DAY) is None
        assert {each.method for each in desk.asked} == {"POST"}
