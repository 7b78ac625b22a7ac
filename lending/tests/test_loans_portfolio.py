"""Sums over the whole book: what runs, what is late, what was booked, what the bank refused."""

from datetime import timedelta

import pytest

from common.actors import SYSTEM
from lending.channels import queries as transfers
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.ledger import queries as ledger
from lending.ledger.chart import BANK, LOAN_PRINCIPAL
from lending.loans import queries
from lending.loans.contracts import Portfolio
from lending.loans.models import Loan
from lending.tests import builders
from lending.tests.builders import TODAY

NOTHING = Portfolio(
    active=0, past_due=0, principal_fen=0, later_than_1_day_fen=0, later_than_30_days_fen=0
)


@pytest.fixture
def books(db):
    builders.open_books()


@pytest.fixture
def lin(books):
    return builders.person("Lin")


def late(loan: Loan, days: int | None) -> None:
    """As if its oldest unpaid instalment had fallen due so long ago."""
    due_on = None if days is None else TODAY - timedelta(days=days)
    Loan.objects.filter(pk=loan.pk).update(oldest_unpaid_due_on=due_on)


def refused(name: str) -> Loan:
    loan = builders.signed(builders.person(name))
    answer(loan, "FAILED")
    return loan


def answer(loan: Loan, outcome: str) -> None:
    """What the bank says of the latest payout."""
    transfer = Transfer.objects.filter(loan_id=loan.pk).latest("pk")
    disbursements.book(
        transfer_id=transfer.pk, answer=builders.said(transfer, outcome), on=TODAY, claim=None
    )


class TestPortfolio:
    def test_of_nothing_is_nothing(self, books):
        assert queries.portfolio(on=TODAY) == NOTHING

    def test_counts_running_loans_and_what_they_owe(self, lin):
        first = builders.paid_out(lin, amount_fen=300_000)
        builders.paid_out(builders.person("Wei"), amount_fen=100_000)
        builders.pay(first, 50_000, on=TODAY, key="one")
        first.refresh_from_db()

        found = queries.portfolio(on=TODAY)

        assert found.active == 2
        assert found.principal_fen == first.principal_outstanding_fen + 100_000
        assert found.past_due == 0

    def test_leaves_out_what_was_not_paid_out_or_has_ended(self, lin):
        builders.signed(lin)
        ended = builders.paid_out(builders.person("Wei"))
        Loan.objects.filter(pk=ended.pk).update(state="SETTLED", principal_outstanding_fen=0)

        assert queries.portfolio(on=TODAY) == NOTHING

    @pytest.mark.parametrize(
        ("days", "past_due", "first", "second"),
        [
            (None, 0, 0, 0),
            (-5, 0, 0, 0),
            (0, 0, 0, 0),
            (1, 1, 0, 0),
            (2, 1, 300_000, 0),
            (30, 1, 300_000, 0),
            (31, 1, 300_000, 300_000),
        ],
    )
    def test_counts_the_whole_principal_of_a_late_loan(self, lin, days, past_due, first, second):
        late(builders.paid_out(lin), days)

        found = queries.portfolio(on=TODAY)

        assert found.past_due == past_due
        assert (found.later_than_1_day_fen, found.later_than_30_days_fen) == (first, second)

    def test_agrees_with_the_days_of_each_loan_and_with_the_ledger(self, lin):
        loans = [builders.paid_out(lin)]
        loans += [builders.paid_out(builders.person(name)) for name in ("Wei", "Chen", "Zhao")]
        for loan, days in zip(loans, (0, 1, 12, 45), strict=True):
            late(loan, days)

        found = queries.portfolio(on=TODAY)

        fresh = list(Loan.objects.all())
        assert found.past_due == sum(queries.days_past_due(each, TODAY) > 0 for each in fresh)
        assert found.principal_fen == ledger.balance_fen(LOAN_PRINCIPAL)

    def test_is_one_statement(self, lin, django_assert_num_queries):
        builders.paid_out(lin)

        with django_assert_num_queries(1):
            queries.portfolio(on=TODAY)


class TestPayoutsFailed:
    def test_are_signed_loans_that_the_bank_refused(self, books):
        loan = refused("Lin")
        builders.signed(builders.person("Wei"))
        builders.paid_out(builders.person("Chen"))

        assert list(queries.payouts_failed()) == [loan]

    def test_are_over_once_the_money_is_on_its_way_again(self, books):
        loan = refused("Lin")
        disbursements.try_again(loan_id=loan.pk, on=TODAY, by=SYSTEM)
        assert not queries.payouts_failed().exists()

        answer(loan, "FAILED")
        assert list(queries.payouts_failed()) == [loan]

        disbursements.try_again(loan_id=loan.pk, on=TODAY, by=SYSTEM)
        answer(loan, "SUCCEEDED")
        assert not queries.payouts_failed().exists()

    def test_leave_out_cancelled_loans(self, books):
        Loan.objects.filter(pk=refused("Lin").pk).update(state="CANCELLED")

        assert not queries.payouts_failed().exists()

    def test_leave_out_failed_repayments(self, lin):
        loan = builders.paid_out(lin)
        builders.pay(loan, 10_000, on=TODAY, key="one")

        assert not queries.payouts_failed().exists()
        assert transfers.payouts().count() == 1


class TestBookedOn:
    def booked(self, *, on=TODAY, kind="REPAYMENT"):
        return ledger.booked_on(BANK, kind=kind, on=on)

    def test_is_nothing_on_a_quiet_day(self, lin):
        builders.paid_out(lin)

        assert self.booked() == (0, 0)

    def test_counts_entries_and_adds_up_what_touched_the_account(self, lin):
        loan = builders.paid_out(lin)
        builders.pay(loan, 30_000, on=TODAY, key="one")
        builders.pay(loan, 12_000, on=TODAY, key="two")

        assert self.booked() == (2, 42_000)
        assert self.booked(kind="DISBURSEMENT") == (1, -300_000)

    def test_knows_one_day_from_another(self, lin):
        builders.pay(builders.paid_out(lin), 30_000, on=TODAY, key="one")

        assert self.booked(on=TODAY + timedelta(days=1)) == (0, 0)
        assert self.booked(on=TODAY - timedelta(days=1)) == (0, 0)

    def test_leaves_out_what_the_bank_could_not_collect(self, lin):
        loan = builders.paid_out(lin)
        transfer = builders.pay(loan, 30_000, on=TODAY, key="one")
        assert transfer.amount_fen == 30_000

        assert self.booked() == (1, 30_000)
        assert ledger.trial_balance_fen()[BANK] == -270_000
        assert sum(ledger.trial_balance_fen().values()) == 0
