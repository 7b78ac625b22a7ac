"""Due dates and the periods between them: calendars by hand, and what holds for every plan."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.conventions.days_off import rolled, working_days
from lending.calc.conventions.due_dates import anchor_day, spans
from lending.calc.plans import Frequency, ImpossibleTerms, Roll
from lending.tests.calc_plans import changed, starts

EXAMPLES = settings(deadline=None, max_examples=80)
DAILY, WEEKLY, MONTHLY = Frequency.DAILY, Frequency.WEEKLY, Frequency.MONTHLY


def day(text):
    return date.fromisoformat(text)


def days_of(start, periods=4, **terms):
    plan = changed(first_disbursed_on=day(start), periods=periods, **terms)
    return [span.ends_on.isoformat()[5:] for span in spans(plan)]


class TestDueDates:
    @pytest.mark.parametrize(
        ("start", "terms", "expected"),
        [
            ("2026-01-01", {}, ["02-01", "03-01", "04-01", "05-01"]),
            ("2026-01-15", {}, ["02-15", "03-15", "04-15", "05-15"]),
            ("2026-01-28", {}, ["02-28", "03-28", "04-28", "05-28"]),
            ("2026-01-29", {}, ["02-28", "03-29", "04-29", "05-29"]),
            ("2028-01-29", {}, ["02-29", "03-29", "04-29", "05-29"]),
            ("2026-01-31", {}, ["02-28", "03-31", "04-30", "05-31"]),
            ("2028-01-31", {}, ["02-29", "03-31", "04-30", "05-31"]),
            ("2026-02-28", {}, ["03-28", "04-28", "05-28", "06-28"]),
            ("2028-02-29", {}, ["03-29", "04-29", "05-29", "06-29"]),
            ("2026-10-31", {}, ["11-30", "12-31", "01-31", "02-28"]),
            ("2026-01-31", {"every": 3}, ["04-30", "07-31", "10-31", "01-31"]),
            ("2026-08-31", {"every": 6}, ["02-28", "08-31", "02-29", "08-31"]),
            ("2026-01-15", {"every": 12}, ["01-15", "01-15", "01-15", "01-15"]),
            ("2026-02-20", {"frequency": WEEKLY}, ["02-27", "03-06", "03-13", "03-20"]),
            ("2026-02-20", {"frequency": WEEKLY, "every": 2}, ["03-06", "03-20", "04-03", "04-17"]),
            ("2026-02-26", {"frequency": DAILY}, ["02-27", "02-28", "03-01", "03-02"]),
            ("2028-02-27", {"frequency": DAILY}, ["02-28", "02-29", "03-01", "03-02"]),
            ("2026-02-20", {"frequency": DAILY, "every": 10}, ["03-02", "03-12", "03-22", "04-01"]),
            ("2026-01-20", {"anchor_day": 5}, ["02-05", "03-05", "04-05", "05-05"]),
            ("2026-01-20", {"anchor_day": 31}, ["02-28", "03-31", "04-30", "05-31"]),
            (
                "2026-01-20",
                {"first_due_on": date(2026, 2, 5)},
                ["02-05", "03-05", "04-05", "05-05"],
            ),
            (
                "2026-01-20",
                {"first_due_on": date(2026, 2, 28)},
                ["02-28", "03-28", "04-28", "05-28"],
            ),
            (
                "2026-01-20",
                {"last_due_on": date(2026, 4, 30)},
                ["02-20", "03-20", "04-20", "04-30"],
            ),
        ],
    )
    def test_of_four_periods(self, start, terms, expected):
        assert days_of(start, **terms) == expected

    @pytest.mark.parametrize(
        ("terms", "expected"),
        [
            ({"first_disbursed_on": date(2026, 1, 20)}, 20),
            ({"first_disbursed_on": date(2026, 1, 20), "anchor_day": 7}, 7),
            ({"first_disbursed_on": date(2026, 1, 20), "first_due_on": date(2026, 2, 7)}, 7),
            ({"first_disbursed_on": date(2026, 1, 30), "first_due_on": date(2026, 2, 28)}, 30),
            ({"first_disbursed_on": date(2026, 1, 20), "first_due_on": date(2026, 2, 28)}, 28),
            ({"first_disbursed_on": date(2026, 3, 31), "first_due_on": date(2026, 4, 30)}, 31),
            ({"first_disbursed_on": date(2026, 3, 31), "first_due_on": date(2026, 4, 29)}, 29),
        ],
    )
    def test_keep_to_a_day_of_the_month(self, terms, expected):
        assert anchor_day(changed(**terms)) == expected

    @given(starts, st.integers(1, 60))
    @EXAMPLES
    def test_of_months_never_skip_one(self, start, periods):
        found = spans(changed(first_disbursed_on=start, periods=periods))
        months = [span.ends_on.year * 12 + span.ends_on.month for span in found]

        assert all(later - earlier == 1 for earlier, later in pairwise(months))
        assert all(span.ends_on.day <= start.day for span in found)


class TestPeriods:
    @pytest.mark.parametrize(
        ("start", "first_due", "frequency", "units", "odd_days"),
        [
            ("2026-01-15", "2026-02-15", MONTHLY, 1, 0),
            ("2026-01-15", "2026-02-14", MONTHLY, 0, 30),
            ("2026-01-15", "2026-02-16", MONTHLY, 1, 1),
            ("2026-01-15", "2026-03-15", MONTHLY, 2, 0),
            ("2026-01-31", "2026-02-28", MONTHLY, 1, 0),
            ("2026-01-30", "2026-02-28", MONTHLY, 1, 0),
            ("2026-01-27", "2026-02-28", MONTHLY, 1, 1),
            ("2026-01-15", "2026-01-16", MONTHLY, 0, 1),
            ("2026-01-15", "2027-01-15", MONTHLY, 12, 0),
            ("2026-01-15", "2026-01-22", WEEKLY, 1, 0),
            ("2026-01-15", "2026-01-21", WEEKLY, 0, 6),
            ("2026-01-15", "2026-02-01", WEEKLY, 2, 3),
            ("2026-01-15", "2026-02-01", DAILY, 17, 0),
        ],
    )
    def test_hold_whole_units_and_odd_days(self, start, first_due, frequency, units, odd_days):
        plan = changed(
            first_disbursed_on=day(start),
            first_due_on=day(first_due),
            frequency=frequency,
            periods=1,
        )
        (found,) = spans(plan)

        assert (found.units, found.odd_days, found.is_whole) == (units, odd_days, False)

    @given(starts, st.sampled_from(Frequency), st.integers(1, 4), st.integers(1, 40))
    @EXAMPLES
    def test_join_without_a_gap_and_are_as_many_as_agreed(self, start, frequency, every, periods):
        plan = changed(first_disbursed_on=start, frequency=frequency, every=every, periods=periods)
        found = spans(plan)

        assert len(found) == periods
        assert found[0].starts_on == start
        assert all(one.ends_on == other.starts_on for one, other in pairwise(found))
        assert all((span.units, span.odd_days) == (every, 0) for span in found)

    def test_with_starts_of_their_own_are_whole(self):
        plan = changed(
            periods=2,
            due_dates=(date(2026, 2, 20), date(2026, 3, 5)),
            period_starts=(date(2026, 1, 1), date(2026, 2, 1)),
        )

        assert [(span.starts_on.day, span.units, span.is_whole) for span in spans(plan)] == [
            (1, 1, True),
            (1, 1, True),
        ]

    def test_of_a_fixed_instalment_are_the_most_that_there_may_be(self):
        plan = changed(periods=0, fixed_instalment_fen=50_000)

        assert len(spans(plan)) == 600

    @pytest.mark.parametrize(
        "start", [date(9999, 6, 1), date(9990, 1, 31), date.max - timedelta(days=1)]
    )
    def test_beyond_the_calendar_are_refused(self, start):
        with pytest.raises(ImpossibleTerms):
            spans(changed(first_disbursed_on=start, periods=600))


class TestWeekends:
    # 7 and 8 March 2026 are a Saturday and a Sunday; so are 31 January and 1 February.
    @pytest.mark.parametrize(
        ("text", "roll", "expected"),
        [
            ("2026-03-06", Roll.FOLLOWING, "2026-03-06"),
            ("2026-03-07", Roll.FOLLOWING, "2026-03-09"),
            ("2026-03-08", Roll.FOLLOWING, "2026-03-09"),
            ("2026-03-07", Roll.PRECEDING, "2026-03-06"),
            ("2026-03-08", Roll.PRECEDING, "2026-03-06"),
            ("2026-03-08", Roll.MODIFIED_FOLLOWING, "2026-03-09"),
            ("2026-01-31", Roll.FOLLOWING, "2026-02-02"),
            ("2026-01-31", Roll.MODIFIED_FOLLOWING, "2026-01-30"),
            ("2026-01-31", Roll.PRECEDING, "2026-01-30"),
            ("2026-02-01", Roll.PRECEDING, "2026-01-30"),
            ("2026-01-31", Roll.NONE, "2026-01-31"),
        ],
    )
    def test_move_a_due_date(self, text, roll, expected):
        plan = changed(first_disbursed_on=date(2025, 12, 31), roll=roll, holidays="WEEKENDS")

        assert list(rolled(plan, [day(text)])) == [day(expected)]

    @given(starts, st.integers(1, 24), st.sampled_from([Roll.FOLLOWING, Roll.PRECEDING]))
    @EXAMPLES
    def test_leave_every_monthly_due_date_on_a_working_day(self, start, periods, roll):
        plan = changed(first_disbursed_on=start, periods=periods, roll=roll, holidays="WEEKENDS")
        agreed = [span.ends_on for span in spans(plan)]
        is_working = working_days("WEEKENDS")

        for was, now in zip(agreed, rolled(plan, agreed), strict=True):
            assert is_working(now)
            assert abs((now - was).days) <= 2
            assert was == now or not is_working(was)
