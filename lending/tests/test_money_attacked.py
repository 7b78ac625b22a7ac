"""Money that is taken back after it had closed a loan, or had partly gone back already."""

from datetime import timedelta

import pytest

from lending.calc.contracts import TransactionKind
from lending.channels import reconciliation
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans.models import Loan, LoanTransaction
from lending.reconciliation import queries
from lending.servicing import changes, invariants
from lending.tests import builders
from lending.tests.builders import TODAY
from lending.tests.statements import Statement, clerk
from lending.tests.test_withdrawal import study_loan

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Kind = TransactionKind
BACK_FEN = 290_000


@pytest.fixture
def course(lin):
    """A loan that was paid out to a school."""
    return study_loan(lin)


@pytest.fixture
def statement(course):
    found = Statement()
    found.of(Transfer.objects.get(loan_id=course.pk))
    return found


def agreed(loan: Loan, kind: Kind, *, key: str, amount_fen: int = 0, reverses: int | None = None):
    row = changes.propose(
        loan_id=loan.pk, kind=kind, reason="AGREED", request_key=key, on=TODAY,
        amount_fen=amount_fen, reverses=reverses, by=clerk(),
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=TODAY, by=clerk("chief"))
    loan.refresh_from_db()


def taken_back(loan: Loan, paid: Transfer, statement: Statement) -> None:
    """The bank takes a payment back, and staff write it down."""
    statement.moved(f"CB-{paid.out_trade_no}", -paid.amount_fen, account=paid.account)
    row = LoanTransaction.objects.get(transfer=paid)
    agreed(loan, Kind.CHARGEBACK, key=f"undo-{paid.pk}", reverses=row.sequence)


def moved(purpose: str, statement: Statement) -> Transfer:
    """The bank moves what was last asked for."""
    last = Transfer.objects.filter(purpose=purpose).latest("pk")
    builders.collected(last, on=TODAY)
    statement.of(last)
    return last


def agree(statement: Statement) -> None:
    """Loans, books and the statement say the same, to the fen."""
    assert statement.compared(TODAY).still_open == 0
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert sum(ledger.trial_balance_fen().values()) == 0
    assert [*invariants.breaches(), *queries.breaches()] == []
    stands = reconciliation.standing()
    assert list(reconciliation.differences(stands, statement.lines, stands)) == []


class TestAChargeBackAfterThePayOff:
    def test_opens_the_loan_again_and_it_can_be_paid_off_once_more(self, course, statement):
        paid = builders.pay_off(course)
        statement.of(paid)
        course.refresh_from_db()
        assert course.state == "SETTLED"

        taken_back(course, paid, statement)
        assert (course.state, course.principal_outstanding_fen) == ("ACTIVE", course.principal_fen)
        agree(statement)

        again = builders.pay_off(course, key="once more")
        statement.of(again)
        course.refresh_from_db()
        assert course.state == "SETTLED"
        agree(statement)


class TestAPaymentThatHadPartlyGoneBack:
    """Paid off, then the school returned money: what was too much goes back to Lin."""

    @pytest.fixture
    def paid(self, course, statement):
        agreed(course, Kind.MERCHANT_REFUND, key="half", amount_fen=BACK_FEN)
        found = builders.pay_off(course)
        statement.of(found)
        moved("RETURN", statement)
        course.refresh_from_db()
        assert course.overpaid_fen == BACK_FEN
        return found

    def test_is_owed_again_once_the_bank_takes_all_of_it_back(self, course, paid, statement):
        agreed(course, Kind.CREDIT_BALANCE_REFUND, key="back", amount_fen=BACK_FEN)
        moved("REFUND", statement)
        course.refresh_from_db()
        assert course.overpaid_fen == 0

        taken_back(course, paid, statement)

        assert course.state == "ACTIVE"
        assert (course.overpaid_fen, course.principal_outstanding_fen) == (0, 300_000)
        agree(statement)

    def test_while_the_rest_is_on_its_way_is_paid_nothing_twice(self, course, paid, statement):
        agreed(course, Kind.CREDIT_BALANCE_REFUND, key="back", amount_fen=BACK_FEN)
        taken_back(course, paid, statement)

        moved("REFUND", statement)

        course.refresh_from_db()
        assert Transfer.objects.filter(purpose="REFUND").count() == 1
        assert (course.overpaid_fen, course.principal_outstanding_fen) == (0, 300_000)
        agree(statement)
