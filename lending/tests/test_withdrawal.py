"""Giving a loan back: before the payout, within its days after it, and never later."""

from datetime import timedelta

import pytest

from borrowers.messages.models import Message
from borrowers.tests import cast
from common.processes import actions as processes
from common.processes.models import Process
from lending import tasks
from lending.applications.models import LoanApplication
from lending.calc.contracts import TransactionKind
from lending.channels import actions as channels
from lending.channels.models import Transfer
from lending.disbursements import actions as disbursements
from lending.ledger import queries as ledger
from lending.loans import actions as loans
from lending.loans.models import Loan, LoanTransaction
from lending.repayments import actions as repayments
from lending.repayments import withdrawal
from lending.rewards.models import PointsAccount
from lending.servicing import changes, invariants
from lending.servicing.refusals import NotPaidOutYet
from lending.tests import builders
from lending.tests.builders import TODAY, said
from lending.tests.lining import totals
from lending.tests.statements import clerk
from tests.machinery.races import at_once
from tests.machinery.unchanged import nothing_written

DAY = timedelta(days=1)


def give_back(loan, card, *, on=TODAY, key="back", amount_fen=None):
    found = withdrawal.giving_back(loan, on=on)
    return withdrawal.request(
        loan_id=loan.pk,
        amount_fen=found.amount_fen if amount_fen is None else amount_fen,
        request_key=key,
        on=on,
        by=cast.self_of(card),
    )


def study_loan(card):
    """A loan that was paid out to a school."""
    offer = builders.student(card)
    LoanApplication.objects.filter(pk=offer.application_id).update(evidence_checked_at=builders.NOW)
    builders.confirmed(offer, card)
    loan = loans.sign(
        application_id=offer.application_id,
        at=builders.NOW,
        on=TODAY,
        language="en",
        by=cast.self_of(card),
    )
    transfer = Transfer.objects.get(loan_id=loan.pk)
    disbursements.book(transfer_id=transfer.pk, answer=said(transfer), on=TODAY, claim=None)
    loan.refresh_from_db()
    return loan


@pytest.mark.django_db
class TestBeforeThePayout:
    def test_calls_it_off_and_no_money_moves(self, lin):
        loan = builders.signed(lin)
        assert withdrawal.giving_back(loan, on=TODAY).is_before_payout

        for _ in range(2):
            loan = withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))

        transfer = Transfer.objects.get()
        assert loan.state == "CANCELLED"
        assert (transfer.state, transfer.failure_code) == ("FAILED", "WITHDRAWN")
        assert not LoanTransaction.objects.exists()
        assert [each.template for each in Message.objects.all()] == ["LOAN_GIVEN_BACK"]

    def test_gives_back_to_the_credit_line_what_was_reserved(self, lin):
        loan = builders.signed(lin)
        assert totals(lin)[2] == loan.principal_fen

        withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))

        assert totals(lin)[1:] == (0, 0, 0)

    def test_is_heard_by_the_worker_that_comes_later(self, lin):
        loan = builders.signed(lin)
        withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))

        tasks.move_money(process_id=Process.objects.get(kind="TRANSFER").pk)

        loan.refresh_from_db()
        assert loan.state == "CANCELLED"
        assert Process.objects.get(kind="TRANSFER").state == "DONE"
        assert not Message.objects.filter(template="PAYOUT_FAILED").exists()

    def test_waits_while_the_bank_may_have_the_money(self, lin):
        loan = builders.signed(lin)
        Transfer.objects.update(state="SENT")

        with pytest.raises(withdrawal.PayoutUnderWay):
            withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))
        loan.refresh_from_db()
        assert loan.state == "PENDING_DISBURSEMENT"
        assert Transfer.objects.get().state == "SENT"

    def test_is_possible_after_a_payout_that_failed(self, lin):
        loan = builders.signed(lin)
        transfer = Transfer.objects.get()
        disbursements.book(
            transfer_id=transfer.pk, answer=said(transfer, "FAILED"), on=TODAY, claim=None
        )

        withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))

        with pytest.raises(disbursements.NothingToRetry):
            disbursements.try_again(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))
        assert Transfer.objects.count() == 1

    def test_is_no_way_out_of_a_loan_that_was_paid_out(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(withdrawal.TooLateToGiveBack):
            withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))
        loan.refresh_from_db()
        assert loan.state == "ACTIVE"


@pytest.mark.django_db
class TestWithinItsDays:
    def test_costs_the_principal_and_nothing_else(self, lin):
        loan = builders.paid_out(lin)
        on = TODAY + 5 * DAY

        transfer = give_back(loan, lin, on=on)
        builders.collected(transfer, on=on)

        loan.refresh_from_db()
        assert transfer.amount_fen == loan.principal_fen
        assert loan.state == "CANCELLED"
        assert (loan.interest_accrued_fen, loan.overpaid_fen) == (0, 0)
        assert not any(ledger.loan_balances_fen(loan.pk).values())
        assert list(invariants.breaches()) == []

    def test_costs_less_by_all_that_was_paid_ahead(self, lin):
        loan = builders.paid_out(lin)
        builders.pay(loan, 10_000, on=TODAY, key="early")
        loan.refresh_from_db()
        assert loan.interest_paid_fen == 3_000

        transfer = give_back(loan, lin)
        builders.collected(transfer, on=TODAY)

        loan.refresh_from_db()
        assert (transfer.amount_fen, loan.state) == (290_000, "CANCELLED")
        assert (loan.interest_paid_fen, loan.overpaid_fen) == (0, 0)
        assert not Transfer.objects.filter(purpose="REFUND").exists()
        assert set(ledger.loan_balances_fen(loan.pk).values()) <= {0}

    def test_counts_for_the_day_on_which_it_was_asked(self, lin):
        loan = builders.paid_out(lin)
        last = TODAY + 7 * DAY
        transfer = give_back(loan, lin, on=last)

        builders.collected(transfer, on=last + 2 * DAY)

        loan.refresh_from_db()
        assert loan.state == "CANCELLED"
        assert loan.interest_accrued_fen == 0

    def test_is_refused_on_the_day_after_and_nothing_is_written(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(withdrawal.TooLateToGiveBack):
            give_back(loan, lin, on=TODAY + 8 * DAY)
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_is_refused_where_it_was_not_promised(self, lin):
        loan = builders.paid_out(lin)
        Loan.objects.filter(pk=loan.pk).update(cooling_off_days=0)
        loan.refresh_from_db()

        with pytest.raises(withdrawal.TooLateToGiveBack):
            give_back(loan, lin)
        assert withdrawal.last_day(loan) is None

    def test_for_another_amount_than_was_shown_is_refused(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(repayments.QuoteChanged):
            give_back(loan, lin, amount_fen=loan.principal_fen - 1)
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_waits_for_a_payment_that_is_on_its_way(self, lin):
        loan = builders.paid_out(lin)
        repayments.request(
            loan_id=loan.pk, amount_fen=100, request_key="pay", on=TODAY, by=cast.self_of(lin)
        )

        with pytest.raises(repayments.TooMuch):
            give_back(loan, lin)
        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_asked_twice_with_one_key_is_once(self, lin):
        loan = builders.paid_out(lin)

        assert give_back(loan, lin).pk == give_back(loan, lin).pk
        assert Transfer.objects.filter(purpose="WITHDRAWAL").count() == 1

    def test_that_the_bank_could_not_collect_leaves_the_loan_running(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY, outcome="FAILED")

        loan.refresh_from_db()
        assert loan.state == "ACTIVE"
        assert LoanTransaction.objects.filter(loan=loan).count() == 1

    def test_earns_no_points(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY)

        assert not PointsAccount.objects.filter(balance__gt=0).exists()
        assert not Message.objects.filter(template="POINTS_EARNED").exists()

    def test_is_said_to_the_borrower(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY)

        assert Message.objects.filter(template="LOAN_GIVEN_BACK").count() == 1
        assert not Message.objects.filter(template="LOAN_SETTLED").exists()


@pytest.mark.django_db
class TestALoanThatASchoolWasPaid:
    def test_asks_the_school_for_what_it_was_paid(self, lin):
        loan = study_loan(lin)

        transfer = give_back(loan, lin)
        builders.collected(transfer, on=TODAY)

        loan.refresh_from_db()
        assert (transfer.account, transfer.amount_fen) == ("merchant:SCHOOL", loan.principal_fen)
        assert loan.state == "CANCELLED"
        assert not Message.objects.filter(template="REPAYMENT_RECEIVED").exists()

    def test_pays_back_all_that_the_borrower_had_paid(self, lin):
        loan = study_loan(lin)
        builders.pay(loan, 10_000, on=TODAY, key="early")
        loan.refresh_from_db()

        builders.collected(give_back(loan, lin), on=TODAY)
        refund = Transfer.objects.get(purpose="REFUND")
        builders.collected(refund, on=TODAY)

        loan.refresh_from_db()
        # Also the 30.00 of it that were the first instalment's interest.
        assert (refund.amount_fen, refund.account) == (10_000, loan.payer_account)
        assert (loan.state, loan.overpaid_fen) == ("CANCELLED", 0)
        assert ledger.loan_balances_fen(loan.pk).get("1002", 0) == 0

    def asked_in_vain(self, card, *, on=TODAY):
        """The school was asked within the days and had no money."""
        loan = study_loan(card)
        builders.collected(give_back(loan, card, on=on), on=on, outcome="FAILED")
        loan.refresh_from_db()
        return loan

    def test_is_asked_again_after_the_days_where_it_did_not_give_it_in_time(self, lin):
        loan = self.asked_in_vain(lin, on=TODAY + 7 * DAY)
        later = TODAY + 20 * DAY

        builders.collected(give_back(loan, lin, on=later, key="again"), on=later)

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("CANCELLED", 0)
        assert list(LoanTransaction.objects.filter(loan=loan, kind="WITHDRAWAL"))
        assert not list(invariants.of_loan(loan))

    def test_is_not_asked_for_the_first_time_after_the_days(self, lin):
        loan = study_loan(lin)

        with pytest.raises(withdrawal.TooLateToGiveBack):
            give_back(loan, lin, on=TODAY + 8 * DAY)

        assert not Transfer.objects.filter(purpose="WITHDRAWAL").exists()

    def test_is_not_asked_twice_at_once(self, lin):
        loan = self.asked_in_vain(lin)
        give_back(loan, lin, on=TODAY + 20 * DAY, key="again")

        with pytest.raises(repayments.TooMuch):
            give_back(loan, lin, on=TODAY + 21 * DAY, key="third")

        assert Transfer.objects.filter(purpose="WITHDRAWAL").exclude(state="FAILED").count() == 1

    def test_of_the_borrower_s_own_failure_no_second_time_follows(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY, outcome="FAILED")
        loan.refresh_from_db()

        with pytest.raises(withdrawal.TooLateToGiveBack):
            give_back(loan, lin, on=TODAY + 8 * DAY, key="again")


@pytest.mark.django_db
class TestTakenBackByTheBank:
    def test_opens_the_loan_again(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY)

        taken_back(loan, reverses=2, on=TODAY + DAY)

        assert (loan.state, loan.principal_outstanding_fen) == ("ACTIVE", loan.principal_fen)
        assert loan.interest_accrued_fen > 0
        assert totals(lin)[1] == loan.principal_fen
        assert list(invariants.breaches()) == []

    def test_lets_it_be_given_back_once_more_with_all_that_is_too_much(self, lin):
        loan = study_loan(lin)
        builders.pay(loan, 10_000, on=TODAY, key="early")
        builders.collected(give_back(loan, lin), on=TODAY)
        builders.collected(Transfer.objects.get(purpose="REFUND"), on=TODAY)
        taken_back(loan, reverses=3, on=TODAY)
        assert loan.state == "ACTIVE"

        builders.collected(give_back(loan, lin, key="again"), on=TODAY)

        loan.refresh_from_db()
        assert (loan.state, loan.overpaid_fen) == ("CANCELLED", 0)
        assert Transfer.objects.filter(purpose="REFUND").count() == 1
        assert list(invariants.breaches()) == []

    def test_is_all_that_may_change_a_loan_that_was_given_back(self, lin):
        loan = builders.paid_out(lin)
        builders.collected(give_back(loan, lin), on=TODAY)
        mei = clerk()

        with nothing_written(), pytest.raises(NotPaidOutYet):
            changes.propose(
                loan_id=loan.pk, kind=TransactionKind.WRITE_OFF, reason="AGREED",
                request_key="loss", on=TODAY, by=mei,
            )  # fmt: skip


def taken_back(loan, *, reverses, on):
    row = changes.propose(
        loan_id=loan.pk, kind=TransactionKind.CHARGEBACK, reason="BANK_TOOK_BACK",
        request_key="cb", reverses=reverses, on=on, by=clerk(),
    )  # fmt: skip
    changes.approve(change_id=row.pk, on=on, by=clerk("chief"))
    loan.refresh_from_db()


@pytest.mark.commits
@pytest.mark.parametrize("_", range(3))
def test_calling_off_races_with_the_payout_and_one_of_them_wins(_):
    builders.open_books()
    lin = builders.person("Lin")
    loan = builders.signed(lin)
    process = Process.objects.get(kind="TRANSFER")

    def act(number):
        if number == 0:
            return withdrawal.call_off(loan_id=loan.pk, on=TODAY, by=cast.self_of(lin))
        claim = processes.claim(process_id=process.pk)
        assert claim is not None
        return channels.mark_sent(transfer_id=process.subject_id, claim=claim)

    at_once(act, range(2))

    loan.refresh_from_db()
    states = (loan.state, Transfer.objects.get().state)
    assert states in {("CANCELLED", "FAILED"), ("PENDING_DISBURSEMENT", "SENT")}
