"""CCB, ABC, BOC and BoCom: one account in each bank's own columns, words and marks."""

from dataclasses import replace

import pytest

from simulation.bills.banks import Occasion
from simulation.tests.sample_account import (
    CARD_SPRING,
    NOODLES,
    PAY,
    SHOES,
    SPRING,
    TO_MYSELF,
    by_column,
    column,
    rows,
    written,
)

CCB, ABC, BOC, BOCOM = "CCB_DEBIT", "ABC_DEBIT", "BOC_DEBIT", "BOCOM_DEBIT"
HEADER_LINES = {CCB: 6, ABC: 1, BOC: 2, BOCOM: 1, "BOC_CREDIT": 2, "BOCOM_CREDIT": 1}
SUMMARIES = {CCB: "摘要", ABC: "交易摘要", BOC: "交易名称", BOCOM: "交易类型"}


class TestCcb:
    def test_is_text_in_gb18030_with_tabs_and_windows_line_ends(self):
        content = written(CCB)

        assert content.startswith(b"China Construction Bank\t")
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n") == 13
        assert "开户机构：\t示例支行（虚构）\t".encode("gb18030") in content

    def test_gives_every_line_eleven_cells(self):
        assert {len(line) for line in rows(CCB)} == {11}

    def test_pads_the_words_of_its_header_only(self):
        header = rows(CCB)[5]

        assert [cell.strip() for cell in header] == [
            "记账日",
            "交易日期",
            "交易时间",
            "支出",
            "收入",
            "账户余额",
            "币种",
            "摘要",
            "对方账号",
            "对方户名",
            "交易地点",
        ]
        assert all(cell.endswith(" " * 10) for cell in header)
        assert not any(cell.endswith(" ") for line in rows(CCB)[6:] for cell in line)

    def test_names_the_account_by_its_ends_only(self):
        assert rows(CCB)[3][:2] == ["账　　号：", "9901****5678"]
        assert "9901000012345678".encode("gb18030") not in written(CCB)

    def test_writes_a_purchase_with_the_wallet_twice_in_its_place(self):
        assert by_column(CCB, 6)[1] == {
            "记账日": "20260228",
            "交易日期": "20260228",
            "交易时间": "12:31:07",
            "支出": "28.16",
            "收入": "0.00",
            "账户余额": "13471.84",
            "币种": "人民币",
            "摘要": "消费",
            "对方账号": "",
            "对方户名": "云溪老梁牛肉面馆",
            "交易地点": "财付通-财付通外部商户-云溪老梁牛肉面馆",
        }

    def test_writes_a_transfer_to_oneself_with_the_note_in_its_place(self):
        assert by_column(CCB, 6)[3] == {
            "记账日": "20260301",
            "交易日期": "20260301",
            "交易时间": "00:00:01",
            "支出": "3000.00",
            "收入": "0.00",
            "账户余额": "10476.84",
            "币种": "人民币",
            "摘要": "跨行转出",
            "对方账号": "9902000000005678",
            "对方户名": "林一诺（虚构）",
            "交易地点": "备用金",
        }

    def test_ends_with_the_advice_to_ask_at_the_counter(self):
        assert rows(CCB)[-1][0] == "以上数据仅供参考|具体内容请以柜台为准"

    def test_has_the_oldest_row_on_top_and_nought_on_the_other_side(self):
        table = by_column(CCB, 6)[: len(SPRING)]

        assert [(row["支出"], row["收入"], row["账户余额"]) for row in table] == [
            ("0.00", "8500.00", "13500.00"),
            ("28.16", "0.00", "13471.84"),
            ("0.00", "5.00", "13476.84"),
            ("3000.00", "0.00", "10476.84"),
            ("1234.56", "0.00", "9242.28"),
            ("0.00", "0.37", "9242.65"),
        ]


class TestAbc:
    def test_is_utf8_with_a_mark_and_its_header_on_top(self):
        content = written(ABC)

        assert content.startswith("\ufeff交易日期,交易时间,".encode())
        assert "日 志 号" in rows(ABC)[0]

    def test_writes_a_purchase_with_the_wallet_for_a_summary(self):
        assert by_column(ABC, 1)[1] == {
            "交易日期": "20260228",
            "交易时间": "123107",
            "交易摘要": "财付通",
            "交易金额": "-28.16",
            "本次余额": "13471.84",
            "对手信息": "微信支付云溪老梁牛肉面馆",
            "日 志 号": "000000102",
            "交易渠道": "电子商务",
            "交易附言": "微信支付-云溪老梁牛肉面馆",
        }

    def test_writes_what_an_employer_pays_with_a_plus(self):
        assert by_column(ABC, 1)[0] == {
            "交易日期": "20260227",
            "交易时间": "090005",
            "交易摘要": "代发工资",
            "交易金额": "+8500.00",
            "本次余额": "13500.00",
            "对手信息": "青榆物流有限公司（虚构）",
            "日 志 号": "000000101",
            "交易渠道": "超级网银",
            "交易附言": "-青榆物流有限公司（虚构）",
        }

    def test_leaves_a_repayments_row_two_cells_short(self):
        assert [len(line) for line in rows(ABC)] == [9, 9, 9, 9, 9, 7, 9]
        assert rows(ABC)[5][2] == "正常还款"

    def test_writes_two_dashes_where_there_is_no_other_side(self):
        assert column(ABC, 1, "对手信息")[-1] == "--"

    def test_leaves_alipays_name_as_it_is(self):
        assert column(ABC, 1, "交易附言")[2] == "支付宝-晴岚优选商城"


class TestBoc:
    def test_has_a_title_above_its_header(self):
        assert rows(BOC)[0] == ["中国银行交易流水明细单"]
        assert rows(BOC)[1][-1] == "借记卡号"

    def test_writes_a_purchase_with_dashes_for_what_it_does_not_know(self):
        assert by_column(BOC, 2)[4] == {
            "记账日期": "2026-02-28",
            "记账时间": "12:31:07",
            "币别": "人民币",
            "金额": "-28.16",
            "余额": "13,471.84",
            "交易名称": "网上快捷支付",
            "渠道": "银企对接",
            "网点名称": "-------------------",
            "附言": "财付通-云溪老梁牛肉面馆",
            "对方账户名": "财付通-云溪老梁牛肉面馆",
            "对方卡号/账号": "-------------------",
            "对方开户行": "-------------------",
            "借记卡号": "5678",
        }

    def test_writes_interest_that_nobody_pays(self):
        row = by_column(BOC, 2)[0]

        assert row["金额"] == "0.37"
        assert row["附言"] == "----------"
        assert row["对方账户名"] == "-------------------"
        assert row["渠道"] == "手机银行"

    def test_writes_the_account_of_the_other_side_where_it_is_known(self):
        row = by_column(BOC, 2)[2]

        assert row["对方卡号/账号"] == "9902000000005678"
        assert row["附言"] == "备用金"

    def test_groups_thousands_and_marks_what_went_out(self):
        assert column(BOC, 2, "金额") == [
            "0.37",
            "-1,234.56",
            "-3,000.00",
            "5.00",
            "-28.16",
            "8,500.00",
        ]


class TestBocsCreditCard:
    def test_names_the_month_of_its_latest_row(self):
        assert rows("BOC_CREDIT")[0] == ["中国银行信用卡账单(2026年03月)"]

    def test_writes_what_went_out_and_came_in_under_two_heads(self):
        assert rows("BOC_CREDIT")[2:] == [
            ["2026-03-20", "2026-03-20", "4321", "信用卡还款-信用卡还款CHN", "1000.56", "", "CNY"],
            [
                "2026-03-01",
                "2026-03-01",
                "4321",
                "退款-支付宝-望川运动鞋服旗舰店CHN",
                "234.00",
                "",
                "CNY",
            ],
            [
                "2026-02-26",
                "2026-02-26",
                "4321",
                "支付宝-望川运动鞋服旗舰店CHN",
                "",
                "1234.56",
                "CNY",
            ],
        ]


class TestBocom:
    def test_numbers_its_rows_from_the_oldest(self):
        assert column(BOCOM, 1, "序号") == ["1", "2", "3", "4", "5", "6"]

    def test_writes_a_purchase_on_the_debit_side_without_a_sign(self):
        assert by_column(BOCOM, 1)[1] == {
            "序号": "2",
            "交易日期": "2026-02-28",
            "交易时间": "12:31:07",
            "交易类型": "网上支付",
            "借贷": "借 Dr",
            "交易金额": "28.16",
            "余额": "13471.84",
            "对方账号": "",
            "对方户名": "云溪老梁牛肉面馆",
            "交易地点": "财付通",
            "摘要": "财付通-云溪老梁牛肉面馆",
        }

    def test_says_the_side_of_the_ledger_in_two_languages(self):
        assert column(BOCOM, 1, "借贷") == ["贷 Cr", "借 Dr", "贷 Cr", "借 Dr", "借 Dr", "贷 Cr"]

    def test_has_the_telephone_for_a_place_where_no_wallet_was(self):
        assert column(BOCOM, 1, "交易地点") == [
            "手机银行",
            "财付通",
            "支付宝",
            "手机银行",
            "手机银行",
            "手机银行",
        ]

    def test_of_a_credit_card_writes_currency_and_amount_into_one_cell(self):
        assert rows("BOCOM_CREDIT")[1:] == [
            [
                "2026-02-26",
                "2026-02-26",
                "消费 支付宝-望川运动鞋服旗舰店",
                "CNY 1234.56",
                "CNY 1234.56",
            ],
            [
                "2026-03-01",
                "2026-03-01",
                "退货 支付宝-望川运动鞋服旗舰店",
                "CNY 234.00",
                "CNY 234.00",
            ],
            [
                "2026-03-20",
                "2026-03-20",
                "信用卡还款 转账还款 信用卡还款",
                "CNY 1000.56",
                "CNY 1000.56",
            ],
        ]


@pytest.mark.parametrize(
    ("occasion", "ccb", "boc", "bocom"),
    [
        (Occasion.SALARY, "代发工资", "代发工资", "代发工资"),
        (Occasion.TRANSFER, "电子汇入", "跨行转账", "转账"),
        (Occasion.OWN_TRANSFER, "跨行转出", "跨行转账", "转账"),
        (Occasion.WITHDRAWAL, "提现", "网上快捷提现", "提现"),
        (Occasion.TOP_UP, "充值", "网上快捷支付", "网上支付"),
        (Occasion.REFUND, "退款", "网上快捷退款", "网上支付退货"),
        (Occasion.CONSUMPTION, "消费", "网上快捷支付", "网上支付"),
        (Occasion.INTEREST, "结息", "结息", "存款利息"),
        (Occasion.FUND, "基金申购", "基金申购", "基金申购"),
        (Occasion.LOAN_PAYOUT, "贷款发放", "贷款发放", "贷款发放"),
        (Occasion.CARD_REPAYMENT, "信用卡还款", "信用卡还款", "信用卡还款"),
        (Occasion.PLATFORM_PAY, "代付", "代付", "代付"),
    ],
)
def test_each_bank_has_its_own_word_for_an_occasion(occasion, ccb, boc, bocom):
    entry = [replace(PAY, occasion=occasion)]

    for layout, words in ((CCB, ccb), (BOC, boc), (BOCOM, bocom)):
        assert column(layout, HEADER_LINES[layout], SUMMARIES[layout], entry)[0] == words


@pytest.mark.parametrize(
    ("occasion", "words"),
    [
        (Occasion.SALARY, "代发工资"),
        (Occasion.TRANSFER, "转存"),
        (Occasion.OWN_TRANSFER, "转支"),
        (Occasion.REFUND, "退款"),
        (Occasion.WITHDRAWAL, "提现"),
        (Occasion.LOAN_REPAYMENT, "正常还款"),
        (Occasion.INTEREST, "结息"),
    ],
)
def test_abc_has_its_own_words_where_no_wallet_pays(occasion, words):
    assert column(ABC, 1, "交易摘要", [replace(TO_MYSELF, occasion=occasion)]) == [words]


def test_abc_names_the_wallet_that_was_filled_up():
    filled = replace(NOODLES, occasion=Occasion.TOP_UP, party="微信零钱")

    assert column(ABC, 1, "交易摘要", [filled]) == ["财付通"]


@pytest.mark.parametrize("layout", sorted(HEADER_LINES))
def test_the_order_in_which_rows_are_given_does_not_matter(layout):
    entries = CARD_SPRING if layout.endswith("CREDIT") else SPRING

    assert written(layout, entries) == written(layout, tuple(reversed(entries)))


@pytest.mark.parametrize("layout", ["BOC_CREDIT", "BOCOM_CREDIT"])
def test_a_comma_in_a_name_stays_within_its_cell(layout):
    (line,) = rows(layout, [replace(SHOES, party="望川,运动")])[-1:]

    assert any("望川,运动" in cell for cell in line)
