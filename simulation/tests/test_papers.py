"""Insurance, enrolment, devices and weeks: written, and read back as what they were."""

import json
from datetime import date

import pytest

from borrowers.connectors.registry import read_bill
from common.periods import add_months
from simulation.bills.banks import Account
from simulation.bills.containers.archive import locked
from simulation.bills.containers.pages import Placed, pdf, width_of, wrapped
from simulation.bills.papers import devices, insurance, student

FIRST = date(2025, 1, 1)
HOLDER = Account(holder="林一诺（虚构）", number="9900000000001234")
ENROLMENT = student.Enrolment(
    name="林一诺（虚构）",
    id_number="990101********0000",
    born_on=date(2004, 4, 8),
    school="望川理工大学（虚构）",
    level="本科",
    subject="信息管理",
    since=date(2023, 9, 1),
    until=date(2027, 7, 1),
    on=date(2026, 10, 31),
)


def months(count):
    return [
        insurance.Month(add_months(FIRST, index), 600_000, "青榆物流有限公司（虚构）")
        for index in range(count)
    ]


class TestInsurance:
    @pytest.mark.parametrize("count", [1, 3, 18, 40])
    def test_has_a_line_for_each_month_and_kind(self, count):
        reading = read_bill(insurance.statement(months(count), HOLDER), "")

        assert reading.source.name == "SOCIAL_INSURANCE"
        assert len(reading.events) == count * len(insurance.KINDS)
        assert reading.quarantined == ()

    def test_leaves_months_without_work_out(self):
        worked = [each for index, each in enumerate(months(6)) if index != 3]

        reading = read_bill(insurance.statement(worked, HOLDER), "")

        seen = {event.occurred_at.astimezone().strftime("%Y-%m") for event in reading.events}
        assert len(seen) == 5

    def test_is_the_same_each_time(self):
        assert insurance.statement(months(2), HOLDER) == insurance.statement(months(2), HOLDER)


class TestEnrolment:
    def test_is_read_back(self):
        reading = read_bill(student.report(ENROLMENT), "")

        (event,) = reading.events
        assert event.source.name == "STUDENT_STATUS"
        assert event.metrics
        assert "望川理工大学（虚构）" in event.metrics.values()

    def test_says_what_a_reader_must_leave_out(self):
        """Ethnicity stands in the real report; the world's says that nobody is meant."""
        (event,) = read_bill(student.report(ENROLMENT), "").events

        assert "民族" not in str(event)
        assert "林一诺" not in str(event)


class TestCounts:
    days = [
        devices.DeviceDay("ab" * 16, "LAMP", date(2026, 5, day), 100 + day, day)
        for day in range(1, 6)
    ]
    weeks = [devices.SocialWeek(date(2026, 5, 4), 3, 12, 2, 5)]

    @pytest.mark.parametrize("write", [devices.as_json, devices.as_csv])
    def test_of_devices_are_read_back(self, write):
        reading = read_bill(write(self.days), "")

        assert [(event.metrics or {})["on_minutes"] for event in reading.events] == [
            day.on_minutes for day in self.days
        ]

    @pytest.mark.parametrize("write", [devices.as_json, devices.as_csv])
    def test_of_social_life_are_read_back(self, write):
        (event,) = read_bill(write(self.weeks), "").events

        assert event.metrics
        assert event.metrics["active_days"] == 5
        assert event.metrics["contacts_bucket"] == 2

    def test_say_that_they_are_invented(self):
        assert json.loads(devices.as_json(self.days))["specimen"] is True


class TestPages:
    def test_say_specimen_on_every_page(self):
        from io import BytesIO  # noqa: PLC0415 (heavy, and for two tests)

        import pdfplumber  # noqa: PLC0415 (heavy, and for two tests)

        content = pdf([[Placed(40, 100, "甲")], [Placed(40, 100, "乙")]], title="流水")

        with pdfplumber.open(BytesIO(content)) as document:
            assert "SPECIMEN" in document.metadata["Title"]
            assert len(document.pages) == 2
            for page in document.pages:
                assert "SPECIMEN" in page.extract_text()

    def test_keep_words_where_they_were_put(self):
        from io import BytesIO  # noqa: PLC0415 (heavy, and for two tests)

        import pdfplumber  # noqa: PLC0415 (heavy, and for two tests)

        content = pdf([[Placed(123, 456, "云溪老梁牛肉面馆")]], title="流水")

        with pdfplumber.open(BytesIO(content)) as document:
            word = document.pages[0].extract_words()[-1]
        assert word["text"] == "云溪老梁牛肉面馆"
        assert word["x0"] == pytest.approx(123)

    @pytest.mark.parametrize(
        ("words", "lines"),
        [("", [""]), ("ab", ["ab"]), ("abcde", ["abcd", "e"]), ("甲乙丙", ["甲乙", "丙"])],
    )
    def test_wrap_words_that_do_not_fit(self, words, lines):
        assert wrapped(words, 20, 10) == lines

    def test_measure_letters_and_signs(self):
        assert width_of("a甲1", 10) == 20


class TestLocked:
    def test_opens_with_its_password_and_is_the_same_each_time(self):
        bill = devices.as_csv(TestCounts.days)
        content = locked({"a.csv": bill}, "123456")

        assert content == locked({"a.csv": bill}, "123456")
        assert bill not in content
        assert len(read_bill(content, "a.zip", password="123456").events) == 5
