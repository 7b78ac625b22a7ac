"""Closing from the shell and by tasks, by one worker and by several at once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from common.business_date import queries as business_dates
from lending import tasks
from lending.closing import actions as closing
from lending.closing import ranges
from lending.closing.models import ClosingRange
from lending.ledger import invariants as books
from lending.ledger.models import LedgerEntry
from lending.loans.models import Loan
from lending.servicing import invariants
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from tests.machinery.races import at_once

DAY = timedelta(days=1)


def is_sound():
    return not [*invariants.breaches(), *books.breaches()]


@pytest.mark.django_db
class TestTheCommand:
    def test_closes_through_a_day_and_opens_the_next(self, capsys):
        builders.open_books()
        with time_machine.travel(NOW + 5 * DAY, tick=False):
            call_command("close_day", "--through", (TODAY + DAY).isoformat())

        assert business_dates.today() == TODAY + 2 * DAY
        assert "2 days closed" in capsys.readouterr().out

    def test_takes_one_of_the_two_days_only(self):
        with pytest.raises(CommandError):
            call_command("close_day", "--through", "2026-11-21", "--to", "2026-11-22")


@pytest.mark.django_db
class TestHelping:
    def test_closes_the_ranges_that_are_planned_and_opens_no_day(self):
        builders.open_books()
        builders.paid_out(builders.person("Lin"))
        closing.plan(day=TODAY)

        with time_machine.travel(NOW + DAY, tick=False):
            tasks.help_close()

        assert ClosingRange.objects.get().closed_at is not None
        assert business_dates.today() == TODAY

    def test_leaves_the_present_day_alone(self):
        builders.open_books()
        closing.plan(day=TODAY)

        with time_machine.travel(NOW, tick=False):
            tasks.help_close()

        assert ClosingRange.objects.get().closed_at is None


@pytest.mark.commits
class TestSeveralAtOnce:
    def test_are_as_one(self, monkeypatch):
        builders.open_books()
        loans = [
            builders.paid_out(builders.person(name), key=name) for name in ("Lin", "Wei", "Chen")
        ]
        monkeypatch.setattr(ranges, "RANGE_LOANS", 1)

        at_once(lambda _: closing.close_through(to=TODAY + 3 * DAY), range(4))

        assert business_dates.today() == TODAY + 3 * DAY
        carried = set(Loan.objects.values_list("carried_through", flat=True))
        assert carried == {TODAY + 2 * DAY}
        assert LedgerEntry.objects.filter(kind="ACCRUAL").count() == 2 * len(loans)
        assert not ClosingRange.objects.filter(closed_at=None).exists()
        assert is_sound()

    def test_beside_a_payment_give_one_of_the_two_orders(self):
        builders.open_books()
        loan = builders.paid_out(builders.person("Lin"))

        def act(number):
            if number:
                return builders.pay(loan, 10_000, on=TODAY, key="race")
            return closing.close(day=TODAY)

        at_once(act, range(2))

        fresh = Loan.objects.get(pk=loan.pk)
        assert fresh.carried_through == TODAY
        assert fresh.principal_outstanding_fen + fresh.overpaid_fen <= 300_000
        assert business_dates.today() == TODAY + DAY
        assert is_sound()
