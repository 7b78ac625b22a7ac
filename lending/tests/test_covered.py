"""A loan that money paid ahead covers is closed for nothing, and what is beyond it goes back."""

from datetime import timedelta

import pytest
from django.db import transaction

from borrowers.messages.models import Message
from common.actors import SYSTEM
from lending.calc.fold import fold, payoff_quote
from lending.channels.models import Transfer, TransferPurpose
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans import queries as loans
from lending.loans.models import LoanTransaction
from lending.repayments import actions as repayments
from lending.repayments import covered
from lending.servicing import invariants
from lending.tests import builders, doors
from lending.tests.builders import NOW, TODAY
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def loan(lin):
    """Lin has paid everything but one fen on the first day, all later interest with it."""
    loan = builders.paid_out(lin)
    owed_fen = fold(loans.terms_of(loan), loans.log_of(loan), TODAY).outstanding_fen
    paid_ahead(loan, owed_fen - 1)
    loan.refresh_from_db()
    return loan


def paid_ahead(loan, amount_fen, key="ahead"):
    with transaction.atomic():
        asked = repayments.collect(
            loan=loan, purpose=TransferPurpose.REPAYMENT, on=TODAY, by=SYSTEM,
            amount_fen=amount_fen, request_key=key,
        )  # fmt: skip
    builders.collected(asked, on=TODAY)


def quote_of(loan, on=TODAY):
    return payoff_quote(loans.terms_of(loan), loans.log_of(loan), on)


def close(loan, on=TODAY):
    found = covered.close(loan_id=loan.pk, on=on, at=NOW, by=SYSTEM)
    loan.refresh_from_db()
    return found


def test_closes_with_nothing_to_pay_and_gives_back_what_is_beyond_it(loan):
    quote = quote_of(loan)
    assert quote.total_fen == 0 < quote.back_fen

    close(loan)

    assert (loan.state, loan.settled_on, loan.overpaid_fen) == ("SETTLED", TODAY, quote.back_fen)
    assert loan.principal_outstanding_fen == 0
    assert not loan.instalments.filter(paid_on=None).exists()
    back = Transfer.objects.get(purpose="REFUND")
    assert (back.amount_fen, back.account) == (quote.back_fen, loan.payer_account)
    assert Message.objects.filter(template="LOAN_SETTLED").count() == 1
    assert list(invariants.breaches()) == []


def test_costs_nobody_a_fen_once_the_rest_is_back(loan):
    close(loan)
    back = Transfer.objects.get(purpose="REFUND")
    builders.collected(back, on=TODAY)

    loan.refresh_from_db()
    assert (loan.state, loan.overpaid_fen) == ("SETTLED", 0)
    assert ledger.loan_balances_fen(loan.pk) == {}, "lent and paid back on one day: no interest"
    assert list(invariants.breaches()) == []


def test_again_is_the_same(loan):
    close(loan)
    with nothing_written():
        close(loan)

    assert LoanTransaction.objects.filter(kind="PAYOFF", amount_fen=0).count() == 1
    assert Transfer.objects.filter(purpose="REFUND").count() == 1


def test_later_interest_up_to_the_day_is_kept(loan):
    on = TODAY + 10 * DAY
    quote = quote_of(loan, on)

    close(loan, on)

    assert loan.overpaid_fen == quote.back_fen < quote_of(loan, TODAY).back_fen + 1
    assert -ledger.loan_balances_fen(loan.pk)[chart.INTEREST_INCOME] == loan.interest_accrued_fen
    assert list(invariants.breaches()) == []


def test_with_something_left_to_pay_is_refused(lin):
    loan = builders.paid_out(lin)

    with nothing_written(), pytest.raises(covered.NotCovered):
        covered.close(loan_id=loan.pk, on=TODAY, at=NOW, by=SYSTEM)


def test_while_a_payment_is_on_its_way_is_refused(loan):
    with transaction.atomic():
        repayments.collect(
            loan=loan, purpose=TransferPurpose.REPAYMENT, on=TODAY, by=SYSTEM, amount_fen=1,
            request_key="one-more",
        )  # fmt: skip

    with nothing_written(), pytest.raises(repayments.TooMuch):
        covered.close(loan_id=loan.pk, on=TODAY, at=NOW, by=SYSTEM)


@pytest.mark.parametrize("state", ["PENDING_DISBURSEMENT", "CANCELLED", "SETTLED"])
def test_of_a_loan_that_is_not_running_is_refused(loan, state):
    type(loan).objects.update(state=state, principal_outstanding_fen=0)

    with nothing_written(), pytest.raises(repayments.LoanNotOpen):
        covered.close(loan_id=loan.pk, on=TODAY, at=NOW, by=SYSTEM)


class TestDoors:
    def test_the_page_says_so_and_closes_it(self, lin, loan):
        browser = doors.web_of(lin)
        page = doors.shown(browser.get(f"/loans/{loan.public_id}/payoff/"))
        assert "Close the loan today, with nothing more to pay" in page
        assert "You get back" in page

        answer = browser.post(f"/loans/{loan.public_id}/payoff/", {"amount_fen": "0"})

        assert answer.status_code == 302
        loan.refresh_from_db()
        assert loan.state == "SETTLED"

    def test_the_api_quotes_it_and_closes_it(self, lin, loan):
        client = doors.api_of(lin)
        quote = client.get(f"/api/v1/loans/{loan.public_id}/payoff-quote").json()
        assert (quote["total_fen"], quote["back_fen"]) == (0, quote_of(loan).back_fen)

        answer = client.post(f"/api/v1/loans/{loan.public_id}/close")

        assert (answer.status_code, answer.json()["state"]) == (200, "SETTLED")

    def test_a_stranger_closes_nothing(self, loan):
        wei = doors.api_of(builders.person("Wei"))
        with nothing_written():
            answer = wei.post(f"/api/v1/loans/{loan.public_id}/close")
        assert answer.status_code == 404
