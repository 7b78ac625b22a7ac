"""Anything at all is asked of `quote`: an answer comes, or a typed refusal, and nothing else."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import Refused
from lending.management.quote_answer import answer
from lending.management.typed import day, fen_of_yuan, number_of, truth, whole

PLAIN = {
    "principal_fen": 1_000_000,
    "annual_rate_percent": "14.4",
    "first_disbursed_on": "2026-01-31",
    "periods": 12,
    "frequency": "MONTHLY",
    "every": 1,
    "method": "EQUAL_INSTALMENT",
    "day_count": "30/360",
    "rounding": "HALF_UP",
}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["2026-02-28", "2026-02-29", "ACT/365", "1/3", "DAILY", "FLAT", "9999-12-31"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=5,
)
names = st.sampled_from(
    [
        *PLAIN,
        *("grace", "fees", "first_due_on", "last_due_on", "due_dates", "events", "payments"),
        *("disbursements", "roll", "balloon_fen", "payoff_on", "instalment_multiple_fen"),
        *("flows", "holidays", "anchor_day", "period_dates", "precision_digits", "days_in_year"),
    ]
)


class TestAnythingAtAll:
    @given(st.dictionaries(names, values, max_size=3))
    @settings(deadline=None, max_examples=150)
    def test_is_answered_or_refused(self, terms):
        try:
            found = answer(PLAIN | terms)
        except Refused:
            return
        json.dumps(found, allow_nan=False)

    @given(values)
    @settings(deadline=None, max_examples=100)
    def test_that_is_no_question_is_refused(self, content):
        with pytest.raises(Refused):
            answer(content)

    @given(st.integers(-(10**20), 10**20))
    def test_whole_number_is_read_as_it_is(self, number):
        assert whole(number) == whole(str(number)) == number == number_of(Decimal(number))


class TestTypedValues:
    @pytest.mark.parametrize("value", ["1/2/3", "", "١/0", "0x10", "1_0", "--1", " ", "inf", "NaN"])
    def test_that_are_no_numbers_are_refused(self, value):
        with pytest.raises((ValueError, ArithmeticError)):
            whole(value)

    @pytest.mark.parametrize(
        ("value", "fen"), [("1", 100), ("0.01", 1), (Decimal("12.30"), 1_230), ("-5", -500)]
    )
    def test_in_yuan_are_whole_fen(self, value, fen):
        assert fen_of_yuan(value) == fen

    @pytest.mark.parametrize("value", [True, "0.001", None, [], {}])
    def test_that_are_no_yuan_are_refused(self, value):
        with pytest.raises((ValueError, TypeError, ArithmeticError)):
            fen_of_yuan(value)

    @pytest.mark.parametrize("value", ["2026-1-1", "2026-02-29", "26-01-01", 20260101, None])
    def test_that_are_no_days_are_refused(self, value):
        with pytest.raises((ValueError, TypeError)):
            day(value)

    @pytest.mark.parametrize("value", ["true", 1, 0, None])
    def test_that_are_neither_true_nor_false_are_refused(self, value):
        with pytest.raises(TypeError):
            truth(value)
