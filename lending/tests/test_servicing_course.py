"""A loan's course: whatever it says of a day to come, the fold says too."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.calc.fold import fold, forward
from lending.closing.pictures import bucket
from lending.servicing import course as course_module
from lending.servicing.course import course_of
from lending.tests.calc_loans import opening, repayment, stories, terms_of

DAY = timedelta(days=1)


def lived(*payments, through):
    terms = terms_of()
    return fold(terms, [opening(terms), *payments], through)


def folds_needed(state, through, payments=()):
    """On how many days closing must fold a loan, if it pays like this and is closed daily."""
    terms, log = state.terms, [opening(state.terms), *payments]
    course, days = course_of(state), 0
    day = state.through
    while day < through:
        day += DAY
        is_paid = any(each.value_date == day for each in payments)
        if is_paid or course is None or day > course.through:
            days += not is_paid
            course = course_of(fold(terms, log, day))
    return days


class TestWhateverACourseSays:
    @given(stories(), st.integers(1, 200))
    def test_the_fold_says_too(self, story, days):
        state = fold(story.terms, story.log, story.through)
        course = course_of(state)
        if course is None:
            return
        day = min(course.through, state.through + days * DAY)

        later = forward(state, day)

        assert course.interest_accrued_fen(day) == later.interest_accrued_fen
        assert course.penalty_accrued_fen(day) == later.penalty_accrued_fen
        assert later.principal_outstanding_fen == state.principal_outstanding_fen
        assert later.oldest_unpaid_due_on == state.oldest_unpaid_due_on

    @given(stories())
    def test_the_fold_says_of_every_single_day(self, story):
        state = fold(story.terms, story.log, story.through)
        course = course_of(state, until=story.through + 40 * DAY)
        while course is not None and state.through < course.through:
            state = forward(state, state.through + DAY)

            assert course.interest_accrued_fen(state.through) == state.interest_accrued_fen
            assert course.penalty_accrued_fen(state.through) == state.penalty_accrued_fen

    @given(stories())
    def test_it_says_of_late_instalments_one_by_one(self, story):
        state = fold(story.terms, story.log, story.through)
        course = course_of(state)
        if course is None:
            return
        later = {line.number: line for line in forward(state, course.through).instalments}

        for line in course.late:
            said = course.line_penalty_fen(line, course.through)
            assert said == later[line.number].penalty.due_fen

    @given(stories(), st.integers(0, 30))
    def test_it_says_nothing_of_days_past_its_limit(self, story, days):
        state = fold(story.terms, story.log, story.through)
        until = story.through + days * DAY

        course = course_of(state, until=until)

        assert course is None or state.through < course.through <= until


class TestALoanThatPaysOnItsDueDates:
    def test_is_never_folded_by_closing(self):
        """The payment folds it, and its new course reaches to the next due date."""
        state = lived(through=terms_of().disbursed_on)
        payments = [
            repayment(number + 1, row.due_on, row.total_fen)
            for number, row in enumerate(state.terms.schedule, start=1)
        ]

        assert folds_needed(state, state.terms.schedule[-1].due_on, payments) == 0

    def test_runs_to_the_due_date_and_no_further(self):
        state = lived(through=date(2026, 2, 10))

        course = course_of(state)

        assert course is not None
        assert course.through == date(2026, 2, 28)
        assert course.late == ()

    def test_paid_ahead_waits_for_the_next_instalment_and_goes_on(self):
        first = terms_of().schedule[0]
        state = lived(repayment(2, date(2026, 2, 10), first.total_fen), through=date(2026, 2, 10))

        course = course_of(state)

        assert course is not None
        assert course.through == terms_of().schedule[1].due_on
        assert course.interest_accrued_fen(first.due_on) == first.interest_fen
        assert course.interest_accrued_fen(first.due_on + DAY) > first.interest_fen


class TestALoanThatPaysLate:
    def test_is_folded_when_the_next_instalment_begins_and_when_grace_ends(self):
        state = lived(through=date(2026, 2, 28))

        assert folds_needed(state, date(2026, 3, 31)) == 1

    def test_has_its_penalty_followed_from_then_on(self):
        state = lived(through=date(2026, 3, 4))

        course = course_of(state)

        assert course is not None
        assert [each.number for each in course.late] == [1]
        assert course.penalty_accrued_fen(date(2026, 3, 10)) > course.penalty_accrued_fen(
            date(2026, 3, 4)
        )

    def test_keeps_penalty_that_no_longer_grows(self):
        late = lived(through=date(2026, 3, 10))
        owed = late.instalments[0].outstanding_fen
        state = lived(repayment(2, date(2026, 3, 10), owed), through=date(2026, 3, 10))

        course = course_of(state)

        assert course is not None
        assert (course.late, course.penalty_else_fen) == ((), late.penalty_accrued_fen)


class TestNoCourse:
    def test_where_the_fold_knows_a_rule_that_the_course_does_not(self, monkeypatch):
        """A penalty that ends at a cap, a rate that changes: then the loan is folded daily."""
        state = lived(through=date(2026, 2, 10))

        def capped(state, through):
            later = forward(state, through)
            lines = (
                replace(
                    later.instalments[0], penalty=replace(later.instalments[0].penalty, due_fen=7)
                ),
                *later.instalments[1:],
            )
            return replace(later, instalments=lines)

        monkeypatch.setattr(course_module, "forward", capped)

        assert course_of(state) is None

    def test_where_a_known_event_is_tomorrow(self):
        state = lived(through=date(2026, 2, 10))

        assert course_of(state, until=date(2026, 2, 10)) is None
        assert course_of(state, until=date(2026, 2, 11)) is not None


class TestBuckets:
    @pytest.mark.parametrize(
        ("days", "name"),
        [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (60, "M2"), (61, "M3"), (90, "M3"),
         (91, "M4"), (150, "M5"), (151, "M6"), (180, "M6"), (181, "M7"), (5000, "M7")],
    )  # fmt: skip
    def test_are_counted_in_thirties(self, days, name):
        assert bucket(days) == name

    @given(st.integers(0, 2000))
    def test_never_fall_as_days_pass(self, days):
        assert bucket(days) <= bucket(days + 1)

    def test_take_no_days_below_zero(self):
        with pytest.raises(AssertionError):
            bucket(-1)
