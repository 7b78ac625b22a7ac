"""Returned money under several workers at once: one of them books it."""

import pytest

from lending.channels.models import ParkedNotice
from lending.loans.models import LoanTransaction
from lending.tests import builders
from lending.tests.returning import booked, lent, number_for, told
from lending.tests.test_channels_hostile import send
from tests.machinery.races import at_once


@pytest.mark.commits
def test_two_returns_of_one_sum_asked_by_four_workers_are_booked_once():
    builders.open_books()
    loan = lent()
    numbers = [number_for(loan, count) for count in (1, 2)]
    for number in numbers:
        send(told(number, event_id=f"evt-{number[:4]}"))

    outcomes = at_once(lambda turn: booked(numbers[turn % 2]), range(4))

    assert outcomes == [None] * 4
    rows = LoanTransaction.objects.filter(loan=loan, kind="MERCHANT_REFUND")
    assert [row.amount_fen for row in rows] == [300_000]
    assert [row.reason for row in ParkedNotice.objects.all()] == ["RETURNED_ALREADY"]
