"""Equal instalments: exact to the fen, one loan at a time or many at once."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import ppm_from_percent
from lending.calc.contracts import Instalment
from lending.calc.plans import HIGHEST_RATE_PPM, LARGEST_PRINCIPAL_FEN, ImpossibleTerms
from lending.calc.schedule import (
    LONGEST_MONTHS,
    equal_instalment_grid,
    equal_instalments,
    level_payment_fen,
)
from lending.tests.published_loans import (
    FINERACT,
    FINERACT_FIRST_ROWS,
    FINERACT_LEVEL_CENTS,
    Progressive,
)

JANUARY = date(2026, 1, 15)
principals = st.integers(10_000, 20_000_000)
rates = st.integers(0, 360_000)
terms_of_months = st.integers(1, 36)
starts = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def rows_of(schedule):
    return [(row.principal_fen, row.interest_fen) for row in schedule]


def loan(principal_fen, annual_rate_ppm, months, starts_on=JANUARY):
    return equal_instalments(
        principal_fen=principal_fen,
        annual_rate_ppm=annual_rate_ppm,
        months=months,
        starts_on=starts_on,
    )


def decimal_rows(principal_fen, annual_rate_ppm, months, *, rounding=ROUND_HALF_UP, digits=60):
    """The same loan by another road: Decimal, the textbook annuity, no integers."""
    with localcontext(Context(prec=digits, rounding=rounding)):
        rate = Decimal(annual_rate_ppm) / Decimal(12_000_000)
        if rate:
            level = Decimal(principal_fen) * rate / (1 - (1 + rate) ** -months)
        else:
            level = Decimal(principal_fen) / months
        level = level.quantize(Decimal(1))
        balance = Decimal(principal_fen)
        for number in range(1, months + 1):
            interest = (balance * rate).quantize(Decimal(1))
            principal = balance if number == months else min(level - interest, balance)
            balance -= principal
            yield int(principal), int(interest)


class TestOneLoan:
    def test_of_ten_thousand_yuan_over_a_year_is_the_textbook_one(self):
        schedule = loan(1_000_000, 144_000, 12)

        assert [row.total_fen for row in schedule] == [89_975] * 11 + [89_980]
        assert schedule[0].interest_fen == 12_000
        assert sum(row.principal_fen for row in schedule) == 1_000_000

    def test_of_one_fen_over_fifty_years_is_one_fen(self):
        schedule = loan(1, 240_000, LONGEST_MONTHS)

        assert sum(row.principal_fen for row in schedule) == 1
        assert all(row.total_fen >= 0 for row in schedule)

    def test_without_interest_is_split_equally(self):
        assert [row.total_fen for row in loan(20_000, 0, 3)] == [6_667, 6_667, 6_666]
        assert all(row.interest_fen == 0 for row in loan(20_000, 0, 3))

    def test_of_one_month_is_one_row(self):
        assert rows_of(loan(500_000, 120_000, 1)) == [(500_000, 5_000)]

    @given(principals, rates, terms_of_months)
    @settings(deadline=None)
    def test_equals_the_decimal_oracle(self, principal_fen, annual_rate_ppm, months):
        assert rows_of(loan(principal_fen, annual_rate_ppm, months)) == list(
            decimal_rows(principal_fen, annual_rate_ppm, months)
        )

    @given(principals, rates, terms_of_months)
    @settings(deadline=None)
    def test_repays_exactly_what_was_lent_and_nothing_is_negative(
        self, principal_fen, annual_rate_ppm, months
    ):
        schedule = loan(principal_fen, annual_rate_ppm, months)

        assert sum(row.principal_fen for row in schedule) == principal_fen
        assert all(row.principal_fen >= 0 and row.interest_fen >= 0 for row in schedule)
        assert [row.number for row in schedule] == list(range(1, months + 1))

    @given(principals, rates, terms_of_months)
    @settings(deadline=None)
    def test_has_equal_totals_but_for_the_last_which_stays_close(
        self, principal_fen, annual_rate_ppm, months
    ):
        *others, last = [row.total_fen for row in loan(principal_fen, annual_rate_ppm, months)]

        assert len(set(others)) <= 1
        # Every row may be off by half a fen of level and half a fen of interest, and both grow.
        growth = (1 + annual_rate_ppm / 12_000_000) ** months
        assert all(abs(last - each) <= months * growth for each in others)

    @given(principals, rates, terms_of_months)
    @settings(deadline=None)
    def test_charges_on_the_balance_row_by_row(self, principal_fen, annual_rate_ppm, months):
        balance = principal_fen
        for row in loan(principal_fen, annual_rate_ppm, months):
            assert abs(row.interest_fen * 12_000_000 - balance * annual_rate_ppm) <= 6_000_000
            balance -= row.principal_fen
        assert balance == 0

    @given(principals, rates, st.integers(0, 50_000), terms_of_months)
    @settings(deadline=None)
    def test_never_costs_less_at_a_higher_rate(self, principal_fen, rate, more, months):
        dearer = sum(row.total_fen for row in loan(principal_fen, rate + more, months))

        assert dearer >= sum(row.total_fen for row in loan(principal_fen, rate, months)) - months

    @given(
        st.integers(1, LARGEST_PRINCIPAL_FEN),
        st.integers(0, HIGHEST_RATE_PPM),
        st.integers(1, LONGEST_MONTHS),
    )
    @settings(deadline=None, max_examples=60)
    def test_is_sound_even_where_it_makes_no_sense(self, principal_fen, rate, months):
        schedule = loan(principal_fen, rate, months)

        assert sum(row.principal_fen for row in schedule) == principal_fen
        assert all(row.principal_fen >= 0 and row.interest_fen >= 0 for row in schedule)

    @pytest.mark.parametrize(
        ("principal_fen", "annual_rate_ppm", "months"),
        [
            (0, 100_000, 12),
            (-1, 100_000, 12),
            (LARGEST_PRINCIPAL_FEN + 1, 100_000, 12),
            (100_000, -1, 12),
            (100_000, HIGHEST_RATE_PPM + 1, 12),
            (100_000, 100_000, 0),
            (100_000, 100_000, LONGEST_MONTHS + 1),
        ],
    )
    def test_of_impossible_terms_is_refused(self, principal_fen, annual_rate_ppm, months):
        with pytest.raises(ImpossibleTerms):
            loan(principal_fen, annual_rate_ppm, months)


class TestDueDates:
    def test_follow_the_day_of_the_payout(self):
        assert [row.due_on for row in loan(100_000, 0, 3)] == [
            date(2026, 2, 15),
            date(2026, 3, 15),
            date(2026, 4, 15),
        ]

    def test_of_the_thirty_first_come_back_to_it_after_february(self):
        days = [row.due_on for row in loan(100_000, 0, 4, date(2026, 1, 31))]

        assert days == [
            date(2026, 2, 28),
            date(2026, 3, 31),
            date(2026, 4, 30),
            date(2026, 5, 31),
        ]

    def test_of_a_leap_day_use_it_when_there_is_one(self):
        days = [row.due_on for row in loan(100_000, 0, 48, date(2024, 2, 29))]

        assert days[11] == date(2025, 2, 28)
        assert days[47] == date(2028, 2, 29)

    @given(starts, terms_of_months)
    @settings(deadline=None)
    def test_rise_and_leave_no_day_out(self, starts_on, months):
        schedule = loan(100_000, 120_000, months, starts_on)

        assert schedule[0].starts_on == starts_on
        for before, after in pairwise(schedule):
            assert before.due_on == after.starts_on
        assert all(28 <= (row.due_on - row.starts_on).days <= 31 for row in schedule)

    @given(starts, terms_of_months)
    @settings(deadline=None)
    def test_change_no_amount(self, starts_on, months):
        moved = loan(777_777, 155_500, months, starts_on)

        assert rows_of(moved) == rows_of(loan(777_777, 155_500, months))


class TestInterestOfARunningPeriod:
    ROW = Instalment(1, date(2026, 1, 31), date(2026, 2, 28), 80_000, 1_000)

    def test_is_nothing_at_the_start_and_all_at_the_due_date(self):
        assert self.ROW.interest_through(date(2026, 1, 31)) == 0
        assert self.ROW.interest_through(date(2026, 2, 28)) == 1_000

    def test_is_nothing_before_the_start_and_no_more_after_the_due_date(self):
        assert self.ROW.interest_through(date(2025, 12, 1)) == 0
        assert self.ROW.interest_through(date(2027, 1, 1)) == 1_000

    def test_is_rounded_down_in_between(self):
        assert self.ROW.interest_through(date(2026, 2, 1)) == 1_000 // 28

    @given(st.integers(0, 100_000), st.integers(0, 40))
    def test_never_falls(self, interest_fen, day):
        row = Instalment(1, date(2026, 3, 1), date(2026, 4, 1), 1, interest_fen)
        on = date(2026, 2, 27) + timedelta(days=day)

        assert row.interest_through(on) <= row.interest_through(on + timedelta(days=1))


class TestManyLoansAtOnce:
    @given(st.lists(st.tuples(principals, rates, terms_of_months), min_size=1, max_size=8))
    @settings(deadline=None)
    def test_equal_each_loan_alone(self, loans):
        principal, interest = grid(loans)

        for column, each in enumerate(loans):
            alone = rows_of(loan(*each))
            together = list(
                zip(principal[:, column].tolist(), interest[:, column].tolist(), strict=True)
            )
            assert together[: len(alone)] == alone
            assert all(row == (0, 0) for row in together[len(alone) :])

    @given(
        st.integers(1, LARGEST_PRINCIPAL_FEN),
        st.integers(0, HIGHEST_RATE_PPM),
        st.integers(1, LONGEST_MONTHS),
    )
    @settings(deadline=None, max_examples=60)
    def test_do_not_overflow_at_the_edges(self, principal_fen, rate, months):
        principal, interest = grid([(principal_fen, rate, months)])

        assert list(zip(principal[:, 0].tolist(), interest[:, 0].tolist(), strict=True)) == rows_of(
            loan(principal_fen, rate, months)
        )

    def test_fall_back_to_integers_where_a_float_could_round_wrongly(self):
        # 3 fen over two months without interest is exactly a fen and a half.
        principal, _ = grid([(3, 0, 2), (5, 0, 2)])

        assert principal.tolist() == [[2, 3], [1, 2]]

    def test_of_none_are_none(self):
        none = np.array([], dtype=np.int64)

        principal, interest = equal_instalment_grid(
            principal_fen=none, annual_rate_ppm=none, months=none
        )

        assert principal.shape == interest.shape == (0, 0)

    def test_are_refused_together_when_one_is_impossible(self):
        with pytest.raises(ImpossibleTerms):
            grid([(100_000, 120_000, 12), (0, 120_000, 12)])


def grid(loans):
    columns = np.array(loans, dtype=np.int64).T
    return equal_instalment_grid(
        principal_fen=columns[0], annual_rate_ppm=columns[1], months=columns[2]
    )


class TestPublishedSchedules:
    """Same convention as ours: a twelfth of the rate a month; they round half to even."""

    @pytest.mark.parametrize("case", FINERACT, ids=lambda case: case.label)
    def test_come_out_to_the_cent(self, case: Progressive):
        balance = case.principal_cents
        rate = ppm_from_percent(case.annual_percent)
        schedule = loan(case.principal_cents, rate, len(case.rows))
        for row, expected in zip(schedule, case.rows, strict=True):
            balance -= row.principal_fen
            assert (row.total_fen, row.interest_fen, row.principal_fen, balance) == expected

    @pytest.mark.parametrize("case", FINERACT, ids=lambda case: case.label)
    def test_come_out_of_the_oracle_rounding_as_they_do(self, case: Progressive):
        rows = decimal_rows(
            case.principal_cents,
            ppm_from_percent(case.annual_percent),
            len(case.rows),
            rounding=ROUND_HALF_EVEN,
            digits=12,
        )

        assert list(rows) == [(principal, interest) for _, interest, principal, _ in case.rows]

    def test_give_the_published_level_payment(self):
        principal, percent, months, level = FINERACT_LEVEL_CENTS

        assert level_payment_fen(principal, ppm_from_percent(percent), months) == level

    def test_give_the_published_first_rows(self):
        principal, percent, months, first = FINERACT_FIRST_ROWS

        schedule = loan(principal, ppm_from_percent(percent), months)

        assert rows_of(schedule)[: len(first)] == list(first)
