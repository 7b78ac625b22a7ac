"""Cells of statements: days, times and amounts in every spelling that banks have for them."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.connectors.contracts import Direction, Precision
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.statements.cells import (
    Days,
    Money,
    currency_of,
    direction_of_flag,
    moment,
    money,
    money_or_nothing,
    order_of_days,
)
from borrowers.connectors.statements.dialects import chinese_of, readable
from common.periods import SHANGHAI

JANUARY = Days(latest=date(2025, 1, 31))


def wall(day, clock=None, days=JANUARY):
    return moment(day, clock, days).at.astimezone(SHANGHAI).replace(tzinfo=None)


class TestDays:
    @pytest.mark.parametrize(
        "cell",
        [
            "2025-01-05", "2025/01/05", "2025/1/5", "2025.01.05", "2025年1月5日", "20250105",
            "2025-01-05 \t", "\t20250105", 20250105, 20250105.0, "05 Jan 2025", "5-Jan-2025",
            "Jan 5, 2025", "January 5 2025", "01/05", "1月5日", "0105", "05-Jan", 45662,
            datetime(2025, 1, 5),  # noqa: DTZ001 (wall clock)
        ],
    )  # fmt: skip
    def test_are_the_same_in_every_spelling(self, cell):
        assert wall(cell) == datetime(2025, 1, 5)  # noqa: DTZ001 (wall clock)

    @pytest.mark.parametrize(
        "cell", ["", "-", "2025-13-01", "2025-02-30", "tomorrow", "99", "12345678901", "00/12"]
    )
    def test_that_are_none_are_said_to_be_none(self, cell):
        with pytest.raises(RowUnreadable):
            moment(cell, None, JANUARY)

    def test_that_no_bill_can_have_are_out_of_range(self):
        with pytest.raises(RowUnreadable, match="TIME_OUT_OF_RANGE"):
            moment("6222-07-05", None, JANUARY)

    @given(day=st.dates(date(2024, 2, 1), date(2025, 1, 31)))
    def test_without_a_year_lie_in_the_year_up_to_the_statement(self, day):
        assert wall(day.strftime("%m/%d")).date() == day

    def test_of_a_leap_year_are_found_further_back(self):
        assert wall("02/29", days=Days(latest=date(2026, 3, 31))).date() == date(2024, 2, 29)

    def test_without_a_year_and_a_statement_s_month_stay_unknown(self):
        with pytest.raises(RowUnreadable, match="YEAR_UNKNOWN"):
            moment("12/29", None, Days())


class TestOrderOfDays:
    def test_a_number_above_twelve_settles_it(self):
        assert order_of_days(["03/04/2025", "13/04/2025"]) is True
        assert order_of_days(["03/04/2025", "04/13/2025"]) is False

    def test_else_the_order_of_the_rows_does(self):
        assert order_of_days(["01/02/2025", "05/01/2025", "03/02/2025"]) is None
        assert order_of_days(["05/01/2025", "01/02/2025", "03/02/2025"]) is True
        assert order_of_days(["01/05/2025", "02/01/2025", "02/03/2025"]) is False

    def test_else_nothing_is_guessed(self):
        with pytest.raises(RowUnreadable, match="DATE_AMBIGUOUS"):
            moment("03/04/2025", None, Days(is_day_first=order_of_days(["03/04/2025"])))

    def test_a_day_that_is_also_its_month_needs_no_order(self):
        assert wall("04/04/2025", days=Days()).date() == date(2025, 4, 4)

    @given(days=st.lists(st.dates(date(2024, 1, 1), date(2025, 12, 31)), min_size=25, unique=True))
    def test_a_sorted_statement_is_read_as_it_was_written(self, days):
        written = [day.strftime("%d/%m/%Y") for day in sorted(days)]

        assert order_of_days(written) is not False


class TestTimes:
    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("18:53:19", time(18, 53, 19)),
            ("18.53.19", time(18, 53, 19)),
            ("185319", time(18, 53, 19)),
            (95319, time(9, 53, 19)),
            (0.5, time(12)),
            (time(18, 53, 19), time(18, 53, 19)),
            ("2025-01-05 18:53:19", time(18, 53, 19)),
        ],
    )
    def test_stand_beside_the_day(self, cell, expected):
        found = moment("2025-01-05", cell, JANUARY)

        assert found.at.astimezone(SHANGHAI).time() == expected
        assert (found.precision, found.degraded) == (Precision.SECOND, False)

    def test_may_stand_in_the_day_s_own_cell(self):
        assert wall("2025/12/03  14:06:51") == datetime(2025, 12, 3, 14, 6, 51)  # noqa: DTZ001 (wall clock)
        assert wall("20251203140651") == datetime(2025, 12, 3, 14, 6, 51)  # noqa: DTZ001 (wall clock)

    def test_without_seconds_were_blurred_by_a_spreadsheet(self):
        found = moment("2025-01-05", "9:05", JANUARY)

        assert (found.precision, found.degraded) == (Precision.MINUTE, True)

    def test_that_cannot_be_leave_the_day(self):
        found = moment("2025-01-05", "77:57:11", JANUARY)

        assert found.at == datetime(2025, 1, 4, 16, tzinfo=UTC)
        assert (found.precision, found.degraded) == (Precision.DAY, True)


class TestMoney:
    @pytest.mark.parametrize(
        "cell",
        [
            "1,234.50", "1234.5", "+1234.50", "¥1,234.50", "￥1,234.50", "CNY 1,234.50",
            "CNY1,234.50", "RMB 1234.50", "1,234.50元", "人民币1,234.50", "１，２３４．５０",
            "1,234.50(CN)", '1,234.50 \t', 1234.5, "1 234.50",
        ],
    )  # fmt: skip
    def test_is_the_same_in_every_spelling(self, cell):
        found = money(cell)

        assert found is not None
        assert found.fen == 123_450

    @pytest.mark.parametrize(
        "cell", ["-1,234.50", "¥-1,234.50", "-¥1,234.50", "(1,234.50)", "1,234.50-", "−1,234.50"]
    )
    def test_below_zero_is_below_zero(self, cell):
        found = money(cell)

        assert found is not None
        assert found.fen == -123_450

    @pytest.mark.parametrize("cell", ["", "-", " \t", "--", "———", "*", "/", None])
    def test_may_be_nothing(self, cell):
        assert money(cell) is None

    @pytest.mark.parametrize("cell", ["xx,yyyy.zz", "12.3.4", "abc", "1.005", "=1+1", "1e5"])
    def test_that_cannot_be_read_is_not_guessed(self, cell):
        with pytest.raises(RowUnreadable, match="AMOUNT_UNREADABLE"):
            money(cell)
        assert money_or_nothing(cell) is None

    @pytest.mark.parametrize(
        ("cell", "currency"),
        [("HKD 5.00", "HKD"), ("US$5.00", "USD"), ("5.00美元", "USD"), ("5.00", ""), ("£5", "GBP")],
    )
    def test_names_its_currency(self, cell, currency):
        found = money(cell)

        assert found is not None
        assert found.currency == currency

    def test_may_carry_its_direction(self):
        assert money("5.00 Dr") == Money(500, "", Direction.OUT)
        assert money("5.00CR") == Money(500, "", Direction.IN)

    @given(fen=st.integers(-(10**11), 10**11))
    def test_is_exact_to_the_fen(self, fen):
        found = money(f"{Decimal(fen) / 100:,.2f}")

        assert found is not None
        assert found.fen == fen


class TestWordsOfBanks:
    @pytest.mark.parametrize(
        ("cell", "direction"),
        [
            ("借", Direction.OUT),
            ("借 Dr", Direction.OUT),
            ("借方", Direction.OUT),
            ("支出", Direction.OUT),
            ("DEBIT", Direction.OUT),
            ("贷 Cr", Direction.IN),
            ("收入", Direction.IN),
            ("C", Direction.IN),
            ("Credit", Direction.IN),
            ("", None),
            ("其他", None),
        ],
    )
    def test_debit_is_what_leaves_and_credit_what_comes(self, cell, direction):
        assert direction_of_flag(cell) is direction

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("人民币", "CNY"),
            ("人民币元", "CNY"),
            ("RMB", "CNY"),
            ("156", "CNY"),
            ("CNY", "CNY"),
            ("美元", "USD"),
            ("hkd", "HKD"),
            ("港币(HKD)", "HKD"),
            ("", ""),
            ("钞", ""),
        ],
    )
    def test_currencies_have_one_code(self, cell, code):
        assert currency_of(cell) == code

    @pytest.mark.parametrize(
        "heading",
        [
            "交易日期",
            "Trans Date 交易日期",
            "交易日期 Trans Date",
            " 交易日期\t",
            "交易⽇期",
            "交易日期（元）",
        ],
    )
    def test_headings_are_one_in_two_languages(self, heading):
        assert chinese_of(heading) == "交易日期"

    def test_radicals_of_fonts_become_characters(self):
        assert readable("中国农业银⾏账⼾⼈⺠币⻓期") == "中国农业银行账户人民币长期"
        assert readable("（全角）保留") == "（全角）保留"
