"""Penalty day by day: counted in fen-days, free in the grace, and by hand at a round rate."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.accrual import DAYS_IN_YEAR, aged, penalty_fen
from lending.calc.contracts import Balance, InstalmentState
from lending.tests.calc_loans import terms_of

EXAMPLES = settings(deadline=None, max_examples=80)
DUE = date(2026, 3, 31)
# 14.6 % a year is four fen a day on a hundred yuan, without a remainder.
ROUND_PPM = 146_000
HUNDRED_YUAN = 10_000


def late(principal_fen=HUNDRED_YUAN, *, paid_fen=0):
    """An instalment due on the last of March 2026, with so much of its principal paid."""
    row = replace(terms_of().schedule[1], due_on=DUE, principal_fen=principal_fen)
    return InstalmentState(
        scheduled=row, principal=Balance(principal_fen, paid_fen), interest=Balance(0)
    )


def terms(*, grace_days=3, rate_ppm=ROUND_PPM):
    return terms_of(grace_days=grace_days, penalty_rate_ppm=rate_ppm)


def after(days):
    return DUE + timedelta(days=days)


USUAL = terms()


def carried(line, days, *, on=USUAL, since=0):
    return aged(line, terms=on, since=after(since), through=after(days))


class TestPenalty:
    @pytest.mark.parametrize(
        ("fen_days", "rate_ppm", "expected"),
        [
            (0, ROUND_PPM, 0),
            (HUNDRED_YUAN, ROUND_PPM, 4),
            (HUNDRED_YUAN * 365, ROUND_PPM, 1_460),
            # A quarter of a fen is nothing; four of them are one.
            (625, ROUND_PPM, 0),
            (2_499, ROUND_PPM, 0),
            (2_500, ROUND_PPM, 1),
            (4_999, ROUND_PPM, 1),
            (5_000, ROUND_PPM, 2),
            (HUNDRED_YUAN * 365, 0, 0),
            (HUNDRED_YUAN * 365, 1_000_000, HUNDRED_YUAN),
            (364, 1_000_000, 0),
            (365, 1_000_000, 1),
        ],
    )
    def test_is_rounded_down(self, fen_days, rate_ppm, expected):
        assert penalty_fen(fen_days, rate_ppm) == expected

    @given(st.integers(0, 10**9), st.integers(0, 10**7))
    @EXAMPLES
    def test_of_a_year_is_the_yearly_rate(self, principal_fen, rate_ppm):
        year = penalty_fen(principal_fen * DAYS_IN_YEAR, rate_ppm)

        assert year == principal_fen * rate_ppm // 1_000_000

    @given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**6))
    @EXAMPLES
    def test_of_two_parts_is_never_more_than_of_the_whole(self, one, other, rate_ppm):
        apart = penalty_fen(one, rate_ppm) + penalty_fen(other, rate_ppm)
        whole = penalty_fen(one + other, rate_ppm)

        assert apart <= whole <= apart + 1


class TestGrace:
    @pytest.mark.parametrize(
        ("grace_days", "days", "expected"),
        [
            (0, 0, 0),
            (0, 1, 4),
            (0, 2, 8),
            (3, 0, 0),
            (3, 1, 0),
            (3, 3, 0),
            # The day after the grace counts from the due date on.
            (3, 4, 16),
            (3, 5, 20),
            (10, 10, 0),
            (10, 11, 44),
            (10, 30, 120),
        ],
    )
    def test_is_free_and_then_counts_from_the_due_date(self, grace_days, days, expected):
        found = carried(late(), days, on=terms(grace_days=grace_days))

        assert found.penalty.due_fen == expected

    @given(st.integers(0, 20), st.integers(0, 20))
    @EXAMPLES
    def test_leaves_the_instalment_as_it_was(self, grace_days, days):
        found = carried(late(), min(days, grace_days), on=terms(grace_days=grace_days))

        assert found == late()

    def test_forgets_what_was_paid_within_it(self):
        half = late(paid_fen=5_000)

        assert carried(half, 4, since=3).penalty.due_fen == 8
        assert carried(late(paid_fen=HUNDRED_YUAN), 400) == late(paid_fen=HUNDRED_YUAN)


class TestTime:
    @given(
        st.integers(1, 3_000_000),
        st.integers(0, 10),
        st.integers(0, 500_000),
        st.lists(st.integers(0, 60), min_size=1, max_size=8),
    )
    @EXAMPLES
    def test_in_any_steps_is_time_at_once(self, principal_fen, grace_days, rate_ppm, steps):
        on = terms(grace_days=grace_days, rate_ppm=rate_ppm)
        line, since = late(principal_fen), 0
        for step in steps:
            line = carried(line, since + step, on=on, since=since)
            since += step

        assert line == carried(late(principal_fen), since, on=on)

    @given(st.integers(1, 3_000_000), st.integers(0, 300), st.integers(0, 300))
    @EXAMPLES
    def test_never_makes_a_penalty_smaller(self, principal_fen, sooner, more):
        first = carried(late(principal_fen), sooner)
        second = carried(late(principal_fen), sooner + more)

        assert first.penalty.due_fen <= second.penalty.due_fen
        assert first.principal == second.principal
        assert first.interest == second.interest

    def test_counts_only_principal(self):
        with_interest = replace(late(), interest=Balance(50_000), fee=Balance(9_000))

        assert carried(with_interest, 10).penalty.due_fen == 40

    def test_adds_to_a_penalty_that_was_carried_along(self):
        before = replace(late(), penalty_carried_fen=7, penalty=Balance(7))

        assert carried(before, 10).penalty.due_fen == 47

    def test_goes_on_from_the_day_that_was_counted(self):
        ten = carried(late(), 10)
        paid = replace(ten, principal=replace(ten.principal, paid_fen=5_000))

        # Ten days of a hundred yuan and five of fifty.
        assert carried(paid, 15, since=10).penalty.due_fen == 40 + 10

    def test_keeps_what_was_paid_of_the_penalty(self):
        ten = carried(late(), 10)
        paid = replace(ten, penalty=replace(ten.penalty, paid_fen=40))
        found = carried(paid, 11, since=10).penalty

        assert (found.due_fen, found.paid_fen, found.outstanding_fen) == (44, 40, 4)
