"""Two at once: for every lock, both orders are possible and both leave the same truth."""

from collections import Counter
from datetime import timedelta

import pytest

from borrowers.tests import cast
from common.business_date import queries as business_dates
from lending.applications import actions as applications
from lending.applications.models import LoanApplication
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.disbursements import actions as disbursements
from lending.ledger import queries as ledger
from lending.loans import actions as loans
from lending.loans.models import Loan, LoanTransaction
from lending.repayments import actions as repayments
from lending.rewards import actions as rewards
from lending.rewards.models import Entitlement, PointsAccount
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from tests.machinery.races import at_once

pytestmark = pytest.mark.commits
FIVE = range(5)


def test_submitting_twice_starts_one_decision(lin):
    drafts = [builders.draft(lin, key="a"), builders.draft(lin, key="b")]

    def submit(number):
        return applications.submit(
            application_id=drafts[number % 2].pk, on=TODAY, at=NOW, by=cast.self_of(lin)
        )

    outcomes = at_once(submit, FIVE)

    states = Counter(LoanApplication.objects.values_list("state", flat=True))
    assert states == {"SUBMITTED": 1, "DRAFT": 1}
    assert all(isinstance(each, LoanApplication | applications.OneAtATime) for each in outcomes)


def test_signing_five_times_makes_one_loan_and_one_payout(lin):
    offer = builders.offered(lin)
    builders.confirmed(offer, lin)

    outcomes = at_once(
        lambda _: loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        ),
        FIVE,
    )

    assert {each.pk for each in outcomes if isinstance(each, Loan)} == {Loan.objects.get().pk}
    assert all(isinstance(each, Loan) for each in outcomes)
    assert Transfer.objects.count() == 1


def test_withdrawing_while_signing_gives_one_of_the_two(lin):
    offer = builders.offered(lin)
    builders.confirmed(offer, lin)

    def act(number):
        if number % 2:
            return applications.withdraw(application_id=offer.application_id, by=cast.self_of(lin))
        return loans.sign(
            application_id=offer.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )

    at_once(act, FIVE)

    is_signed = LoanApplication.objects.get().state == "SIGNED"
    assert Loan.objects.count() == Transfer.objects.count() == int(is_signed)


def test_the_banks_word_told_five_times_pays_out_once(lin):
    loan = builders.signed(lin)
    transfer = Transfer.objects.get()

    at_once(
        lambda _: disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        ),
        FIVE,
    )

    assert LoanTransaction.objects.count() == 1
    assert ledger.loan_balances_fen(loan.pk) == {"1002": -300_000, "1303": 300_000}


def test_repayments_at_once_never_collect_more_than_is_owed(lin):
    loan = builders.paid_out(lin)

    outcomes = at_once(
        lambda number: repayments.request(
            loan_id=loan.pk,
            amount_fen=60_000,
            request_key=f"key-{number}",
            on=TODAY,
            by=cast.self_of(lin),
        ),
        FIVE,
    )

    assert sum(isinstance(each, Transfer) for each in outcomes) == 1
    assert sum(isinstance(each, repayments.TooMuch) for each in outcomes) == 4


def test_one_collection_booked_by_five_is_booked_once(lin):
    loan = builders.paid_out(lin)
    transfer = repayments.request(
        loan_id=loan.pk, amount_fen=50_000, request_key="k", on=TODAY, by=cast.self_of(lin)
    )

    at_once(lambda _: builders.collected(transfer, on=TODAY), FIVE)

    loan.refresh_from_db()
    assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1
    assert sum(ledger.trial_balance_fen().values()) == 0
    assert ledger.balance_fen("1002") == -250_000


def test_three_workers_close_like_one(lin):
    lins = builders.paid_out(lin)
    weis = builders.paid_out(builders.person("Wei"))
    to = TODAY + timedelta(days=4)

    at_once(lambda _: closing.close_through(to=to), range(3))

    assert business_dates.today() == to
    assert ledger.loan_balances_fen(lins.pk) == ledger.loan_balances_fen(weis.pk)
    earned = Loan.objects.get(pk=lins.pk).interest_accrued_fen
    assert ledger.loan_balances_fen(lins.pk)["6011"] == -earned


def test_a_payment_that_races_the_closing_gives_one_of_the_two_orders(lin):
    loan = builders.paid_out(lin)
    transfer = repayments.request(
        loan_id=loan.pk, amount_fen=50_000, request_key="k", on=TODAY, by=cast.self_of(lin)
    )

    at_once(
        lambda number: (
            closing.close_through(to=TODAY + timedelta(days=3))
            if number
            else builders.collected(transfer, on=TODAY)
        ),
        range(2),
    )

    loan.refresh_from_db()
    state = loan.interest_accrued_fen, loan.principal_outstanding_fen
    builders.servicing_again(loan)
    loan.refresh_from_db()
    assert state == (loan.interest_accrued_fen, loan.principal_outstanding_fen)
    assert sum(ledger.trial_balance_fen().values()) == 0


def test_points_are_spent_once(lin):
    balance = builders.rewarded(lin.id, 99)

    outcomes = at_once(
        lambda number: rewards.redeem(
            borrower_id=lin.id,
            benefit="RATE_050",
            request_key=f"key-{number}",
            on=TODAY,
            by=cast.self_of(lin),
        ),
        FIVE,
    )

    assert Entitlement.objects.count() == 1
    assert sum(isinstance(each, rewards.NotEnoughPoints) for each in outcomes) == 4
    assert PointsAccount.objects.get().balance == balance - 50
