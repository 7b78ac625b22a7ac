"""Records that move no money: read in full, told apart from money, and stripped at the door."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.columns import from_events
from borrowers.connectors import refusals
from borrowers.connectors.contracts import BillReading, Direction, Precision, Source
from borrowers.connectors.pipe import as_json, from_json
from borrowers.connectors.registry import (
    purpose_of,
    read_bill,
    read_bill_bounded,
    reader_on,
    refuse_switched_off,
)
from borrowers.tests import record_papers as papers

ALL: dict[str, Callable[[], bytes]] = {
    "INSURANCE_TABLE": papers.insurance_csv,
    "INSURANCE_PAGES": papers.insurance_pdf,
    "STUDENT_STATUS": papers.student_pdf,
    "DEVICE_JSON": papers.device_json,
    "DEVICE_TABLE": papers.device_csv,
    "SOCIAL_JSON": papers.social_json,
    "SOCIAL_TABLE": papers.social_csv,
}


def figures(reading: BillReading) -> list[dict[str, int | str]]:
    return [dict(event.metrics or {}) for event in reading.events]


@pytest.mark.parametrize("dialect", ALL)
class TestEveryRecord:
    def test_is_known_and_every_row_is_accounted_for(self, dialect):
        reading = read_bill(ALL[dialect](), "")

        assert reading.dialect == dialect
        assert reading.events
        assert reading.rows_read == len(reading.events) + reading.duplicates
        assert len({event.event_key for event in reading.events}) == len(reading.events)

    def test_is_neither_income_nor_spending(self, dialect):
        reading = read_bill(ALL[dialect](), "")
        columns = from_events(reading.events)

        assert columns.amount_fen.sum() == 0
        assert set(columns.direction) == {Direction.NEUTRAL}

    def test_does_not_leave_its_file_behind(self, dialect):
        assert not read_bill(ALL[dialect](), "").keeps_file

    def test_comes_through_the_pipe_as_it_is(self, dialect):
        reading = read_bill(ALL[dialect](), "")

        assert from_json(json.loads(json.dumps(as_json(reading)))) == reading

    def test_read_again_has_the_same_keys(self, dialect):
        first, second = read_bill(ALL[dialect](), ""), read_bill(ALL[dialect](), "other.txt")

        assert [each.event_key for each in first.events] == [e.event_key for e in second.events]


def test_the_child_process_answers_the_same():
    assert read_bill_bounded(papers.student_pdf(), "") == read_bill(papers.student_pdf(), "")


class TestSwitches:
    @pytest.mark.parametrize("make", [papers.device_json, papers.social_csv])
    def test_records_behind_a_switch_are_refused_until_it_is_on(self, make):
        reading = read_bill(make(), "")

        with pytest.raises(refusals.SourceSwitchedOff):
            refuse_switched_off(reading, ())
        refuse_switched_off(reading, {purpose_of(reading)})

    @pytest.mark.parametrize("make", [papers.insurance_csv, papers.student_pdf])
    def test_others_need_none(self, make):
        refuse_switched_off(read_bill(make(), ""), ())

    def test_the_doors_reader_refuses_them(self):
        with pytest.raises(refusals.SourceSwitchedOff):
            reader_on(date(2026, 11, 20))(papers.device_json(), "")
        read = reader_on(date(2026, 11, 20), {"DEVICE"})
        assert read(papers.device_json(), "").source is Source.DEVICE


class TestSocialInsurance:
    def test_a_month_tells_base_and_shares_of_both(self):
        reading = read_bill(papers.insurance_csv(), "")
        first = reading.events[0]

        assert first.source is Source.SOCIAL_INSURANCE
        assert first.occurred_at == datetime(2025, 12, 31, 16, tzinfo=UTC)
        assert first.precision is Precision.MONTH
        assert first.counterparty == papers.EMPLOYER
        assert first.metrics == {
            "insurance": "PENSION",
            "base_fen": 800_000,
            "employer_fen": 128_000,
            "personal_fen": 64_000,
            "state": "PAID",
            "months_missing": 0,
        }

    def test_printed_and_as_a_table_it_is_the_same_record(self):
        table, pages = (
            read_bill(content, "") for content in (papers.insurance_csv(), papers.insurance_pdf())
        )

        assert [each.event_key for each in table.events] == [e.event_key for e in pages.events]
        assert figures(table) == figures(pages)

    def test_many_pages_are_read_to_the_last_row(self):
        months = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)]
        reading = read_bill(papers.insurance_pdf(papers.insurance_rows(months)), "")

        assert len(reading.events) == len(months) * 2
        assert not reading.quarantined

    @pytest.mark.parametrize("make", [papers.insurance_csv, papers.insurance_pdf])
    def test_the_code_of_the_paper_is_told(self, make):
        assert read_bill(make(), "").verification_code == papers.INSURANCE_CODE

    def test_a_gap_is_told_by_the_month_behind_it(self):
        gaps = [each["months_missing"] for each in figures(read_bill(papers.insurance_csv(), ""))]

        assert gaps == [0, 0, 0, 0, 2, 2]

    def test_a_month_that_was_not_paid_is_no_month_paid(self):
        rows = papers.insurance_rows(["2026-01", "2026-02", "2026-03"])
        for row in rows[2:4]:
            row[-1] = "暂停缴费"
        told = figures(read_bill(papers.insurance_csv(rows), ""))

        assert [each["state"] for each in told[::2]] == ["PAID", "PAUSED", "PAID"]
        assert told[4]["months_missing"] == 1

    def test_months_paid_late_are_told_as_such(self):
        rows = papers.insurance_rows(["2026-01"])
        rows[0][-1] = "补缴"

        assert figures(read_bill(papers.insurance_csv(rows), ""))[0]["state"] == "BACKPAID"

    @pytest.mark.parametrize("month", ["2026-01", "202601", "2026年1月", "2026/1", "2026.01"])
    def test_months_are_written_in_many_ways(self, month):
        reading = read_bill(papers.insurance_csv(papers.insurance_rows([month])), "")

        assert reading.events[0].occurred_at == datetime(2025, 12, 31, 16, tzinfo=UTC)

    def test_the_columns_may_stand_in_any_order(self):
        heads = list(papers.INSURANCE_HEADINGS)[::-1]
        lines = [",".join(heads)]
        lines += [",".join(f'"{cell}"' for cell in row[::-1]) for row in papers.insurance_rows()]
        reading = read_bill("\n".join([*lines, ""]).encode("gb18030"), "")

        assert figures(reading) == figures(read_bill(papers.insurance_csv(), ""))

    def test_the_same_row_twice_is_one_fact_and_a_counted_duplicate(self):
        rows = papers.insurance_rows(["2026-01"])
        reading = read_bill(papers.insurance_csv([*rows, rows[0]]), "")

        assert (len(reading.events), reading.duplicates) == (2, 1)

    @pytest.mark.parametrize(
        ("place", "cell", "reason"),
        [
            (0, "2026-13", "TIME_OUT_OF_RANGE"),
            (0, "上月", "TIME_UNREADABLE"),
            (1, "彩票", "INSURANCE_UNKNOWN"),
            (2, "八千", "AMOUNT_UNREADABLE"),
            (4, "-1.00", "AMOUNT_NEGATIVE"),
        ],
    )
    def test_a_row_that_cannot_be_is_set_aside_with_its_reason(self, place, cell, reason):
        rows = papers.insurance_rows(["2026-01"])
        rows[0][place] = cell
        reading = read_bill(papers.insurance_csv(rows), "")

        assert [each.reason for each in reading.quarantined] == [reason]
        assert reading.rows_read == 2

    def test_neither_name_nor_number_of_the_person_is_taken(self):
        told = repr(as_json(read_bill(papers.insurance_csv(), "")))

        assert "林某某" not in told
        assert "990101199803140018" not in told


class TestStudentStatus:
    def test_tells_school_level_status_and_days(self):
        (told,) = figures(read_bill(papers.student_pdf(), ""))
        code = told.pop("code_hash")

        assert told == {
            "school": "虚构示例大学",
            "level": "BACHELOR",
            "status": "ENROLLED",
            "start": "2024-09-01",
            "expected_end": "2028-07-01",
        }
        assert len(str(code)) == 32

    @pytest.mark.parametrize("columns", [1, 2])
    def test_what_is_not_needed_is_dropped(self, columns):
        told = repr(as_json(read_bill(papers.student_pdf(columns=columns), "")))

        for label, value in papers.STUDENT:
            if label != "院校":
                assert value not in told, label

    def test_a_label_without_a_value_does_not_take_the_next_ones(self):
        fields = [(label, "" if label == "层次" else value) for label, value in papers.STUDENT]
        (told,) = figures(read_bill(papers.student_pdf(fields), ""))

        assert told["level"] == "OTHER"
        assert told["school"] == "虚构示例大学"

    @pytest.mark.parametrize(
        ("words", "code"),
        [("在籍（注册学籍）", "ENROLLED"), ("休学", "SUSPENDED"), ("不在籍（毕业）", "LEFT")],
    )
    def test_knows_who_has_left(self, words, code):
        fields = [
            (label, words if label == "学籍状态" else value) for label, value in papers.STUDENT
        ]

        assert figures(read_bill(papers.student_pdf(fields), ""))[0]["status"] == code

    def test_without_a_school_there_is_nothing_to_keep(self):
        fields = [each for each in papers.STUDENT if each[0] != "院校"]

        with pytest.raises(refusals.UnreadableRows):
            read_bill(papers.student_pdf(fields), "")

    def test_its_code_is_for_asking_the_issuer(self):
        assert read_bill(papers.student_pdf(), "").verification_code == papers.STUDENT_CODE


class TestCounts:
    def test_a_day_of_a_device(self):
        assert figures(read_bill(papers.device_json(), ""))[0] == {
            "device_type": "washing_machine",
            "on_minutes": 62,
            "events": 2,
        }

    def test_a_week_of_activity_by_its_name_and_by_its_monday(self):
        by_name = read_bill(papers.social_json((("2026-W40", 3, 41, 2, 6),)), "")
        by_day = read_bill(papers.social_csv((("2026-09-28", 3, 41, 2, 6),)), "")

        assert by_name.events[0].event_key == by_day.events[0].event_key

    @pytest.mark.parametrize(
        "name",
        ["latitude", "gps", "location", "ssid", "content", "friend_ids", "phone", "raw_logs",
         "event_time", "contact_names", "位置", "好友", "通讯录"],
    )  # fmt: skip
    @pytest.mark.parametrize("make", [papers.device_json, papers.social_json])
    def test_a_file_that_tells_of_places_contents_or_people_is_refused_whole(self, make, name):
        with pytest.raises(refusals.TellsTooMuch):
            read_bill(make(**{name: "x"}), "")

    def test_also_in_a_table_and_deep_inside(self):
        with pytest.raises(refusals.TellsTooMuch):
            read_bill(papers.device_csv(also="gps"), "")
        with pytest.raises(refusals.TellsTooMuch):
            read_bill(papers.device_json(details={"gps": [1, 2]}), "")

    def test_contacts_come_as_a_bucket_never_as_a_number_of_people(self):
        weeks = (*papers.WEEKS, ("2026-W42", 1, 1, 187, 1))
        reading = read_bill(papers.social_json(weeks), "")

        assert [each.reason for each in reading.quarantined] == ["CONTACTS_NOT_A_BUCKET"]

    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            (("lamp", "2026-10-01", 1441, 1), "COUNT_OUT_OF_RANGE"),
            (("lamp", "2026-10-01", -1, 1), "COUNT_OUT_OF_RANGE"),
            (("lamp", "2026-13-01", 1, 1), "TIME_UNREADABLE"),
            (("林某的灯 13900000001", "2026-10-01", 1, 1), "DEVICE_TYPE_UNKNOWN"),
            (("lamp", "2026-10-01", True, 1), "COUNT_OUT_OF_RANGE"),
        ],
    )
    def test_a_day_that_cannot_be_is_set_aside(self, day, reason):
        reading = read_bill(papers.device_json((*papers.DEVICE_DAYS, day)), "")

        assert [each.reason for each in reading.quarantined] == [reason]

    def test_two_lamps_of_one_day_are_two(self):
        reading = read_bill(papers.device_json([papers.DEVICE_DAYS[1]] * 2), "")

        assert len(reading.events) == 2

    @pytest.mark.parametrize(
        "content",
        [
            b'{"kind": "device_usage"}',
            b'{"kind": "device_usage", "rows": {}}',
            b'{"kind": "device_usage", "rows": []}',
            b'{"kind": "device_usage", "rows": [1, null, "x", []]}',
            b'{"kind": "something"}',
            b'{"kind": "device_usage", "rows": ' + b"[" * 50_000,
            b'{"kind": "device_usage", "rows": [{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}]}',
        ],
    )
    def test_json_of_another_shape_is_a_refusal(self, content):
        with pytest.raises(refusals.FileRefused):
            read_bill(content, "")


counts = st.integers(min_value=0, max_value=1_000)


class TestRoundTrips:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["lamp", "washing_machine", "air_conditioner"]),
                st.dates(date(2020, 1, 1), date(2026, 1, 1)),
                counts,
                counts,
            ),
            min_size=1,
            max_size=20,
        )
    )
    def test_of_device_days(self, days):
        table = read_bill(papers.device_csv([(a, b.isoformat(), c, d) for a, b, c, d in days]), "")
        as_text = [(kind, day.isoformat(), on, used) for kind, day, on, used in days]
        plain = read_bill(papers.device_json(as_text), "")

        assert [each.event_key for each in table.events] == [e.event_key for e in plain.events]
        assert [
            (each["device_type"], each["on_minutes"], each["events"]) for each in figures(plain)
        ] == [(kind, on, used) for kind, _, on, used in days]

    @given(st.binary(max_size=300))
    def test_nothing_but_refusals_whatever_follows_the_beginning(self, tail):
        for beginning in (b'{"kind": "social_activity", ', papers.device_csv(), b'{"a":'):
            try:
                read_bill(beginning + tail, "")
            except refusals.FileRefused:
                continue
