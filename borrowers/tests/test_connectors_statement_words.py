"""What stands around a statement's rows, what its balances tell, and what its words are worth."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.connectors.contracts import Category, Direction, Platform
from borrowers.connectors.statements import meaning
from borrowers.connectors.statements.around import ACCOUNT, CARD, CODE, Preamble, tail_of
from borrowers.connectors.statements.balances import changes_of, looks_positional, steps


class TestLinesAround:
    @pytest.mark.parametrize(
        ("line", "first", "last"),
        [
            ("交易区间： 2025-01-01 至 2025-03-31", date(2025, 1, 1), date(2025, 3, 31)),
            ("2025-01-01 -- 2025-03-31", date(2025, 1, 1), date(2025, 3, 31)),
            ("起止日期:20250101-20250331", date(2025, 1, 1), date(2025, 3, 31)),
            ("账单周期 2025/01/01-2025/03/31", date(2025, 1, 1), date(2025, 3, 31)),
            ("2025年1月1日-2025年3月31日", date(2025, 1, 1), date(2025, 3, 31)),
            (
                "起始日期:2025-01-01 00:00:00 终止日期:2025-03-31 23:59:59",
                date(2025, 1, 1),
                date(2025, 3, 31),
            ),
        ],
    )
    def test_tell_the_period(self, line, first, last):
        preamble = Preamble(["示例银行", line])

        assert preamble.period() == (first, last)
        assert preamble.latest_day() == last

    @pytest.mark.parametrize("line", ["2025-03-31 至 2025-01-01", "6222-07-05 至 6852-02-20", ""])
    def test_do_not_tell_a_period_that_cannot_be(self, line):
        assert Preamble([line]).period() == (None, None)

    @pytest.mark.parametrize(
        ("line", "last"),
        [
            ("信用卡对账单（2024年02月）", date(2024, 2, 29)),
            ("账单日：2025年01月07日", date(2025, 1, 7)),
            ("Statement Date 2025-01-07", date(2025, 1, 7)),
            ("信用卡对账单", None),
        ],
    )
    def test_tell_until_when_a_card_was_counted(self, line, last):
        assert Preamble([line]).latest_day() == last

    @pytest.mark.parametrize(
        ("line", "pattern", "number"),
        [
            ("卡号: 6222****5678,卡别名:", CARD, "6222****5678"),
            ("借记卡号： 1627******3741", CARD, "1627******3741"),
            ("账　　号：,6217****1234", ACCOUNT, "6217****1234"),
            ("账号：6226 3300 1234 5678  户名：林小明", ACCOUNT, "6226330012345678"),
            ("# 账  号: [一卡通:6225********1234 示例]", ACCOUNT, "6225********1234"),
            ("Account No: 123-456789-833", ACCOUNT, "123-456789-833"),
            ("个人消费卡账户 2025年01月", ACCOUNT, ""),
        ],
    )
    def test_tell_the_account(self, line, pattern, number):
        assert Preamble([line]).first(pattern) == number

    @pytest.mark.parametrize(
        ("line", "holder"),
        [
            ("户 名：林小明 账号：6225", "林小明"),
            ("客户姓名： 林小明", "林小明"),
            ("⼾名：林⼩明", "林小明"),
            ("账户户名,林小明", "林小明"),
            ("对方户名：魏小红", ""),
        ],
    )
    def test_tell_whose_it_is(self, line, holder):
        assert Preamble([line]).holder() == holder

    @pytest.mark.parametrize(
        "line", ["验 证 码：SPECIMEN1", "验证码:SPECIMEN1", "Verification Code: SPECIMEN1"]
    )
    def test_tell_by_which_code_the_bank_can_be_asked(self, line):
        assert Preamble([line]).first(CODE) == "SPECIMEN1"

    @pytest.mark.parametrize(
        ("number", "tail"),
        [("6222****5678", "5678"), ("6222****56*8", ""), ("xxxx", ""), ("", ""), ("123", "")],
    )
    def test_four_last_digits_are_four_digits(self, number, tail):
        assert tail_of(number) == tail


class TestBalances:
    @given(
        amounts=st.lists(
            st.integers(-(10**8), 10**8).filter(bool), min_size=3, max_size=30, unique_by=abs
        ),
        opening=st.integers(-(10**8), 10**8),
        is_latest_first=st.booleans(),
    )
    def test_give_back_the_sign_that_a_file_leaves_out(self, amounts, opening, is_latest_first):
        balances = [opening + sum(amounts[: index + 1]) for index in range(len(amounts))]
        expected: list[int | None] = [None, *amounts[1:]]
        if is_latest_first:
            amounts, balances, expected = amounts[::-1], balances[::-1], expected[::-1]

        assert changes_of(balances, [abs(amount) for amount in amounts]) == expected

    def test_that_follow_no_amount_tell_nothing(self):
        assert changes_of([100, 500, 900, 50], [1, 2, 3, 4]) == []

    def test_that_are_masked_leave_a_gap(self):
        assert steps([100, None, 90, 80], is_latest_first=False) == [None, None, None, -10]

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [("2025-03-04", "示例", "1.00")] * 2,
            [("2025-03-04", "示例", "1.00"), ("2025-03-05", "示例")] * 2,
            [("示例", "示例", "示例")] * 4,
            [("2025-03-04", "2025-03-04", "1.00")] * 4,
        ],
    )
    def test_are_not_sought_in_what_is_no_list_of_payments(self, rows):
        assert looks_positional(rows) is None


class TestNames:
    @pytest.mark.parametrize("name", ["林小", "林小明", "欧阳小明", "*小明", "林**", "**红"])
    def test_of_people_are_known(self, name):
        assert meaning.is_person(name)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "示例有限公司",
            "示例超市",
            "财付通",
            "支付宝",
            "美团",
            "示例大学",
            "EXAMPLE STORE",
            "滴滴",
        ],
    )
    def test_of_others_are_not_taken_for_people(self, name):
        assert not meaning.is_person(name)

    @pytest.mark.parametrize(
        ("names", "merchant"),
        [
            (("支付宝-支付宝外部商户-示例便利店",), "示例便利店"),
            (("支付宝-支付宝-消费-示例便利店",), "示例便利店"),
            (("云闪付APP-示例电力",), "示例电力"),
            (("（消费）财付通-示例小面馆",), "示例小面馆"),
            (("消费 支付宝 示例小面馆",), "示例小面馆"),
            (("示例铁路（云闪付APP）",), "示例铁路"),
            (("示例电商商家888888888",), "示例电商商家"),
            (("财付通支付科技有限公司", "财付通-示例小面馆"), "示例小面馆"),
            (("----------", "示例超市"), "示例超市"),
            (("财付通",), "财付通"),
            (("",), ""),
        ],
    )
    def test_of_shops_are_found_behind_the_way_of_the_money(self, names, merchant):
        assert meaning.merchant_of(*names) == merchant

    @pytest.mark.parametrize(
        ("words", "platform"),
        [
            ("财付通－京东商城平台商户", Platform.WECHAT),
            ("支付宝-美团平台商户", Platform.ALIPAY),
            ("网银在线-示例", Platform.JD),
            ("北京三快在线科技有限公司", Platform.MEITUAN),
            ("示例超市", Platform.NONE),
        ],
    )
    def test_of_wallets_count_by_which_comes_first(self, words, platform):
        assert meaning.platform_of(words) is platform


class TestCards:
    @pytest.mark.parametrize(
        ("stated", "words", "category"),
        [
            (Direction.IN, "掌上生活还款", Category.CREDIT_REPAYMENT),
            (Direction.IN, "PAYMENT THANK YOU", Category.CREDIT_REPAYMENT),
            (Direction.IN, "退货 示例超市", Category.REFUND),
            (Direction.IN, "现金奖励", Category.REFUND),
            (Direction.OUT, "年费", Category.INSURANCE_FINANCE),
            (Direction.OUT, "循环利息", Category.INSURANCE_FINANCE),
            (Direction.OUT, "预借现金", Category.CASH),
            (Direction.OUT, "示例超市", Category.GROCERIES),
        ],
    )
    def test_what_comes_in_is_never_income(self, stated, words, category):
        assert meaning.of_card(stated, words, "") is category
