"""Money that must not move: each verb refuses what it may not do, and leaves no trace of asking."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from borrowers.messages.models import Message
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.errors import NotFound
from common.processes.models import Process
from lending.calc.fold import fold, payoff_quote
from lending.channels import actions as channels
from lending.channels.contracts import TransferAnswer
from lending.channels.models import Transfer, TransferPurpose
from lending.disbursements import actions as disbursements
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import Line, both
from lending.ledger.models import LedgerEntry, LedgerPosting
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanTransaction
from lending.repayments import actions as repayments
from lending.servicing import actions as servicing
from lending.tests import builders
from lending.tests.builders import TODAY
from tests.machinery.unchanged import nothing_written

pytestmark = pytest.mark.django_db
# A loan that was given up as lost still takes payments.
CLOSED = ["PENDING_DISBURSEMENT", "SETTLED", "CANCELLED"]


def ask(loan, amount_fen=10_000, *, key="a-payment", on=TODAY):
    return repayments.request(
        loan_id=loan.pk, amount_fen=amount_fen, request_key=key, on=on, by=SYSTEM
    )


def ask_to_close(loan, amount_fen, *, key="all-of-it", on=TODAY):
    return repayments.request_payoff(
        loan_id=loan.pk, amount_fen=amount_fen, request_key=key, on=on, by=SYSTEM
    )


def to_close_fen(loan, on=TODAY) -> int:
    return payoff_quote(loans.terms_of(loan), loans.log_of(loan), on).total_fen


class TestAskingForAPayment:
    @pytest.mark.parametrize("state", CLOSED)
    def test_of_a_loan_that_is_not_running_is_refused(self, loan, state):
        Loan.objects.update(state=state, principal_outstanding_fen=0)

        with nothing_written(), pytest.raises(repayments.LoanNotOpen):
            ask(loan)
        with nothing_written(), pytest.raises(repayments.LoanNotOpen):
            ask_to_close(loan, 300_000)

    @pytest.mark.parametrize("amount_fen", [0, -1, -300_000])
    def test_of_nothing_or_less_is_refused(self, loan, amount_fen):
        with nothing_written(), pytest.raises(repayments.NotAnAmount):
            ask(loan, amount_fen)

    def test_of_a_fen_more_than_may_be_paid_is_refused_and_of_exactly_that_is_not(self, loan):
        first = loan.instalments.get(number=1)
        most_fen = first.principal_fen + first.interest_fen

        with nothing_written(), pytest.raises(repayments.TooMuch):
            ask(loan, most_fen + 1)

        assert ask(loan, most_fen).amount_fen == most_fen

    def test_that_closes_a_loan_for_nothing_is_refused(self, loan):
        """Interest paid ahead covers the last fen: there is nothing to collect."""
        stands = fold(loans.terms_of(loan), loans.log_of(loan), TODAY)
        with transaction.atomic():
            ahead = repayments.collect(
                loan=loan, purpose=TransferPurpose.REPAYMENT, on=TODAY, by=SYSTEM,
                amount_fen=stands.outstanding_fen - 1, request_key="ahead",
            )  # fmt: skip
        builders.collected(ahead, on=TODAY)
        assert to_close_fen(loan) == 0

        with nothing_written(), pytest.raises(repayments.NotAnAmount):
            ask_to_close(loan, 0)
        with nothing_written(), pytest.raises(repayments.QuoteChanged):
            ask_to_close(loan, 1)

    def test_while_all_of_it_is_on_its_way_says_zero_and_never_less(self, loan):
        ask_to_close(loan, to_close_fen(loan))

        with nothing_written(), pytest.raises(repayments.TooMuch) as refused:
            ask(loan, 1, key="one-fen-more")

        assert refused.value.context == {"most": "0.00"}

    @pytest.mark.parametrize("other_fen", [9_999, 10_001])
    def test_under_a_used_key_is_refused_even_after_the_loan_is_paid_back(self, loan, other_fen):
        builders.collected(ask(loan), on=TODAY)
        builders.pay_off(loan)

        with nothing_written(), pytest.raises(repayments.KeyReused):
            ask(loan, other_fen)

    def test_under_the_same_key_and_amount_is_the_same_even_after_the_loan_is_paid_back(self, loan):
        first = ask(loan)
        builders.collected(first, on=TODAY)
        builders.pay_off(loan)

        with nothing_written():
            assert ask(loan).pk == first.pk

    def test_under_the_key_of_a_payoff_is_refused(self, loan):
        total_fen = to_close_fen(loan)
        ask_to_close(loan, total_fen, key="one-key")

        with nothing_written(), pytest.raises(repayments.KeyReused):
            ask(loan, total_fen, key="one-key")

    def test_of_a_loan_that_is_not_there_is_not_found(self, loan):
        with nothing_written(), pytest.raises(NotFound):
            repayments.request(
                loan_id=loan.pk + 99, amount_fen=1, request_key="k", on=TODAY, by=SYSTEM
            )

    def test_that_failed_frees_what_it_held(self, loan):
        first = loan.instalments.get(number=1)
        most_fen = first.principal_fen + first.interest_fen
        failed = ask(loan, most_fen)
        builders.collected(failed, on=TODAY, outcome="FAILED")

        again = ask(loan, most_fen, key="another-try")

        assert again.out_trade_no != failed.out_trade_no


class TestAskingToPayOff:
    @pytest.mark.parametrize("off_by_fen", [-1, 1, -300_000])
    def test_by_another_amount_than_todays_is_refused(self, loan, off_by_fen):
        with nothing_written(), pytest.raises(repayments.QuoteChanged):
            ask_to_close(loan, to_close_fen(loan) + off_by_fen)

    def test_with_yesterdays_quote_is_refused(self, loan):
        yesterdays_fen = to_close_fen(loan)

        with nothing_written(), pytest.raises(repayments.QuoteChanged):
            ask_to_close(loan, yesterdays_fen, on=TODAY + timedelta(days=1))

    def test_while_another_payment_is_on_its_way_is_refused(self, loan):
        ask(loan, 1)

        with nothing_written(), pytest.raises(repayments.TooMuch):
            ask_to_close(loan, to_close_fen(loan))

    def test_twice_under_two_keys_is_asked_once(self, loan):
        ask_to_close(loan, to_close_fen(loan))

        with nothing_written(), pytest.raises(repayments.TooMuch):
            ask_to_close(loan, to_close_fen(loan), key="all-of-it-again")


class TestTheBanksWord:
    @pytest.mark.parametrize("amount_fen", [9_999, 10_001, 0, -10_000])
    def test_about_another_amount_books_nothing(self, loan, amount_fen):
        transfer = ask(loan)
        answer = TransferAnswer(transfer.out_trade_no, "SUCCEEDED", amount_fen=amount_fen)

        with nothing_written(), pytest.raises(channels.AmountDiffers):
            repayments.book(
                transfer_id=transfer.pk,
                answer=answer,
                on=TODAY,
                at=builders.NOW,
                claim=None,
            )

    @pytest.mark.parametrize("outcome", ["PROCESSING", "NOT_FOUND", "UNKNOWN"])
    def test_that_is_not_final_books_nothing(self, loan, outcome):
        transfer = ask(loan)

        with nothing_written(), pytest.raises(AssertionError):
            builders.collected(transfer, on=TODAY, outcome=outcome)

    def test_that_it_failed_is_not_taken_back_by_a_later_one(self, loan):
        transfer = ask(loan)
        builders.collected(transfer, on=TODAY, outcome="FAILED")
        before = LoanTransaction.objects.count(), LedgerEntry.objects.count()

        builders.collected(transfer, on=TODAY, outcome="SUCCEEDED")

        transfer.refresh_from_db()
        assert (transfer.state, transfer.booked_at) == ("FAILED", None)
        assert (LoanTransaction.objects.count(), LedgerEntry.objects.count()) == before

    def test_that_it_arrived_is_not_taken_back_by_a_later_one(self, loan):
        transfer = ask(loan)
        builders.collected(transfer, on=TODAY)

        with nothing_written():
            builders.collected(transfer, on=TODAY, outcome="FAILED")

    def test_that_a_payment_failed_tells_the_borrower_once(self, loan):
        transfer = ask(loan)
        for _ in range(3):
            builders.collected(transfer, on=TODAY, outcome="FAILED")

        assert Message.objects.filter(template="REPAYMENT_FAILED").count() == 1


class TestPayingOutAgain:
    def again(self, loan):
        return disbursements.try_again(loan_id=loan.pk, on=TODAY, by=SYSTEM)

    def failed(self, lin) -> Loan:
        loan = builders.signed(lin)
        transfer = Transfer.objects.get(loan_id=loan.pk)
        disbursements.book(
            transfer_id=transfer.pk,
            answer=builders.said(transfer, "FAILED"),
            on=TODAY,
            claim=None,
        )
        return loan

    @pytest.mark.parametrize("state", ["INTENT", "SENT", "SUCCEEDED", "UNKNOWN"])
    def test_is_refused_while_the_first_may_still_arrive(self, lin, state):
        loan = builders.signed(lin)
        Transfer.objects.update(state=state)

        with nothing_written(), pytest.raises(disbursements.NothingToRetry):
            self.again(loan)

    @pytest.mark.parametrize("state", ["ACTIVE", "SETTLED", "CANCELLED", "WRITTEN_OFF"])
    def test_is_refused_for_a_loan_that_does_not_wait(self, lin, state):
        loan = self.failed(lin)
        Loan.objects.update(state=state)

        with nothing_written(), pytest.raises(disbursements.NothingToRetry):
            self.again(loan)

    def test_twice_is_refused_the_second_time(self, lin):
        loan = self.failed(lin)
        self.again(loan)

        with nothing_written(), pytest.raises(disbursements.NothingToRetry):
            self.again(loan)

    def test_gives_each_try_a_number_of_its_own(self, lin):
        loan = self.failed(lin)
        second = self.again(loan)
        disbursements.book(
            transfer_id=second.pk, answer=builders.said(second, "FAILED"), on=TODAY, claim=None
        )
        third = self.again(loan)

        assert Transfer.objects.filter(loan_id=loan.pk).count() == 3
        assert third.out_trade_no != second.out_trade_no
        assert Process.objects.filter(kind="TRANSFER", subject_id=third.pk).exists()

    def test_of_a_failed_payout_books_nothing_and_tells_once(self, lin):
        loan = self.failed(lin)

        loan.refresh_from_db()
        assert (loan.state, loan.disbursed_on) == ("PENDING_DISBURSEMENT", None)
        assert not loan.instalments.exists()
        assert not LedgerEntry.objects.exists()
        assert Message.objects.filter(template="PAYOUT_FAILED").count() == 1
        assert AuditEntry.objects.filter(action="lending.disbursement.failed").count() == 1


class TestTheBooks:
    LINES = both(debit=chart.BANK, credit=chart.MARKETING_EXPENSE, amount_fen=500, loan_id=None)

    def post(self, lines=LINES, key="an-event") -> int:
        with transaction.atomic():
            return ledger.post(entry_key=key, business_date=TODAY, kind="TEST", lines=lines)

    def post_and_look(self, lines) -> None:
        """As at the end of a transaction, where the database checks everything."""
        with transaction.atomic(), transaction.get_connection().cursor() as cursor:
            self.post(lines)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    @pytest.mark.parametrize(
        "lines",
        [
            [Line(chart.BANK, 1)],
            [Line(chart.BANK, 1), Line(chart.MARKETING_EXPENSE, -2)],
            [Line(chart.BANK, 5, 1), Line(chart.BANK, -4, 2)],
        ],
    )
    def test_take_no_entry_that_does_not_sum_to_zero(self, lines):
        with nothing_written(), pytest.raises(AssertionError):
            self.post(lines)

    def test_take_no_account_that_is_not_in_the_chart(self):
        strange = [Line("9999", 1), Line(chart.BANK, -1)]

        with nothing_written(), pytest.raises(IntegrityError):
            self.post_and_look(strange)

    def test_of_the_same_event_again_are_the_same_entry(self):
        first = self.post()

        with nothing_written():
            assert self.post(tuple(reversed(self.LINES))) == first

    @pytest.mark.parametrize("other_fen", [499, 501, -500])
    def test_refuse_other_figures_for_the_same_event(self, other_fen):
        self.post()
        other = both(
            debit=chart.BANK, credit=chart.MARKETING_EXPENSE, amount_fen=other_fen, loan_id=None
        )

        with nothing_written(), pytest.raises(ledger.LedgerKeyReused):
            self.post(other)

    def test_turned_round_twice_are_turned_round_once(self):
        entry_id = self.post()
        with transaction.atomic():
            first = ledger.reverse(entry_id=entry_id, loan_id=None, business_date=TODAY)

        with nothing_written(), transaction.atomic():
            assert first == ledger.reverse(entry_id=entry_id, loan_id=None, business_date=TODAY)
        assert sum(LedgerPosting.objects.values_list("amount_fen", flat=True)) == 0

    def test_know_no_line_of_zero(self):
        assert both(debit=chart.BANK, credit=chart.BANK, amount_fen=0, loan_id=1) == ()


class TestCarryingALoan:
    def test_to_a_day_before_its_own_leaves_it_where_it_is(self, loan):
        later = TODAY + timedelta(days=3)
        with transaction.atomic():
            servicing.bring_forward(loan=Loan.objects.get(pk=loan.pk), through=later)

        with nothing_written(), transaction.atomic():
            carried = servicing.bring_forward(loan=Loan.objects.get(pk=loan.pk), through=TODAY)

        assert carried.state.through == later
