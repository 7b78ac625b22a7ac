"""What lending knows of a borrower's standing, for the next decision."""

from datetime import timedelta

import pytest

from lending.applications.contracts import Owed
from lending.closing import actions as closing
from lending.loans import queries
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db


def test_the_oldest_unpaid_instalment_says_how_late_somebody_is():
    builders.open_books()
    wei = builders.person("Wei")
    loan = builders.paid_out(wei)
    due = loan.instalments.get(number=1).due_on
    late = due + timedelta(days=14)

    assert queries.owed(wei.id, on=TODAY).days_past_due == 0
    assert queries.owed(wei.id, on=due).days_past_due == 0
    closing.close_through(to=late)

    assert queries.owed(wei.id, on=late).days_past_due == 14


def test_what_is_owed_counts_what_is_about_to_be_paid_out():
    builders.open_books()
    wei = builders.person("Wei")
    signed = builders.signed(wei)

    assert queries.owed(wei.id, on=TODAY) == Owed(signed.principal_fen, 0)


def test_who_owes_nothing_is_not_late():
    assert queries.owed(71, on=TODAY) == Owed(outstanding_fen=0, days_past_due=0)
