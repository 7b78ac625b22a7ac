"""CMB, CITIC, SPDB, CGB and banks without a name: one account in each one's own words."""

from dataclasses import replace

import pytest

from simulation.bills.banks import Occasion, StatementLayout
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
    wall,
    written,
)

CMB, SPDB, CGB = "CMB_DEBIT", "SPDB_DEBIT", "CGB_DEBIT"
CHINESE, ENGLISH = "PLAIN_CHINESE", "PLAIN_ENGLISH"


class TestCmb:
    def test_writes_a_purchase_on_a_day_without_a_time(self):
        assert by_column(CMB, 1)[1] == {
            "记账日期": "2026-02-28",
            "货币": "CNY",
            "交易金额": "-28.16",
            "联机余额": "13,471.84",
            "交易摘要": "快捷支付",
            "对手信息": "云溪老梁牛肉面馆",
            "客户摘要": "财付通-云溪老梁牛肉面馆",
        }

    def test_writes_the_account_beside_the_name_of_the_other_side(self):
        assert by_column(CMB, 1)[3] == {
            "记账日期": "2026-03-01",
            "货币": "CNY",
            "交易金额": "-3,000.00",
            "联机余额": "10,476.84",
            "交易摘要": "转账汇款",
            "对手信息": "林一诺（虚构） 9902000000005678",
            "客户摘要": "备用金",
        }

    def test_repeats_the_common_word_where_nothing_else_is_said(self):
        assert column(CMB, 1, "客户摘要") == [
            "工资",
            "财付通-云溪老梁牛肉面馆",
            "支付宝-晴岚优选商城",
            "备用金",
            "贷款还款",
            "结息",
        ]

    def test_of_a_credit_card_says_the_year_in_its_title_only(self):
        title, header, *table = rows("CMB_CREDIT")

        assert title == ["招商银行信用卡对账单（个人消费卡账户 2026年03月）（补）"]
        assert header[3] == "人民币金额"
        assert table == [
            ["02/26", "02/26", "支付宝-望川运动鞋服旗舰店", "1,234.56", "4321", "1,234.56"],
            ["03/01", "03/01", "退款-支付宝-望川运动鞋服旗舰店", "-234.00", "4321", "-234.00"],
            ["", "03/20", "银联转账还款", "-1,000.56", "4321", "-1,000.56"],
        ]

    def test_of_a_credit_card_names_the_wallet_that_repaid(self):
        repaid = replace(CARD_SPRING[2], platform="支付宝")

        assert rows("CMB_CREDIT", [repaid])[-1][2] == "支付宝还款"


class TestCitic:
    def test_is_text_in_gb18030_with_a_title_across(self):
        first, header, *_ = rows("CITIC_CREDIT")

        assert written("CITIC_CREDIT").endswith(b"\r\n")
        assert first == ["本期账单明细(人民币)", "", "", "", "", "", "", ""]
        assert header[3] == "卡末四位"

    def test_writes_a_wide_dash_behind_the_wallet_and_a_minus_for_what_came_in(self):
        assert rows("CITIC_CREDIT")[2:] == [
            [
                "2026-03-20",
                "2026-03-20",
                "还款-信用卡还款",
                "4321",
                "人民币",
                "人民币",
                "-1000.56",
                "-1000.56",
            ],
            [
                "2026-03-01",
                "2026-03-01",
                "退货-支付宝－望川运动鞋服旗舰店",
                "4321",
                "人民币",
                "人民币",
                "-234.00",
                "-234.00",
            ],
            [
                "2026-02-26",
                "2026-02-26",
                "支付宝－望川运动鞋服旗舰店",
                "4321",
                "人民币",
                "人民币",
                "1234.56",
                "1234.56",
            ],
        ]

    def test_names_a_shop_alone_where_no_wallet_paid(self):
        assert rows("CITIC_CREDIT", [replace(SHOES, platform="")])[2][2] == "望川运动鞋服旗舰店"


class TestSpdb:
    def test_writes_two_blanks_between_day_and_time(self):
        assert column(SPDB, 2, "交易时间") == [
            "2026/03/21  00:15:00",
            "2026/03/02  10:30:00",
            "2026/03/01  00:00:01",
            "2026/02/28  23:59:59",
            "2026/02/28  12:31:07",
            "2026/02/27  09:00:05",
        ]

    def test_writes_what_an_employer_pays(self):
        assert by_column(SPDB, 2)[-1] == {
            "交易流水号": "9900000000000101",
            "交易时间": "2026/02/27  09:00:05",
            "交易摘要": "代发工资",
            "存入金额": "8500.00",
            "取出金额": "",
            "账户余额": "13500.00",
            "对方户名": "青榆物流有限公司（虚构）",
            "对方账号": "",
        }

    def test_names_the_card_by_its_ends_in_the_title(self):
        assert rows(SPDB)[0][0] == "浦发银行交易明细 卡号：9901****5678"

    @pytest.mark.parametrize(
        ("occasion", "words"),
        [
            (Occasion.CONSUMPTION, "网上支付"),
            (Occasion.TOP_UP, "网上支付"),
            (Occasion.WITHDRAWAL, "提现"),
            (Occasion.TRANSFER, "转账"),
        ],
    )
    def test_has_one_word_for_paying_and_filling_up(self, occasion, words):
        assert column(SPDB, 2, "交易摘要", [replace(NOODLES, occasion=occasion)]) == [words]


class TestCgb:
    def test_writes_a_purchase_under_what_went_out(self):
        assert by_column(CGB, 2)[4] == {
            "交易日期": "2026-02-28",
            "交易时间": "12:31:07",
            "交易摘要": "网上支付",
            "收入": "",
            "支出": "28.16",
            "账户余额": "13,471.84",
            "币种": "人民币",
            "对方户名": "财付通-云溪老梁牛肉面馆",
            "对方账号": "",
            "附言": "",
        }

    def test_writes_a_transfer_with_its_note_and_the_other_account(self):
        row = by_column(CGB, 2)[2]

        assert (row["附言"], row["对方账号"]) == ("备用金", "9902000000005678")
        assert (row["收入"], row["支出"]) == ("", "3,000.00")

    def test_of_a_credit_card_writes_the_occasion_in_wide_brackets(self):
        assert rows("CGB_CREDIT")[1:] == [
            [
                "2026/03/20",
                "2026/03/20",
                "（还款）信用卡还款",
                "-1000.56",
                "人民币",
                "-1000.56",
                "人民币",
            ],
            [
                "2026/03/01",
                "2026/03/01",
                "（退款）支付宝-望川运动鞋服旗舰店",
                "-234.00",
                "人民币",
                "-234.00",
                "人民币",
            ],
            [
                "2026/02/26",
                "2026/02/26",
                "（消费）支付宝-望川运动鞋服旗舰店",
                "1234.56",
                "人民币",
                "1234.56",
                "人民币",
            ],
        ]


class TestABankWithoutAName:
    def test_writes_debit_and_credit_in_chinese(self):
        assert rows(CHINESE) == [
            ["示例商业银行（虚构）账户明细 账号 9901****5678"],
            ["交易日期", "摘要", "借方金额", "贷方金额", "余额", "对方户名"],
            [
                "2026-02-27 09:00:05",
                "工资",
                "",
                "8,500.00",
                "13,500.00",
                "青榆物流有限公司（虚构）",
            ],
            ["2026-02-28 12:31:07", "消费", "28.16", "", "13,471.84", "财付通-云溪老梁牛肉面馆"],
            ["2026-02-28 23:59:59", "退款", "", "5.00", "13,476.84", "支付宝-晴岚优选商城"],
            ["2026-03-01 00:00:01", "转账", "3,000.00", "", "10,476.84", "林一诺（虚构）"],
            [
                "2026-03-02 10:30:00",
                "贷款还款",
                "1,234.56",
                "",
                "9,242.28",
                "示例消费金融有限公司（虚构）",
            ],
            ["2026-03-21 00:15:00", "结息", "", "0.37", "9,242.65", ""],
        ]

    def test_writes_days_and_no_separators_in_english(self):
        assert rows(ENGLISH) == [
            ["Date", "Description", "Debit", "Credit", "Balance", "Currency", "Counterparty"],
            ["2026-02-27", "工资", "", "8500.00", "13500.00", "CNY", "青榆物流有限公司（虚构）"],
            ["2026-02-28", "消费", "28.16", "", "13471.84", "CNY", "财付通-云溪老梁牛肉面馆"],
            ["2026-02-28", "退款", "", "5.00", "13476.84", "CNY", "支付宝-晴岚优选商城"],
            ["2026-03-01", "转账", "3000.00", "", "10476.84", "CNY", "林一诺（虚构）"],
            [
                "2026-03-02",
                "贷款还款",
                "1234.56",
                "",
                "9242.28",
                "CNY",
                "示例消费金融有限公司（虚构）",
            ],
            ["2026-03-21", "结息", "", "0.37", "9242.65", "CNY", ""],
        ]


class TestNamesOfFiles:
    @pytest.mark.parametrize(
        ("layout", "name"),
        [
            ("ICBC_DEBIT", "工商银行.csv"),
            ("CCB_DEBIT", "交易明细.xls"),
            ("ABC_PDF", "农业银行.pdf"),
            ("BOC_CREDIT", "中国银行.csv"),
            ("CITIC_CREDIT", "中信银行.xls"),
            ("SPDB_DEBIT", "浦发银行.xls"),
            ("PLAIN_ENGLISH", "statement.csv"),
            ("OFX", "ofx.ofx"),
            ("MT940", "mt940.sta"),
            ("CAMT", "camt.xml"),
            ("QIF", "qif.qif"),
        ],
    )
    def test_follow_the_banks(self, layout, name):
        assert StatementLayout(layout).file_name == name


class TestOrder:
    """Two rows within one second keep the chain of balances, forwards and backwards."""

    CHAIN = tuple(
        replace(TO_MYSELF, at=wall(2026, 3, 3, 8), amount_fen=100, balance_fen=balance)
        for balance in (900, 800, 700)
    )

    @pytest.mark.parametrize(
        ("layout", "header_line", "name", "balances"),
        [
            ("CCB_DEBIT", 6, "账户余额", ["9.00", "8.00", "7.00"]),
            ("ABC_DEBIT", 1, "本次余额", ["9.00", "8.00", "7.00"]),
            ("CMB_DEBIT", 1, "联机余额", ["9.00", "8.00", "7.00"]),
            ("BOC_DEBIT", 2, "余额", ["7.00", "8.00", "9.00"]),
            ("SPDB_DEBIT", 2, "账户余额", ["7.00", "8.00", "9.00"]),
            ("CGB_DEBIT", 2, "账户余额", ["7.00", "8.00", "9.00"]),
        ],
    )
    def test_is_the_chains(self, layout, header_line, name, balances):
        assert column(layout, header_line, name, self.CHAIN)[:3] == balances

    @pytest.mark.parametrize("layout", ["CMB_DEBIT", "CGB_DEBIT", "SPDB_DEBIT", CHINESE, ENGLISH])
    def test_in_which_rows_are_given_does_not_matter(self, layout):
        assert written(layout, SPRING) == written(layout, SPRING[::-1])


class TestAmounts:
    @pytest.mark.parametrize(
        ("fen", "plain", "grouped"),
        [
            (1, "0.01", "0.01"),
            (10, "0.10", "0.10"),
            (99_999, "999.99", "999.99"),
            (100_000, "1000.00", "1,000.00"),
            (123_456_789, "1234567.89", "1,234,567.89"),
        ],
    )
    def test_have_separators_where_the_bank_has_them(self, fen, plain, grouped):
        pay = [replace(PAY, amount_fen=fen, balance_fen=fen)]

        assert column(CGB, 2, "收入", pay) == column(CGB, 2, "账户余额", pay) == [grouped]
        assert column(SPDB, 2, "存入金额", pay) == column(SPDB, 2, "账户余额", pay) == [plain]
