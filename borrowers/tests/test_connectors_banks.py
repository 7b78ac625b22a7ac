"""Banks' statements: what their columns, signs, flags and words mean, layout by layout."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import (
    Category,
    Direction,
    EventStatus,
    Place,
    Platform,
    Precision,
)
from borrowers.connectors.registry import read_bill
from borrowers.tests import statement_texts as texts

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
# Dialect: fen, direction and category of each row.
MEANINGS = {
    "ICBC_CREDIT": [
        (2_000, OUT, Category.DINING),
        (100_000, NEUTRAL, Category.CREDIT_REPAYMENT),
        (500, NEUTRAL, Category.REFUND),
    ],
    "ICBC_DEBIT": [(1_340, OUT, Category.DINING), (800_000, IN, Category.INCOME_SALARY)],
    "ICBC_DEBIT_2": [(8_800, OUT, Category.GROCERIES), (12, IN, Category.INCOME_OTHER)],
    "CCB_DEBIT": [(6_700, OUT, Category.GROCERIES), (5_000, IN, Category.TRANSFER_SOCIAL)],
    "CCB_CREDIT": [(3_000, OUT, Category.DINING), (10_000, NEUTRAL, Category.CREDIT_REPAYMENT)],
    "ABC_CREDIT": [(3_000, OUT, Category.GROCERIES), (500, NEUTRAL, Category.REFUND)],
    "SPDB_CREDIT": [(3_000, OUT, Category.TRANSPORT), (90_000, NEUTRAL, Category.CREDIT_REPAYMENT)],
    "CITIC_DEBIT": [(3_000, OUT, Category.ENTERTAINMENT), (600_000, IN, Category.INCOME_SALARY)],
    "CGB_DEBIT": [(100_000, NEUTRAL, Category.CASH), (33, IN, Category.INCOME_OTHER)],
    "ABC_DEBIT": [
        (1_000_000, IN, Category.TRANSFER_SOCIAL),
        (1_200, OUT, Category.DINING),
        (123, IN, Category.INCOME_OTHER),
    ],
    "BOC_DEBIT": [(577_100, IN, Category.INCOME_SALARY), (32_600, OUT, Category.GROCERIES)],
    "BOC_CREDIT": [(2_000, OUT, Category.DINING), (50_000, NEUTRAL, Category.CREDIT_REPAYMENT)],
    "BOCOM_DEBIT": [(1_000, OUT, Category.DINING), (100_000, IN, Category.INCOME_SALARY)],
    "BOCOM_CREDIT": [
        (12_318, OUT, Category.DINING),
        (50_000, NEUTRAL, Category.CREDIT_REPAYMENT),
        (318, NEUTRAL, Category.REFUND),
    ],
    "CMB_DEBIT": [
        (1_014, OUT, Category.ONLINE_SHOPPING),
        (900_000, IN, Category.INCOME_SALARY),
        (123_400, IN, Category.INCOME_OTHER),
    ],
    "CMB_DEBIT_OLDER": [(1_200, OUT, Category.DINING), (50_000, IN, Category.TRANSFER_SOCIAL)],
    "CMB_CREDIT": [
        (123, NEUTRAL, Category.CREDIT_REPAYMENT),
        (5_678, OUT, Category.DINING),
        (390, NEUTRAL, Category.REFUND),
    ],
    "CITIC_CREDIT": [(590, OUT, Category.GROCERIES), (121, NEUTRAL, Category.CREDIT_REPAYMENT)],
    "SPDB_DEBIT": [(1_250, OUT, Category.DINING), (500_000, IN, Category.INCOME_SALARY)],
    "CGB_CREDIT": [
        (1_000, OUT, Category.DINING),
        (1_000, NEUTRAL, Category.CREDIT_REPAYMENT),
        (2_160, OUT, Category.UNKNOWN),
    ],
}


def reading_of(specimen):
    return read_bill(specimen.content(), "statement.csv")


def events_of(specimen):
    return reading_of(specimen).events


class TestEveryLayout:
    @pytest.mark.parametrize("name", texts.SPECIMENS)
    def test_is_known_and_read_whole(self, name):
        specimen = texts.SPECIMENS[name]

        reading = reading_of(specimen)

        assert (reading.source, reading.dialect) == (specimen.source, name)
        assert reading.rows_read == len(reading.events) == len(specimen.rows)
        assert reading.quarantined == ()

    @pytest.mark.parametrize("name", texts.SPECIMENS)
    def test_says_what_moved_and_what_for(self, name):
        events = events_of(texts.SPECIMENS[name])

        said = [(event.amount_fen, event.direction, event.category) for event in events]
        assert said == MEANINGS[name]

    @pytest.mark.parametrize("name", texts.SPECIMENS)
    def test_tells_cards_from_accounts(self, name):
        channels = {event.channel for event in events_of(texts.SPECIMENS[name])}

        assert channels == {"CREDIT" if "CREDIT" in name else "DEBIT"}

    @pytest.mark.parametrize("name", texts.SPECIMENS)
    def test_is_read_to_the_same_keys_again(self, name):
        once, again = (events_of(texts.SPECIMENS[name]) for _ in range(2))

        assert [event.event_key for event in once] == [event.event_key for event in again]
        assert len({event.event_key for event in once}) == len(once)


class TestTime:
    def test_day_and_time_of_two_columns_are_one_instant(self):
        event = events_of(texts.CCB_DEBIT)[0]

        assert event.occurred_at == datetime(2025, 3, 4, 10, 53, 19, tzinfo=UTC)
        assert event.precision is Precision.SECOND

    def test_two_spaces_between_day_and_time_are_one(self):
        event = events_of(texts.SPDB_DEBIT)[0]

        assert event.occurred_at == datetime(2025, 3, 4, 6, 6, 51, tzinfo=UTC)

    def test_a_row_without_a_time_is_told_to_the_day(self):
        days, exact, _ = events_of(texts.ABC_DEBIT)

        assert (days.precision, exact.precision) == (Precision.DAY, Precision.SECOND)
        assert days.occurred_at == datetime(2025, 3, 3, 16, tzinfo=UTC)

    def test_a_day_without_a_year_takes_it_from_the_statement(self):
        december, january, _ = events_of(texts.CMB_CREDIT)

        assert december.occurred_at == datetime(2024, 12, 28, 16, tzinfo=UTC)
        assert january.occurred_at == datetime(2025, 1, 1, 16, tzinfo=UTC)

    def test_without_the_statement_s_month_no_year_is_guessed(self):
        specimen = replace(texts.CMB_CREDIT, above=("招商银行信用卡对账单",))

        with pytest.raises(refusals.UnreadableRows):
            reading_of(specimen)

    def test_a_row_that_waits_to_be_booked_moved_nothing_yet(self):
        waiting = ("\t2025-01-02", "\t尚未入账", "\t示例小面馆", "\t￥4.70", "\t1234", "", "")
        specimen = texts.CMB_CREDIT.with_rows(waiting)

        (event,) = events_of(specimen)

        assert event.status is EventStatus.PENDING
        assert (event.direction, event.amount_fen) == (NEUTRAL, 470)


class TestAround:
    def test_the_card_above_the_rows_is_the_account_of_each(self):
        event = events_of(texts.ICBC_CREDIT)[0]

        assert (event.account, event.tail) == ("6222****5678", "5678")

    def test_the_card_in_the_row_is_its_own(self):
        assert {event.tail for event in events_of(texts.BOC_DEBIT)} == {"3167"}

    def test_balances_are_kept_and_masked_ones_are_not(self):
        masked, clear = events_of(texts.ICBC_DEBIT)

        assert (masked.balance_fen, clear.balance_fen) == (None, 900_000)

    def test_the_total_line_is_no_row_and_is_compared(self):
        good = reading_of(texts.ICBC_CREDIT.with_rows(*texts.ICBC_CREDIT.rows))
        lines = texts.ICBC_CREDIT.text() + ",".join(
            ["合计金额", *[""] * 7, "1005.00", "20.00", "", "", ""]
        )

        agreed = read_bill(lines.encode(), "")
        edited = read_bill(lines.replace("1,000.00", "9,000.00").encode(), "")

        assert (good.totals_agree, agreed.totals_agree, edited.totals_agree) == (None, True, False)
        assert agreed.rows_read == edited.rows_read == 3

    def test_period_balances_and_code_are_told(self):
        above = (
            "招商银行交易流水",
            "2025-01-01 -- 2025-03-31",
            "验 证 码：SPECIMEN1",
            "期初余额：1,228.38",
            "期末余额：11,452.24",
        )

        reading = reading_of(replace(texts.CMB_DEBIT, above=above))

        assert (reading.period_from, reading.period_until) == (
            date(2025, 1, 1),
            date(2025, 3, 31),
        )
        assert (reading.opening_fen, reading.closing_fen) == (122_838, 1_145_224)
        assert reading.verification_code == "SPECIMEN1"

    def test_money_to_oneself_is_neither_income_nor_spending(self):
        above = ("招商银行交易流水", "户 名：林小明 账号：6225888800001234")
        row = ("2025-03-04", "CNY", "-500.00", "500.00", "转账汇款", "林小明 6222000011112222", "")

        (event,) = events_of(replace(texts.CMB_DEBIT, above=above).with_rows(row))

        assert (event.direction, event.category) == (NEUTRAL, Category.TRANSFER_SOCIAL)
        assert event.counterparty == "林小明"


class TestWords:
    def account(self, amount="-10.00", kind="快捷支付", party="", note=""):
        row = ("2025-03-04", "CNY", amount, "500.00", kind, party, note)
        (event,) = events_of(texts.CMB_DEBIT.with_rows(row))
        return event

    @pytest.mark.parametrize(
        ("party", "note", "via", "merchant"),
        [
            ("财付通支付科技有限公司", "财付通-示例小面馆", Platform.WECHAT, "示例小面馆"),
            ("支付宝-示例超市", "", Platform.ALIPAY, "示例超市"),
            ("支付宝－示例超市", "", Platform.ALIPAY, "示例超市"),
            ("示例商家888888888", "京东支付-示例商家", Platform.JD, "示例商家"),
            ("美团支付-示例火锅店", "", Platform.MEITUAN, "示例火锅店"),
            ("示例影城", "", Platform.NONE, "示例影城"),
        ],
    )
    def test_the_wallet_behind_a_row_is_named(self, party, note, via, merchant):
        event = self.account(party=party, note=note)

        assert (event.via, event.merchant) == (via, merchant)

    @pytest.mark.parametrize(
        ("amount", "kind", "party", "category", "direction"),
        [
            ("-500.00", "信用卡还款", "", Category.CREDIT_REPAYMENT, NEUTRAL),
            ("-500.00", "银联ATM取款", "", Category.CASH, NEUTRAL),
            ("-500.00", "基金申购", "示例基金", Category.INVESTMENT, NEUTRAL),
            ("500.00", "朝朝宝转出", "", Category.INVESTMENT, NEUTRAL),
            ("500.00", "贷款发放", "示例银行", Category.CREDIT_DRAWDOWN, NEUTRAL),
            ("5.00", "快捷退款", "支付宝-示例超市", Category.REFUND, NEUTRAL),
            ("0.35", "账户结息", "", Category.INCOME_OTHER, IN),
            ("-2.00", "手续费", "", Category.INSURANCE_FINANCE, OUT),
            ("-300.00", "转账汇款", "林小明", Category.TRANSFER_SOCIAL, OUT),
            ("300.00", "汇入汇款", "林小明", Category.TRANSFER_SOCIAL, IN),
            ("300.00", "汇入汇款", "*小明", Category.TRANSFER_SOCIAL, IN),
            ("300.00", "汇入汇款", "示例有限公司", Category.INCOME_OTHER, IN),
            ("8,000.00", "代发工资", "示例有限公司", Category.INCOME_SALARY, IN),
            ("0.20", "现金奖励", "", Category.INCOME_OTHER, IN),
        ],
    )
    def test_the_bank_s_own_words_decide_first(self, amount, kind, party, category, direction):
        event = self.account(amount=amount, kind=kind, party=party)

        assert (event.category, event.direction) == (category, direction)

    def test_a_friend_cannot_write_a_salary_into_a_note(self):
        event = self.account(amount="8,000.00", kind="汇入汇款", party="林小明", note="三月工资")

        assert event.category is Category.TRANSFER_SOCIAL

    def test_words_that_tell_of_health_are_dropped(self):
        event = self.account(party="示例口腔门诊", note="财付通-示例口腔门诊")

        assert (event.merchant, event.counterparty, event.memo) == ("", "", "")
        assert (event.category, event.amount_fen) == (Category.UNKNOWN, 1_000)

    @pytest.mark.parametrize(
        ("kind", "place"),
        [
            ("快捷支付", Place.ONLINE),
            ("POS消费", Place.OFFLINE),
            ("批量代扣", Place.AUTO_DEBIT),
            ("消费", Place.UNKNOWN),
        ],
    )
    def test_where_it_was_paid_is_told_as_far_as_it_can_be(self, kind, place):
        assert self.account(kind=kind, party="示例影城").place is place


class TestAmounts:
    def test_a_minus_in_the_column_of_spending_takes_it_back(self):
        taken_back = list(texts.CCB_DEBIT.rows[0])
        taken_back[3] = "-67.00"

        _, event = events_of(texts.CCB_DEBIT.with_rows(texts.CCB_DEBIT.rows[0], taken_back))

        assert event.direction is not OUT
        assert event.amount_fen == 6_700

    def test_where_all_spending_has_a_minus_it_says_nothing(self):
        rows = [list(row) for row in texts.CCB_DEBIT.rows]
        rows[0][3] = "-67.00"

        spent, received = events_of(texts.CCB_DEBIT.with_rows(*rows))

        assert (spent.direction, received.direction) == (OUT, IN)

    def test_another_currency_is_kept_as_it_is(self):
        row = list(texts.BOC_DEBIT.rows[1])
        row[2] = "美元"

        (event,) = events_of(texts.BOC_DEBIT.with_rows(row))

        assert (event.currency, event.amount_fen) == ("USD", 32_600)

    def test_what_a_card_bought_abroad_counts_as_it_was_booked(self):
        abroad = events_of(texts.CGB_CREDIT)[2]

        assert (abroad.currency, abroad.amount_fen) == ("CNY", 2_160)

    def test_an_unreadable_amount_is_set_aside_and_the_others_stay(self):
        broken = list(texts.BOC_DEBIT.rows[0])
        broken[3] = "5,7x1.00"

        reading = reading_of(texts.BOC_DEBIT.with_rows(broken, texts.BOC_DEBIT.rows[1]))

        assert [(each.row_number, each.reason) for each in reading.quarantined] == [
            (3, "AMOUNT_UNREADABLE")
        ]
        assert reading.rows_read == 2
        assert len(reading.events) == 1

    def test_an_unknown_flag_is_set_aside(self):
        broken = list(texts.BOCOM_DEBIT.rows[0])
        broken[4] = "?"

        reading = reading_of(texts.BOCOM_DEBIT.with_rows(broken, texts.BOCOM_DEBIT.rows[1]))

        assert [each.reason for each in reading.quarantined] == ["DIRECTION_UNKNOWN"]

    def test_a_balance_carried_forward_is_no_row(self):
        carried = ("2025-03-01", "CNY", "", "1,228.38", "期初余额", "", "")

        reading = reading_of(texts.CMB_DEBIT.with_rows(carried, *texts.CMB_DEBIT.rows))

        assert reading.rows_read == 3
        assert reading.quarantined == ()
