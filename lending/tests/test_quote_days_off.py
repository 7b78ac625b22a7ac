"""Days off of a quote: where due dates go, in a named calendar, a list of one's own, or both."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Refused
from lending.calc.plans import Roll
from lending.management import spellings
from lending.management.quote_answer import answer
from lending.management.quote_terms import asked

# Mei pays on the first of each month; the first of May 2026 is a Friday and a holiday.
MEI = {
    "principal_fen": 600_000,
    "annual_rate_percent": "12",
    "first_disbursed_on": "2026-02-01",
    "periods": 6,
    "day_count": "ACT/365",
}
LATE = {"from": "2026-05-03"}
AGREED = ["2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"]


def due_dates(**terms):
    return [row["due_on"] for row in answer(MEI | terms)["instalments"]]


def moved(**terms):
    """The due dates that are not the agreed ones."""
    return {a: b for a, b in zip(AGREED, due_dates(**terms), strict=True) if a != b}


def refused(**terms):
    with pytest.raises(Refused) as caught:
        answer(MEI | terms)
    return caught.value.code, caught.value.context.get("name")


class TestDaysOfOnesOwn:
    def test_are_off_and_no_others_and_move_to_the_next_day_that_is_worked(self):
        # The first of March 2026 is a Sunday, and stays one on which Mei pays.
        found = moved(holidays=["2026-05-01", "2026-05-02", "2026-06-01"])

        assert found == {"2026-05-01": "2026-05-03", "2026-06-01": "2026-06-02"}

    @pytest.mark.parametrize(
        ("roll", "day"),
        [
            ("FOLLOWING", "2026-08-02"),
            ("MODIFIED_FOLLOWING", "2026-08-02"),
            ("PRECEDING", "2026-07-31"),
            # Not into another month.
            ("MODIFIED_PRECEDING", "2026-08-02"),
            ("next business day", "2026-08-02"),
            ("顺延", "2026-08-02"),
        ],
    )
    def test_follow_the_rule_that_is_given(self, roll, day):
        assert moved(holidays=["2026-08-01"], roll=roll) == {"2026-08-01": day}

    def test_move_nothing_where_no_rule_is_wanted(self):
        assert moved(holidays=["2026-08-01"], roll="NONE") == {}

    @pytest.mark.parametrize(
        "holidays",
        [
            ["2026-05-01", "2026-05-02", "2026-05-03"],
            [{"from": "2026-05-01", "to": "2026-05-03", "name": "Labour Day"}],
            [{"on": "2026-05-01"}, {"date": "2026-05-02"}, "2026-05-03"],
            {"off": [{"fromDate": "2026-05-01", "toDate": "2026-05-03"}], "calendar": "none"},
            {"dates": ["2026-05-01", "2026-05-02", "2026-05-03"], "country": "none"},
        ],
    )
    def test_may_be_listed_one_by_one_or_from_a_day_to_another(self, holidays):
        assert moved(holidays=holidays, roll="FOLLOWING") == {"2026-05-01": "2026-05-04"}

    def test_change_no_interest(self):
        rolled, plain = answer(MEI | {"holidays": ["2026-05-01"]}), answer(MEI)

        for name in ("principal_fen", "interest_fen", "balance_fen"):
            assert [row[name] for row in rolled["instalments"]] == [
                row[name] for row in plain["instalments"]
            ]
        assert rolled["apr_x12_percent"] == plain["apr_x12_percent"]
        assert rolled["xirr_percent"] < plain["xirr_percent"]

    def test_that_fill_a_period_leave_its_date_where_it_is(self):
        june = {"from": "2026-06-01", "to": "2026-07-05"}

        assert "2026-06-01" not in moved(holidays=[june])

    @given(st.lists(st.dates(date(2026, 2, 2), date(2026, 9, 1)), max_size=30))
    def test_never_reorder_and_never_stand_on_a_day_off_that_could_be_left(self, days):
        found = due_dates(holidays=[each.isoformat() for each in days])

        assert found == sorted(set(found))
        for agreed, day in zip(AGREED, found, strict=True):
            off = date.fromisoformat(day) in days
            assert not off or day == agreed


class TestACalendar:
    def test_of_weekends_moves_sundays(self):
        assert moved(holidays="WEEKENDS", roll="FOLLOWING") == {
            "2026-03-01": "2026-03-02",
            "2026-08-01": "2026-08-03",
        }

    def test_of_no_days_at_all_moves_none(self):
        assert moved(holidays="none", roll="FOLLOWING") == {}
        assert moved(holidays=[], roll="FOLLOWING") == {}
        assert moved(roll="FOLLOWING")["2026-05-01"] > "2026-05-03"

    @pytest.mark.parametrize(
        "terms",
        [
            {"holiday_overrides": {"off": ["2026-06-01"], "working": ["2026-03-01"]}},
            {"holiday_overrides": {"2026-06-01": "OFF", "2026-03-01": "working day"}},
            {"overrides": {"days_off": ["2026-06-01"]}, "working_days": ["2026-03-01"]},
            {
                "calendar": "WEEKENDS",
                "holidays": {"off": ["2026-06-01"], "worked": ["2026-03-01"]},
            },
            {"calendar": "weekend", "holidays": ["2026-06-01"], "workdays": ["2026-03-01"]},
            {
                "holidays": {
                    "calendar": "WEEKENDS", "off": ["2026-06-01"], "working": ["2026-03-01"]
                }
            },
        ],
    )  # fmt: skip
    def test_may_have_days_of_ones_own_over_it(self, terms):
        known = {"holidays": "WEEKENDS"} if "holidays" not in terms else {}

        assert moved(**known | terms, roll="FOLLOWING") == {
            "2026-06-01": "2026-06-02",
            "2026-08-01": "2026-08-03",
        }

    def test_alone_moves_nothing_before_a_rule_is_given(self):
        assert asked(MEI | {"holidays": "CN"}).plan.roll is Roll.NONE
        assert asked(MEI | {"holidays": ["2026-05-01"]}).plan.roll is Roll.FOLLOWING


class TestWords:
    @pytest.mark.parametrize(("words", "roll"), sorted(spellings.ROLLS.items()))
    @pytest.mark.parametrize("key", ["roll", "rollRule", "business_day_convention"])
    def test_of_a_rule_may_stand_under_several_keys(self, key, words, roll):
        assert asked(MEI | {key: words}).plan.roll is roll

    @pytest.mark.parametrize(
        ("terms", "code", "name"),
        [
            ({"holidays": ["2026-02-30"]}, "UNCLEAR_TERM", "holidays"),
            ({"holidays": [20260501]}, "UNCLEAR_TERM", "holidays"),
            ({"holidays": 7}, "UNCLEAR_TERM", "holidays"),
            ({"holidays": [{"name": "May"}]}, "MISSING_TERM", "holidays.on"),
            ({"holidays": [LATE | {"to": "2026-05-01"}]}, "UNCLEAR_TERM", "holidays.to"),
            ({"holidays": [LATE | {"to": "2036-05-01"}]}, "UNCLEAR_TERM", "holidays.to"),
            ({"holidays": {"colour": []}}, "UNKNOWN_TERM", "holidays.colour"),
            ({"holiday_overrides": {"2026-05-01": "MAYBE"}}, "UNCLEAR_TERM", "holiday_overrides"),
            ({"holiday_overrides": {"on": []}}, "UNKNOWN_TERM", "holiday_overrides.on"),
            ({"holiday_overrides": []}, "UNCLEAR_TERM", "holiday_overrides"),
            ({"roll": "SIDEWAYS"}, "UNCLEAR_TERM", "roll"),
        ],
    )
    def test_that_name_no_days_are_refused(self, terms, code, name):
        assert refused(**terms) == (code, name)

    def test_of_a_day_both_off_and_worked_are_refused(self):
        both = {"off": ["2026-05-01"], "working": ["2026-05-01"]}

        assert refused(holidays=both) == ("UNCLEAR_TERM", "holidays")

    def test_at_the_end_of_the_calendar_are_a_refusal_and_no_accident(self):
        last = {"first_disbursed_on": "9999-11-30", "first_due_on": "9999-12-31", "periods": 1}

        assert refused(holidays=["9999-12-31"], **last)[0] == "IMPOSSIBLE_TERMS"
