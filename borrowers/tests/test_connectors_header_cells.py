"""Cells of wallets' and shops' bills: times and amounts at every edge, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.connectors.header import (
    EXCEL_1900,
    LARGEST_FEN,
    RowUnreadable,
    amount_fen,
    identity,
    instant,
    nearest_second,
    text,
)


def utc(year, month, day, *clock):
    hours, minutes, seconds = (*clock, 0, 0, 0)[:3]
    return datetime(year, month, day, hours, minutes, seconds, tzinfo=UTC)


class TestAmounts:
    @pytest.mark.parametrize(
        ("cell", "fen"),
        [
            ("0", 0),
            ("0.00", 0),
            ("-0.00", 0),
            ("0.01", 1),
            ("-0.01", -1),
            ("+0.10", 10),
            ("1", 100),
            ("1.5", 150),
            ("1.50", 150),
            ("1.500", 150),
            ("007.20", 720),
            ("28.16", 2_816),
            ("28.160000000000004", 2_816),
            ("28.159999999999997", 2_816),
            ("¥28.16", 2_816),
            ("￥28.16", 2_816),
            ("¥ 28.16", 2_816),
            ("?28.16", 2_816),
            ("28.16元", 2_816),
            ("-¥28.16", -2_816),
            ("¥-28.16", -2_816),
            ("1,234,567.89", 123_456_789),
            ("1，234.00", 123_400),
            ("1 234.00", 123_400),
            ("\t28.16\t", 2_816),
            ("28.16\u00a0", 2_816),
            (".5", 50),
            ("-.05", -5),
            ("5.", 500),
            ("２８．１６", 2_816),
            ("－２８．１６", -2_816),
            (0, 0),
            (28, 2_800),
            (-28, -2_800),
            (28.16, 2_816),
            (0.1 + 0.2, 30),
            (1e-9, 0),
            (1e5, 10_000_000),
        ],
    )
    def test_are_exact_to_the_fen_in_every_spelling(self, cell, fen):
        assert amount_fen(cell) == fen

    @pytest.mark.parametrize(
        "cell",
        [
            "",
            " ",
            "/",
            "-",
            "+",
            ".",
            "¥",
            "元",
            "免费",
            "1.005",
            "0.001",
            "0.015",
            "1.2.3",
            "--5",
            "5-",
            "(5.00)",
            "4.2E+3",
            "1e3",
            "0x10",
            "1_000",
            "5.00 USD",
            "$5.00",
            "五元",
            "=1+1",
            "1/2",
            "５％",
            "NaN",
            "Infinity",
            "-inf",
            None,
            True,
            False,
            datetime(2025, 1, 5),  # noqa: DTZ001 (a spreadsheet's wall clock)
            float("nan"),
            float("inf"),
            float("-inf"),
            0.005,
            1e300,
        ],
    )
    def test_that_cannot_be_read_are_never_guessed(self, cell):
        with pytest.raises(RowUnreadable, match="AMOUNT_UNREADABLE") as unreadable:
            amount_fen(cell)
        assert unreadable.value.code == "AMOUNT_UNREADABLE"

    @pytest.mark.parametrize("sign", ["", "-"])
    def test_end_at_a_hundred_thousand_million_yuan(self, sign):
        most = f"{sign}{LARGEST_FEN // 100}"

        assert abs(amount_fen(most)) == LARGEST_FEN
        with pytest.raises(RowUnreadable):
            amount_fen(f"{most}.01")

    @given(fen=st.integers(-LARGEST_FEN, LARGEST_FEN))
    def test_of_any_size_survive_a_currency_sign_and_separators(self, fen):
        sign = "-" if fen < 0 else ""
        written = f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02}"

        assert amount_fen(written) == fen

    @given(fen=st.integers(-(10**9), 10**9))
    def test_that_a_spreadsheet_kept_as_a_binary_fraction_come_back_whole(self, fen):
        assert amount_fen(fen / 100) == fen


class TestTimes:
    @pytest.mark.parametrize(
        ("cell", "at", "is_blurred"),
        [
            ("2025-03-04 12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025/03/04 12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025.03.04 12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025/3/4 9:05", utc(2025, 3, 4, 1, 5), True),
            ("2025年3月4日 12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025年3月4日", utc(2025, 3, 3, 16), True),
            ("2025-03-04T12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025-03-04 12：30：05", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025-03-04 12:30:05.999", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025-03-04   12:30:05", utc(2025, 3, 4, 4, 30, 5), False),
            ("\t2025-03-04 12:30:05\t", utc(2025, 3, 4, 4, 30, 5), False),
            ("2025-03-04", utc(2025, 3, 3, 16), True),
            ("2025-01-01 00:00:00", utc(2024, 12, 31, 16), False),
            ("2025-01-01 07:59:59", utc(2024, 12, 31, 23, 59, 59), False),
            ("2025-01-01 08:00:00", utc(2025, 1, 1), False),
            ("2024-02-29 23:59:59", utc(2024, 2, 29, 15, 59, 59), False),
            ("2003-01-01 00:00:00", utc(2002, 12, 31, 16), False),
            ("2099-12-31 23:59:59", utc(2099, 12, 31, 15, 59, 59), False),
            (datetime(2025, 3, 4, 12, 30, 5), utc(2025, 3, 4, 4, 30, 5), False),  # noqa: DTZ001 (wall clock)
            (datetime(2025, 3, 4, 12, 30, 4, 999_998), utc(2025, 3, 4, 4, 30, 5), False),  # noqa: DTZ001 (wall clock)
            (45_662, utc(2025, 1, 4, 16), False),
            ("45662", utc(2025, 1, 4, 16), False),
            (45_662.5, utc(2025, 1, 5, 4), False),
            ("45662.75", utc(2025, 1, 5, 10), False),
            (35_000, utc(1995, 10, 27) + timedelta(hours=-8), None),
        ],
    )
    def test_are_those_of_shanghai(self, cell, at, is_blurred):
        if is_blurred is None:
            with pytest.raises(RowUnreadable, match="TIME_OUT_OF_RANGE"):
                instant(cell)
        else:
            assert instant(cell) == (at, is_blurred)

    @pytest.mark.parametrize(
        "cell",
        [
            "",
            "/",
            None,
            "昨天",
            "2025-02-29 10:00:00",
            "2025-13-01 10:00:00",
            "2025-00-10 10:00:00",
            "2025-01-32",
            "2025-01-01 24:00:00",
            "2025-01-01 10:60:00",
            "2025-01-01 10:00:60",
            "25-01-01 10:00:00",
            "01/05/2025 10:00",
            "2025-01-01 10",
            "2025-01-0110:00:00",
            "2025-01-01 10:00:00 PM",
            "45662.5.1",
            34_999,
            74_000,
            -1,
            0,
            1e308,
            float("nan"),
            float("inf"),
            "20250101",
        ],
    )
    def test_that_are_none_are_said_to_be_none(self, cell):
        with pytest.raises(RowUnreadable, match="TIME_UNREADABLE"):
            instant(cell)

    @pytest.mark.parametrize(
        "cell", ["2002-12-31 23:59:59", "2100-01-01 00:00:00", "1970-01-01", "9999-12-31"]
    )
    def test_before_wallets_and_after_the_century_are_out_of_range(self, cell):
        with pytest.raises(RowUnreadable, match="TIME_OUT_OF_RANGE"):
            instant(cell)

    def test_count_four_years_and_a_day_more_from_1904(self):
        since_1900, _ = instant(44_200)
        since_1904, _ = instant(44_200, counts_from_1904=True)

        assert since_1904 - since_1900 == timedelta(days=1_462)

    @given(seconds=st.integers(0, 20 * 365 * 86_400))
    def test_come_out_of_a_spreadsheets_fraction_to_the_second(self, seconds):
        wall = datetime(2005, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 (wall clock)
        serial = (wall - EXCEL_1900) / timedelta(days=1)

        found, is_blurred = instant(serial)

        assert found.replace(tzinfo=None) + timedelta(hours=8) == wall
        assert not is_blurred

    @pytest.mark.parametrize(
        ("microsecond", "second"), [(0, 57), (499_999, 57), (500_000, 58), (999_999, 58)]
    )
    def test_are_rounded_to_the_nearer_second(self, microsecond, second):
        wall = datetime(2026, 9, 24, 11, 40, 57, microsecond)  # noqa: DTZ001 (wall clock)

        assert nearest_second(wall).second == second


class TestWords:
    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            ("\ufeff示例\u3000", "示例"),
            (" a b ", "a b"),
            ("---", "---"),
            ("//", "//"),
            (0, "0"),
            (0.0, "0"),
            (-3.0, "-3"),
            (1e15, "1000000000000000"),
            (0.1, "0.1"),
        ],
    )
    def test_keep_all_but_their_padding(self, cell, words):
        assert text(cell) == words

    @pytest.mark.parametrize(
        ("cell", "words", "is_damaged"),
        [
            ("1" * 28, "1" * 28, False),
            ("123456789012345", "123456789012345", False),
            ("123456789012345000", "123456789012345000", True),
            ("12345678901234500", "12345678901234500", False),
            ("1E27", "1E27", True),
            ("1.2e5", "1.2e5", True),
            ("12E5", "12E5", False),
            ("E27", "E27", False),
            (12.0, "12", True),
            (None, "", False),
            ("/", "", False),
        ],
    )
    def test_of_a_number_name_nothing_once_a_spreadsheet_has_rounded_it(
        self, cell, words, is_damaged
    ):
        assert identity(cell) == (words, is_damaged)
