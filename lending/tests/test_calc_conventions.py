"""What lenders agree on before they count: rounding, parts of a year, due dates, days off."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.conventions import days_off
from lending.calc.conventions.day_counts import year_part, year_part_between
from lending.calc.conventions.days_off import rolled, working_days
from lending.calc.conventions.due_dates import Span, anchor_day, spans
from lending.calc.conventions.rounding import divided, rounded
from lending.calc.plans import DayCount, Frequency, ImpossibleTerms, Plan, Roll, Rounding
from lending.calc.schedule import build
from lending.tests.calc_plans import changed, starts

MONTHLY = Frequency.MONTHLY
EXAMPLES = settings(deadline=None, max_examples=100)


def span_of(start, end, **terms):
    """The only period of a loan between two days."""
    plan = changed(first_disbursed_on=start, first_due_on=end, periods=1, **terms)
    (found,) = spans(plan)
    return found


def part(start, end, day_count, frequency=MONTHLY):
    found = span_of(date.fromisoformat(start), date.fromisoformat(end), frequency=frequency)
    return year_part(found, day_count, frequency)


class TestRounding:
    @given(st.integers(0, 10**15), st.integers(1, 10**9), st.sampled_from(Rounding))
    @EXAMPLES
    def test_is_decimals(self, numerator, denominator, rounding):
        # Enough digits that the quotient of two such numbers is told from every half.
        exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal("1e-9"))
        expected = exact.quantize(Decimal(1), rounding=f"ROUND_{rounding}")
        if exact == Decimal(numerator) / Decimal(denominator):
            assert divided(numerator, denominator, rounding) == expected

    @pytest.mark.parametrize(
        ("rounding", "expected"),
        [
            (Rounding.HALF_UP, [0, 1, 1, 2, 3]),
            (Rounding.HALF_EVEN, [0, 0, 1, 2, 2]),
            (Rounding.HALF_DOWN, [0, 0, 1, 1, 2]),
            (Rounding.UP, [1, 1, 1, 2, 3]),
            (Rounding.DOWN, [0, 0, 0, 1, 2]),
        ],
    )
    def test_of_quarters_and_halves(self, rounding, expected):
        values = [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(3, 2), Fraction(5, 2)]

        assert [rounded(value, rounding) for value in values] == expected

    @given(st.fractions(0, 10**9), st.integers(1, 10_000), st.sampled_from(Rounding))
    @EXAMPLES
    def test_to_a_multiple_is_a_multiple_less_than_one_away(self, value, multiple, rounding):
        found = rounded(value, rounding, multiple=multiple)

        assert found % multiple == 0
        assert abs(found - value) < multiple


class TestPartsOfAYear:
    @pytest.mark.parametrize(
        ("start", "end", "day_count", "expected"),
        [
            ("2026-01-15", "2026-02-15", DayCount.PERIODIC, Fraction(1, 12)),
            ("2026-01-31", "2026-02-28", DayCount.PERIODIC, Fraction(1, 12)),
            ("2026-01-31", "2026-02-28", DayCount.THIRTY_360, Fraction(30, 360)),
            ("2026-01-31", "2026-02-28", DayCount.ACT_365, Fraction(28, 365)),
            ("2026-01-15", "2026-03-01", DayCount.THIRTY_360, Fraction(46, 360)),
            ("2026-01-31", "2026-03-15", DayCount.THIRTY_360, Fraction(45, 360)),
            ("2026-01-15", "2026-03-01", DayCount.PERIODIC, Fraction(1, 12) + Fraction(17, 360)),
            ("2026-01-15", "2026-03-01", DayCount.ACT_360, Fraction(45, 360)),
            ("2026-01-15", "2026-02-15", DayCount.THIRTY_365, Fraction(30, 365)),
            ("2024-01-15", "2024-02-15", DayCount.ACT_ACT, Fraction(31, 366)),
            # Twelve nights of December's last days belong to the new year.
            (
                "2023-12-12",
                "2024-01-12",
                DayCount.ACT_ACT,
                Fraction(19, 365) + Fraction(12, 366),
            ),
            ("2023-12-31", "2024-01-31", DayCount.ACT_ACT, Fraction(31, 366)),
            (
                "2022-12-31",
                "2025-01-31",
                DayCount.ACT_ACT,
                1 + 1 + Fraction(31, 365),
            ),
        ],
    )
    def test_of_months(self, start, end, day_count, expected):
        assert part(start, end, day_count) == expected

    @pytest.mark.parametrize(
        ("frequency", "end", "day_count", "expected"),
        [
            (Frequency.WEEKLY, "2026-02-05", DayCount.PERIODIC, Fraction(1, 52)),
            (Frequency.WEEKLY, "2026-02-05", DayCount.THIRTY_360, Fraction(7, 360)),
            (Frequency.WEEKLY, "2026-02-07", DayCount.PERIODIC, Fraction(9, 7 * 52)),
            (Frequency.WEEKLY, "2026-02-12", DayCount.ACT_364, Fraction(14, 364)),
            (Frequency.DAILY, "2026-02-13", DayCount.PERIODIC, Fraction(15, 365)),
            (Frequency.DAILY, "2026-02-13", DayCount.THIRTY_360, Fraction(15, 360)),
        ],
    )
    def test_of_weeks_and_days(self, frequency, end, day_count, expected):
        assert part("2026-01-29", end, day_count, frequency) == expected

    @given(starts, st.integers(1, 900), st.data())
    @EXAMPLES
    def test_by_days_add_up_over_the_parts_of_a_period(self, start, days, data):
        end = start + timedelta(days=days)
        between = start + timedelta(days=data.draw(st.integers(0, days)))
        day_count = data.draw(st.sampled_from([DayCount.ACT_360, DayCount.ACT_365]))
        found = span_of(start, end)

        first = year_part_between(found, start, between, day_count, MONTHLY)
        second = year_part_between(found, between, end, day_count, MONTHLY)
        assert first + second == year_part(found, day_count, MONTHLY)

    def test_of_a_whole_period_is_its_month_whatever_its_dates(self):
        found = Span(date(2024, 2, 12), date(2024, 3, 1), 1, 0, is_whole=True)

        assert year_part(found, DayCount.ACT_ACT, MONTHLY) == Fraction(29, 366)
        assert year_part(found, DayCount.THIRTY_360, MONTHLY) == Fraction(1, 12)


class TestDueDates:
    def test_of_an_odd_first_period_follow_the_first_one(self):
        plan = changed(first_due_on=date(2026, 3, 10), periods=3)

        assert [row.due_on.isoformat() for row in build(plan)] == [
            "2026-03-10",
            "2026-04-10",
            "2026-05-10",
        ]
        assert spans(plan)[0].odd_days == 26

    def test_keep_to_the_anchor_day(self):
        plan = changed(first_disbursed_on=date(2026, 1, 20), anchor_day=31, periods=3)

        assert [row.due_on.isoformat() for row in build(plan)] == [
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
        ]

    def test_take_a_short_last_period(self):
        plan = changed(last_due_on=date(2026, 12, 25))

        *_, before, last = build(plan)
        assert (before.due_on, last.due_on) == (date(2026, 12, 15), date(2026, 12, 25))
        assert last.interest_fen < before.interest_fen

    def test_that_are_given_are_kept(self):
        given_days = (date(2026, 2, 1), date(2026, 5, 20), date(2026, 6, 1))
        plan = changed(due_dates=given_days, periods=3)

        assert tuple(row.due_on for row in build(plan)) == given_days

    def test_of_the_last_day_of_february_stand_for_the_day_of_the_payout(self):
        plan = changed(first_disbursed_on=date(2026, 1, 31), first_due_on=date(2026, 2, 28))

        assert anchor_day(plan) == 31
        assert spans(plan)[1].ends_on == date(2026, 3, 31)

    @pytest.mark.parametrize(
        "terms",
        [
            {"first_due_on": date(2026, 1, 15)},
            {"first_due_on": date(2025, 1, 15)},
            {"last_due_on": date(2026, 2, 15)},
            {"due_dates": (date(2026, 2, 1), date(2026, 2, 1)), "periods": 2},
            {"due_dates": (date(2026, 2, 1),), "periods": 2},
            {"period_starts": (date(2026, 2, 1),)},
            {"first_disbursed_on": date(9999, 12, 1)},
        ],
    )
    def test_out_of_order_or_of_the_calendar_are_refused(self, terms):
        with pytest.raises(ImpossibleTerms):
            build(changed(**terms))


class TestDaysOff:
    @pytest.mark.parametrize(
        ("day", "roll", "expected"),
        [
            # The Spring Festival of 2026 lasts from Sunday 15 to Monday 23 February.
            ("2026-02-17", Roll.FOLLOWING, "2026-02-24"),
            ("2026-02-17", Roll.PRECEDING, "2026-02-14"),
            ("2026-02-17", Roll.NONE, "2026-02-17"),
            # Saturday 14 and Saturday 28 February are worked.
            ("2026-02-28", Roll.FOLLOWING, "2026-02-28"),
            ("2026-01-31", Roll.FOLLOWING, "2026-02-02"),
            ("2026-01-31", Roll.MODIFIED_FOLLOWING, "2026-01-30"),
            ("2026-03-14", Roll.MODIFIED_FOLLOWING, "2026-03-16"),
            ("2026-10-01", Roll.FOLLOWING, "2026-10-08"),
        ],
    )
    def test_send_a_due_date_where_the_rule_says(self, day, roll, expected):
        plan = changed(first_disbursed_on=date(2025, 12, 15), roll=roll, holidays="CN")

        assert list(rolled(plan, [date.fromisoformat(day)])) == [date.fromisoformat(expected)]

    @given(
        starts,
        st.sampled_from(Roll),
        st.sampled_from(Frequency),
        st.sampled_from(["CN", "WEEKENDS"]),
    )
    @EXAMPLES
    def test_never_reorder(self, start, roll, frequency, calendar):
        plan = changed(
            first_disbursed_on=start, roll=roll, frequency=frequency, holidays=calendar, periods=40
        )

        days = [start, *(row.due_on for row in build(plan))]
        assert all(earlier < later for earlier, later in pairwise(days))

    def test_leave_a_daily_loan_where_it_is_when_no_day_is_free(self):
        plan = changed(
            first_disbursed_on=date(2026, 3, 5),
            frequency=Frequency.DAILY,
            periods=5,
            roll=Roll.FOLLOWING,
            holidays="WEEKENDS",
        )

        assert [row.due_on.day for row in build(plan)] == [6, 7, 8, 9, 10]

    def test_move_the_date_and_not_the_interest(self):
        plan = changed(day_count=DayCount.ACT_365)
        moved = replace(plan, roll=Roll.FOLLOWING)

        assert [row.due_on for row in build(plan)] != [row.due_on for row in build(moved)]
        assert [row.interest_fen for row in build(plan)] == [
            row.interest_fen for row in build(moved)
        ]

    def test_of_an_unknown_calendar_are_refused(self):
        with pytest.raises(ImpossibleTerms):
            build(changed(roll=Roll.FOLLOWING, holidays="ATLANTIS"))

    def test_follow_the_table_beside_the_package(self, tmp_path, monkeypatch):
        table = tmp_path / "holidays.toml"
        table.write_text(
            '[[override]]\ncalendar = "CN"\noff = [2026-03-18]\nworking = [2026-03-21]\n'
            'source = "a notice that nobody gave"\n',
            encoding="utf-8",
        )
        monkeypatch.setattr(days_off, "OVERRIDES", table)
        days_off._announced.cache_clear()
        try:
            is_working = working_days("CN")
            assert not is_working(date(2026, 3, 18))
            assert is_working(date(2026, 3, 21))
            assert is_working(date(2026, 3, 19))
        finally:
            days_off._announced.cache_clear()


class TestImpossiblePlans:
    @pytest.mark.parametrize(
        "terms",
        [
            {"principal_fen": 0},
            {"principal_fen": -1},
            {"principal_fen": 10**11 + 1},
            {"annual_rate_ppm": -1},
            {"annual_rate_ppm": 10_000_001},
            {"annual_rate_ppm": Fraction(-1, 3)},
            {"periods": 0},
            {"periods": 601},
            {"every": 0},
            {"balloon_fen": 1_000_001},
            {"instalment_multiple_fen": 0},
            {"anchor_day": 32},
            {"precision_digits": 1},
            {"fixed_instalment_fen": 0},
        ],
    )
    def test_are_never_made(self, terms):
        with pytest.raises(ImpossibleTerms):
            changed(**terms)

    def test_do_not_include_one_fen_over_fifty_years_at_ten_times_a_year(self):
        plan = Plan(
            principal_fen=1,
            annual_rate_ppm=10_000_000,
            first_disbursed_on=date(2024, 2, 29),
            periods=600,
            day_count=DayCount.ACT_ACT,
        )

        schedule = build(plan)
        assert sum(row.principal_fen for row in schedule) == 1
        assert all(row.total_fen >= 0 for row in schedule)
