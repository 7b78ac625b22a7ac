"""Money in whole fen: what is added comes out again, whatever is split is whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import ZERO, Money, fen_from_yuan, fen_typed, total, yuan

FEN = st.integers(min_value=-(10**15), max_value=10**15)
AMOUNTS = FEN.map(Money)


class TestMoney:
    @given(AMOUNTS, AMOUNTS, AMOUNTS)
    def test_adds_as_whole_numbers_do(self, one, other, third):
        assert one + other == other + one
        assert (one + other) + third == one + (other + third)
        assert one + other - other == one
        assert one + (-one) == ZERO
        assert (one - other).fen == one.fen - other.fen

    @given(st.lists(AMOUNTS))
    def test_totals_exactly(self, amounts):
        assert total(amounts).fen == sum(each.fen for each in amounts)

    def test_of_nothing_is_zero(self):
        assert total([]) == ZERO

    @given(AMOUNTS, AMOUNTS)
    def test_is_ordered_as_its_fen(self, one, other):
        assert (one < other) == (one.fen < other.fen)

    def test_never_changes(self):
        with pytest.raises(AttributeError):
            Money(1).fen = 2  # type: ignore[misc]  # that is the point

    def test_reads_as_yuan(self):
        assert str(Money(-123_456)) == "¥-1,234.56"


class TestSplit:
    @given(AMOUNTS, st.integers(min_value=1, max_value=400))
    def test_loses_and_makes_nothing(self, amount, parts):
        shares = amount.split(parts)

        assert len(shares) == parts
        assert total(shares) == amount

    @given(AMOUNTS, st.integers(min_value=1, max_value=400))
    def test_gives_equal_parts_and_the_remainder_last(self, amount, parts):
        *equal, last = amount.split(parts)

        assert len(set(equal)) <= 1
        assert all(0 <= (last - each).fen < parts for each in equal)

    @pytest.mark.parametrize("parts", [0, -1])
    def test_into_no_parts_is_a_mistake(self, parts):
        with pytest.raises(AssertionError):
            Money(100).split(parts)


class TestYuan:
    @pytest.mark.parametrize(
        ("fen", "words"),
        [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (100, "1.00"),
            (123_456, "1,234.56"),
            (-100_000_000, "-1,000,000.00"),
        ],
    )
    def test_writes_thousands_and_two_places(self, fen, words):
        assert yuan(fen) == words

    @given(FEN)
    def test_can_be_read_back(self, fen):
        assert fen_from_yuan(yuan(fen).replace(",", "")) == fen


class TestFenFromYuan:
    @given(st.decimals(min_value=-(10**12), max_value=10**12, places=6))
    def test_rounds_half_away_from_zero(self, amount):
        exact = abs(Fraction(amount) * 100)
        half_up = int(exact + Fraction(1, 2))

        assert fen_from_yuan(amount) == (half_up if amount >= 0 else -half_up)

    @given(FEN)
    def test_takes_whole_fen_as_they_are(self, fen):
        assert fen_from_yuan(Decimal(fen) / 100) == fen

    @pytest.mark.parametrize(
        ("amount", "fen"),
        [("12", 1_200), (" 0.005 ", 1), ("1e3", 100_000), (7, 700), ("-0.004", 0)],
    )
    def test_reads_what_people_type(self, amount, fen):
        assert fen_from_yuan(amount) == fen

    @pytest.mark.parametrize(
        "amount",
        [
            "",
            "ten",
            "1,000",
            "¥5",
            "NaN",
            "-NaN",
            "sNaN",
            "Infinity",
            "-Infinity",
            "1e30",
            "9e999999",
        ],
    )
    def test_refuses_what_is_no_amount(self, amount):
        with pytest.raises(ValueError, match="not an amount"):
            fen_from_yuan(amount)

    @given(st.text(max_size=30))
    def test_gives_fen_or_says_no_and_nothing_else(self, typed):
        try:
            assert isinstance(fen_from_yuan(typed), int)
        except ValueError as error:
            assert "not an amount" in str(error)  # noqa: PT017 (either is right)


class TestFenTyped:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [("0", 0), ("5", 500), ("5.5", 550), ("1,234.56", 123_456), ("１，２３４．５６", 123_456)],
    )
    def test_reads_amounts(self, text, fen):
        assert fen_typed(text) == fen

    @pytest.mark.parametrize(
        "text", ["", "1e3", "+5", "-5", "1_000", "٥", "1 000", "12,34", "1,234,56", "1.234", "5元"]
    )
    def test_guesses_nothing(self, text):
        with pytest.raises(ValueError, match="not an amount"):
            fen_typed(text)

    @given(fen=st.integers(min_value=0, max_value=10**13))
    def test_reads_every_amount_that_we_write(self, fen):
        assert fen_typed(yuan(fen)) == fen
