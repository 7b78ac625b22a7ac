"""Whoever lives through a year is somebody whom the platform lets in on the day they come."""

from datetime import date

import pytest

from common.rulebook.queries import number
from simulation.year.people import lives
from simulation.year.people.records import live

FIRST_DAY, PEOPLE = date(2026, 11, 22), 250


@pytest.fixture(scope="module")
def town():
    return live(people=PEOPLE, days=365, seed=7, first_day=FIRST_DAY)


def years_on(day: date, born: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class TestEverybody:
    def test_is_of_age_on_the_first_day(self, town):
        youngest = min(years_on(FIRST_DAY, town.born_on(person)) for person in range(PEOPLE))

        assert youngest >= number("MINIMUM_AGE_YEARS", on=FIRST_DAY)

    def test_has_a_name_that_can_stand_on_a_card(self, town):
        names = [town.name(person) for person in range(PEOPLE)]

        assert not any(letter.isdigit() for name in names for letter in name)

    def test_has_a_number_of_their_own(self, town):
        assert len({lives.id_number(town, person) for person in range(PEOPLE)}) == PEOPLE
