"""Rows of records by hand: days, weeks, months and counts at every edge, and what is refused."""

import json
from datetime import date

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import (
    Category,
    Cell,
    Direction,
    Plain,
    Precision,
    Quarantined,
    Source,
)
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.records import devices, rows, social_activity
from borrowers.connectors.records.facts import Fact, Paper, reading_of
from borrowers.connectors.registry import read_bill

FAN = {"device_type": "fan", "day": "2025-03-04", "on_minutes": 90, "events": 3}
WEEK = {
    "week": "2025-W10",
    "own_posts": 2,
    "interactions": 9,
    "contacts_bucket": 1,
    "active_days": 5,
}


def device(**changes):
    named = {"type": "fan", "day": "2025-03-04", "minutes": "90", "events": "3", **changes}
    return devices.fact(1, named)


def week(**changes):
    named: dict[str, Cell] = {
        "week": "2025-W10",
        "posts": 2,
        "interactions": 9,
        "contacts": 1,
        "days": 5,
    }
    return social_activity.fact(1, {**named, **changes})


def told(kind, *found):
    return read_bill(json.dumps({"kind": kind, "rows": found}).encode(), "")


class TestDays:
    @pytest.mark.parametrize(
        "cell",
        [
            "2025-03-04",
            "2025/03/04",
            "20250304",
            " 2025-03-04 ",
            "2025-03-04 12:30",
            "2025-03-04T00:00",
        ],
    )
    def test_are_the_same_in_every_spelling(self, cell):
        assert rows.day(cell) == date(2025, 3, 4)

    @pytest.mark.parametrize(
        "cell",
        [
            "",
            None,
            "2025-02-29",
            "2025-13-01",
            "2025-W01-1",
            "2025-03-04x",
            "2025-03-041",
            "04-03-2025",
        ],
    )
    def test_that_are_none_are_said_to_be_none(self, cell):
        with pytest.raises(RowUnreadable, match="TIME_UNREADABLE"):
            rows.day(cell)

    @pytest.mark.parametrize(
        ("cell", "is_known"),
        [("2002-12-31", False), ("2003-01-01", True), ("2099-12-31", True), ("2100-01-01", False)],
    )
    def test_begin_in_2003_and_end_with_the_century(self, cell, is_known):
        if is_known:
            assert rows.day(cell).isoformat() == cell
        else:
            with pytest.raises(RowUnreadable, match="TIME_OUT_OF_RANGE"):
                rows.day(cell)

    @pytest.mark.parametrize(
        ("cell", "monday"),
        [
            ("2025-W10", date(2025, 3, 3)),
            ("2025W10", date(2025, 3, 3)),
            ("2025-W01", date(2024, 12, 30)),
            ("2026-W53", date(2026, 12, 28)),
            ("2025-03-03", date(2025, 3, 3)),
            ("2025-03-09", date(2025, 3, 3)),
            ("2025-03-10", date(2025, 3, 10)),
        ],
    )
    def test_of_one_week_are_its_monday(self, cell, monday):
        assert social_activity.monday(cell) == monday

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("2025-W00", "TIME_UNREADABLE"),
            ("2025-W53", "TIME_UNREADABLE"),
            ("2025-W1", "TIME_UNREADABLE"),
            ("W10", "TIME_UNREADABLE"),
            ("2003-W01", "TIME_OUT_OF_RANGE"),
            ("2003-01-05", "TIME_OUT_OF_RANGE"),
            ("0001-W01", "TIME_OUT_OF_RANGE"),
        ],
    )
    def test_of_no_week_are_refused(self, cell, code):
        with pytest.raises(RowUnreadable, match=code):
            social_activity.monday(cell)


class TestCounts:
    @pytest.mark.parametrize(
        ("cell", "number"),
        [("0", 0), (0, 0), ("007", 7), (7.0, 7), (" 7 ", 7), ("10", 10), (10, 10)],
    )
    def test_are_whole_numbers(self, cell, number):
        assert rows.count(cell, most=10, code="X") == number

    @pytest.mark.parametrize(
        "cell", ["", None, "/", "-1", -1, "1.5", 1.5, "11", 11, "1e1", "５", "1,0", "1" * 10]
    )
    def test_are_nothing_else(self, cell):
        with pytest.raises(RowUnreadable, match="X"):
            rows.count(cell, most=10, code="X")


class TestDevices:
    @pytest.mark.parametrize(
        "changes",
        [
            {"minutes": "0"},
            {"minutes": "1440"},
            {"events": "100000"},
            {"type": "Washing_Machine"},
            {"type": "空调"},
            {"type": "tv"},
        ],
    )
    def test_are_read_up_to_the_edge(self, changes):
        assert device(**changes).on == date(2025, 3, 4)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"minutes": "1441"}, "COUNT_OUT_OF_RANGE"),
            ({"events": "100001"}, "COUNT_OUT_OF_RANGE"),
            ({"events": None}, "COUNT_OUT_OF_RANGE"),
            ({"type": ""}, "DEVICE_TYPE_UNKNOWN"),
            ({"type": "a"}, "DEVICE_TYPE_UNKNOWN"),
            ({"type": "fan 2"}, "DEVICE_TYPE_UNKNOWN"),
            ({"type": "林的空调1"}, "DEVICE_TYPE_UNKNOWN"),
            ({"type": "空" * 9}, "DEVICE_TYPE_UNKNOWN"),
            ({"day": "1999-01-01"}, "TIME_OUT_OF_RANGE"),
        ],
    )
    def test_are_refused_beyond_it(self, changes, code):
        with pytest.raises(RowUnreadable, match=code):
            device(**changes)

    def test_of_an_impossible_day_are_set_aside_and_the_others_are_read(self):
        reading = told("device_usage", FAN, {**FAN, "day": "1999-01-01"}, FAN)

        assert reading.quarantined == (Quarantined(2, "TIME_OUT_OF_RANGE"),)
        assert (reading.rows_read, len(reading.events), reading.duplicates) == (3, 2, 0)

    def test_that_were_alike_twice_on_a_day_are_two_under_two_keys(self):
        first, second = told("device_usage", FAN, FAN).events

        assert first.event_key != second.event_key
        assert first.metrics == second.metrics


class TestWeeks:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"days": 8}, "COUNT_OUT_OF_RANGE"),
            ({"contacts": 5}, "CONTACTS_NOT_A_BUCKET"),
            ({"contacts": 237}, "CONTACTS_NOT_A_BUCKET"),
            ({"posts": 100_001}, "COUNT_OUT_OF_RANGE"),
            ({"interactions": -1}, "COUNT_OUT_OF_RANGE"),
        ],
    )
    def test_hold_seven_days_and_buckets_for_contacts(self, changes, code):
        with pytest.raises(RowUnreadable, match=code):
            week(**changes)

    @pytest.mark.parametrize("changes", [{"days": 0}, {"days": 7}, {"contacts": 4}, {"posts": 0}])
    def test_are_read_up_to_the_edge(self, changes):
        assert week(**changes).on == date(2025, 3, 3)

    def test_told_twice_are_one(self):
        reading = told("social_activity", WEEK, {**WEEK, "week": "2025-03-05"})

        assert (reading.rows_read, len(reading.events), reading.duplicates) == (2, 1, 1)

    def test_before_there_were_bills_leave_nothing_to_read(self):
        with pytest.raises(refusals.UnreadableRows):
            told("social_activity", {**WEEK, "week": "2003-W01"})


class TestFields:
    @pytest.mark.parametrize(
        "name",
        ["lat", "gps", "ip", "home_address", "nickname", "好友", "电话", "raw_log", "event_time"],
    )
    def test_that_tell_too_much_refuse_the_whole_file(self, name):
        with pytest.raises(refusals.TellsTooMuch):
            told("device_usage", FAN, {**FAN, name: "x"})

    @pytest.mark.parametrize("name", ["lamp", "shipping", "macro", "remark", "备注"])
    def test_that_only_sound_alike_are_left_unread(self, name):
        (event,) = told("device_usage", {**FAN, name: "secret"}).events

        assert "secret" not in str(event)

    def test_inside_fields_are_looked_at_too(self):
        with pytest.raises(refusals.TellsTooMuch):
            told("device_usage", {**FAN, "more": [{"gps": 1}]})

    @pytest.mark.parametrize(
        ("text", "is_one"),
        [
            ('{"kind": "device_usage", "rows": []}', True),
            ('  {"rows": [], "kind": "device_usage"}', True),
            ('{"kind": "social_activity"}', False),
            ('{"other": "device_usage"}', False),
            ('["device_usage"]', False),
            ('{"kind": "device_usage"', False),
            ("", False),
        ],
    )
    def test_of_kind_say_what_the_json_is(self, text, is_one):
        plain = Plain(text=text, content=text.encode(), encoding="utf-8")

        assert rows.is_json(plain, devices.FIELDS) is is_one

    def test_that_are_true_or_a_list_are_no_figures(self):
        cells = rows.cells({"on_minutes": True, "events": [3], "day": "x"}, devices.FIELDS)

        assert cells == {"events": None, "day": "x"}


class TestReadings:
    def test_move_no_money_whatever_their_figures_say(self):
        (event,) = told("device_usage", FAN).events

        assert (event.amount_fen, event.refunded_fen) == (0, 0)
        assert (event.direction, event.category) == (Direction.NEUTRAL, Category.UNKNOWN)

    def test_of_no_row_and_of_no_readable_row_are_two_refusals(self):
        paper = Paper(Source.DEVICE, "X", "utf-8", "1")

        with pytest.raises(refusals.NoTransactions):
            reading_of([], [], paper)
        with pytest.raises(refusals.UnreadableRows):
            reading_of([], [Quarantined(1, "X")], paper)

    def test_tell_their_first_and_last_day_whatever_their_order(self):
        days = (date(2025, 3, 9), date(2025, 3, 1), date(2025, 3, 5))
        facts = [Fact(1, each, {"events": 1}, (each,)) for each in days]

        reading = reading_of(facts, [], Paper(Source.DEVICE, "X", "utf-8", "1"))

        assert (reading.period_from, reading.period_until) == (date(2025, 3, 1), date(2025, 3, 9))
        assert all(event.precision is Precision.DAY for event in reading.events)
