"""A repayment through a gateway from the first word to the books, and everything that may go wrong.

The worker's own task runs; the gateway is a desk on this machine that signs what it says.
"""

import gzip
import hashlib
from datetime import timedelta

import pytest

from borrowers.people import queries as persons
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.processes.models import Process
from lending import tasks
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.gateways.orders import order_no
from lending.channels.models import ChannelPayee, ParkedNotice, Transfer
from lending.ledger import queries as ledger
from lending.loans.models import LoanTransaction
from lending.reconciliation.models import ReconciledDay, StatementBreak
from lending.repayments import actions as repayments
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from lending.tests.gateway_desks import (
    APPID,
    MCHID,
    Answered,
    alipay_desk,
    wechat_desk,
)
from lending.tests.gateway_senders import switched_on, tell_wechat

pytestmark = pytest.mark.django_db
LINK = "weixin://wxpay/bizpayurl?pr=abc"
CODE = Answered({"code_url": LINK})


@pytest.fixture(scope="module")
def opened():
    with wechat_desk() as opened:
        yield opened


@pytest.fixture
def desk(opened):
    opened.asked.clear()
    opened.says(CODE)
    return opened


@pytest.fixture
def loan(desk, settings):
    settings.COLLECT_THROUGH = {"*": "WECHAT_PAY"}
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))
    with switched_on(settings, wechat=desk.url):
        yield loan


@pytest.fixture
def transfer(loan):
    return repayments.request(
        loan_id=loan.pk, amount_fen=270_00, request_key="k", on=TODAY, by=SYSTEM
    )


def card_of(loan):
    return persons.borrower_of(loan.borrower.account_id)


def move(transfer):
    """What a worker does when it is poked."""
    process = Process.objects.get(kind="TRANSFER", subject_id=transfer.pk)
    tasks.move_money(process_id=process.pk)
    transfer.refresh_from_db()
    return transfer


def order(transfer, state="SUCCESS", **changes):
    told = {
        "mchid": MCHID,
        "appid": APPID,
        "out_trade_no": order_no(transfer.out_trade_no),
        "transaction_id": "4200000001",
        "trade_state": state,
        "amount": {"total": transfer.amount_fen, "currency": "CNY"},
    }
    return Answered({**told, **changes})


def received(loan):
    return LoanTransaction.objects.filter(loan=loan, kind="REPAYMENT").count()


class TestARepayment:
    def test_waits_at_the_wallet_until_it_is_paid_and_is_booked_once(self, desk, loan, transfer):
        move(transfer)
        assert (transfer.state, transfer.channel, transfer.pay_link) == ("SENT", "WECHAT_PAY", LINK)
        assert transfer.order_no == order_no(transfer.out_trade_no)
        desk.says(order(transfer, "NOTPAY"))
        move(transfer)
        assert (transfer.state, received(loan)) == ("SENT", 0)

        desk.says(order(transfer))
        tell_wechat(transfer)
        move(transfer)
        move(transfer)

        assert (transfer.state, transfer.bank_reference) == ("SUCCEEDED", "4200000001")
        assert received(loan) == 1
        assert ledger.balance_fen("1002") == 270_00 - loan.principal_fen
        assert not ParkedNotice.objects.exists()
        assert Process.objects.get(subject_id=transfer.pk, kind="TRANSFER").state == "DONE"

    def test_is_shown_with_its_link_while_it_waits(self, desk, loan, transfer):
        move(transfer)
        lin = card_of(loan)
        api = f"/api/v1/loans/{loan.public_id}/repayments/{transfer.out_trade_no}"
        page = f"/loans/{loan.public_id}/repayments/{transfer.out_trade_no}/"

        assert doors.api_of(lin).get(api).json()["pay_link"] == LINK
        assert LINK in doors.web_of(lin).get(page).content.decode()

        desk.says(order(transfer))
        move(transfer)

        assert doors.api_of(lin).get(api).json()["pay_link"] == ""
        assert LINK not in doors.web_of(lin).get(page).content.decode()

    def test_goes_through_the_channel_that_was_chosen_first(self, desk, transfer, settings):
        move(transfer)
        settings.COLLECT_THROUGH = {}
        desk.says(order(transfer))

        move(transfer)

        assert (transfer.channel, transfer.state) == ("WECHAT_PAY", "SUCCEEDED")

    def test_is_not_booked_with_another_amount(self, desk, loan, transfer):
        move(transfer)
        desk.says(order(transfer, amount={"total": 1, "currency": "CNY"}))

        move(transfer)

        assert (transfer.state, received(loan)) == ("SENT", 0)
        assert Process.objects.get(subject_id=transfer.pk).last_error == "TRANSFER_AMOUNT_DIFFERS"

    def test_whose_answer_was_lost_gets_its_link_from_the_same_order(self, desk, transfer):
        desk.says(Answered({}, signed=False))
        move(transfer)
        assert (transfer.state, transfer.pay_link) == ("SENT", "")

        Process.objects.update(lease_until=None)
        desk.says(order(transfer, "NOTPAY"), CODE)
        move(transfer)

        assert transfer.pay_link == LINK
        made = [each.json["out_trade_no"] for each in desk.asked if each.method == "POST"]
        assert made == [order_no(transfer.out_trade_no)] * 2

    def test_that_nobody_pays_is_closed_and_fails(self, desk, loan, transfer):
        move(transfer)
        desk.says(order(transfer, "NOTPAY"), Answered(None, status=204), order(transfer, "CLOSED"))

        long_ago = NOW - timedelta(hours=2, minutes=1)
        Transfer.objects.filter(pk=transfer.pk).update(intended_at=long_ago)
        move(transfer)

        assert (transfer.state, transfer.failure_code) == ("FAILED", "CLOSED")
        assert received(loan) == 0
        assert desk.asked[-2].path.endswith("/close")

    def test_that_was_paid_after_it_was_closed_is_parked(self, desk, loan, transfer):
        self.test_that_nobody_pays_is_closed_and_fails(desk, loan, transfer)

        assert tell_wechat(transfer) == 200

        assert ParkedNotice.objects.get().reason == "PAID_AFTER_FAILURE"
        assert received(loan) == 0

    def test_by_product_goes_where_its_product_goes(self, desk, loan, transfer, settings):
        settings.COLLECT_THROUGH = {"*": "WECHAT_PAY", loan.product.code: "SANDBOX"}

        assert tasks._channel_for(transfer) == "SANDBOX"


class TestARefund:
    def test_goes_back_by_the_order_that_was_paid(self, desk, loan, transfer):
        move(transfer)
        desk.says(order(transfer))
        move(transfer)
        refund = Transfer.objects.create(
            out_trade_no="B-lin-1", purpose="REFUND", loan_id=loan.pk, request_key="r",
            account="person:lin", amount_fen=20_00, intended_on=TODAY,
        )  # fmt: skip

        assert tasks._channel_for(refund) == "WECHAT_PAY"
        refund.channel = "WECHAT_PAY"
        asked = tasks._request(refund)

        assert asked.returns is not None
        assert (asked.returns.out_trade_no, asked.returns.amount_fen) == (
            transfer.out_trade_no,
            270_00,
        )

    def test_of_more_than_was_paid_there_has_no_way_back(self, desk, loan, transfer):
        move(transfer)
        desk.says(order(transfer))
        move(transfer)
        refund = Transfer.objects.create(
            out_trade_no="B-lin-1", purpose="REFUND", loan_id=loan.pk, request_key="r",
            account="person:lin", amount_fen=270_01, intended_on=TODAY,
        )  # fmt: skip

        assert transfers.way_back(refund) is None
        assert tasks._channel_for(refund) == "SANDBOX"


class TestAPayout:
    @pytest.fixture
    def signed(self, desk, settings):
        settings.PAY_OUT_THROUGH = "ALIPAY"
        builders.open_books()
        with alipay_desk() as alipay, switched_on(settings, alipay=alipay.url):
            loan = builders.signed(builders.person("Lin"))
            yield alipay, Transfer.objects.get(loan_id=loan.pk)

    def test_to_somebody_unknown_to_the_gateway_fails_before_it_is_asked(self, signed):
        alipay, payout = signed

        move(payout)

        assert (payout.state, payout.failure_code) == ("FAILED", "PAYEE_UNKNOWN")
        assert alipay.asked == []

    def test_to_a_payee_that_staff_registered_arrives(self, signed):
        alipay, payout = signed
        channels.register_payee(
            channel="ALIPAY", account=payout.account, identity="2088", name="林", by=SYSTEM
        )
        number = order_no(payout.out_trade_no)
        alipay.says(
            Answered({"code": "10000", "out_biz_no": number, "order_id": "20", "status": "SUCCESS"})
        )

        move(payout)

        assert (payout.state, payout.channel) == ("SUCCEEDED", "ALIPAY")
        assert ledger.balance_fen("1002") == -payout.amount_fen
        assert ChannelPayee.objects.get().identity == "2088"
        assert "2088" not in str(AuditEntry.objects.get(action="lending.payee.registered").facts)

    def test_that_is_old_and_unheard_of_is_not_sent_again(self, signed):
        alipay, payout = signed
        number = order_no(payout.out_trade_no)
        Transfer.objects.filter(pk=payout.pk).update(
            state="SENT", channel="ALIPAY", order_no=number, intended_at=NOW - timedelta(days=4)
        )
        alipay.says(Answered({"code": "40004", "sub_code": "ORDER_NOT_EXIST"}))

        move(payout)

        assert payout.state == "SENT"
        assert Process.objects.get(subject_id=payout.pk).last_error == "TOO_OLD_TO_SEND_AGAIN"
        assert len(alipay.asked) == 1


class TestABill:
    def bill(self, desk, *rows):
        names = (
            "交易时间,微信订单号,商户订单号,交易状态,货币种类,"
            "微信退款单号,商户退款单号,退款金额,订单金额"
        )
        text = "\n".join([names, *rows, "总交易单数,x", "`1,`1", ""])
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        address = f"{desk.url}/v3/billdownload/file?token=x"
        desk.says(
            Answered({"hash_value": digest, "download_url": address}),
            Answered(gzip.compress(text.encode())),
            Answered({"code": "NO_STATEMENT_EXIST"}, status=400),
        )

    def row(self, number, amount="270.00"):
        return f"`2026-11-20 12:00:00,`42,`{number},`SUCCESS,`CNY,`0,`0,`0.00,`{amount}"

    def test_that_agrees_leaves_nothing_open(self, desk, loan, transfer):
        move(transfer)
        desk.says(order(transfer))
        move(transfer)
        self.bill(desk, self.row(transfer.order_no))

        day = tasks.reconcile_bill(channel="WECHAT_PAY", day=TODAY)

        assert day is not None
        assert (day.lines, day.matched, day.still_open) == (1, 1, 0)

    @pytest.mark.parametrize("wrong", ["another amount", "nobody's order"])
    def test_that_differs_opens_a_break(self, desk, loan, transfer, wrong):
        move(transfer)
        desk.says(order(transfer))
        move(transfer)
        is_amount = wrong == "another amount"
        row = self.row(transfer.order_no, "269.99") if is_amount else self.row("nobody")
        self.bill(desk, row)

        tasks.reconcile_bill(channel="WECHAT_PAY", day=TODAY)

        assert StatementBreak.objects.filter(bank="WECHAT_PAY").exists()

    def test_that_is_not_made_yet_changes_nothing(self, desk, loan):
        desk.says(Answered({"code": "STATEMENT_CREATING"}, status=400))

        assert tasks.reconcile_bill(channel="WECHAT_PAY", day=TODAY) is None
        assert not ReconciledDay.objects.exists()
