"""The day the books are open for: it moves forward, or it stays."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from common.business_date import actions, queries
from common.business_date.models import BusinessDate
from common.business_date.queries import BooksNotOpened
from common.transactions import durable
from tests.machinery.races import together

FRIDAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
class TestBooks:
    def test_that_were_never_opened_have_no_day(self):
        assert queries.current() is None
        with pytest.raises(BooksNotOpened):
            queries.today()

    def test_open_on_a_day(self):
        actions.open_books(on=FRIDAY)

        assert queries.today() == queries.current() == FRIDAY

    def test_are_opened_once(self):
        actions.open_books(on=FRIDAY)
        actions.open_books(on=FRIDAY + 30 * DAY)

        assert queries.today() == FRIDAY

    def test_do_not_open_by_moving_on(self):
        assert actions.advance(to=FRIDAY) is False
        assert queries.current() is None


@pytest.mark.django_db
class TestAdvance:
    @pytest.fixture(autouse=True)
    def _open(self):
        actions.open_books(on=FRIDAY)

    def test_moves_to_a_later_day(self):
        assert actions.advance(to=FRIDAY + DAY) is True
        assert queries.today() == FRIDAY + DAY

    @pytest.mark.parametrize("days", [0, -1, -400])
    def test_never_moves_back(self, days):
        assert actions.advance(to=FRIDAY + days * DAY) is False
        assert queries.today() == FRIDAY

    def test_goes_down_with_its_transaction(self):
        with transaction.atomic():
            actions.advance(to=FRIDAY + DAY)
            transaction.set_rollback(True)

        assert queries.today() == FRIDAY


@pytest.mark.django_db
class TestPostgreSQL:
    @pytest.fixture(autouse=True)
    def _open(self):
        actions.open_books(on=FRIDAY)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE common_businessdate SET open_on = open_on - 1",
            "UPDATE common_businessdate SET open_on = '0001-01-01'",
            "UPDATE common_businessdate SET open_on = NULL",
            "INSERT INTO common_businessdate (id, open_on) VALUES (2, '2026-11-21')",
            "INSERT INTO common_businessdate (id, open_on) VALUES (1, '2026-11-21')",
            "DELETE FROM common_businessdate",
            "DELETE FROM common_businessdate WHERE false",
        ],
    )
    def test_refuses_another_past_and_a_second_day(self, statement):
        with pytest.raises(IntegrityError), transaction.atomic():
            run(statement)

        assert BusinessDate.objects.get().open_on == FRIDAY

    def test_refuses_to_empty_the_table(self):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run("TRUNCATE common_businessdate")

        assert queries.today() == FRIDAY


@pytest.mark.commits
class TestAtOnce:
    def test_many_who_close_one_day_close_it_once(self):
        actions.open_books(on=FRIDAY)

        moved = together(*[durable(lambda: actions.advance(to=FRIDAY + DAY))] * 6)

        assert sorted(moved) == [False] * 5 + [True]
        assert queries.today() == FRIDAY + DAY

    def test_many_who_open_the_books_open_them_once(self):
        days = [FRIDAY + number * DAY for number in range(6)]

        together(*[lambda day=day: actions.open_books(on=day) for day in days])

        assert BusinessDate.objects.get().open_on in days

    def test_whoever_is_late_does_not_turn_it_back(self):
        actions.open_books(on=FRIDAY)
        days = [FRIDAY + number * DAY for number in (3, 1, 2)]

        together(*[durable(lambda day=day: actions.advance(to=day)) for day in days])

        assert queries.today() == FRIDAY + 3 * DAY

    def test_needs_a_transaction(self):
        actions.open_books(on=FRIDAY)

        with pytest.raises(transaction.TransactionManagementError):
            actions.advance(to=FRIDAY + DAY)
        assert queries.today() == FRIDAY
