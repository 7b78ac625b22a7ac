"""Statements of banks that we do not know: headings by their words, directions by any evidence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, Source
from borrowers.connectors.registry import read_bill
from borrowers.connectors.statements.guess import header_of, is_statement

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
HSBC = (
    "Date,Description,Billing amount,Billing currency,Balance,Balance currency",
    '12/03/2024,EXAMPLE STORE,"-1,200.00"\t,HKD,"8,000.00",HKD',
    '05/03/2024,SALARY EXAMPLE LIMITED,"9,200.00",HKD,"9,200.00",HKD',
)
HSBC_CARD_HEADINGS = (
    "Transaction date,Post date,Description,Billing amount,Billing currency,Transaction status,"
    "Merchant name,Country / region,Area / district,Credit / Debit"
)
HSBC_CARD = (
    HSBC_CARD_HEADINGS,
    '02/03/2024,03/03/2024,EXAMPLE TRIP,"-32.00"\t,HKD,POSTED,EXAMPLE,HK,HK,DEBIT',
    "09/03/2024,10/03/2024,PAYMENT THANK YOU,1000.00,HKD,POSTED,,HK,HK,CREDIT",
)
BMO = (
    "Following data is valid as of 20211012021212 (Year/Month/Day/Hour/Minute/Second)",
    "",
    "",
    "First Bank Card,Transaction Type,Date Posted, Transaction Amount,Description",
    "",
    "",
    "'500766********',DEBIT,20211001,-10.0,[PR]EXAMPLE STORE",
    "'500766********',CREDIT,20211002,1000.0,[DN]EXAMPLE LIMITED",
)
BMO_CARD = (
    "Following data is valid as of 20211012",
    "",
    "Item #,Card #,Transaction Date,Posting Date,Transaction Amount,Description",
    "1,'5191********',20211001,20211002,22.5,EXAMPLE STORE",
    "2,'5191********',20211005,20211005,-100.0,PAYMENT RECEIVED",
)
TD = (
    "10/01/2021,EXAMPLE STORE,10.00,,90.00",
    "10/03/2021,EXAMPLE LIMITED,,50.00,140.00",
    "10/15/2021,EXAMPLE STORE,40.00,,100.00",
)
FLAGGED = (
    "示例银行账户交易明细",
    "账号：6226330012345678  户名：林小明",
    "日期,发生额,余额,借贷标志,对方户名,摘要",
    "2025-03-04,100.00,900.00,借,示例超市,消费",
    '2025-03-05,"5,000.00","5,900.00",贷,示例有限公司,工资',
    "合计,5100.00,,,,",
)
UNSIGNED = (
    "示例银行",
    "交易日期,金额,余额,摘要",
    "2025-03-04,100.00,900.00,消费",
    "2025-03-05,5000.00,5900.00,工资",
    "2025-03-06,900.00,5000.00,转账",
)


def reading_of(*lines):
    return read_bill("\n".join((*lines, "")).encode(), "")


def moved(reading):
    return [(event.amount_fen, event.direction) for event in reading.events]


class TestChinese:
    def test_headings_are_understood_by_their_words(self):
        reading = reading_of(*FLAGGED)

        assert (reading.source, reading.dialect) == (Source.BANK, "STATEMENT")
        assert moved(reading) == [(10_000, OUT), (500_000, IN)]
        spent, earned = reading.events
        assert (spent.balance_fen, spent.tail, spent.currency) == (90_000, "5678", "CNY")
        assert (spent.merchant, spent.category) == ("示例超市", Category.GROCERIES)
        assert earned.category is Category.INCOME_SALARY

    def test_the_name_above_tells_whose_statement_it_is(self):
        reading = reading_of("中国建设银行", *FLAGGED[1:])

        assert reading.source is Source.CCB

    def test_two_columns_need_no_flag(self):
        reading = reading_of(
            "示例银行",
            "交易时间,记账日,支出,收入,账户余额,摘要,对方户名,用途",
            "2025-03-04 10:00:00,2025-03-04,10.00,,90.00,消费,支付宝-示例超市,",
            "2025-03-05 10:00:00,2025-03-05,,10.00,100.00,转账,林小明,",
        )

        assert moved(reading) == [(1_000, OUT), (1_000, IN)]

    def test_where_no_sign_tells_the_direction_the_balances_do(self):
        reading = reading_of(*UNSIGNED)

        assert moved(reading) == [(500_000, IN), (90_000, OUT)]
        # Before the first row stands no balance: nothing tells which way it went.
        assert [each.reason for each in reading.quarantined] == ["DIRECTION_UNKNOWN"]
        assert reading.rows_read == 3

    def test_where_the_balances_are_silent_too_nothing_is_guessed(self):
        rows = [line.replace(",900.00,", ",,").replace(",5900.00,", ",,") for line in UNSIGNED]

        with pytest.raises(refusals.UnknownLayout):
            reading_of(*rows)

    def test_a_card_s_statement_is_known_by_its_word(self):
        reading = reading_of(
            "示例银行信用卡账单",
            "交易日期,记账日期,卡号末四位,交易说明,金额",
            "2025-03-04,2025-03-05,1234,示例超市,20.00",
            "2025-03-06,2025-03-06,1234,还款,-20.00",
        )

        bought, paid = reading.events
        assert reading.dialect == "STATEMENT_CARD"
        assert (bought.direction, bought.channel) == (OUT, "CREDIT")
        assert paid.category is Category.CREDIT_REPAYMENT

    def test_a_card_may_turn_the_sign_round(self):
        reading = reading_of(
            "示例银行信用卡账单",
            "交易日期,记账日期,卡号末四位,交易说明,金额",
            "2025-03-04,2025-03-05,1234,示例超市,-20.00",
            "2025-03-06,2025-03-06,1234,还款,20.00",
        )

        assert moved(reading) == [(2_000, OUT), (2_000, NEUTRAL)]


class TestEnglish:
    def test_day_first_as_in_hong_kong(self):
        reading = reading_of(*HSBC)

        assert moved(reading) == [(120_000, OUT), (920_000, IN)]
        assert [event.occurred_at.isoformat()[:10] for event in reading.events] == [
            "2024-03-11",
            "2024-03-04",
        ]
        assert {event.currency for event in reading.events} == {"HKD"}

    def test_credit_or_debit_beats_the_sign(self):
        bought, paid = reading_of(*HSBC_CARD).events

        assert (bought.direction, bought.merchant, bought.channel) == (OUT, "EXAMPLE", "CREDIT")
        assert (paid.direction, paid.category) == (NEUTRAL, Category.CREDIT_REPAYMENT)

    def test_a_preamble_and_blank_lines_are_passed_over(self):
        reading = reading_of(*BMO)

        assert reading.dialect == "STATEMENT"
        assert moved(reading) == [(1_000, OUT), (100_000, IN)]
        assert {event.account for event in reading.events} == {"500766********"}

    def test_a_card_with_numbered_items(self):
        assert moved(reading_of(*BMO_CARD)) == [(2_250, OUT), (10_000, NEUTRAL)]

    def test_no_currency_of_ours_is_assumed(self):
        assert {event.currency for event in reading_of(*BMO).events} == {"XXX"}

    def test_a_day_that_may_be_two_is_set_aside(self):
        with pytest.raises(refusals.UnreadableRows):
            reading_of(
                "Date,Description,Debit,Credit,Balance",
                "03/04/2025,EXAMPLE,1.00,,9.00",
                "03/04/2025,EXAMPLE,1.00,,8.00",
            )

    def test_one_row_that_tells_settles_all(self):
        reading = reading_of(
            "Date,Description,Debit,Credit,Balance",
            "03/04/2025,EXAMPLE,1.00,,9.00",
            "13/04/2025,EXAMPLE,1.00,,8.00",
        )

        assert [event.occurred_at.isoformat()[:10] for event in reading.events] == [
            "2025-04-02",
            "2025-04-12",
        ]


class TestWithoutHeadings:
    def test_balances_tell_which_column_is_which(self):
        assert moved(reading_of(*TD)) == [(1_000, OUT), (5_000, IN), (4_000, OUT)]

    def test_the_latest_row_may_come_first(self):
        reading = reading_of(*TD[::-1])

        assert moved(reading) == [(4_000, OUT), (5_000, IN), (1_000, OUT)]

    def test_the_columns_may_stand_in_another_order(self):
        swapped = [",".join([line.split(",")[at] for at in (0, 1, 3, 2, 4)]) for line in TD]

        assert moved(reading_of(*swapped)) == [(1_000, OUT), (5_000, IN), (4_000, OUT)]

    def test_balances_that_do_not_follow_leave_it_open(self):
        broken = [line.replace("140.00", "777.00").replace(",100.00", ",1.00") for line in TD]

        with pytest.raises(refusals.UnknownLayout):
            reading_of(*broken)

    def test_a_signed_amount_beside_its_balance_is_enough(self):
        reading = reading_of(
            "2025-03-04,示例超市,-20.00,80.00",
            "2025-03-05,示例公司,100.00,180.00",
            "2025-03-06,示例影城,-30.00,150.00",
        )

        assert moved(reading) == [(2_000, OUT), (10_000, IN), (3_000, OUT)]

    def test_a_list_of_something_else_is_no_statement(self):
        with pytest.raises(refusals.NotABill):
            reading_of("a,b,c", "1,2,3", "4,5,6", "7,8,9")


class TestOtherFiles:
    @pytest.mark.parametrize(
        "headings",
        [
            "时间,类型,交易对,方向,价格,数量,成交额,手续费",
            "成交日期,证券代码,证券名称,成交数量,成交均价,成交金额,发生金额,备注",
            "id,name,score,age",
        ],
    )
    def test_trades_and_lists_are_no_statements(self, headings):
        row = ",".join(str(index) for index in range(headings.count(",") + 1))

        with pytest.raises(refusals.FileRefused):
            reading_of(headings, row, row)

    def test_a_wallet_s_bill_that_lost_a_column_is_not_taken_for_a_bank_s(self):
        headings = ["交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式",
                    "交易单号", "商户单号"]  # fmt: skip

        assert header_of([headings]) is None

    def test_a_bank_s_table_without_amounts_names_what_is_missing(self):
        with pytest.raises(refusals.UnknownLayout) as refused:
            reading_of("示例银行账户明细", "交易日期,摘要,余额", "2025-03-04,消费,80.00")

        assert "交易金额" in str(refused.value.context["columns"])

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(
            st.lists(
                st.sampled_from(
                    ["", "日期", "Date", "金额", "Amount", "余额", "借贷", "摘要", "2025-03-04",
                     "03/04/2025", "-1.00", "5", "借", "合计", "银行", "\t", "=1", "——————"]
                ),
                max_size=7,
            ),
            max_size=9,
        )
    )  # fmt: skip
    def test_any_table_is_read_or_refused_in_words(self, rows):
        try:
            reading = reading_of(*[",".join(row) for row in rows])
        except refusals.FileRefused:
            return

        accounted = len(reading.events) + reading.duplicates + len(reading.quarantined)
        assert reading.rows_read == accounted


class TestHeadings:
    @pytest.mark.parametrize(
        ("headings", "fields"),
        [
            (("交易日", "支出", "收入", "结余"), {"day", "out", "in", "balance"}),
            (
                ("记账日期", "交易金额", "收支类型", "对方户名"),
                {"booked", "amount", "flag", "party"},
            ),
            (("Date", "Paid out", "Paid in", "Balance"), {"day", "out", "in", "balance"}),
            (("Posting Date", "Amount", "Narrative"), {"booked", "amount", "memo"}),
            (("交易日期", "收入/支出金额", "余额", "摘要"), {"day", "amount", "balance", "type"}),
        ],
    )
    def test_of_many_banks_are_known(self, headings, fields):
        header = header_of([headings])

        assert header is not None
        assert set(header.places) == fields
        assert is_statement(header)


class TestWhoseItIs:
    @pytest.mark.parametrize(
        ("above", "source"),
        [
            ("中国工商银行账户明细", Source.ICBC),
            ("中国农业银行账户明细", Source.ABC),
            ("中国银行账户明细", Source.BOC),
            ("交通银行账户明细", Source.BOCOM),
            ("招商银行账户明细", Source.CMB),
            ("示例银行个人账户交易明细", Source.BANK),
            ("中国银行业协会示例", Source.BANK),
            ("中国银行保险监督管理委员会提示", Source.BANK),
        ],
    )
    def test_the_lines_above_name_the_bank(self, above, source):
        assert reading_of(above, *FLAGGED[1:]).source is source

    def test_the_rows_name_other_banks_and_are_not_asked(self):
        rows = [line.replace("示例超市", "招商银行信用卡中心") for line in FLAGGED]

        assert reading_of(*rows).source is Source.BANK

    def test_the_notes_below_may_name_it(self):
        assert reading_of(*FLAGGED[1:], "以上数据由中国建设银行提供").source is Source.CCB
