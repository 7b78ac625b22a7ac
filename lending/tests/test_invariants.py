"""The product's own checks: silent over a sound loan, and loud over each planted fault."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from common.actors import SYSTEM
from lending.ledger import invariants as ledger_invariants
from lending.loans import queries as loan_queries
from lending.loans.models import Loan
from lending.repayments import actions as repayments
from lending.rewards import invariants as reward_invariants
from lending.rewards.models import PointsAccount, PointsLot
from lending.servicing import invariants
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db
SECOND_MONTH = date(2026, 12, 20)


@pytest.fixture
def loan():
    builders.open_books()
    loan = builders.paid_out(builders.person("Lin"))
    first = loan.instalments.get(number=1)
    builders.pay(loan, first.principal_fen + first.interest_fen, on=TODAY, key="early")
    return loan


def test_a_sound_loan_gives_no_word(loan):
    assert not list(invariants.breaches())
    assert not list(ledger_invariants.breaches())
    assert not list(reward_invariants.breaches())


def test_many_loans_are_asked_about_in_as_few_questions_as_one(loan):
    with CaptureQueriesContext(connection) as of_one:
        assert not list(invariants.breaches())
    for name in ("Wei", "Chen", "Mei"):
        other = builders.paid_out(builders.person(name))
        builders.pay(other, 5_000, on=TODAY, key="some")

    with CaptureQueriesContext(connection) as of_four:
        assert not list(invariants.breaches())

    assert len(of_four) == len(of_one)


def test_in_small_portions_no_loan_is_left_out(loan, monkeypatch):
    monkeypatch.setattr(invariants, "LOANS_AT_ONCE", 1)
    loans = [loan, *(builders.paid_out(builders.person(name)) for name in ("Wei", "Chen"))]
    assert not list(invariants.breaches())
    Loan.objects.update(overpaid_fen=F("overpaid_fen") + 1)

    found = list(invariants.breaches())

    assert [each.public_id in said for each, said in zip(loans, found, strict=True)] == [True] * 3


def test_the_story_of_many_is_the_story_of_each(loan):
    builders.paid_out(builders.person("Wei"))
    both = list(Loan.objects.order_by("pk"))

    stories = loan_queries.read_together(both)

    for each in both:
        assert stories[each.pk] == (loan_queries.terms_of(each), loan_queries.log_of(each))


@pytest.mark.parametrize(
    "column", ["interest_accrued_fen", "penalty_accrued_fen", "interest_paid_fen", "overpaid_fen"]
)
def test_a_column_that_was_moved_by_hand_is_named(loan, column):
    Loan.objects.update(**{column: F(column) + 1})

    found = list(invariants.breaches())

    assert len(found) == 1
    assert loan.public_id in found[0]


def test_a_log_that_the_books_do_not_follow_is_named(loan):
    loan.transactions.create(
        sequence=9, kind="REPAYMENT", value_date=TODAY, booked_on=TODAY, amount_fen=5_000
    )

    assert any("the books say" in each for each in invariants.breaches())


def test_money_that_moved_and_was_not_booked_is_named(loan):
    transfer = repayments.request(
        loan_id=loan.pk, amount_fen=1_000, request_key="k", on=SECOND_MONTH, by=SYSTEM
    )
    type(transfer).objects.filter(pk=transfer.pk).update(state="SUCCEEDED")

    assert list(invariants.breaches()) == [f"transfer {transfer.pk} moved money that is not booked"]


@pytest.mark.parametrize(
    ("table", "column"),
    [(PointsAccount, "balance"), (PointsAccount, "owed"), (PointsLot, "remaining")],
)
def test_points_that_do_not_add_up_are_named(loan, table, column):
    builders.rewarded(loan.borrower_id)
    table.objects.update(**{column: F(column) + (1 if column == "owed" else -1)})

    assert list(reward_invariants.breaches())
