"""Months of social insurance and days of a student's report, read by hand at every edge."""

from datetime import date

import pytest

from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.records import social_insurance
from borrowers.connectors.records import student_status as student


def month(**changes):
    named = {"month": "202503", "insurance": "养老保险", "base": "6000", "personal": "480.00"}
    return social_insurance.fact(1, {**named, **changes})


class TestInsuredMonths:
    @pytest.mark.parametrize(
        ("cell", "first"),
        [
            ("202503", date(2025, 3, 1)),
            ("2025-03", date(2025, 3, 1)),
            ("2025/3", date(2025, 3, 1)),
            ("2025.12", date(2025, 12, 1)),
            ("2025年3月", date(2025, 3, 1)),
            (202503, date(2025, 3, 1)),
            (202503.0, date(2025, 3, 1)),
            ("2025-03-15", date(2025, 3, 1)),
            ("2003-01", date(2003, 1, 1)),
            ("2099-12", date(2099, 12, 1)),
        ],
    )
    def test_are_known_in_every_spelling(self, cell, first):
        assert social_insurance.month_of(cell) == first

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("", "TIME_UNREADABLE"),
            ("三月", "TIME_UNREADABLE"),
            ("25-03", "TIME_UNREADABLE"),
            ("2025-13", "TIME_OUT_OF_RANGE"),
            ("2025-00", "TIME_OUT_OF_RANGE"),
            ("2002-12", "TIME_OUT_OF_RANGE"),
            ("2100-01", "TIME_OUT_OF_RANGE"),
        ],
    )
    def test_that_are_none_are_refused(self, cell, code):
        with pytest.raises(RowUnreadable, match=code):
            social_insurance.month_of(cell)

    @pytest.mark.parametrize(
        ("words", "state"),
        [
            ("", "PAID"),
            ("正常缴费", "PAID"),
            ("已缴", "PAID"),
            ("实缴到账", "PAID"),
            ("补缴", "BACKPAID"),
            ("正常补缴", "BACKPAID"),
            ("暂停缴费", "PAUSED"),
            ("中断", "PAUSED"),
            ("欠费", "PAUSED"),
            ("待核", "OTHER"),
        ],
    )
    def test_have_a_state_and_arrears_are_never_paid(self, words, state):
        assert social_insurance.state_of(words) == state

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"base": "-1"}, "AMOUNT_NEGATIVE"),
            ({"personal": "-0.01"}, "AMOUNT_NEGATIVE"),
            ({"personal": ""}, "AMOUNT_UNREADABLE"),
            ({"employer": "多"}, "AMOUNT_UNREADABLE"),
            ({"insurance": "商业险"}, "INSURANCE_UNKNOWN"),
        ],
    )
    def test_with_an_impossible_cell_are_set_aside(self, changes, code):
        with pytest.raises(RowUnreadable, match=code):
            month(**changes)

    @pytest.mark.parametrize("employer", [None, "", "/", "--"])
    def test_without_an_employers_part_count_nought_for_it(self, employer):
        assert month(employer=employer).metrics["employer_fen"] == 0

    @pytest.mark.parametrize(
        ("months", "missing"),
        [
            (["202501", "202502", "202503"], [0, 0, 0]),
            (["202501", "202504"], [0, 2]),
            (["202504", "202501"], [2, 0]),
            (["202412", "202501"], [0, 0]),
            (["202401", "202501"], [0, 11]),
            (["202501", "202501"], [0, 0]),
            (["202503"], [0]),
        ],
    )
    def test_that_are_missing_before_each_are_counted(self, months, missing):
        found = social_insurance.with_gaps([month(month=each) for each in months])

        assert [each.metrics["months_missing"] for each in found] == missing

    def test_paused_fill_no_gap_and_another_insurance_neither(self):
        facts = [
            month(month="202501"),
            month(month="202502", state="暂停"),
            month(month="202502", insurance="医疗保险"),
            month(month="202503"),
        ]

        found = social_insurance.with_gaps(facts)

        assert [each.metrics["months_missing"] for each in found] == [0, 0, 0, 1]


class TestStudents:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("2025年09月01日", date(2025, 9, 1)),
            ("2025-09-01", date(2025, 9, 1)),
            ("", None),
            ("2025-02-30", None),
            ("1999-09-01", None),
            ("2100-09-01", None),
        ],
    )
    def test_days_that_cannot_be_are_left_out(self, words, found):
        assert student.day(words) == found

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("在籍（注册学籍）", "ENROLLED"),
            ("休学", "SUSPENDED"),
            ("不在籍（毕业）", "LEFT"),
            ("不在籍", "LEFT"),
            ("保留学籍", "SUSPENDED"),
            ("某种状态", "OTHER"),
        ],
    )
    def test_who_left_are_not_called_enrolled(self, words, code):
        assert student.coded(words, student.STATES) == code
