"""Days are Shanghai days; months keep the day of the month where they can."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from common.periods import SHANGHAI, add_months, shanghai_date

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))
MONTHS = st.integers(min_value=-360, max_value=360)


def month_number(day: date) -> int:
    return day.year * 12 + day.month


class TestAddMonths:
    @pytest.mark.parametrize(
        ("start", "months", "later"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2026, 11, 20), 2, date(2027, 1, 20)),
            (date(2026, 12, 31), 0, date(2026, 12, 31)),
            (date(2026, 1, 15), -1, date(2025, 12, 15)),
            (date(2026, 3, 31), -13, date(2025, 2, 28)),
        ],
    )
    def test_keeps_the_day_or_takes_the_months_last(self, start, months, later):
        assert add_months(start, months) == later

    def test_goes_back_to_the_anchor_after_a_short_month(self):
        due = [add_months(date(2026, 1, 31), number, anchor_day=31) for number in range(1, 5)]
        stepped = add_months(date(2026, 2, 28), 1, anchor_day=31)

        assert [each.day for each in due] == [28, 31, 30, 31]
        assert stepped == date(2026, 3, 31)

    @given(DAYS, MONTHS)
    def test_lands_in_the_right_month_on_the_right_day(self, start, months):
        later = add_months(start, months)
        last = monthrange(later.year, later.month)[1]

        assert month_number(later) == month_number(start) + months
        assert later.day == min(start.day, last)

    @given(DAYS, MONTHS, MONTHS)
    def test_in_two_steps_with_an_anchor_is_as_in_one(self, start, first, second):
        halfway = add_months(start, first, anchor_day=start.day)

        assert add_months(halfway, second, anchor_day=start.day) == add_months(
            start, first + second
        )

    @given(DAYS, MONTHS, MONTHS)
    def test_keeps_the_order_of_months(self, start, one, other):
        low, high = sorted((one, other))

        assert add_months(start, low) <= add_months(start, high)


class TestShanghai:
    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            (datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
            (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), date(2026, 11, 21)),
            (datetime(2026, 11, 20, 23, 0, tzinfo=SHANGHAI), date(2026, 11, 20)),
            (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
        ],
    )
    def test_has_midnight_eight_hours_before_utc(self, instant, day):
        assert shanghai_date(instant) == day

    @given(
        st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 (wall clock)
        st.integers(min_value=-12, max_value=14),
    )
    def test_does_not_care_where_the_clock_hangs(self, wall, offset_hours):
        instant = wall.replace(tzinfo=UTC)
        elsewhere = instant.astimezone(timezone(timedelta(hours=offset_hours)))

        assert shanghai_date(elsewhere) == shanghai_date(instant)

    def test_of_a_naive_time_is_a_mistake(self):
        with pytest.raises(AssertionError):
            shanghai_date(datetime(2026, 11, 20))  # noqa: DTZ001 (wall clock)

    def test_clock_reads_aware_utc_and_todays_day(self):
        before = clock.now()

        assert before.utcoffset() == timedelta()
        assert clock.shanghai_today() in {shanghai_date(before), shanghai_date(clock.now())}
