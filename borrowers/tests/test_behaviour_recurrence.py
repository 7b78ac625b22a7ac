"""Salaries and subscriptions are found by their rhythm; coffees and friends are not."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction, Source
from borrowers.behaviour.recurrence import Frequency, Recurrence, recurring
from borrowers.behaviour.recurrence.streams import rhythm
from borrowers.tests.stories_of_money import Line, code, columns_of

TODAY = date(2026, 7, 1)


def found(lines: list[Line], as_of: date = TODAY) -> Recurrence:
    columns = columns_of(lines)
    return recurring(columns, np.ones(len(columns), dtype=bool), as_of)


def on(day: date, yuan: float, **more: Any) -> Line:
    name = f"{day} {yuan} {more.get('merchant')}"
    return Line(name, Source.CMB, f"{day} 10:00:00", yuan, **more)


def wages(*amounts: float, **more: Any) -> list[Line]:
    """On the tenth of each month from January on."""
    told = {
        "direction": Direction.IN,
        "category": Category.INCOME_OTHER,
        "merchant": "示例科技",
        **more,
    }
    return [on(date(2026, month, 10), yuan, **told) for month, yuan in enumerate(amounts, 1)]


class TestSalary:
    def test_is_found_by_its_rhythm_where_no_word_says_it(self):
        (stream,) = found(wages(8_000, 8_200, 7_900, 8_100, 8_000, 8_050)).salaries

        assert stream.party == code("示例科技")
        assert stream.frequency is Frequency.MONTHLY
        assert (stream.first_on, stream.last_on) == (date(2026, 1, 10), date(2026, 6, 10))
        assert stream.next_on == date(2026, 7, 10)
        assert stream.average_fen == 804_166
        assert (stream.occurrences, stream.missed, stream.is_active) == (6, 0, True)

    def test_survives_a_bonus_and_a_month_without_work(self):
        lines = wages(8_000, 8_000, 8_000, 8_000, 8_000, 8_000)
        del lines[3]
        bonus = on(date(2026, 1, 20), 20_000, direction=Direction.IN,
                   category=Category.INCOME_OTHER, merchant="示例科技")  # fmt: skip

        (stream,) = found([*lines, bonus]).salaries

        assert (stream.occurrences, stream.missed) == (5, 1)

    def test_that_stopped_is_active_no_more(self):
        (stream,) = found(wages(8_000, 8_000, 8_000)).salaries

        assert not stream.is_active
        assert stream.missed == 0

    def test_once_by_its_word_is_a_salary_without_a_stream(self):
        recurrence = found(wages(8_000, category=Category.INCOME_SALARY))

        assert recurrence.salaries == ()
        assert len(recurrence.salary_events) == 1

    def test_is_not_what_a_friend_sends_every_month(self):
        recurrence = found(wages(2_000, 2_000, 2_000, 2_000, category=Category.TRANSFER_SOCIAL))

        assert recurrence.salaries == recurrence.incomes == ()
        assert recurrence.salary_events == frozenset()

    def test_is_not_interest_though_it_comes_evenly(self):
        recurrence = found(wages(3.1, 3.2, 3.1, 3.0))

        assert recurrence.salaries == ()
        assert len(recurrence.incomes) == 1

    def test_is_not_what_people_send_themselves_from_another_bank(self):
        lines = wages(2_000, 2_000, 2_000, 2_000, merchant="", counterparty="林一诺")
        columns = columns_of(lines)
        everything = np.ones(len(columns), dtype=bool)

        own = recurring(columns, everything, TODAY, own_names=frozenset({code("林一诺")}))

        assert own.salaries == own.incomes == ()
        assert len(recurring(columns, everything, TODAY).salaries) == 1

    def test_of_later_days_is_not_known_yet(self):
        assert found(wages(8_000, 8_000, 8_000), date(2026, 2, 28)).salaries == ()


class TestSubscriptions:
    def lines(self, days: list[date], yuan: float = 25.0, **more: Any) -> list[Line]:
        told = {"category": Category.ENTERTAINMENT, "merchant": "云帆视频", **more}
        return [on(day, yuan, **told) for day in days]

    def monthly(self, count: int) -> list[date]:
        return [date(2026, month, 5) for month in range(1, 1 + count)]

    def test_renew_each_month_at_one_price(self):
        (stream,) = found(self.lines(self.monthly(6))).subscriptions

        assert (stream.frequency, stream.average_fen) == (Frequency.MONTHLY, 2_500)
        assert (stream.next_on, stream.is_active, stream.missed) == (date(2026, 7, 5), True, 0)

    def test_twice_is_not_yet_a_habit(self):
        assert found(self.lines(self.monthly(2))).subscriptions == ()

    def test_miss_a_renewal_and_go_on(self):
        days = self.monthly(6)
        del days[2]

        (stream,) = found(self.lines(days)).subscriptions

        assert (stream.occurrences, stream.missed) == (5, 1)

    def test_of_two_plans_with_one_merchant_are_two(self):
        lines = self.lines(self.monthly(4)) + self.lines(self.monthly(5), 68)

        streams = found(lines).subscriptions

        assert {(each.average_fen, each.occurrences) for each in streams} == {
            (2_500, 4),
            (6_800, 5),
        }

    def test_are_weekly_quarterly_and_yearly_too(self):
        for step, frequency in ((7, Frequency.WEEKLY), (91, Frequency.QUARTERLY),
                                (365, Frequency.YEARLY)):  # fmt: skip
            days = [TODAY - timedelta(days=step * back) for back in (3, 2, 1, 0)]

            assert [each.frequency for each in found(self.lines(days)).subscriptions] == [frequency]

    def test_are_not_coffees_at_one_price_on_any_day(self):
        days = [date(2026, 3, 1) + timedelta(days=step) for step in (0, 1, 2, 4, 5, 9, 11, 12, 15)]

        assert found(self.lines(days, 15.0)).subscriptions == ()

    def test_are_not_repayments_or_friends(self):
        for category in (Category.CREDIT_REPAYMENT, Category.TRANSFER_SOCIAL):
            assert found(self.lines(self.monthly(6), category=category)).subscriptions == ()


def test_rows_that_are_not_counted_form_no_stream():
    columns = columns_of(wages(8_000, 8_000, 8_000, 8_000, 8_000, 8_000))

    assert recurring(columns, np.zeros(len(columns), dtype=bool), TODAY).salaries == ()


@given(
    frequency=st.sampled_from(Frequency),
    count=st.integers(3, 20),
    start=st.integers(700_000, 740_000),
)
def test_every_exact_rhythm_is_recognised(frequency, count, start):
    found_rhythm = rhythm(np.arange(count) * int(frequency) + start)

    assert found_rhythm is not None
    assert (found_rhythm.frequency, found_rhythm.skipped) == (frequency, 0)
