"""Layouts as other exporters write them: totals at the end, names of wallets, days broken over
lines. All rows are of our own making."""

import json

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, Source
from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI

ICBC_HEAD = "明细查询文件下载\r\n\r\n卡号: 1234****0099\r\n\r\n"
ICBC_NAMES = "交易日期,摘要,交易场所,钞/汇,记账金额(收入),记账金额(支出),记账币种,余额,对方户名\r\n"
ICBC_ROW = (
    '2025-03-04 \t,"消费 \t","财付通-示例小面馆 \t",钞 \t,"","18.00 \t",人民币 \t,'
    '"82.00 \t","" \t,\r\n'
)
ICBC_TOTAL = '人民币合计,,,,"0.00 \t","18.00 \t",'

WECHAT = (
    "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号\n"
    "2025-03-04 12:00:00,商户消费,示例小面馆,午饭,支出,18.00,零钱,支付成功,42000001\n"
)


def read(text):
    return read_bill(text.encode(), "")


def card(*rows):
    head = "中国银行信用卡账单(2025年03月)\n交易日,银行记账日,卡号后四位,交易描述,存入,支出,币种\n"
    return read(head + "".join(f"2025-03-04,2025-03-05,{row},CNY\n" for row in rows)).events


class TestTotals:
    def test_a_sum_without_a_line_end_is_no_row_that_was_cut(self):
        reading = read(ICBC_HEAD + ICBC_NAMES + ICBC_ROW + ICBC_TOTAL)

        assert (reading.rows_read, len(reading.events)) == (1, 1)
        assert reading.declared_out_fen == 1800

    def test_a_sum_is_one_where_its_columns_were_moved_too(self):
        reading = read(
            f"{ICBC_HEAD}记账金额(支出),记账金额(收入),交易日期,钞/汇,记账币种,摘要\r\n"
            "18.00,,2025-03-04,钞,人民币,消费\r\n18.00,0.00,,,,人民币合计\r\n"
        )

        assert (reading.rows_read, reading.quarantined) == (1, ())

    @pytest.mark.parametrize("total", ["合计：18.00", "合计,,,支出,18.00\n", ",,,总计,18.00,1,,\n"])
    def test_a_sum_that_somebody_wrote_under_a_wallet_s_rows_is_no_row(self, total):
        reading = read(f"{WECHAT}{total}")

        assert (reading.rows_read, reading.quarantined) == (1, ())

    def test_a_bank_s_remark_without_a_line_end_is_no_row_that_was_cut(self):
        reading = read(
            "交易日期,交易时间,收入,支出,余额,交易类型,交易备注\n"
            "20250304,20:00:00,,10.00,90.00,消费,午饭\n# 结束"
        )

        assert reading.rows_read == 1

    def test_a_sign_that_gbk_does_not_have_leaves_the_amount_readable(self):
        reading = read(
            WECHAT.replace("支出,18.00", "支出,?18.00").replace("支付成功", "已退款(?5.00)")
        )

        assert (reading.events[0].amount_fen, reading.events[0].refunded_fen) == (1800, 500)


class TestWhoseFile:
    @pytest.mark.parametrize(
        "wallet", ["支付宝（中国）网络技术有限公司", "美团交易账单", "京东账号", "微信支付账单"]
    )
    def test_a_bank_s_file_that_begins_with_the_other_side_is_the_bank_s(self, wallet):
        names = "对方户名,交易日期,摘要,交易金额(收入),记账金额(收入),记账金额(支出),记账币种\r\n"
        row = f"{wallet},2025-03-04,消费,-,,18.00,人民币\r\n"

        assert read(ICBC_HEAD + names + row).source is Source.ICBC

    def test_wechat_s_columns_under_another_word_for_the_direction(self):
        reading = read(
            "交易时间,交易类型,交易对方,收支类型,金额（元）,支付方式,当前状态,交易单号\n"
            "2025-03-04 12:00:00,商户消费,示例小面馆,支出,18.00,零钱,支付成功,42000001\n"
        )

        assert (reading.source, reading.events[0].amount_fen) == (Source.WECHAT, 1800)

    def test_paying_by_a_code_is_no_income_whatever_the_type_is_called(self):
        reading = read(
            "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号\n"
            "2025-03-04 12:00:00,二维码收款,示例小面馆,午饭,支出,18.00,零钱,支付成功,1\n"
            "2025-03-04 12:00:00,二维码收款,示例小面馆,午饭,收入,18.00,零钱,已收钱,2\n"
        )

        paid, taken = reading.events
        assert (paid.direction, paid.category) == (Direction.OUT, Category.DINING)
        assert (taken.direction, taken.category) == (Direction.IN, Category.INCOME_OTHER)


class TestCards:
    def test_what_a_person_pays_in_repays_and_interest_is_no_refund(self):
        repaid, interest, back = card(
            "0099,林晓雨,500.00,", "0099,存款利息,0.01,", "0099,网银在线CHN,20.00,"
        )

        assert (repaid.category, repaid.direction) == (
            Category.CREDIT_REPAYMENT,
            Direction.NEUTRAL,
        )
        assert (interest.category, interest.direction) == (Category.INCOME_OTHER, Direction.IN)
        assert back.category is Category.REFUND

    def test_a_coffee_is_no_fee(self):
        (event,) = card("0099,示例咖啡sample coffee,,18.00")

        assert event.category is Category.DINING

    @pytest.mark.parametrize(
        ("words", "merchant"),
        [
            ("分期扣款 1/6期-商户分期-示例商店-分6期", "示例商店"),
            ("SAMPLE CATERING CO.;LTD.", "SAMPLE CATERING CO.;LTD."),
            ("支付宝-示例小面馆", "示例小面馆"),
        ],
    )
    def test_the_shop_is_named_whole_and_without_instalments(self, words, merchant):
        (event,) = card(f"0099,{words},,18.00")

        assert event.merchant == merchant


class TestAccounts:
    def test_a_purchase_at_another_bank_s_counter_is_no_transfer(self):
        reading = read(
            "序号,交易日期,交易时间,交易类型,借贷,交易金额,余额,对方账号,对方户名,交易地点,摘要\n"
            "1,2025-03-04,12:48:15,异地跨行消费,借 Dr,10.00,99.66,5555,示例供电,示例供电,\n"
        )

        assert reading.events[0].category is not Category.TRANSFER_SOCIAL
        assert reading.events[0].merchant == "示例供电"

    def test_numbers_of_zeros_are_none(self):
        reading = read(
            "交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言\n"
            "20250304,,结息,+0.02,100.02,--,0000000000,,个人活期结息\n"
            "20250304,,利息税,-0.01,100.01,--,0000000000,,个人活期结息\n"
        )

        assert [event.native_id for event in reading.events] == ["", ""]


def item(words, left, bottom):
    return {"str": words, "width": len(words) * 5, "transform": [5, 0, 0, 5, left, bottom]}


def printed(*lines):
    """A page of text items, three columns wide, from lines of (height, cells)."""
    places = (40, 100, 160, 230)
    cells = ((height, *each) for height, row in lines for each in zip(places, row, strict=False))
    return [item(words, left, height) for height, left, words in cells if words]


class TestNoHeadings:
    ROWS = (
        "05/13/2025,SAMPLE SHOP,2.00,,90.00",
        "05/13/2025,SAMPLE SHOP,5.00,,92.00",
        "05/13/2025,SAMPLE SHOP,1.00,,97.00",
        "05/13/2025,SAMPLE SHOP,3.00,,98.00",
        "05/13/2025,SAMPLE SHOP,4.00,,101.00",
        "05/13/2025,SAMPLE SHOP,2.00,,105.00",
        "05/13/2025,SAMPLE PAY,,7.00,107.00",
    )

    def test_columns_are_told_by_the_balance_though_one_row_does_not_follow_it(self):
        odd = "05/14/2025,SAMPLE PAY,,1.00,89.00"

        reading = read("\n".join([odd, *self.ROWS]) + "\n")

        directions = [event.direction for event in reading.events]
        assert directions == [Direction.IN, *[Direction.OUT] * 6, Direction.IN]

    def test_rows_that_disagree_half_and_half_tell_nothing(self):
        turned = [row.replace(",,", ",").replace("SHOP,", "SHOP,,") for row in self.ROWS[::2]]

        with pytest.raises(refusals.FileRefused):
            read("\n".join([*self.ROWS[1:4], *turned]) + "\n")


class TestPrinted:
    NAMES = ("交易日期", "交易金额", "本次余额", "对手信息")

    def test_a_row_begins_above_its_day_on_a_later_page_too(self):
        first = printed(
            (780, ("中国农业银行账户活期交易明细清单",)),
            (720, self.NAMES),
            (700, ("20250304", "-6.00", "94.00", "示例小面馆")),
            (684, ("20250305", "-4.00", "90.00", "示例小面馆")),
        )
        second = printed(
            (790, ("", "", "", "北京示例公司管理")),
            (784, ("20250306", "-9.00", "81.00")),
            (782, ("", "", "", "中心")),
            (762, ("20250307", "-1.00", "80.00", "示例小面馆")),
        )

        events = read(json.dumps([first, second], ensure_ascii=False)).events

        assert [event.merchant for event in events][2:] == ["北京示例公司管理中心", "示例小面馆"]

    def test_the_later_page_alone_is_no_bill(self):
        page = printed((784, ("20250306", "-9.00", "81.00", "示例小面馆")))

        with pytest.raises(refusals.FileRefused):
            read(json.dumps(page, ensure_ascii=False))


class TestPages:
    HEAD = ("交易日<br>期", "记账日期", "交易说明", "交易币种/金额", "入账币种/金额")
    REPAID = ("2025-<br>03-04", "2025-03-05", "信用卡还款 转账还款", "CNY 47.00", "CNY 47.00")
    BOUGHT = ("2025-03-06", "2025-03-07", "消费 示例小面馆", "CNY 18.00", "CNY 18.00")

    def table(self, row):
        rows = "".join(f"<tr><td>{'</td><td>'.join(cells)}</td></tr>" for cells in (self.HEAD, row))
        return f"<table>{rows}</table>"

    def test_two_tables_under_the_same_headings_are_one_statement(self):
        tables = f"{self.table(self.REPAID)}<p>消费明细</p>{self.table(self.BOUGHT)}"

        reading = read(f"<html><body><p>交通银行信用卡</p>{tables}</body></html>")

        repaid, bought = reading.events
        assert repaid.occurred_at.astimezone(SHANGHAI).isoformat() == "2025-03-04T00:00:00+08:00"
        assert (repaid.category, bought.amount_fen) == (Category.CREDIT_REPAYMENT, 1800)

    def test_tables_that_only_set_the_page_stay_apart(self):
        frame = "<table><tr><td></td><td></td><td></td></tr><tr><td>您好</td></tr></table>"

        reading = read(f"<html><body>{frame}{frame}{self.table(self.BOUGHT)}</body></html>")

        assert (reading.source, reading.rows_read) == (Source.BOCOM, 1)


class TestMT940:
    HEAD = ":20:S\r:25:99/0001234\r:60F:C250301EUR100,00\r"
    ROW = ":61:2503040304DR6,00NMSCNONREF\r:86:Sample\r"

    def test_lines_may_end_as_on_an_old_macintosh(self):
        reading = read(f"{self.HEAD}{self.ROW}:62F:C250305EUR94,00\r")

        assert reading.events[0].amount_fen == 600

    def test_entries_without_the_balance_behind_them_were_cut_off(self):
        with pytest.raises(refusals.TruncatedFile):
            read(f"{self.HEAD}{self.ROW}")

    def test_thirty_days_of_february(self):
        reading = read(
            ":20:S\n:25:99/0001234\n:28C:1/1\n:60F:C250227EUR100,00\n"
            ":61:2502300303DR6,00N024NONREF\n:86:Pauschalen\n:62F:C250303EUR94,00\n-\n"
        )

        assert reading.events[0].occurred_at.astimezone(SHANGHAI).date().isoformat() == "2025-02-28"
