"""ICBC's three tables: padded cells with tabs, two columns of amounts, and sums at the end."""

from dataclasses import replace

import pytest

from simulation.bills.banks import Occasion
from simulation.tests.sample_account import (
    CARD_SPRING,
    INTEREST,
    NOODLES,
    PAY,
    SPRING,
    by_column,
    column,
    rows,
    written,
)

DEBIT, DETAILED, CREDIT = "ICBC_DEBIT", "ICBC_DEBIT_DETAILED", "ICBC_CREDIT"
EVERY = (DEBIT, DETAILED, CREDIT)
HEADER_LINE = 7
AMOUNTS = ("记账金额(收入)", "记账金额(支出)", "余额")


def amounts(layout):
    table = by_column(layout, HEADER_LINE)[: len(SPRING)]
    return [tuple(row[name] for name in AMOUNTS) for row in table]


class TestTheTable:
    @pytest.mark.parametrize("layout", EVERY)
    def test_is_utf8_without_mark_and_ends_its_lines_as_unix_does(self, layout):
        content = written(layout)

        assert content.startswith("明细查询文件下载\n".encode())
        assert b"\r" not in content
        assert content.endswith(b"\n")

    @pytest.mark.parametrize("layout", EVERY)
    def test_has_its_header_in_line_seven_without_padding(self, layout):
        header = written(layout).decode().split("\n")[HEADER_LINE - 1]

        assert header.startswith("交易日期,")
        assert " " not in header

    def test_pads_every_cell_to_twenty_signs_and_a_tab_within_quotes(self):
        line = written(DEBIT).decode().split("\n")[HEADER_LINE]

        assert line.startswith('"2026-03-21          \t","结息                  \t",')
        assert line.endswith('\t",')

    @pytest.mark.parametrize(("layout", "cells"), [(DEBIT, 13), (DETAILED, 15), (CREDIT, 13)])
    def test_has_as_many_cells_as_its_header_and_one_empty_at_the_end(self, layout, cells):
        header, first = rows(layout)[HEADER_LINE - 1 : HEADER_LINE + 1]

        assert len(header) == cells
        assert len(first) == cells + 1
        assert first[-1] == ""

    def test_doubles_a_quote_within_a_name(self):
        odd = replace(NOODLES, party='老"梁"面馆', platform="")

        assert '"老""梁""面馆            \t",' in written(DEBIT, [odd]).decode()

    def test_names_the_card_by_its_ends_only(self):
        words = written(DEBIT).decode()

        assert '卡号: 9901****5678,"卡别名: "' in words
        assert "9901000012345678" not in words

    @pytest.mark.parametrize(
        ("layout", "words"),
        [
            (DEBIT, '子账户序号: 00000,子账户类别: 活期,"子账户别名: "'),
            (DETAILED, '子账户序号: 00000,子账户类别: 活期,"子账户别名: "'),
            (CREDIT, "子账户类别:"),
        ],
    )
    def test_says_below_the_card_what_part_of_it_this_is(self, layout, words):
        assert written(layout).decode().split("\n")[4] == words


class TestADebitCardsRow:
    def test_of_a_purchase_names_the_wallet_and_its_company(self):
        row = by_column(DEBIT, HEADER_LINE)[4]

        assert row == {
            "交易日期": "2026-02-28",
            "摘要": "消费",
            "交易场所": "财付通-云溪老梁牛肉面馆",
            "交易国家或地区简称": "CHN",
            "钞/汇": "钞",
            "交易金额(收入)": "-",
            "交易金额(支出)": "-",
            "交易币种": "-",
            "记账金额(收入)": "",
            "记账金额(支出)": "28.16",
            "记账币种": "人民币",
            "余额": "13,471.84",
            "对方户名": "深圳市财付通支付科技有限公司",
        }

    def test_of_a_transfer_to_oneself_has_the_note_for_a_place(self):
        row = by_column(DETAILED, HEADER_LINE)[2]

        assert row == {
            "交易日期": "2026-03-01",
            "摘要": "跨行汇款",
            "交易详情": "备用金",
            "交易场所": "备用金",
            "交易国家或地区简称": "CHN",
            "钞/汇": "钞",
            "交易金额(收入)": "-",
            "交易金额(支出)": "-",
            "交易币种": "-",
            "记账金额(收入)": "",
            "记账金额(支出)": "3,000.00",
            "记账币种": "人民币",
            "余额": "10,476.84",
            "对方户名": "林一诺（虚构）",
            "对方账户": "9902000000005678",
        }

    @pytest.mark.parametrize("layout", [DEBIT, DETAILED])
    def test_has_its_amount_on_one_side_and_the_latest_on_top(self, layout):
        assert amounts(layout) == [
            ("0.37", "", "9,242.65"),
            ("", "1,234.56", "9,242.28"),
            ("", "3,000.00", "10,476.84"),
            ("5.00", "", "13,476.84"),
            ("", "28.16", "13,471.84"),
            ("8,500.00", "", "13,500.00"),
        ]

    def test_keeps_the_day_of_shanghai_on_both_sides_of_midnight(self):
        assert column(DEBIT, HEADER_LINE, "交易日期")[2:4] == ["2026-03-01", "2026-02-28"]

    @pytest.mark.parametrize(
        ("occasion", "words"),
        [
            (Occasion.SALARY, "工资"),
            (Occasion.TRANSFER, "他行汇入"),
            (Occasion.OWN_TRANSFER, "跨行汇款"),
            (Occasion.WITHDRAWAL, "他行汇入"),
            (Occasion.CARD_REPAYMENT, "自动还款"),
            (Occasion.FUND, "基金申购"),
            (Occasion.TOP_UP, "充值"),
            (Occasion.LOAN_PAYOUT, "贷款发放"),
            (Occasion.LOAN_REPAYMENT, "贷款还款"),
            (Occasion.PLATFORM_PAY, "代付"),
        ],
    )
    def test_calls_each_occasion_by_the_banks_word(self, occasion, words):
        assert column(DEBIT, HEADER_LINE, "摘要", [replace(PAY, occasion=occasion)])[0] == words


class TestACreditCardsRow:
    def test_of_a_purchase_says_the_amount_twice_and_names_nobody(self):
        assert by_column(CREDIT, HEADER_LINE)[2] == {
            "交易日期": "2026-02-26",
            "记账日期": "2026-02-26",
            "摘要": "消费",
            "交易场所": "支付宝-望川运动鞋服旗舰店",
            "交易国家或地区简称": "CHN",
            "交易金额(收入)": "",
            "交易金额(支出)": "1,234.56",
            "交易币种": "人民币",
            "记账金额(收入)": "",
            "记账金额(支出)": "1,234.56",
            "记账币种": "人民币",
            "余额": "-1,234.56",
            "对方户名": "",
        }

    def test_tells_a_refund_and_a_repayment_apart(self):
        table = by_column(CREDIT, HEADER_LINE)[:3]

        assert [(row["摘要"], row["记账金额(收入)"], row["余额"]) for row in table] == [
            ("人民币自动转帐还款", "1,000.56", "0.00"),
            ("退款", "234.00", "-1,000.56"),
            ("消费", "", "-1,234.56"),
        ]


class TestTheSums:
    @pytest.mark.parametrize(
        ("layout", "first", "income", "spent"),
        [
            (DEBIT, "人民币合计", "8,505.37", "4,262.72"),
            (DETAILED, "人民币合计", "8,505.37", "4,262.72"),
            (CREDIT, "合计金额", "1,234.56", "1,234.56"),
        ],
    )
    def test_stand_under_their_columns_below_a_blank_line(self, layout, first, income, spent):
        *_, before, last = by_column(layout, HEADER_LINE)

        assert list(before.values()) == [""]
        assert last["交易日期"] == first
        assert (last["记账金额(收入)"], last["记账金额(支出)"]) == (income, spent)
        assert last["余额"] == ""

    def test_leave_a_side_empty_on_which_nothing_moved(self):
        last = by_column(DEBIT, HEADER_LINE, [INTEREST])[-1]

        assert (last["记账金额(收入)"], last["记账金额(支出)"]) == ("0.37", "")


@pytest.mark.parametrize(("layout", "entries"), [(DEBIT, SPRING), (CREDIT, CARD_SPRING)])
def test_the_order_in_which_rows_are_given_does_not_matter(layout, entries):
    assert written(layout, entries) == written(layout, tuple(reversed(entries)))
