"""A break is worked off by people: taken, noted, and where money or books move, by two of them."""

from datetime import timedelta

import pytest

from borrowers.messages.models import Message
from common.actors import SYSTEM
from common.errors import NotFound
from common.processes.models import Process
from lending.channels.models import Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry
from lending.loans.models import LoanTransaction
from lending.reconciliation import resolving
from lending.reconciliation.models import BreakProposal, BreakStep, StatementBreak
from lending.tests import builders, statements
from lending.tests.builders import TODAY
from lending.tests.debiting import noon
from lending.tests.statements import clerk
from lending.tests.test_reconciliation import asked

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def stray(loan, statement):
    """Money from Lin's account under a number that we know nothing of."""
    statement.moved("R-stray-1", 20_000, account=loan.payer_account)
    statement.compared(TODAY)
    return StatementBreak.objects.get()


def agree(statement):
    """The books' bank account says what the statement says, to the fen."""
    assert ledger.balance_fen(chart.BANK) == statement.balance_fen
    assert sum(ledger.trial_balance_fen().values()) == 0


class TestWorking:
    def test_somebody_takes_it_and_notes_what_they_find(self, stray):
        number = clerk().account_id
        assert number is not None
        resolving.assign(break_id=stray.pk, assignee_id=number, by=clerk("chief"))
        resolving.note(break_id=stray.pk, text="Paid at the counter.", by=clerk())

        stray.refresh_from_db()
        assert stray.assignee_id == number
        assert [step.step for step in stray.steps.order_by("pk")] == ["FOUND", "ASSIGNED", "NOTED"]
        assert stray.steps.last().note == "Paid at the counter."

    def test_nobody_works_on_what_is_not_there(self):
        with pytest.raises(NotFound):
            resolving.note(break_id=1, text="x", by=clerk())
        with pytest.raises(NotFound):
            resolving.approve(proposal_id=1, on=TODAY, at=noon(TODAY), by=clerk())

        assert not BreakStep.objects.exists()

    def test_the_bank_is_asked_again_about_an_open_outcome(self, loan, statement):
        transfer = asked(loan)
        Process.objects.filter(subject_id=transfer.pk).update(state="QUARANTINED")
        statement.of(transfer)
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)
        broken = StatementBreak.objects.get(kind="STATE_DIFFERS")

        resolving.ask_again(break_id=broken.pk, by=clerk())

        assert Process.objects.get(subject_id=transfer.pk, kind="TRANSFER").state == "PENDING"
        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()

    def test_the_bank_is_not_asked_about_what_is_not_ours(self, stray):
        with pytest.raises(resolving.BreakActionDoesNotFit):
            resolving.ask_again(break_id=stray.pk, by=clerk())

        assert not stray.steps.filter(step="ASKED_AGAIN").exists()


class TestFourEyes:
    def propose(self, broken, action="TO_SUSPENSE", *, by=None):
        return resolving.propose(
            break_id=broken.pk, action=action, loan_public_id="", by=by or clerk()
        )

    def test_nothing_moves_until_another_person_approves(self, stray, statement):
        proposal = self.propose(stray)
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0

        with pytest.raises(resolving.BreakFourEyesNeeded):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk())
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0

        resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk("chief"))
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == -20_000
        agree(statement)

    def test_approving_twice_is_once(self, stray):
        proposal = self.propose(stray)

        for _ in range(2):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk("chief"))

        assert LedgerEntry.objects.filter(kind="RECONCILIATION").count() == 1

    def test_turned_down_stays_open_and_may_be_proposed_anew(self, stray):
        proposal = self.propose(stray)

        resolving.turn_down(proposal_id=proposal.pk, by=clerk("chief"))

        with pytest.raises(resolving.BreakProposalDecided):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk("third"))
        stray.refresh_from_db()
        assert stray.state == "OPEN"
        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()
        assert self.propose(stray).pk != proposal.pk

    def test_one_wish_at_a_time(self, stray):
        self.propose(stray)

        with pytest.raises(resolving.BreakProposalWaits):
            self.propose(stray, by=clerk("third"))

        assert BreakProposal.objects.count() == 1

    def test_only_staff_wish(self, stray):
        with pytest.raises(resolving.BreakFourEyesNeeded):
            self.propose(stray, by=SYSTEM)

        assert not BreakProposal.objects.exists()

    def test_what_came_right_meanwhile_is_left_alone(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)
        proposal = self.propose(StatementBreak.objects.get(kind="MISSING_THERE"))
        statement.of(transfer)
        statement.compared(TODAY + 2 * DAY)

        with pytest.raises(resolving.BreakNotOpen):
            resolving.approve(proposal_id=proposal.pk, on=TODAY, at=noon(TODAY), by=clerk("chief"))

        agree(statement)
        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()


class TestPostingTheRepayment:
    def test_books_it_for_the_day_and_the_next_statement_matches_it(self, stray, statement, loan):
        statements.resolved(stray, "POST_REPAYMENT", on=TODAY + DAY)

        paid = LoanTransaction.objects.get(kind="REPAYMENT")
        assert (paid.amount_fen, paid.value_date, paid.booked_on) == (20_000, TODAY, TODAY + DAY)
        assert Message.objects.filter(template="REPAYMENT_RECEIVED").count() == 1
        assert statement.compared(TODAY + DAY).matched == 1
        stray.refresh_from_db()
        assert (stray.state, stray.resolution) == ("RESOLVED", "POST_REPAYMENT")
        agree(statement)

    @pytest.fixture
    def stray(self, loan, statement):
        statement.moved("R-stray-1", 20_000, account=loan.payer_account)
        statement.compared(TODAY)
        StatementBreak.objects.update(loan_id=loan.pk)
        return StatementBreak.objects.get()

    def test_from_somebody_elses_account_is_refused(self, loan, statement):
        statement.moved("R-stray-2", 20_000, account="person:wei")
        statement.compared(TODAY)
        broken = StatementBreak.objects.get()

        with pytest.raises(resolving.BreakLoanDiffers):
            statements.resolved(broken, "POST_REPAYMENT", on=TODAY, loan=loan)

        assert not BreakProposal.objects.exists()
        assert not LoanTransaction.objects.filter(kind="REPAYMENT").exists()

    def test_of_money_that_went_out_is_refused(self, loan, statement):
        statement.moved("D-stray-1", -20_000, account=loan.payer_account)
        statement.compared(TODAY)

        with pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(StatementBreak.objects.get(), "POST_REPAYMENT", on=TODAY, loan=loan)


class TestSendingBack:
    def test_moves_the_money_first_and_the_books_with_it(self, stray, statement, loan):
        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)
        transfer = Transfer.objects.get(purpose="SEND_BACK")
        assert (transfer.amount_fen, transfer.account) == (20_000, loan.payer_account)
        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()

        resolving.book_sent_back(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        )
        statement.of(transfer)

        assert statement.compared(TODAY + DAY).matched == 1
        stray.refresh_from_db()
        assert (stray.state, stray.resolution) == ("RESOLVED", "SEND_BACK")
        assert ledger.balance_fen(chart.BANK_DIFFERENCES) == 0
        agree(statement)

    def test_is_asked_for_once_while_it_is_on_its_way(self, stray, loan):
        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)

        with pytest.raises(resolving.BreakProposalWaits):
            statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)

        assert Transfer.objects.filter(purpose="SEND_BACK").count() == 1

    def test_that_failed_may_be_tried_again(self, stray, loan):
        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)
        transfer = Transfer.objects.get(purpose="SEND_BACK")
        failed = builders.said(transfer, "FAILED")
        for _ in range(2):
            resolving.book_sent_back(transfer_id=transfer.pk, answer=failed, on=TODAY, claim=None)

        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)

        assert Transfer.objects.filter(purpose="SEND_BACK").count() == 2
        assert stray.steps.filter(step__startswith="FAILED_").count() == 1
        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()

    def test_told_twice_is_booked_once(self, stray, loan):
        statements.resolved(stray, "SEND_BACK", on=TODAY, loan=loan)
        transfer = Transfer.objects.get(purpose="SEND_BACK")

        for _ in range(2):
            resolving.book_sent_back(
                transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
            )

        assert LedgerEntry.objects.filter(kind="RECONCILIATION").count() == 2


class TestDifferences:
    """Whatever the kind, afterwards the books' bank account says what the statement says."""

    def test_of_a_line_that_came_twice(self, loan, statement):
        transfer = builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.of(transfer)
        statement.of(transfer)
        statement.compared(TODAY)

        statements.resolved(StatementBreak.objects.get(), "TO_SUSPENSE", on=TODAY)

        agree(statement)

    def test_of_a_line_that_came_twice_outlast_what_becomes_of_the_first(self, loan, statement):
        transfer = asked(loan)
        line = statement.of(transfer, more_fen=500)
        statement.moved(line.out_trade_no, line.amount_fen, account=line.account)
        statement.compared(TODAY)
        second = StatementBreak.objects.get(kind="DUPLICATE")
        statements.resolved(second, "TO_SUSPENSE", on=TODAY)

        first = StatementBreak.objects.get(kind="AMOUNT_DIFFERS")
        statements.resolved(first, "TO_SUSPENSE", on=TODAY)

        transfer.refresh_from_db()
        assert transfer.state == "FAILED"
        assert statement.compared(TODAY + DAY).still_open == 0
        agree(statement)

    def test_of_a_stray_line_that_came_twice_outlast_booking_the_first(
        self, stray, statement, loan
    ):
        line = statement.lines[-1]
        statement.moved(line.out_trade_no, line.amount_fen, account=line.account)
        statement.compared(TODAY)
        second = StatementBreak.objects.get(kind="DUPLICATE")
        statements.resolved(second, "TO_SUSPENSE", on=TODAY)

        statements.resolved(stray, "POST_REPAYMENT", on=TODAY, loan=loan)

        assert statement.compared(TODAY + DAY).still_open == 0
        agree(statement)

    def test_of_a_payment_that_the_bank_never_had(self, loan, statement):
        builders.pay(loan, 10_000, on=TODAY, key="pay")
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)

        statements.resolved(
            StatementBreak.objects.get(kind="MISSING_THERE"), "TO_SUSPENSE", on=TODAY + DAY
        )

        agree(statement)

    def test_of_another_amount_closes_the_open_transfer_quietly(self, loan, statement):
        transfer = asked(loan)
        statement.of(transfer, more_fen=7)
        statement.compared(TODAY)

        statements.resolved(StatementBreak.objects.get(), "TO_SUSPENSE", on=TODAY)
        builders.collected(transfer, on=TODAY, outcome="FAILED")

        transfer.refresh_from_db()
        assert (transfer.state, transfer.failure_code) == ("FAILED", "AMOUNT_DIFFERS")
        assert not Message.objects.filter(template="REPAYMENT_FAILED").exists()
        assert statement.compared(TODAY + DAY).still_open == 0
        agree(statement)

    def test_are_written_for_what_changed_only_when_it_shows_again(self, stray, statement):
        statements.resolved(stray, "TO_SUSPENSE", on=TODAY)
        StatementBreak.objects.update(there_fen=1)
        statement.compared(TODAY + DAY)
        stray.refresh_from_db()
        assert (stray.state, resolving.correction_fen(stray)) == ("OPEN", 0)

        with pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(stray, "TO_SUSPENSE", on=TODAY + DAY)

        agree(statement)

    def test_of_money_that_failed_here(self, loan, statement):
        transfer = asked(loan)
        builders.collected(transfer, on=TODAY, outcome="FAILED")
        statement.of(transfer)
        statement.compared(TODAY)

        statements.resolved(StatementBreak.objects.get(), "TO_SUSPENSE", on=TODAY)

        agree(statement)

    def test_are_not_written_while_the_outcome_is_open(self, loan, statement):
        statement.of(asked(loan))
        statement.compared(TODAY)
        statement.compared(TODAY + DAY)

        with pytest.raises(resolving.BreakActionDoesNotFit):
            statements.resolved(
                StatementBreak.objects.get(kind="STATE_DIFFERS"), "TO_SUSPENSE", on=TODAY
            )

        assert not LedgerEntry.objects.filter(kind="RECONCILIATION").exists()

    def test_stay_resolved_while_they_show_unchanged(self, stray, statement):
        statements.resolved(stray, "TO_SUSPENSE", on=TODAY)

        row = statement.compared(TODAY + DAY)

        stray.refresh_from_db()
        assert (stray.state, row.still_open) == ("RESOLVED", 0)
