"""WeChat's three layouts: its preamble, its words for everything, its tabs, numbers and times."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills import Layout
from simulation.bills.containers.workbook import serial
from simulation.bills.records import Kind, Method
from simulation.tests.bill_lives import lives
from simulation.tests.sample_account import wall
from simulation.tests.sample_bill import (
    DRESS,
    FROM_A_FRIEND,
    GIVEN_UP,
    LAMP,
    LUNCH,
    OWNER,
    TO_THE_CARD,
    WEEK,
    by_column,
    bytes_of,
    cells,
    column,
    lines,
)
from simulation.words import Direction

TEXTS = (Layout.WECHAT_CSV, Layout.WECHAT_CSV_QUOTED)
BOOKS = (Layout.WECHAT_XLSX_2025, Layout.WECHAT_XLSX_2026)
PREAMBLE = (
    "微信支付账单明细",
    "微信昵称：[林一诺（虚构）]",
    "起始时间：[2026-09-24 00:00:00] 终止时间：[2026-09-29 23:59:59]",
    "导出类型：[全部]",
    "导出时间：[2026-09-29 23:59:59]",
    "",
    "共8笔记录",
    "收入：3笔 225.00元",
    "支出：4笔 317.15元",
    "中性交易：1笔 1000.00元",
    "注：",
    "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
    "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
    "3. 本明细仅供个人对账使用",
    "",
    "----------------------微信支付账单明细列表--------------------",
)
HEADER = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"


class TestThePreamble:
    @pytest.mark.parametrize("layout", TEXTS)
    def test_of_text_fills_each_line_up_to_eleven_cells(self, layout):
        assert lines(layout)[:16] == [f"{words}{',' * 10}" for words in PREAMBLE]

    def test_of_the_first_workbook_is_the_same(self):
        assert [row[0] or "" for row in cells(Layout.WECHAT_XLSX_2025)[:16]] == list(PREAMBLE)

    def test_of_the_second_workbook_adds_the_zone(self):
        said = [row[0] or "" for row in cells(Layout.WECHAT_XLSX_2026)[:17]]

        assert said[14] == "4. 本账单中所有时间均为UTC+08:00时间"
        assert said[:14] + said[15:] == list(PREAMBLE)

    def test_counts_refunds_as_income_and_what_was_given_up_as_spending(self):
        """WeChat's own totals do: 5.00 and 120.00 came back, 9.99 was never paid."""
        said = lines(Layout.WECHAT_CSV)

        assert said[7].startswith("收入：3笔 225.00元")
        assert said[8].startswith("支出：4笔 317.15元")

    def test_speaks_of_the_records_as_they_were_before_somebody_changed_them(self):
        fewer = [each for each in WEEK if each is not LAMP]

        said = lines(Layout.WECHAT_CSV, fewer, WEEK)

        assert said[6].startswith("共8笔记录")
        assert len(said) == 17 + 7

    @given(records=lives())
    def test_agrees_with_the_rows_whatever_happened(self, records):
        said = lines(Layout.WECHAT_CSV, records)

        for line, direction in zip(said[7:10], (1, 2, 0), strict=True):
            amounts = [each.amount_fen for each in records if each.direction == direction]
            fen = f"{sum(amounts):03d}"
            assert f"{len(amounts)}笔 {fen[:-2]}.{fen[-2:]}元" in line


class TestTheText:
    def test_of_old_has_marks_and_windows_line_ends(self):
        content = bytes_of(Layout.WECHAT_CSV)

        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\n") == content.count(b"\r\n") == 17 + len(WEEK)

    def test_has_the_header_bare_or_all_in_quotes(self):
        quoted = ",".join(f'"{name}"' for name in HEADER.split(","))

        assert lines(Layout.WECHAT_CSV)[16] == HEADER
        assert lines(Layout.WECHAT_CSV_QUOTED)[16] == quoted

    def test_writes_lunch_with_tabs_behind_both_numbers(self):
        assert lines(Layout.WECHAT_CSV)[-1] == (
            "2026-09-24 11:40:58,商户消费,云溪老梁牛肉面馆,午餐套餐,支出,¥28.16,"
            "工商银行储蓄卡(5678),支付成功,4200000001202609240000000001\t,88000000000001\t,/"
        )

    def test_writes_lunch_in_quotes_with_the_tabs_outside(self):
        assert lines(Layout.WECHAT_CSV_QUOTED)[-1] == (
            '"2026-09-24 11:40:58","商户消费","云溪老梁牛肉面馆","午餐套餐","支出","¥28.16",'
            '"工商银行储蓄卡(5678)","支付成功",'
            '"4200000001202609240000000001"\t,"88000000000001"\t,"/"'
        )

    def test_quotes_a_cell_only_where_it_must(self):
        odd = replace(LUNCH, party='老"梁",面馆', item="一\n二")

        text = bytes_of(Layout.WECHAT_CSV, [odd]).decode("utf-8-sig")
        assert ',"老""梁"",面馆","一\n二",支出,' in text

    def test_writes_the_latest_on_top(self):
        assert column(Layout.WECHAT_CSV, "交易时间") == [
            "2026-09-29 23:59:59",
            "2026-09-29 22:00:00",
            "2026-09-28 10:10:10",
            "2026-09-27 00:00:01",
            "2026-09-26 09:00:00",
            "2026-09-25 20:00:30",
            "2026-09-24 21:05:00",
            "2026-09-24 11:40:58",
        ]


class TestARow:
    def test_of_a_friends_transfer_has_slashes_for_what_there_is_not(self):
        assert by_column(Layout.WECHAT_CSV)[3] == {
            "交易时间": "2026-09-27 00:00:01",
            "交易类型": "转账",
            "交易对方": "韦小舟（虚构）",
            "商品": "/",
            "收/支": "收入",
            "金额(元)": "¥100.00",
            "支付方式": "零钱",
            "当前状态": "朋友已收钱",
            "交易单号": "4200000001202609270000000006",
            "商户单号": "/",
            "备注": "/",
        }

    def test_of_a_refund_is_named_after_the_shop(self):
        row = by_column(Layout.WECHAT_CSV)[4]

        assert row["交易类型"] == "晴岚数码旗舰店-退款"
        assert (row["收/支"], row["金额(元)"], row["当前状态"]) == ("收入", "¥5.00", "已全额退款")

    @pytest.mark.parametrize("layout", TEXTS)
    def test_says_what_came_back_in_the_state_of_its_payment(self, layout):
        assert column(layout, "当前状态") == [
            "交易关闭",
            "提现已到账",
            "已全额退款",
            "朋友已收钱",
            "已全额退款",
            "已全额退款",
            "已退款(￥5.00)",
            "支付成功",
        ]

    @pytest.mark.parametrize(
        ("kind", "words", "state"),
        [
            (Kind.PURCHASE, "商户消费", "支付成功"),
            (Kind.QR_PAYMENT, "扫二维码付款", "已转账"),
            (Kind.QR_RECEIPT, "二维码收款", "已收钱"),
            (Kind.TRANSFER, "转账", "朋友已收钱"),
            (Kind.RED_PACKET, "微信红包", "已存入零钱"),
            (Kind.SALARY, "其他", "已到账"),
            (Kind.WITHDRAWAL, "零钱提现", "提现已到账"),
            (Kind.TOP_UP, "零钱充值", "充值完成"),
            (Kind.FUND_IN, "转入零钱通-来自零钱", "支付成功"),
            (Kind.FUND_OUT, "零钱通转出-到零钱", "支付成功"),
            (Kind.CARD_REPAYMENT, "信用卡还款", "支付成功"),
            (Kind.VOID, "商户消费", "交易关闭"),
        ],
    )
    def test_has_wechats_word_for_each_kind(self, kind, words, state):
        (row,) = by_column(Layout.WECHAT_CSV, [replace(LAMP, kind=kind)])

        assert (row["交易类型"], row["当前状态"]) == (words, state)

    @pytest.mark.parametrize(
        ("method", "words"),
        [
            (Method.BALANCE, "零钱"),
            (Method.MONEY_FUND, "零钱通"),
            (Method.DEBIT, "示例银行储蓄卡(0000)"),
            (Method.CREDIT, "示例银行信用卡(0000)"),
            (Method.BNPL, "分付"),
        ],
    )
    def test_names_what_paid_and_a_card_by_its_own_name(self, method, words):
        paid = replace(LAMP, method=method)

        assert column(Layout.WECHAT_CSV, "支付方式", [paid]) == [words]
        assert column(Layout.WECHAT_CSV, "支付方式", [replace(paid, card="招商银行(1234)")]) == [
            "招商银行(1234)"
        ]

    @pytest.mark.parametrize(
        ("direction", "words"),
        [(Direction.IN, "收入"), (Direction.OUT, "支出"), (Direction.NEUTRAL, "/")],
    )
    def test_says_which_way_the_money_went(self, direction, words):
        moved = replace(TO_THE_CARD, direction=direction)

        assert column(Layout.WECHAT_CSV, "收/支", [moved]) == [words]

    @pytest.mark.parametrize(
        ("fen", "words"),
        [(1, "¥0.01"), (90, "¥0.90"), (100, "¥1.00"), (123_456_789, "¥1234567.89")],
    )
    def test_writes_an_amount_without_separators(self, fen, words):
        assert column(Layout.WECHAT_CSV, "金额(元)", [replace(LAMP, amount_fen=fen)]) == [words]


class TestTheWorkbooks:
    def test_first_holds_the_words_of_the_text(self):
        said = cells(Layout.WECHAT_XLSX_2025)

        assert said[16] == HEADER.split(",")
        assert said[-1] == [
            "2026-09-24 11:40:58",
            "商户消费",
            "云溪老梁牛肉面馆",
            "午餐套餐",
            "支出",
            "¥28.16",
            "工商银行储蓄卡(5678)",
            "支付成功",
            "4200000001202609240000000001",
            "88000000000001",
            "/",
        ]

    def test_second_holds_times_and_numbers(self):
        last = cells(Layout.WECHAT_XLSX_2026)[-1]

        assert last[0] == datetime(2026, 9, 24, 11, 40, 58)  # noqa: DTZ001 - a cell
        assert last[5] == 28.16
        assert last[8] == "4200000001202609240000000001"

    def test_keep_numbers_of_payments_as_words(self):
        """As numbers they would lose their last digits, as in files that Excel has saved."""
        for layout in BOOKS:
            assert all(isinstance(row[8], str) for row in cells(layout)[18:])

    def test_have_no_tabs(self):
        for layout in BOOKS:
            with zipfile.ZipFile(io.BytesIO(bytes_of(layout))) as archive:
                assert b"\t" not in archive.read("xl/sharedStrings.xml")

    def test_say_a_word_that_comes_twice_once(self):
        with zipfile.ZipFile(io.BytesIO(bytes_of(Layout.WECHAT_XLSX_2025))) as archive:
            words = archive.read("xl/sharedStrings.xml").decode()

        assert words.count("商户消费") == 1
        assert words.count("望川服饰旗舰店<") == 1

    @pytest.mark.parametrize(
        ("moment", "days"),
        [
            ((2018, 1, 1, 0, 0, 0), 43101.0),
            ((2026, 3, 1, 12, 0, 0), 46082.5),
            ((2026, 12, 31, 18, 0, 0), 46387.75),
        ],
    )
    def test_second_counts_days_from_the_last_but_one_of_1899(self, moment, days):
        assert serial(wall(*moment)) == days

    @given(
        at=st.datetimes(datetime(2018, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001 - naive bounds
    )
    def test_second_never_moves_a_moment_by_a_second(self, at):
        at = at.replace(microsecond=0)
        days = serial(at)

        seconds = round((days - int(days)) * 86_400)
        assert seconds == at.hour * 3_600 + at.minute * 60 + at.second


class TestWholeAndPartlyBack:
    @pytest.mark.parametrize(
        ("parts", "state"),
        [
            ((), "支付成功"),
            ((1,), "已退款(￥0.01)"),
            ((5_000, 6_999), "已退款(￥119.99)"),
            ((5_000, 7_000), "已全额退款"),
            ((12_000,), "已全额退款"),
        ],
    )
    def test_two_refunds_of_one_payment_are_added_up(self, parts, state):
        back = [
            replace(
                DRESS,
                kind=Kind.REFUND,
                direction=Direction.IN,
                amount_fen=fen,
                number=f"9{place}",
                undoes=DRESS.number,
            )
            for place, fen in enumerate(parts)
        ]

        states = {
            row["交易单号"]: row["当前状态"]
            for row in by_column(Layout.WECHAT_CSV, [DRESS, *back, FROM_A_FRIEND, GIVEN_UP])
        }
        assert states[DRESS.number] == state
        assert states[GIVEN_UP.number] == "交易关闭"


def test_the_owner_is_named_once():
    for layout in TEXTS:
        assert "\n".join(lines(layout)).count(OWNER.nickname) == 1
