"""Money goes back once: what is on its way counts, and a merchant gives back what it was paid."""

from datetime import timedelta

import pytest

from lending.calc.contracts import TransactionKind
from lending.calc.fold import fold
from lending.channels.models import Transfer
from lending.loans import queries as loans
from lending.repayments import actions as repayments
from lending.repayments import covered, withdrawal
from lending.servicing import changes, invariants
from lending.servicing.refusals import AmountNotPossible
from lending.tests import builders
from lending.tests.builders import NOW, TODAY
from lending.tests.statements import Statement, clerk, shown
from lending.tests.test_covered import paid_ahead
from lending.tests.test_withdrawal import give_back, study_loan
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Kind = TransactionKind
PAID_TO_SCHOOL_FEN = 300_000


@pytest.fixture
def course(lin):
    """A loan that was paid out to a school."""
    return study_loan(lin)


def asked(loan, kind, *, key, amount_fen=0, reverses=None, on=TODAY):
    return changes.propose(
        loan_id=loan.pk, kind=kind, reason="AGREED", request_key=key, on=on,
        amount_fen=amount_fen, reverses=reverses, by=clerk(),
    )  # fmt: skip


def agreed(loan, kind, *, key, on=TODAY, **given):
    row = asked(loan, kind, key=key, on=on, **given)
    changes.approve(change_id=row.pk, on=on, by=clerk("chief"))
    loan.refresh_from_db()


def returned(loan, amount_fen, *, key="returned"):
    """The school has given so much back."""
    agreed(loan, Kind.MERCHANT_REFUND, key=key, amount_fen=amount_fen)
    last = Transfer.objects.filter(purpose="RETURN").latest("pk")
    builders.collected(last, on=TODAY)
    loan.refresh_from_db()


def closed_covered(card):
    """A loan that money paid ahead has closed, and what is beyond it is on its way back."""
    loan = builders.paid_out(card)
    owed_fen = fold(loans.terms_of(loan), loans.log_of(loan), TODAY).outstanding_fen
    paid_ahead(loan, owed_fen - 1)
    covered.close(loan_id=loan.pk, on=TODAY, at=NOW, by=clerk())
    loan.refresh_from_db()
    return loan


class TestToTheBorrower:
    def test_what_is_on_its_way_back_cannot_be_asked_for_again(self, lin):
        loan = closed_covered(lin)
        back = Transfer.objects.get(purpose="REFUND")
        assert back.amount_fen == loan.overpaid_fen > 0

        with nothing_written(), pytest.raises(AmountNotPossible):
            asked(loan, Kind.CREDIT_BALANCE_REFUND, key="again", amount_fen=loan.overpaid_fen)

    def test_of_two_that_were_asked_for_one_is_approved(self, lin):
        loan = closed_covered(lin)
        builders.collected(Transfer.objects.get(purpose="REFUND"), on=TODAY, outcome="FAILED")
        wishes = [
            asked(loan, Kind.CREDIT_BALANCE_REFUND, key=key, amount_fen=loan.overpaid_fen)
            for key in ("one", "two")
        ]
        changes.approve(change_id=wishes[0].pk, on=TODAY, by=clerk("chief"))

        with pytest.raises(AmountNotPossible):
            changes.approve(change_id=wishes[1].pk, on=TODAY, by=clerk("chief"))
        assert Transfer.objects.filter(purpose="REFUND").exclude(state="FAILED").count() == 1


class TestFromTheMerchant:
    def test_what_is_on_its_way_cannot_be_asked_for_again(self, course):
        agreed(course, Kind.MERCHANT_REFUND, key="one", amount_fen=PAID_TO_SCHOOL_FEN)

        with nothing_written(), pytest.raises(AmountNotPossible):
            asked(course, Kind.MERCHANT_REFUND, key="two", amount_fen=1)

    def test_what_the_bank_took_back_can_come_again(self, course):
        returned(course, PAID_TO_SCHOOL_FEN)
        agreed(course, Kind.CHARGEBACK, key="undo", reverses=2)

        returned(course, PAID_TO_SCHOOL_FEN, key="again")

        assert course.principal_outstanding_fen == 0
        assert list(invariants.breaches()) == []


class TestGivingTheLoanBack:
    def test_asks_the_merchant_for_what_it_still_has(self, course, lin):
        returned(course, 100_000)

        transfer = give_back(course, lin)
        builders.collected(transfer, on=TODAY)

        course.refresh_from_db()
        assert transfer.amount_fen == PAID_TO_SCHOOL_FEN - 100_000
        assert (course.state, course.overpaid_fen) == ("CANCELLED", 0)
        assert not Transfer.objects.filter(purpose="REFUND").exists()
        assert list(invariants.breaches()) == []

    def test_asks_a_merchant_that_has_nothing_left_for_nothing(self, course, lin):
        on = TODAY + 3 * DAY
        agreed(course, Kind.MERCHANT_REFUND, key="all", amount_fen=PAID_TO_SCHOOL_FEN, on=on)
        builders.collected(Transfer.objects.get(purpose="RETURN"), on=on)
        course.refresh_from_db()
        assert course.state == "ACTIVE", "three days of interest are left"

        with nothing_written(), pytest.raises(withdrawal.MerchantGaveBack):
            give_back(course, lin, on=on)

    def test_waits_while_the_merchant_is_giving_back(self, course, lin):
        agreed(course, Kind.MERCHANT_REFUND, key="one", amount_fen=100_000)

        with nothing_written(), pytest.raises(repayments.TooMuch):
            give_back(course, lin)

    def test_lets_the_merchant_give_back_nothing_beside_it(self, course, lin):
        give_back(course, lin)
        clerk()

        with nothing_written(), pytest.raises(AmountNotPossible):
            asked(course, Kind.MERCHANT_REFUND, key="one", amount_fen=1)


def test_undoing_a_closing_for_nothing_sets_nothing_aside(lin):
    statement = Statement()
    loan = closed_covered(lin)
    for transfer in Transfer.objects.exclude(purpose="REFUND").order_by("pk"):
        statement.of(transfer)
    last = loan.transactions.get(kind="PAYOFF")

    agreed(loan, Kind.REVERSAL, key="undo", reverses=last.sequence)
    statement.compared(TODAY)

    assert loan.state == "ACTIVE"
    assert shown() == {}
    assert list(invariants.breaches()) == []
