"""Going on from what was folded before says what beginning again would say, whatever came since."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.fold import UnsoundLog, fold, folded
from lending.loans import memory
from lending.tests.calc_loans import after, repayment, reversal, stories


@pytest.fixture(autouse=True)
def nothing_remembered():
    memory._kept.clear()
    yield
    memory._kept.clear()


class TestGoingOn:
    @given(stories(), st.data())
    @settings(deadline=None, max_examples=200)
    def test_from_any_part_of_the_log_is_beginning_again(self, story, data):
        """Whatever part was known, of whatever day: payments may come late, and be taken back."""
        known = data.draw(st.lists(st.sampled_from(story.log), unique=True))
        kept_through = data.draw(st.sampled_from([each.value_date for each in story.log]))
        try:
            kept = folded(story.terms, known, kept_through)
        except UnsoundLog:
            return

        found = folded(story.terms, story.log, story.through, kept=kept)

        assert found == folded(story.terms, story.log, story.through)

    @given(stories())
    @settings(deadline=None, max_examples=50)
    def test_of_other_terms_nothing_is_taken_over(self, story):
        other = replace(story.terms, grace_days=story.terms.grace_days + 3)
        kept = folded(other, story.log, story.through)

        found = folded(story.terms, story.log, story.through, kept=kept)

        assert found == folded(story.terms, story.log, story.through)


class TestMemory:
    @given(stories())
    @settings(deadline=None, max_examples=100)
    def test_says_every_day_what_the_fold_says(self, story):
        """Line by line as it came in, and then an earlier day again."""
        memory._kept.clear()
        for count in range(1, len(story.log) + 1):
            log = story.log[:count]
            try:
                expected = fold(story.terms, log, story.through)
            except UnsoundLog:
                continue
            assert memory.fold(1, story.terms, log, story.through) == expected

        first = min(each.value_date for each in story.log)
        assert memory.fold(1, story.terms, story.log, first) == fold(story.terms, story.log, first)

    @given(stories(with_reversals=False), stories(with_reversals=False))
    @settings(deadline=None, max_examples=50)
    def test_does_not_mix_up_loans_even_of_one_number(self, story, other):
        """Numbers are used again where a database was made anew."""
        memory.fold(1, other.terms, other.log, other.through)

        found = memory.fold(1, story.terms, story.log, story.through)

        assert found == fold(story.terms, story.log, story.through)

    @given(stories(with_reversals=False), st.integers(1, 400))
    @settings(deadline=None, max_examples=50)
    def test_forgets_a_payment_that_was_taken_back(self, story, day):
        on = after(story.terms, day)
        through = max(story.through, on + timedelta(days=1))
        paid = [*story.log, repayment(77, on, 1_00)]
        memory.fold(1, story.terms, paid, through)

        found = memory.fold(1, story.terms, [*paid, reversal(78, through, of=77)], through)

        assert found == fold(story.terms, story.log, through)

    @given(stories(with_reversals=False))
    @settings(deadline=None, max_examples=1)
    def test_is_bounded_and_keeps_who_came_last(self, story):
        memory._kept.clear()
        for loan_id in range(memory.MOST_LOANS + 5):
            memory.fold(loan_id, story.terms, story.log, story.through)
        memory.fold(5, story.terms, story.log, story.through)
        memory.fold(-1, story.terms, story.log, story.through)

        assert len(memory._kept) == memory.MOST_LOANS
        assert set(range(5)).isdisjoint(memory._kept)
        assert list(memory._kept)[-2:] == [5, -1]

    @given(stories(with_reversals=False))
    @settings(deadline=None, max_examples=1)
    def test_of_an_unsound_log_keeps_nothing(self, story):
        memory._kept.clear()
        twice = [*story.log, story.log[0]]

        with pytest.raises(UnsoundLog):
            memory.fold(1, story.terms, twice, story.through)

        assert 1 not in memory._kept
