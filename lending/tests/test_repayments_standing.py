"""How a loan stands on a day, as its page and the API say it."""

from datetime import date

import pytest

from common.actors import SYSTEM
from lending.closing import actions as closing
from lending.loans.models import Loan
from lending.repayments import actions as repayments
from lending.repayments.queries import Standing, standing
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 20)


def stands(loan: Loan, on: date) -> Standing:
    found = standing(loan, on=on)
    assert found is not None
    return found


def ask(loan: Loan, amount_fen: int, key: str = "on-its-way") -> None:
    repayments.request(loan_id=loan.pk, amount_fen=amount_fen, request_key=key, on=TODAY, by=SYSTEM)


class TestStanding:
    def test_is_nothing_before_the_payout(self):
        builders.open_books()

        assert standing(builders.signed(builders.person("Wei")), on=TODAY) is None

    def test_is_nothing_for_a_loan_that_was_called_off(self, loan):
        loan.state = "CANCELLED"

        assert standing(loan, on=TODAY) is None

    def test_owes_nothing_yet_on_the_first_day(self, loan):
        found = stands(loan, TODAY)

        assert (found.due_fen, found.days_past_due, found.paid_count) == (0, 0, 0)
        assert found.next_due is not None
        assert found.next_due.due_on == DUE
        assert found.suggested_fen == found.next_due.outstanding_fen

    def test_is_due_on_the_due_date_and_not_late(self, loan):
        found = stands(loan, DUE)

        assert found.due_fen == found.instalments[0].outstanding_fen == found.suggested_fen
        assert found.days_past_due == 0

    def test_counts_what_being_late_costs(self, loan):
        on_time, late = stands(loan, DUE), stands(loan, date(2027, 1, 10))

        assert late.days_past_due == 21
        assert late.due_fen > on_time.due_fen
        assert late.suggested_fen == late.due_fen

    def test_leaves_out_what_is_on_its_way(self, loan):
        before = stands(loan, TODAY)

        ask(loan, before.suggested_fen - 100)

        found = stands(loan, TODAY)
        assert found.collecting_fen == before.suggested_fen - 100
        assert found.most_fen == before.most_fen - found.collecting_fen
        assert found.suggested_fen == 100

    def test_suggests_nothing_when_the_instalment_is_on_its_way(self, loan):
        ask(loan, stands(loan, TODAY).suggested_fen)

        assert stands(loan, TODAY).suggested_fen == 0

    def test_quotes_what_closes_the_loan_that_day(self, loan):
        closing.close_through(to=date(2026, 12, 1))
        loan.refresh_from_db()
        quote = stands(loan, date(2026, 12, 1)).quote

        transfer = repayments.request_payoff(
            loan_id=loan.pk,
            amount_fen=quote.total_fen,
            request_key="all",
            on=date(2026, 12, 1),
            by=SYSTEM,
        )
        builders.collected(transfer, on=date(2026, 12, 1))

        loan.refresh_from_db()
        assert loan.state == "SETTLED"
        settled = stands(loan, date(2026, 12, 1))
        assert (settled.most_fen, settled.suggested_fen, settled.paid_count) == (0, 0, 3)
        assert settled.next_due is None
