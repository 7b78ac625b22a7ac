"""What banks and gateways keep for themselves is an expense of ours, to the fen, once a line."""

import gzip
import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending import tasks
from lending.channels import reconciliation
from lending.channels.contracts import Unread, readable, unread
from lending.channels.gateways import alipay_bill, wechat_bill
from lending.channels.gateways.orders import fee_of
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry
from lending.reconciliation import queries
from lending.reconciliation.models import BankLine, ReconciledDay
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.gateway_desks import Answered, wechat_desk
from lending.tests.gateway_senders import switched_on
from lending.tests.statements import Statement

DAY = timedelta(days=1)
NAMES = "微信订单号,商户订单号,交易状态,货币种类,微信退款单号,商户退款单号,退款金额,订单金额,手续费"


def wechat(*rows):
    return "\n".join([NAMES, *rows, "总交易单数,x", "`1,`1", ""]).encode()


def row(number, *, amount="270.00", fee="`1.62000", is_refund=False):
    if is_refund:
        return f"`42,`{number},`REFUND,`CNY,`43,`b-1,`{amount},`{amount},{fee}"
    return f"`42,`{number},`SUCCESS,`CNY,`0,`0,`0.00,`{amount},{fee}"


class TestReadingAFee:
    @given(st.integers(0, 10**9), st.sampled_from(["", "0", "000"]), st.sampled_from(["", "-"]))
    def test_is_whole_fen_whatever_the_places_and_the_sign(self, fen, zeros, sign):
        assert fee_of(f"{sign}{fen // 100}.{fen % 100:02d}{zeros}") == fen

    def test_of_nothing_is_nothing(self):
        assert fee_of("") == 0

    @pytest.mark.parametrize(
        "text", ["0.005", "1.62001", "1e3", "--1", "+1", "NaN", "1,62", " 1", None, 1.62, "٣.٠٠"]
    )
    def test_of_less_than_a_fen_or_of_no_amount_is_refused(self, text):
        assert fee_of(text) is None


class TestABillOfWeChat:
    def test_says_what_was_kept_and_what_was_given_back_of_it(self):
        told = wechat(row("one"), row("two", fee="`-0.60000", amount="100.00", is_refund=True))

        kept, back = readable(wechat_bill.lines(told, b"", day=TODAY))

        assert (kept.effect_fen, kept.fee_fen) == (27_000, 162)
        assert (back.effect_fen, back.fee_fen) == (-10_000, -60)

    @pytest.mark.parametrize("fee", ["`270.01", "`9999999999", "`much", "`0.00001"])
    def test_with_an_absurd_fee_has_a_hole_there(self, fee):
        told = wechat_bill.lines(wechat(row("one", fee=fee), row("two")), b"", day=TODAY)

        assert [each.out_trade_no for each in readable(told)] == ["two"]
        assert len(unread(told)) == 1


class TestABillOfAlipay:
    NAMES = "支付宝交易号,商户订单号,业务类型,订单金额（元）,退款批次号/请求号,服务费（元）"

    def archive(self, *rows):
        text = "\n".join(["#支付宝业务明细查询", self.NAMES, *rows, "#导出时间", ""])
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("bill.csv", text.encode("gb18030"))
        return file.getvalue()

    def test_says_it_whatever_the_sign(self):
        lines = alipay_bill.lines(
            [self.archive("2026\t,one\t,交易\t,10.00\t,\t,-0.06\t",
                          "2026\t,one\t,退款\t,-10.00\t,b-1\t,0.06\t"), b""],
            day=TODAY,
        )  # fmt: skip

        assert [(each.effect_fen, each.fee_fen) for each in readable(lines)] == [
            (1_000, 6),
            (-1_000, -6),
        ]

    def test_with_a_fee_above_the_amount_has_a_hole_there(self):
        packed = self.archive("2026\t,one\t,交易\t,10.00\t,\t,10.01\t")

        (hole,) = alipay_bill.lines([packed, b""], day=TODAY)
        assert isinstance(hole, Unread)


@pytest.mark.django_db
class TestInTheBooks:
    @pytest.fixture
    def loan(self):
        builders.open_books()
        return builders.paid_out(builders.person("Lin"))

    @pytest.fixture
    def statement(self, loan):
        found = Statement()
        found.of(Transfer.objects.get(loan_id=loan.pk))
        payment = builders.pay(loan, 10_000, on=TODAY, key="pay")
        found.lines.append(replace(found.of(payment), fee_fen=60))
        found.lines.pop(1)
        return found

    def agree(self, statement):
        fees_fen = sum(each.fee_fen for each in statement.lines)
        assert ledger.balance_fen(chart.BANK) == statement.balance_fen - fees_fen
        assert ledger.balance_fen(chart.CHANNEL_FEES) == fees_fen
        assert sum(ledger.trial_balance_fen().values()) == 0
        assert list(queries.breaches()) == []
        stands = reconciliation.standing()
        assert list(reconciliation.differences(stands, statement.lines, stands)) == []

    def test_a_fee_is_booked_with_its_line_once(self, statement):
        day = statement.compared(TODAY)
        again = statement.compared(TODAY)

        assert (day.matched, day.still_open, day.fee_fen, again.fee_fen) == (2, 0, 60, 60)
        assert LedgerEntry.objects.filter(kind="CHANNEL_FEE").count() == 1
        self.agree(statement)

    def test_told_again_from_the_beginning_it_is_not_booked_again(self, statement):
        statement.compared(TODAY)
        statement.told = 0

        statement.compared(TODAY + DAY)

        assert LedgerEntry.objects.filter(kind="CHANNEL_FEE").count() == 1
        self.agree(statement)

    def test_a_fee_of_a_line_that_fits_nothing_is_gone_as_well(self, statement):
        statement.compared(TODAY)
        statement.lines.append(replace(statement.moved("X-1", 5_000), fee_fen=30))
        statement.lines.pop(2)

        day = statement.compared(TODAY + DAY)

        assert (day.fee_fen, day.still_open) == (30, 1)
        assert ledger.balance_fen(chart.CHANNEL_FEES) == 90
        assert list(queries.breaches()) == []

    def test_a_fee_given_back_lowers_the_expense(self, statement):
        statement.compared(TODAY)
        back = replace(statement.moved("X-2", -5_000), fee_fen=-30)
        statement.lines[-1] = back

        statement.compared(TODAY + DAY)

        assert ledger.balance_fen(chart.CHANNEL_FEES) == 30

    def test_a_day_without_a_fee_posts_nothing(self, loan):
        found = Statement()
        found.of(Transfer.objects.get(loan_id=loan.pk))

        assert found.compared(TODAY).fee_fen == 0
        assert not LedgerEntry.objects.filter(kind="CHANNEL_FEE").exists()

    def test_a_fee_that_the_books_do_not_have_is_named(self, statement):
        BankLine.objects.create(
            bank="SANDBOX", line_no=99, out_trade_no="X", effect_fen=1, fee_fen=7, account="",
            day=TODAY,
        )  # fmt: skip

        (said,) = queries.breaches()

        assert "7" in said

    def test_a_gateways_bill_closes_to_the_fen(self, loan, settings):
        payment = builders.pay(loan, 27_000, on=TODAY, key="pay")
        Transfer.objects.filter(pk=payment.pk).update(channel="WECHAT_PAY", order_no="n" * 32)
        text = wechat(row("n" * 32))
        digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
        with wechat_desk() as desk, switched_on(settings, wechat=desk.url):
            desk.says(
                Answered(
                    {
                        "hash_value": digest,
                        "download_url": f"{desk.url}/v3/billdownload/file?token=x",
                    }
                ),
                Answered(gzip.compress(text)),
                Answered({"code": "NO_STATEMENT_EXIST"}, status=400),
            )
            day = tasks.reconcile_bill(channel="WECHAT_PAY", day=TODAY)

        assert day == ReconciledDay.objects.get()
        assert (day.matched, day.still_open, day.fee_fen) == (1, 0, 162)
        bank_fen = 27_000 - loan.principal_fen - 162
        assert ledger.balance_fen(chart.BANK) == bank_fen
        assert list(queries.breaches()) == []
