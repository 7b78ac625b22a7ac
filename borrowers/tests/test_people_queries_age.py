"""Age on a day, from the sealed day of birth: opened once, and by itself."""

from datetime import date

import pytest

from borrowers.people import queries
from borrowers.people.models import Borrower
from borrowers.tests import cast

pytestmark = pytest.mark.django_db
BORN = date(1995, 5, 5)


@pytest.fixture
def lin():
    card = cast.borrower("Lin")
    cast.identify(card, name="林示例", id_number=cast.id_number_of(BORN))
    return card


@pytest.mark.parametrize(
    ("on", "years"),
    [(date(2026, 5, 4), 30), (date(2026, 5, 5), 31), (date(2027, 5, 4), 31), (BORN, 0)],
)
def test_full_years_count_from_the_birthday(lin, on, years):
    assert queries.age_on(lin.id, on) == years


def test_who_was_not_identified_has_no_age():
    assert queries.age_on(cast.borrower("Wei").id, date(2026, 1, 1)) is None


def test_nobody_has_no_age():
    with pytest.raises(Borrower.DoesNotExist):
        queries.age_on(999_999, date(2026, 1, 1))


def test_one_column_is_read_and_not_the_whole_person(lin, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        queries.age_on(lin.id, date(2026, 1, 1))

    assert "id_number" not in asked.captured_queries[0]["sql"]
