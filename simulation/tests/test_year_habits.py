"""The ways of people who do not exist: the same for the same seed, and of every kind."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from simulation.year.people.habits import (
    AMOUNTS_FEN,
    FIRST_INSTALMENT_DAYS,
    JOIN_WITHIN,
    SHARES,
    TERMS_MONTHS,
    Character,
    Habit,
    characters,
)

DUE_ON = date(2027, 3, 20)
DAY = timedelta(days=1)


def one(habit: Habit, seed: int = 1) -> Character:
    return Character(person=0, habit=habit, joins_after_days=0, chance=Random(seed))


def lived(character: Character) -> list[object]:
    return [
        character.habit,
        character.joins_after_days,
        character.wish(),
        character.payments(DUE_ON),
        character.rests_days(),
    ]


class TestATown:
    def test_is_the_same_for_the_same_seed(self):
        first = [lived(each) for each in characters(people=30, days=365, seed=7)]
        again = [lived(each) for each in characters(people=30, days=365, seed=7)]

        assert first == again

    def test_is_another_one_for_another_seed(self):
        first = [lived(each) for each in characters(people=30, days=365, seed=7)]
        other = [lived(each) for each in characters(people=30, days=365, seed=8)]

        assert first != other

    def test_keeps_its_people_when_more_come(self):
        few = [lived(each) for each in characters(people=10, days=365, seed=7)]
        many = [lived(each) for each in characters(people=20, days=365, seed=7)]

        assert many[:10] == few

    def test_has_people_of_every_habit(self):
        seen = Counter(each.habit for each in characters(people=400, days=365, seed=7))

        assert set(seen) == set(Habit)
        assert seen.most_common(1)[0][0] is Habit.ON_TIME

    def test_names_a_share_for_every_habit(self):
        assert set(SHARES) == set(Habit)
        assert sum(SHARES.values()) == 100

    def test_comes_early_enough_to_be_seen_repaying(self):
        latest = max(each.joins_after_days for each in characters(people=400, days=365, seed=7))

        assert 120 <= latest <= 365 * JOIN_WITHIN

    @pytest.mark.parametrize("days", [1, FIRST_INSTALMENT_DAYS])
    def test_comes_at_once_where_there_is_little_time(self, days):
        assert {each.joins_after_days for each in characters(people=9, days=days, seed=7)} == {0}

    def test_asks_for_what_the_product_lends(self):
        wishes = [each.wish() for each in characters(people=50, days=365, seed=7)]

        assert {each.amount_fen for each in wishes} <= set(AMOUNTS_FEN)
        assert {each.term_months for each in wishes} <= set(TERMS_MONTHS)


@pytest.mark.parametrize("seed", range(8))
class TestAPlan:
    def test_on_time_is_on_the_day(self, seed):
        (payment,) = one(Habit.ON_TIME, seed).payments(DUE_ON)

        assert (payment.on, payment.share) == (DUE_ON, 1.0)

    def test_days_early_is_before_it(self, seed):
        (payment,) = one(Habit.DAYS_EARLY, seed).payments(DUE_ON)

        assert DUE_ON - 6 * DAY <= payment.on < DUE_ON

    def test_of_the_forgetful_may_be_late(self, seed):
        (payment,) = one(Habit.FORGETFUL, seed).payments(DUE_ON)

        assert DUE_ON <= payment.on <= DUE_ON + 12 * DAY

    def test_of_the_slow_is_late_twice(self, seed):
        first, second = one(Habit.SLOW, seed).payments(DUE_ON)

        assert DUE_ON < first.on < second.on
        assert first.share < 1

    @pytest.mark.parametrize("habit", [Habit.SLOW, Habit.IN_PARTS])
    def test_in_parts_ends_with_all_that_is_left(self, seed, habit):
        plan = one(habit, seed).payments(DUE_ON)

        assert plan[-1].share == 1.0
        assert all(one.on <= other.on for one, other in pairwise(plan))

    def test_of_late_things_is_made_within_days(self, seed):
        waits = one(Habit.ON_TIME, seed).waits_days()

        assert 1 <= waits <= 5
        assert 1 <= one(Habit.SLOW, seed).waits_days() <= 25
