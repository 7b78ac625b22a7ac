"""What lending knows of a borrower's standing, for the next decision."""

from datetime import date, timedelta

import pytest

from borrowers.tests import cast
from common.errors import NotFound
from lending.applications.contracts import Owed
from lending.applications.models import LoanApplication
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.disbursements import actions as disbursements
from lending.loans import actions as loans
from lending.loans import queries
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db


def owed_by(application_id: int, on: date = TODAY) -> Owed:
    return queries.owed_by_applicant(application_id, on=on)


def test_the_oldest_unpaid_instalment_says_how_late_somebody_is():
    builders.open_books()
    loan = builders.paid_out(builders.person("Wei"))
    application_id = loan.contract.application_id
    due = loan.instalments.get(number=1).due_on
    late = due + timedelta(days=14)

    assert owed_by(application_id).days_past_due == 0
    assert owed_by(application_id, due).days_past_due == 0
    closing.close_through(to=late)

    first = loan.instalments.get(number=1)
    largest = max(row.principal_fen + row.interest_fen for row in loan.instalments.all())
    assert largest >= first.principal_fen + first.interest_fen
    assert owed_by(application_id, late) == Owed(loan.principal_fen, 14, largest)


def test_what_is_owed_counts_what_is_about_to_be_paid_out():
    builders.open_books()
    loan = builders.signed(builders.person("Wei"))

    assert owed_by(loan.contract.application_id) == Owed(loan.principal_fen, days_past_due=0)


def test_what_was_paid_back_is_not_owed():
    builders.open_books()
    loan = builders.paid_out(builders.person("Wei"))
    builders.collected(builders.pay_off(loan), on=TODAY)

    assert owed_by(loan.contract.application_id) == Owed(outstanding_fen=0, days_past_due=0)


def test_what_falls_due_at_once_weighs_on_a_quarter_at_most():
    builders.open_books()
    builders.consumption(method="BULLET")
    wei = builders.person("Wei")
    application = builders.draft(wei)
    LoanApplication.objects.filter(pk=application.pk).update(term_months=12)
    application.refresh_from_db()
    builders.confirmed(builders.offered_again(application), wei)
    loan = loans.sign(
        application_id=application.pk,
        on=TODAY,
        at=builders.NOW,
        language="en",
        by=cast.self_of(wei),
    )
    transfer = Transfer.objects.get(loan_id=loan.pk)
    disbursements.book(
        transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
    )

    (row,) = loan.instalments.all()

    assert (row.due_on - TODAY).days == 365
    third_fen = (row.principal_fen + row.interest_fen) // 3
    assert owed_by(application.pk).monthly_instalments_fen == third_fen


def test_who_has_no_loan_owes_nothing_whatever_others_owe():
    builders.open_books()
    builders.paid_out(builders.person("Wei"))
    asked = builders.draft(builders.person("Lin"))

    assert owed_by(asked.pk) == Owed(outstanding_fen=0, days_past_due=0)


class TestOwnNumber:
    def test_is_the_loan_s(self):
        builders.open_books()
        loan = builders.paid_out(builders.person("Wei"))

        assert queries.own_id(loan.borrower_id, loan.public_id) == loan.pk

    def test_of_somebody_else_s_loan_is_not_told(self):
        builders.open_books()
        loan = builders.paid_out(builders.person("Wei"))
        other = builders.person("Lin")

        for borrower_id, public_id in ((other.id, loan.public_id), (loan.borrower_id, "none")):
            with pytest.raises(NotFound):
                queries.own_id(borrower_id, public_id)


def test_terms_and_log_in_one_question_are_those_of_the_loan(django_assert_num_queries):
    builders.open_books()
    loan = builders.paid_out(builders.person("Wei"))
    builders.collected(builders.pay(loan, 1_00, on=TODAY, key="first-yuan"), on=TODAY)

    with django_assert_num_queries(1):
        terms, log = queries.read(loan)

    assert (terms, log) == (queries.terms_of(loan), queries.log_of(loan))
    assert [each.kind for each in log] == ["DISBURSEMENT", "REPAYMENT"]
    assert [each.sequence for each in log] == [1, 2]
    assert queries.next_sequence(loan) == 3
