"""Where a stream begins and ends: month ends, weekends, raises, gaps, and the day of asking."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction
from borrowers.behaviour.recurrence import Frequency, recurring
from borrowers.behaviour.recurrence.finding import most_common
from borrowers.behaviour.recurrence.streams import (
    due_after,
    is_active,
    overdue_periods,
    rhythm,
    variation,
)
from borrowers.tests.stories_of_money import Line, code, columns_of
from borrowers.tests.test_behaviour_recurrence import TODAY, found, on

FIRST = date(2026, 1, 5)
WAGE: dict[str, Any] = {
    "direction": Direction.IN,
    "category": Category.INCOME_OTHER,
    "merchant": "示例科技",
}
VIDEO: dict[str, Any] = {"category": Category.ENTERTAINMENT, "merchant": "云帆视频"}


def days(*steps: int, start: date = FIRST) -> list[date]:
    """The first day, and one after each of the steps."""
    told = [start]
    for step in steps:
        told.append(told[-1] + timedelta(days=step))
    return told


def paid(told: list[date], yuan: float = 8_000, **more: Any) -> list[Line]:
    return [on(day, yuan, **{**WAGE, **more}) for day in told]


def taken(told: list[date], *prices: float) -> list[Line]:
    """One price for all days, or one for each."""
    each = prices if len(prices) == len(told) else prices * len(told)
    return [on(day, yuan, **VIDEO) for day, yuan in zip(told, each, strict=True)]


class TestRhythm:
    @pytest.mark.parametrize(
        ("steps", "told"),
        [
            ((30, 31, 28, 31), (Frequency.MONTHLY, 0)),
            ((28, 28, 28), (Frequency.MONTHLY, 0)),
            ((26, 34, 26, 35), (Frequency.MONTHLY, 0)),
            ((30, 61, 30, 30), (Frequency.MONTHLY, 1)),
            ((30, 61, 30, 61, 30), (Frequency.MONTHLY, 2)),
            ((30, 91, 30, 30), (Frequency.MONTHLY, 2)),
            ((30, 30, 30, 30, 45), (Frequency.MONTHLY, 0)),
            ((7, 7, 8, 6), (Frequency.WEEKLY, 0)),
            ((7, 14, 7, 7), (Frequency.WEEKLY, 1)),
            ((14, 14, 14), (Frequency.FORTNIGHTLY, 0)),
            ((15, 16, 15, 13, 15), (Frequency.FORTNIGHTLY, 0)),
            ((90, 92, 91), (Frequency.QUARTERLY, 0)),
            ((365, 366, 365), (Frequency.YEARLY, 0)),
        ],
    )
    def test_is_kept_by(self, steps, told):
        beat = rhythm(np.array([day.toordinal() for day in days(*steps)]))

        assert beat is not None
        assert (beat.frequency, beat.skipped) == told

    @pytest.mark.parametrize(
        "steps",
        [
            (30,),
            (30, 30, 30, 45),
            (30, 61, 61),
            (1, 1, 1, 1),
            (0, 0, 0),
            (3, 19, 44, 8, 27),
            (30, 0, 30, 0, 30),
            (50, 50, 50),
            (200, 200),
        ],
    )
    def test_is_not_kept_by(self, steps):
        assert rhythm(np.array([day.toordinal() for day in days(*steps)])) is None

    @given(
        frequency=st.sampled_from((Frequency.WEEKLY, Frequency.FORTNIGHTLY)),
        gaps=st.lists(st.just(1), min_size=8, max_size=12),
        place=st.integers(0, 7),
        missing=st.integers(2, 5),
    )
    def test_counts_what_one_gap_skipped(self, frequency, gaps, place, missing):
        gaps[place] = missing
        steps = [int(frequency) * gap for gap in gaps]

        beat = rhythm(np.array([day.toordinal() for day in days(*steps)]))

        assert beat is not None
        assert (beat.frequency, beat.skipped) == (frequency, missing - 1)


class TestNextDay:
    @pytest.mark.parametrize(
        ("last", "frequency", "due"),
        [
            (date(2026, 1, 31), Frequency.MONTHLY, date(2026, 2, 28)),
            (date(2028, 1, 31), Frequency.MONTHLY, date(2028, 2, 29)),
            (date(2026, 12, 15), Frequency.MONTHLY, date(2027, 1, 15)),
            (date(2026, 11, 30), Frequency.QUARTERLY, date(2027, 2, 28)),
            (date(2028, 2, 29), Frequency.YEARLY, date(2029, 2, 28)),
            (date(2026, 12, 28), Frequency.WEEKLY, date(2027, 1, 4)),
            (date(2026, 2, 20), Frequency.FORTNIGHTLY, date(2026, 3, 6)),
        ],
    )
    def test_is_that_of_the_calendar(self, last, frequency, due):
        assert due_after(last, frequency) == due

    @pytest.mark.parametrize(
        ("after_days", "late"), [(0, 0), (30, 0), (35, 0), (36, 1), (65, 1), (66, 2)]
    )
    def test_is_missed_once_the_tolerance_has_passed(self, after_days, late):
        assert overdue_periods(FIRST, FIRST + timedelta(days=after_days), Frequency.MONTHLY) == late

    @pytest.mark.parametrize(
        ("frequency", "patient_days"),
        [
            (Frequency.WEEKLY, 10),
            (Frequency.FORTNIGHTLY, 21),
            (Frequency.MONTHLY, 45),
            (Frequency.QUARTERLY, 136),
            (Frequency.YEARLY, 547),
        ],
    )
    def test_is_waited_for_half_a_period_longer(self, frequency, patient_days):
        assert is_active(FIRST, FIRST + timedelta(days=patient_days), frequency)
        assert not is_active(FIRST, FIRST + timedelta(days=patient_days + 1), frequency)


class TestSalary:
    def test_on_the_last_of_each_month_is_monthly(self):
        told = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]

        (stream,) = found(paid(told), date(2026, 5, 10)).salaries

        assert (stream.frequency, stream.missed) == (Frequency.MONTHLY, 0)
        assert stream.next_on == date(2026, 5, 30)

    def test_moved_by_weekends_and_a_festival_is_monthly(self):
        told = [
            date(2026, 1, 9),
            date(2026, 2, 12),
            date(2026, 3, 10),
            date(2026, 4, 10),
            date(2026, 5, 8),
        ]

        (stream,) = found(paid(told), date(2026, 5, 20)).salaries

        assert (stream.frequency, stream.occurrences) == (Frequency.MONTHLY, 5)

    def test_on_the_tenth_and_the_twenty_fifth_comes_every_two_weeks(self):
        told = [date(2026, month, day) for month in range(1, 7) for day in (10, 25)]

        (stream,) = found(paid(told, 4_000)).salaries

        assert (stream.frequency, stream.occurrences) == (Frequency.FORTNIGHTLY, 12)

    @pytest.mark.parametrize(
        ("yuan", "is_salary"), [(800, True), (799.99, False), (8_000, True), (3, False)]
    )
    def test_is_eight_hundred_yuan_at_least(self, yuan, is_salary):
        recurrence = found(paid(days(30, 31, 30), yuan), FIRST + timedelta(days=100))

        assert len(recurrence.salaries) == int(is_salary)
        assert len(recurrence.incomes) == int(not is_salary)

    @pytest.mark.parametrize("step", [7, 91, 365])
    def test_comes_every_month_or_two_weeks_and_not_otherwise(self, step):
        told = days(step, step, step)

        recurrence = found(paid(told), told[-1])

        assert recurrence.salaries == ()
        assert len(recurrence.incomes) == 1

    def test_that_rises_by_a_third_goes_on(self):
        told = days(30, 31, 30, 31)
        lines = paid(told[:3], 6_000) + paid(told[3:], 8_000)

        (stream,) = found(lines, told[-1]).salaries

        assert stream.occurrences == 5

    def test_is_without_the_settlement_at_the_end(self):
        told = days(30, 31, 30)
        lines = [*paid(told, 6_000), on(told[-1] + timedelta(days=10), 30_000, **WAGE)]

        (stream,) = found(lines, told[-1]).salaries

        assert (stream.occurrences, stream.average_fen) == (4, 600_000)

    def test_in_two_parts_on_one_day_is_one_payment(self):
        told = days(30, 31, 30)
        lines = paid(told, 6_000) + [replace(each, name=f"{each.name}b") for each in paid(told)]

        (stream,) = found(lines, told[-1]).salaries

        assert stream.occurrences == 4

    def test_of_two_employers_is_two(self):
        told = days(30, 31, 30)
        lines = paid(told, 6_000) + paid(told, 3_000, merchant="示例学校")

        streams = found(lines, told[-1]).salaries

        assert {each.party for each in streams} == {code("示例科技"), code("示例学校")}

    def test_is_known_by_the_counterparty_where_there_is_no_merchant(self):
        told = days(30, 31, 30)

        (stream,) = found(
            paid(told, merchant="", counterparty="示例科技"), told[-1]
        ).salaries  # fmt: skip

        assert stream.party == code("示例科技")

    @pytest.mark.parametrize(
        "told",
        [
            {"merchant": ""},
            {"direction": Direction.OUT},
            {"direction": Direction.NEUTRAL},
            {"category": Category.REFUND},
            {"category": Category.TRANSFER_SOCIAL},
            {"category": Category.CREDIT_DRAWDOWN},
            {"category": Category.INVESTMENT},
        ],
    )
    def test_is_not_what_nobody_pays_or_what_is_no_pay(self, told):
        recurrence = found(paid(days(30, 31, 30), **told))

        assert recurrence.salaries == recurrence.incomes == ()
        assert recurrence.salary_events == frozenset()

    def test_of_two_heights_and_nothing_between_is_none(self):
        """The median lies where nothing is: no row is near it."""
        told = days(30, 31, 30)
        lines = paid(told[:2], 1_000) + paid(told[2:], 9_000)

        assert found(lines, told[-1]).salaries == ()

    def test_that_swings_too_much_is_none(self):
        lines = [
            on(day, yuan, **WAGE)
            for day, yuan in zip(
                days(30, 31, 30, 31), (2_000, 9_000, 4_000, 14_000, 1_000), strict=True
            )
        ]

        assert found(lines).salaries == ()


class TestTheDayOnWhichWeAsk:
    def test_counts_itself_and_no_later_one(self):
        told = days(30, 31, 30)
        lines = paid(told)

        assert found(lines, told[2]).salaries[0].occurrences == 3
        assert found(lines, told[2] - timedelta(days=1)).salaries == ()
        assert found(lines, told[3]).salaries[0].occurrences == 4

    def test_is_that_of_shanghai(self):
        """Half an hour into the day of Shanghai it is still yesterday in Greenwich."""
        told = days(30, 31)
        lines = [replace(each, at=f"{each.at[:10]} 00:30:00") for each in paid(told)]

        (stream,) = found(lines, told[-1]).salaries

        assert (stream.first_on, stream.last_on) == (told[0], told[-1])

    def test_makes_a_stream_active_late_or_ended(self):
        told = days(30, 31, 30)
        seen = [
            found(paid(told), told[-1] + timedelta(days=after)).salaries[0]
            for after in (0, 35, 40, 46)
        ]

        assert [each.is_active for each in seen] == [True, True, True, False]
        assert [each.missed for each in seen] == [0, 0, 1, 0]


class TestSubscriptions:
    def test_go_on_at_a_price_a_little_higher(self):
        told = days(30, 31, 30, 31, 30)

        (stream,) = found(taken(told, 25, 25, 25, 28, 28, 28), told[-1]).subscriptions

        assert (stream.occurrences, stream.average_fen) == (6, 2_650)

    def test_at_a_price_far_higher_are_another_one(self):
        told = days(30, 31, 30, 31, 30)

        streams = found(taken(told, 25, 25, 25, 35, 35, 35), told[-1]).subscriptions

        assert {each.average_fen for each in streams} == {2_500, 3_500}

    def test_of_three_payments_need_one_price(self):
        told = days(30, 31)

        assert found(taken(told, 25, 25, 27.5), told[-1]).subscriptions == ()
        assert len(found(taken(told, 25, 25, 25.5), told[-1]).subscriptions) == 1

    def test_of_five_payments_may_move_by_a_tenth(self):
        told = days(30, 31, 30, 31)

        assert len(found(taken(told, 25, 25, 27.5, 25, 27.5), told[-1]).subscriptions) == 1

    def test_are_paid_and_not_received(self):
        told = days(30, 31, 30)
        lines = [replace(each, direction=Direction.IN) for each in taken(told, 25)]

        assert found(lines, told[-1]).subscriptions == ()

    @pytest.mark.parametrize(
        "category", [Category.HOUSING, Category.INVESTMENT, Category.CASH, Category.REFUND]
    )
    def test_are_no_rent_saving_cash_or_refund(self, category):
        told = days(30, 31, 30)
        lines = [replace(each, category=category) for each in taken(told, 25)]

        assert found(lines, told[-1]).subscriptions == ()

    def test_bear_the_category_that_stands_most_often(self):
        told = days(30, 31, 30)
        lines = taken(told, 25)
        lines[0] = replace(lines[0], category=Category.EDUCATION)

        (stream,) = found(lines, told[-1]).subscriptions

        assert stream.category == Category.ENTERTAINMENT


class TestLaws:
    @given(
        amounts=st.lists(st.integers(1, 9_000), min_size=3, max_size=12),
        step=st.sampled_from((7, 14, 30, 31)),
        chance=st.randoms(),
    )
    def test_the_order_of_rows_does_not_matter(self, amounts, step, chance):
        told = days(*[step] * (len(amounts) - 1))
        lines = [on(day, yuan, **WAGE) for day, yuan in zip(told, amounts, strict=True)]
        shuffled = lines.copy()
        chance.shuffle(shuffled)

        assert found(lines) == found(shuffled)

    @given(
        step=st.sampled_from((7, 14, 30)),
        count=st.integers(3, 9),
        left_out=st.sets(st.integers(0, 8), max_size=4),
    )
    def test_a_stream_is_made_of_counted_rows_only(self, step, count, left_out):
        columns = columns_of(paid(days(*[step] * (count - 1))))
        counted = np.array([row not in left_out for row in range(count)])
        allowed = {columns.key(row) for row in np.flatnonzero(counted).tolist()}

        recurrence = recurring(columns, counted, TODAY)

        for stream in (*recurrence.salaries, *recurrence.incomes):
            assert set(stream.events) <= allowed
            assert stream.occurrences == len(stream.events)
        assert recurrence.salary_events <= allowed

    @given(st.lists(st.integers(0, 5), min_size=1))
    def test_the_most_common_is_counted_and_of_equals_the_smallest(self, values):
        chosen = most_common(values)

        assert all(
            values.count(chosen) > values.count(each)
            or (values.count(chosen) == values.count(each) and chosen <= each)
            for each in values
        )


def test_nothing_at_all_does_not_vary():
    assert variation(np.array([0, 0, 0])) == 0.0
    assert variation(np.array([500, 500])) == 0.0
    assert variation(np.array([100, 300])) == 0.5
