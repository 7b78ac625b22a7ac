"""Printed statements: columns by where headings stand, rows by their days, cells that wrap."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors import refusals
from borrowers.connectors.banks import abc, boc, bocom, cmb, other
from borrowers.connectors.contracts import Category, Direction, Pages, Precision, Source, Word
from borrowers.tests.printed_pages import Page, pages_of

CMB = (
    ("记账日期", 36.0, 80.0), ("货币", 88.0, 120.0), ("交易金额", 135.0, 200.0),
    ("联机余额", 214.0, 280.0), ("交易摘要", 292.0, 370.0), ("对手信息", 376.0, 475.0),
    ("客户摘要", 480.0, 570.0),
)  # fmt: skip
CMB_ENGLISH = ("Date", "Currency", "Amount", "Balance", "Type", "Party", "Memo")
ABC = (
    ("交易⽇期", 30.0, 80.0), ("交易时间", 85.0, 130.0), ("交易摘要", 135.0, 190.0),
    ("交易⾦额", 195.0, 250.0), ("本次余额", 255.0, 310.0), ("对⼿信息", 315.0, 400.0),
    ("⽇志号", 405.0, 450.0), ("交易渠道", 455.0, 500.0), ("交易附⾔", 505.0, 570.0),
)  # fmt: skip
BOCOM = (
    ("序号", 20.0, 45.0), ("交易日期", 50.0, 100.0), ("交易时间", 105.0, 145.0),
    ("交易类型", 150.0, 190.0), ("借贷", 195.0, 225.0), ("交易金额", 230.0, 285.0),
    ("余额", 290.0, 345.0), ("对方账号", 350.0, 430.0), ("对方户名", 435.0, 520.0),
    ("交易地点", 525.0, 620.0), ("摘要", 625.0, 680.0),
)  # fmt: skip
BOC_CARD = (
    ("交易日", 30.0, 90.0), ("银行记账日", 95.0, 160.0), ("卡号后四位", 165.0, 220.0),
    ("交易描述", 225.0, 400.0), ("存入", 405.0, 460.0), ("支出", 465.0, 520.0),
)  # fmt: skip
CMB_CARD = (
    ("交易日", 30.0, 70.0), ("记账日", 75.0, 115.0), ("交易摘要", 120.0, 330.0),
    ("人民币金额", 335.0, 400.0), ("卡号末四位", 405.0, 470.0), ("交易地金额", 475.0, 560.0),
)  # fmt: skip


def cmb_page(**look):
    page = Page(CMB, **look)
    page.line("招商银行交易流水").line("户 名：林小明 账号：6225888800001234")
    return page.line("验 证 码：SPECIMEN").headings(CMB_ENGLISH)


class TestColumnsAndRows:
    @pytest.mark.parametrize("is_centred", [False, True])
    @pytest.mark.parametrize("splits_at_spaces", [False, True])
    def test_are_found_however_the_page_is_set(self, is_centred, splits_at_spaces):
        page = cmb_page(is_centred=is_centred, splits_at_spaces=splits_at_spaces)
        page.row(
            "2025-03-04", "CNY", "-10.14", "1,218.24", "快捷支付",
            "示例电子商务有限公司\n888888888", "京东支付-示例\n电子商务有限公司",
        )  # fmt: skip
        page.row("2025-03-05", "CNY", "9,000.00", "10,218.24", "代发工资", "示例公司", "工资")

        reading = cmb.PAGES.read(pages_of(page))

        spent, earned = reading.events
        assert (spent.amount_fen, spent.balance_fen) == (1_014, 121_824)
        assert spent.memo == "京东支付-示例电子商务有限公司"
        assert spent.merchant == "示例电子商务有限公司"
        assert (earned.amount_fen, earned.category) == (900_000, Category.INCOME_SALARY)
        assert reading.verification_code == "SPECIMEN"
        assert {event.tail for event in reading.events} == {"1234"}

    def test_go_on_over_pages_with_and_without_headings(self):
        row = ("2025-03-04", "CNY", "-10.14", "1,218.24", "快捷支付", "示例超市", "")
        first = cmb_page().row(*row).line("—" * 30).line("温馨提示：").line("1/3", left=540.0)
        second = Page(CMB).headings(CMB_ENGLISH).row(*row).row(*row).line("2/3", left=540.0)
        third = Page(CMB).row(*row).line("3/3", left=540.0)

        reading = cmb.PAGES.read(pages_of(first, second, third))

        assert reading.rows_read == len(reading.events) == 4
        assert reading.quarantined == ()

    def test_of_narrow_print_without_widths_are_guessed(self):
        page = cmb_page().row(
            "2025-03-04", "CNY", "-10.14", "1,218.24", "快捷支付", "示例超市", "支付宝-示例超市"
        )
        words = [Word(word.left, word.top, word.text) for word in page.words]

        (event,) = cmb.PAGES.read(Pages([words])).events

        assert (event.amount_fen, event.merchant) == (1_014, "示例超市")

    @settings(max_examples=40, deadline=None)
    @given(
        notes=st.lists(
            st.sampled_from(["", "示例", "示例电商\n示例分部", "甲\n乙\n丙"]), min_size=1
        ),
        is_centred=st.booleans(),
    )
    def test_lose_no_row_and_no_word(self, notes, is_centred):
        page = cmb_page(is_centred=is_centred)
        for index, note in enumerate(notes):
            page.row("2025-03-04", "CNY", f"-{index + 1}.00", "5.00", "快捷支付", "示例", note)

        events = cmb.PAGES.read(pages_of(page)).events

        assert [event.amount_fen for event in events] == [
            100 * (index + 1) for index in range(len(notes))
        ]
        assert [event.memo for event in events] == [note.replace("\n", "") for note in notes]


class TestBanks:
    def test_abc_is_read_through_the_radicals_of_its_font(self):
        page = Page(ABC).line("中国农业银⾏账⼾活期交易明细清单").line("⼾名：林⼩明")
        page.headings()
        page.row("20250304", "", "转存", "+10000.00", "10000.00", "示例公司", "1", "电⼦商务", "")
        page.row("20250305", "185319", "财付通", "-12.00", "9988.00", "示例", "2", "", "微信⽀付")

        reading = abc.PAGES.read(pages_of(page))

        assert (reading.source, reading.dialect) == (Source.ABC, "ABC_DEBIT")
        received, paid = reading.events
        assert (received.direction, received.precision) == (Direction.IN, Precision.DAY)
        assert paid.occurred_at == datetime(2025, 3, 5, 10, 53, 19, tzinfo=UTC)
        assert paid.memo == "微信支付"

    def test_bocom_is_read_under_headings_in_two_languages(self):
        english = (
            "Num", "Date", "Time", "Type", "Flg", "Amt", "Balance", "Account", "Name", "Place",
            "Abstract",
        )  # fmt: skip
        page = Page(BOCOM).line("交通银行个人客户交易清单").headings(english)
        page.row("1", "2025-03-04", "10:11:12", "网上支付", "借 Dr", "10.00", "90.00",
                 "243300133", "示例支付\n科技有限公司", "财付通-示例小面馆", "消费")  # fmt: skip
        page.row("2", "2025-03-05", "09:00:00", "转账", "贷 Cr", "1,000.00", "1,090.00",
                 "6222", "示例公司", "", "工资")  # fmt: skip
        page.line("打印完毕")

        reading = bocom.PAGES.read(pages_of(page))

        assert reading.dialect == "BOCOM_DEBIT"
        assert [(event.amount_fen, event.direction) for event in reading.events] == [
            (1_000, Direction.OUT),
            (100_000, Direction.IN),
        ]
        assert reading.events[0].merchant == "示例小面馆"

    def test_boc_s_card_tells_each_currency_under_its_own_title(self):
        page = Page(BOC_CARD).line("中国银行信用卡账单").line("人民币交易明细").headings()
        page.row("2025-03-04", "2025-03-05", "1234", "财付通-示例小面馆", "", "20.00")
        page.row("2025-03-06", "2025-03-06", "1234", "银联在线还款", "500.00", "")
        page.line("美元交易明细").headings()
        page.row("2025-03-07", "2025-03-08", "1234", "EXAMPLE STORE", "", "3.00")

        reading = boc.PAGES.read(pages_of(page))

        assert reading.dialect == "BOC_CREDIT"
        assert [
            (event.amount_fen, event.currency, event.direction) for event in reading.events
        ] == [
            (2_000, "CNY", Direction.OUT),
            (50_000, "CNY", Direction.NEUTRAL),
            (300, "USD", Direction.OUT),
        ]

    def test_cmb_s_card_takes_its_years_from_the_title(self):
        page = (
            Page(CMB_CARD)
            .line("招商银行信用卡对账单 2025年01月")
            .headings(("SOLD", "POSTED", "DESCRIPTION", "RMB AMOUNT", "CARD NO", "Original"))
        )
        page.line("还款")
        page.row("", "12/29", "掌上生活还款", "-1.23", "1234", "-1.23")
        page.line("消费")
        page.row("01/02", "01/03", "支付宝-示例超市", "56.78", "1234", "56.78(CN)")

        paid, bought = cmb.PAGES.read(pages_of(page)).events

        assert paid.occurred_at == datetime(2024, 12, 28, 16, tzinfo=UTC)
        assert (paid.direction, paid.category) == (Direction.NEUTRAL, Category.CREDIT_REPAYMENT)
        assert (bought.amount_fen, bought.tail, bought.channel) == (5_678, "1234", "CREDIT")

    def test_any_other_bank_is_read_by_its_headings(self):
        columns = (
            ("交易日期", 30.0, 90.0), ("摘要", 95.0, 160.0), ("支出金额", 165.0, 230.0),
            ("收入金额", 235.0, 300.0), ("账户余额", 305.0, 370.0), ("对方户名", 375.0, 470.0),
        )  # fmt: skip
        page = Page(columns).line("示例银行账户交易明细").headings()
        page.row("2025-03-04", "消费", "20.00", "", "80.00", "示例超市")
        page.row("2025-03-05", "工资", "", "900.00", "980.00", "示例公司")

        reading = other.PAGES.read(pages_of(page))

        assert (reading.source, reading.dialect) == (Source.BANK, "STATEMENT")
        assert [(event.amount_fen, event.category) for event in reading.events] == [
            (2_000, Category.GROCERIES),
            (90_000, Category.INCOME_SALARY),
        ]


class TestRefusals:
    def test_pages_without_a_table_belong_to_nobody(self):
        letter = pages_of(Page(CMB).line("招商银行").line("尊敬的客户：您好"))

        assert not cmb.PAGES.recognises(letter)
        assert not other.PAGES.recognises(letter)
        with pytest.raises(refusals.UnknownLayout):
            other.PAGES.read(letter)

    def test_headings_without_rows_are_no_transactions(self):
        with pytest.raises(refusals.NoTransactions):
            cmb.PAGES.read(pages_of(cmb_page()))

    @settings(max_examples=60, deadline=None)
    @given(
        words=st.lists(
            st.builds(
                Word,
                left=st.floats(0, 600),
                top=st.floats(0, 800),
                text=st.sampled_from(
                    [
                        "记账日期",
                        "交易金额",
                        "联机余额",
                        "2025-03-04",
                        "-1.00",
                        "示例",
                        "合计",
                        "—" * 9,
                    ]
                ),
                right=st.floats(0, 700),
            ),
            max_size=40,
        )
    )
    def test_words_anywhere_are_read_or_refused_in_words(self, words):
        page = Pages([words])
        for connector in (cmb.PAGES, other.PAGES):
            if not connector.recognises(page):
                continue
            try:
                reading = connector.read(page)
            except refusals.FileRefused:
                continue
            assert reading.rows_read == len(reading.events) + len(reading.quarantined)
