"""When a debit may be tried: the laws hold for every calendar, and a few days by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import SHANGHAI
from lending.mandates import rhythm

DUE = date(2026, 12, 20)
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
PAY_DAYS = st.none() | st.integers(1, 31)


def at(hour: int, minute: int = 0, *, day: date = DUE) -> datetime:
    """A moment by the clock of Shanghai."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


class TestHours:
    @pytest.mark.parametrize(
        ("hour", "minute", "seconds"),
        [
            (0, 0, 8 * 3600),
            (7, 59, 60),
            (8, 0, 0),
            (14, 30, 0),
            (20, 59, 0),
            (21, 0, 11 * 3600),
            (23, 59, 8 * 3600 + 60),
        ],
    )
    def test_are_eight_to_nine_in_the_evening(self, hour, minute, seconds):
        assert rhythm.closed_seconds(at(hour, minute)) == seconds

    @given(moment=st.integers(1_577_836_800, 2_840_140_800))
    def test_waiting_as_long_as_said_always_ends_at_an_open_door(self, moment):
        moment = datetime.fromtimestamp(moment, tz=UTC)
        wait = rhythm.closed_seconds(moment)

        assert 0 <= wait <= 11 * 3600
        assert rhythm.closed_seconds(moment + timedelta(seconds=wait)) <= 1


class TestFirstTry:
    def test_is_the_due_date_when_it_was_told_of_in_time(self):
        assert rhythm.first_on(due_on=DUE, announced_on=DUE - timedelta(days=3)) == DUE

    def test_waits_for_the_notice_when_it_was_told_of_late(self):
        told = DUE - timedelta(days=1)

        assert rhythm.first_on(due_on=DUE, announced_on=told) == told + timedelta(days=3)

    @given(due_on=DAYS, before=st.integers(0, 60))
    def test_is_never_before_the_due_date_nor_inside_the_notice(self, due_on, before):
        told = due_on - timedelta(days=before)
        first = rhythm.first_on(due_on=due_on, announced_on=told)

        assert first >= due_on
        assert (first - told).days >= 3


class TestLaterTries:
    def test_without_a_pay_day_are_one_three_and_seven_days_later(self):
        assert [day.day for day in rhythm.retry_days(DUE, None)] == [21, 23, 27]

    def test_move_the_middle_one_to_the_pay_day(self):
        assert [day.day for day in rhythm.retry_days(DUE, 25)] == [21, 25, 27]
        assert [day.day for day in rhythm.retry_days(DUE, 29)] == [21, 27, 29]

    def test_take_the_last_day_of_a_month_that_has_no_such_day(self):
        first = date(2027, 2, 24)

        assert date(2027, 2, 28) in rhythm.retry_days(first, 31)
        assert date(2028, 2, 29) in rhythm.retry_days(date(2028, 2, 24), 30)

    def test_leave_a_pay_day_alone_that_is_too_far(self):
        assert [day.day for day in rhythm.retry_days(DUE, 10)] == [21, 23, 27]

    def test_end_after_the_fourth_try(self):
        days, tried_on, tries = [DUE], DUE, 1
        while (
            again := rhythm.next_on(first=DUE, tried_on=tried_on, tries=tries, pay_day=None)
        ) is not None:
            days.append(again)
            tried_on, tries = again, tries + 1

        assert [day.day for day in days] == [20, 21, 23, 27]

    @given(first=DAYS, pay_day=PAY_DAYS)
    def test_are_few_apart_and_inside_the_window(self, first, pay_day):
        days = rhythm.retry_days(first, pay_day)

        assert list(days) == sorted(set(days))
        assert 2 <= len(days) <= 3
        assert all(first < day <= rhythm.ends_on(first=first) for day in days)

    @given(first=DAYS, pay_day=PAY_DAYS, delays=st.lists(st.integers(0, 4), max_size=8))
    def test_come_to_an_end_however_late_each_was_made(self, first, pay_day, delays):
        """A try may slip by some days; the next is always later, and there are four at most."""
        tries, tried_on = 1, first
        for delay in [*delays, 0, 0, 0, 0]:
            again = rhythm.next_on(first=first, tried_on=tried_on, tries=tries, pay_day=pay_day)
            if again is None:
                break
            assert again > tried_on
            tries, tried_on = tries + 1, again + timedelta(days=delay)
        else:
            pytest.fail("it never ends")

        assert tries <= 4
