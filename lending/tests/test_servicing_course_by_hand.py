"""The course and the picture of one small loan, day by day as somebody would write them down."""

from datetime import date

import pytest

from lending.calc.fold import amount_due, forward, next_due, payable
from lending.closing.pictures import picture
from lending.servicing.course import course_of
from lending.tests.calc_quarter import day, event, lived

MIDDLE = "2026-02-14"
PAID_FIRST = event("REPAYMENT", "2026-02-28", 102_007)


def known_course_of(state, **limit):
    """The course of a loan that has one."""
    course = course_of(state, **limit)
    assert course is not None
    return course


class TestACourse:
    @pytest.mark.parametrize(
        ("on", "through"),
        [
            ("2026-01-31", "2026-02-28"),
            (MIDDLE, "2026-02-28"),
            ("2026-02-27", "2026-02-28"),
            # The first is due and not paid: what turns next is the end of its grace.
            ("2026-02-28", "2026-03-03"),
            ("2026-03-02", "2026-03-03"),
            ("2026-03-03", None),
            ("2026-03-04", "2026-03-31"),
            ("2026-03-31", "2026-04-03"),
            ("2026-04-04", "2026-04-30"),
        ],
    )
    def test_of_who_never_pays_reaches_to_the_next_turn(self, on, through):
        course = course_of(lived(on))

        assert (course and course.through.isoformat()) == through

    @pytest.mark.parametrize(
        ("on", "through"),
        [("2026-02-28", "2026-03-31"), ("2026-03-30", "2026-03-31"), ("2026-03-31", "2026-04-03")],
    )
    def test_of_who_paid_the_first_reaches_over_it(self, on, through):
        course = known_course_of(lived(on, PAID_FIRST))

        assert course.through == day(through)

    @pytest.mark.parametrize(
        ("on", "interest_fen"),
        [
            (MIDDLE, 1_500),
            ("2026-02-15", 1_607),
            ("2026-02-20", 2_142),
            ("2026-02-27", 2_892),
            ("2026-02-28", 3_000),
        ],
    )
    def test_earns_by_the_day(self, on, interest_fen):
        course = known_course_of(lived(MIDDLE))

        assert course.interest_accrued_fen(day(on)) == interest_fen
        assert course.penalty_accrued_fen(day(on)) == 0

    @pytest.mark.parametrize(
        ("on", "penalty_fen"),
        [
            ("2026-03-04", 158),
            ("2026-03-05", 198),
            ("2026-03-14", 554),
            ("2026-03-31", 1_227),
        ],
    )
    def test_of_one_late_instalment_costs_by_the_day(self, on, penalty_fen):
        course = known_course_of(lived("2026-03-04"))

        assert [(line.number, line.fen_days) for line in course.late] == [(1, 4 * 99_007)]
        assert course.penalty_accrued_fen(day(on)) == penalty_fen
        assert course.line_penalty_fen(course.late[0], day(on)) == penalty_fen

    def test_of_three_late_instalments_goes_on_for_a_year(self):
        course = known_course_of(lived("2026-05-10"))

        assert course.through == date(2027, 5, 11)
        assert [line.number for line in course.late] == [1, 2, 3]
        assert course.interest_accrued_fen(course.through) == 6_020
        assert course.penalty_accrued_fen(day("2026-05-10")) == 2_811 + 1_599 + 403

    def test_ends_where_it_is_told_to(self):
        course = known_course_of(lived(MIDDLE), until=day("2026-02-20"))

        assert course.through == day("2026-02-20")

    def test_of_money_paid_ahead_earns_no_less_than_was_paid(self):
        course = known_course_of(lived(MIDDLE, event("REPAYMENT", MIDDLE, 2_000)))

        assert course.least_fen == 2_000
        assert course.interest_accrued_fen(day("2026-02-15")) == 2_000
        assert course.interest_accrued_fen(day("2026-02-20")) == 2_142

    def test_of_a_loan_that_is_lost_adds_nothing(self):
        lost = lived(MIDDLE, event("WRITE_OFF", MIDDLE))
        course = known_course_of(lost)

        assert course.through == date(2027, 2, 15)
        assert course.interest_accrued_fen(course.through) == 1_500
        assert course.penalty_accrued_fen(course.through) == 0
        later = forward(lost, day("2026-12-31"))
        assert (later.outstanding_fen, later.penalty_accrued_fen) == (0, 0)


class TestAPicture:
    @pytest.mark.parametrize(
        ("on", "interest_fen", "penalty_fen", "late_days", "bucket"),
        [
            ("2026-01-31", 0, 0, 0, "M0"),
            (MIDDLE, 1_500, 0, 0, "M0"),
            ("2026-02-28", 3_000, 0, 0, "M0"),
            ("2026-03-01", 3_064, 0, 1, "M1"),
            ("2026-03-03", 3_194, 0, 3, "M1"),
            ("2026-03-05", 3_324, 198, 5, "M1"),
            ("2026-03-30", 4_945, 1_188, 30, "M1"),
            ("2026-03-31", 5_010, 1_227, 31, "M2"),
            ("2026-05-10", 6_020, 4_813, 71, "M3"),
        ],
    )
    def test_of_who_never_pays(self, on, interest_fen, penalty_fen, late_days, bucket):
        taken = picture(7, lived(on))

        assert taken.principal_fen == 300_000
        assert (taken.interest_fen, taken.penalty_fen) == (interest_fen, penalty_fen)
        assert (taken.days_past_due, taken.bucket) == (late_days, bucket)
        assert (taken.loan_id, taken.on_date) == (7, day(on))

    def test_of_who_pays_counts_from_the_oldest_that_is_open(self):
        taken = picture(7, lived("2026-04-05", PAID_FIRST))

        assert taken.principal_fen == 300_000 - 99_007
        assert (taken.days_past_due, taken.bucket) == (5, "M1")


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("on", "due_fen", "most_fen", "instalment"),
        [
            # The first day shows the first instalment; the day it ends, the second runs too.
            ("2026-01-31", 0, 102_007, 1),
            (MIDDLE, 0, 102_007, 1),
            ("2026-02-28", 102_007, 204_014, 1),
            ("2026-03-01", 102_007, 204_014, 2),
            ("2026-03-04", 102_007 + 158, 204_014 + 158, 2),
            ("2026-03-31", 204_014 + 1_227, 306_020 + 1_227, 2),
            ("2026-04-30", 306_020 + 2_415 + 1_199, 306_020 + 2_415 + 1_199, 3),
            ("2026-05-01", 306_020 + 2_455 + 1_239, 306_020 + 2_455 + 1_239, None),
        ],
    )
    def test_of_who_never_pays(self, on, due_fen, most_fen, instalment):
        state = lived("2026-01-31")
        ahead = next_due(forward(state, day(on)), day(on))

        assert (amount_due(state, day(on)), payable(state, day(on))) == (due_fen, most_fen)
        assert (ahead and ahead.number) == instalment

    def test_of_a_lost_loan_is_what_was_not_recovered(self):
        lost = event("WRITE_OFF", MIDDLE)
        state = lived("2026-03-01", lost, event("RECOVERY", "2026-03-01", 1_500, sequence=3))

        assert payable(state, day("2026-03-01")) == 300_000
        assert amount_due(state, day("2026-03-01")) == 0
