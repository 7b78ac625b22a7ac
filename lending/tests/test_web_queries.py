"""What a page asks of the database does not grow with what it shows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lending.loans.models import Loan
from lending.tests import builders, doors, walks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_platform")]
# A decision is read while somebody waits for it: this many looks, and no more.
MOST_QUERIES_OF_A_POLL = 8


def asked(look: Callable[[], object]) -> int:
    """How many queries a look needs, once everything that is kept in memory is there."""
    look()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        look()
    return len(queries)


def paid_out_again(card, number: int) -> Loan:
    return builders.paid_out(card, key=f"loan-number-{number}")


class TestAList:
    @pytest.mark.parametrize("path", ["/loans/", "/api/v1/loans", "/api/v1/applications"])
    def test_of_many_asks_as_little_as_of_one(self, lin, path):
        client = doors.api_of(lin) if path.startswith("/api") else doors.web_of(lin)
        paid_out_again(lin, 0)
        one = asked(lambda: client.get(path))

        for number in range(1, 5):
            paid_out_again(lin, number)

        assert asked(lambda: client.get(path)) == one

    def test_of_products_asks_once(self, client):
        assert asked(lambda: client.get("/api/v1/products")) == 1


class TestALoan:
    def test_of_many_payments_asks_as_little_as_of_one(self, lin):
        loan, web = paid_out_again(lin, 0), doors.web_of(lin)
        here = walks.url("loan", loan.public_id)
        builders.pay(loan, 100, on=builders.TODAY, key="payment-0")
        one = asked(lambda: web.get(here))

        for number in range(1, 5):
            builders.pay(loan, 100, on=builders.TODAY, key=f"payment-{number}")

        assert asked(lambda: web.get(here)) == one


class TestWaiting:
    def test_for_a_decision_asks_little_each_time(self, lin):
        draft, web = builders.draft(lin), doors.web_of(lin)
        web.post(walks.url("submit", draft.public_id))
        poll = web.get(walks.url("deciding", draft.public_id)).context["poll_url"]

        assert asked(lambda: web.get(poll, headers=doors.POLLS)) <= MOST_QUERIES_OF_A_POLL

    def test_for_a_payment_asks_little_each_time(self, lin):
        loan, web = paid_out_again(lin, 0), doors.web_of(lin)
        asked_for = {"amount": "100", "request_key": doors.KEY}
        where = web.post(walks.url("pay", loan.public_id), asked_for)["location"]
        poll = web.get(where).context["poll_url"]

        assert asked(lambda: web.get(poll, headers=doors.POLLS)) <= MOST_QUERIES_OF_A_POLL
