"""Carrying parts of a fen: exactly, or in so many digits; both by hand and against each other."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.conventions.arithmetic import Digits, Exact, arithmetic_of
from lending.calc.plans import ImpossibleTerms
from lending.tests.calc_plans import changed

EXAMPLES = settings(deadline=None, max_examples=80)
ONE_PERCENT = Fraction(1, 100)
rates = st.fractions(0, 2, max_denominator=10_000)
factors = st.lists(st.fractions(0, 1, max_denominator=2_000), min_size=1, max_size=24)
amounts = st.integers(1, 10**10)


class TestExact:
    @pytest.mark.parametrize(
        ("balance_fen", "rates", "balloon_fen", "expected"),
        [
            (300_000, [ONE_PERCENT], 0, Fraction(303_000)),
            (300_000, [Fraction(0)] * 3, 0, Fraction(100_000)),
            (100_000, [Fraction(0)] * 3, 0, Fraction(100_000, 3)),
            # 1.01 squared is 1.0201, and the weights are 2.01.
            (201_000, [ONE_PERCENT] * 2, 0, Fraction(102_010)),
            (300_000, [ONE_PERCENT] * 2, 300_000, Fraction(3_000)),
            (300_000, [ONE_PERCENT], 300_000, Fraction(3_000)),
            (100_000, [ONE_PERCENT, 2 * ONE_PERCENT], 0, Fraction(51_000)),
            (100_000, [Fraction(1, 7), Fraction(1, 3)], 0, Fraction(320_000_000, 4_900)),
        ],
    )
    def test_levels_by_hand(self, balance_fen, rates, balloon_fen, expected):
        assert Exact().level(balance_fen, rates, balloon_fen) == expected

    @given(amounts, factors, st.integers(0, 10**10))
    @EXAMPLES
    def test_level_leaves_the_balloon_to_the_last_part_of_a_fen(self, balance, rates, balloon):
        level = Exact().level(balance, rates, balloon)
        left = Fraction(balance)
        for factor in rates:
            left = left * (1 + factor) - level

        assert left == balloon

    @given(amounts, factors)
    @EXAMPLES
    def test_level_of_twice_as_much_is_twice_the_level(self, balance, rates):
        assert Exact().level(2 * balance, rates, 0) == 2 * Exact().level(balance, rates, 0)

    @given(rates, rates, amounts)
    @EXAMPLES
    def test_interest_of_two_parts_is_that_of_both(self, one, other, balance):
        exact = Exact()
        apart = exact.interest(balance, one) + exact.interest(balance, other)

        assert apart == exact.interest(balance, one + other)

    def test_factor_is_rate_times_time(self):
        assert Exact().factor(Fraction(144, 1_000), Fraction(1, 12)) == Fraction(12, 1_000)
        assert Exact().factor(Fraction(0), Fraction(31, 365)) == 0


class TestDigits:
    @pytest.mark.parametrize(
        ("digits", "numerator", "denominator", "expected"),
        [
            (6, 1, 3, "0.333333"),
            (6, 2, 3, "0.666667"),
            (12, 1, 7, "0.142857142857"),
            # Half to even: the digit before a lone five stays when it is even.
            (6, 1_234_565, 10_000_000, "0.123456"),
            (6, 1_234_575, 10_000_000, "0.123458"),
            (6, 5, 1, "5"),
        ],
    )
    def test_rounds_every_factor(self, digits, numerator, denominator, expected):
        found = Digits(digits).factor(Fraction(1), Fraction(numerator, denominator))

        assert found == Fraction(Decimal(expected))

    def test_rounds_before_it_multiplies(self):
        # A third is 0.333333 first, and three times a third is not one.
        assert Digits(6).factor(Fraction(3), Fraction(1, 3)) == Fraction(999_999, 1_000_000)
        assert Exact().factor(Fraction(3), Fraction(1, 3)) == 1

    def test_of_interest_keeps_the_digits_of_the_product(self):
        assert Digits(6).interest(1_234_567, ONE_PERCENT) == Fraction(Decimal("12345.7"))

    @given(amounts, factors)
    @EXAMPLES
    def test_in_plenty_are_exact_but_for_the_last(self, balance, rates):
        exact, near = Exact().level(balance, rates, 0), Digits(60).level(balance, rates, 0)

        assert abs(exact - near) <= exact / 10**50

    @given(amounts, factors)
    @EXAMPLES
    def test_of_the_published_kind_are_within_a_millionth(self, balance, rates):
        exact, near = Exact().level(balance, rates, 0), Digits(12).level(balance, rates, 0)

        assert abs(exact - near) <= exact / 10**6


class TestChoosing:
    def test_is_exact_unless_a_plan_asks_for_digits(self):
        assert isinstance(arithmetic_of(changed()), Exact)
        assert isinstance(arithmetic_of(changed(precision_digits=12)), Digits)

    @pytest.mark.parametrize("digits", [-1, 1, 5, 101])
    def test_refuses_too_few_and_too_many_digits(self, digits):
        with pytest.raises(ImpossibleTerms):
            changed(precision_digits=digits)
