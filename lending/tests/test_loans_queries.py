"""What lending knows of a borrower's standing, for the next decision."""

from datetime import timedelta

import pytest

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

    assert queries.worst_days_past_due(wei.id, TODAY) == 0
    assert queries.worst_days_past_due(wei.id, due) == 0
    closing.close_through(to=late)

    assert queries.worst_days_past_due(wei.id, late) == 14


def test_who_owes_nothing_is_not_late():
    assert queries.worst_days_past_due(71, TODAY) == 0
