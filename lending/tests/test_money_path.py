"""From a signature to the last fen: every step leaves books, loan and borrower in agreement."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from borrowers.messages.models import Message
from borrowers.tests import cast
from common.actors import SYSTEM
from common.audit.models import AuditEntry
from common.processes.models import Process
from lending.applications import actions as applications
from lending.applications.states import NotPossibleNow
from lending.calc.fold import amount_due, fold, payoff_quote
from lending.channels.actions import AmountDiffers
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.disbursements import actions as disbursements
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry
from lending.loans import actions as signing
from lending.loans import queries as loans
from lending.loans.models import AssetOwnership, Loan, LoanContract, LoanTransaction
from lending.repayments import actions as repayments
from lending.rewards.models import PointsAccount, PointsLot
from lending.servicing import subledger
from lending.tests import builders
from lending.tests.builders import TODAY

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 20)


def books_agree(loan: Loan, through: date) -> None:
    """The loan's own accounts are exactly what the fold of its log says."""
    state = fold(loans.terms_of(loan), loans.log_of(loan), through)
    present = ledger.loan_balances_fen(loan.pk)
    wanted = {code: fen for code, fen in subledger.balances_fen(state).items() if fen}
    assert present == wanted
    assert sum(ledger.trial_balance_fen().values()) == 0


class TestSign:
    def test_makes_contract_loan_and_payout_intent_once(self, lin):
        loan = builders.signed(lin)

        again = signing.sign(
            application_id=loan.contract.application_id,
            at=builders.NOW,
            on=TODAY,
            language="en",
            by=cast.self_of(lin),
        )

        assert again.pk == loan.pk
        assert loan.state == "PENDING_DISBURSEMENT"
        transfer = Transfer.objects.get()
        assert (transfer.state, transfer.amount_fen) == ("INTENT", 300_000)
        assert transfer.account == f"person:{lin.public_id}"
        assert Process.objects.get(kind="TRANSFER").task == "lending.tasks.move_money"
        assert loan.contract.terms["principal_fen"] == 300_000
        assert not LedgerEntry.objects.exists()

    def test_refuses_an_offer_whose_cost_was_not_confirmed_and_writes_nothing(self, lin):
        offer = builders.offered(lin)
        applications.accept(
            application_id=offer.application_id, at=builders.NOW, by=cast.self_of(lin)
        )

        with pytest.raises(NotPossibleNow):
            signing.sign(
                application_id=offer.application_id,
                at=builders.NOW,
                on=TODAY,
                language="en",
                by=cast.self_of(lin),
            )

        assert not LoanContract.objects.exists()
        assert not Transfer.objects.exists()


class TestPayOut:
    def test_opens_the_loan_with_schedule_books_and_owner(self, lin):
        loan = builders.paid_out(lin)

        assert loan.state == "ACTIVE"
        assert loan.instalments.count() == 3
        assert sum(row.principal_fen for row in loan.instalments.all()) == 300_000
        assert ledger.loan_balances_fen(loan.pk) == {chart.BANK: -300_000, "1303": 300_000}
        assert AssetOwnership.objects.get().owner == "LENDER"
        assert Message.objects.filter(template="LOAN_PAID_OUT").count() == 1

    def test_told_twice_books_once(self, lin):
        loan = builders.paid_out(lin)
        transfer = Transfer.objects.get()

        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer), on=TODAY, claim=None
        )

        assert LoanTransaction.objects.count() == 1
        assert ledger.balance_fen(chart.BANK) == -300_000
        books_agree(loan, TODAY)

    def test_a_failed_payout_leaves_the_loan_waiting_for_another_try(self, lin):
        loan = builders.signed(lin)
        transfer = Transfer.objects.get()
        disbursements.book(
            transfer_id=transfer.pk, answer=builders.said(transfer, "FAILED"), on=TODAY, claim=None
        )

        second = disbursements.try_again(loan_id=loan.pk, on=TODAY, by=SYSTEM)

        assert second.out_trade_no != transfer.out_trade_no
        assert not LedgerEntry.objects.exists()
        with pytest.raises(disbursements.NothingToRetry):
            disbursements.try_again(loan_id=loan.pk, on=TODAY, by=SYSTEM)
        assert Transfer.objects.count() == 2

    def test_a_second_live_payout_is_refused_by_the_database(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(IntegrityError), transaction.atomic():
            Transfer.objects.create(
                out_trade_no="D-forged-1",
                purpose="DISBURSEMENT",
                loan_id=loan.pk,
                request_key="forged",
                account="person:zhao",
                amount_fen=1,
                intended_on=TODAY,
            )

    def test_another_amount_than_asked_for_is_never_booked(self, lin):
        builders.signed(lin)
        transfer = Transfer.objects.get()
        answer = builders.said(transfer)
        wrong = type(answer)(
            out_trade_no=answer.out_trade_no, outcome="SUCCEEDED", amount_fen=299_999
        )

        with pytest.raises(AmountDiffers):
            disbursements.book(transfer_id=transfer.pk, answer=wrong, on=TODAY, claim=None)

        transfer.refresh_from_db()
        assert transfer.state == "INTENT"
        assert not LedgerEntry.objects.exists()


class TestRepay:
    def test_an_instalment_paid_on_time_is_booked_remembered_and_rewarded(self, lin):
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        closing.close_through(to=DUE)

        builders.pay(loan, first.principal_fen + first.interest_fen, on=DUE, key="december")

        first.refresh_from_db()
        loan.refresh_from_db()
        assert first.paid_on == DUE
        assert loan.principal_outstanding_fen == 300_000 - first.principal_fen
        assert PointsAccount.objects.get().balance == first.principal_fen // 1_000
        assert ledger.balance_fen(chart.POINTS_LIABILITY) == -9 * (first.principal_fen // 1_000)
        assert Message.objects.filter(template="POINTS_EARNED").count() == 1
        books_agree(loan, DUE)

    def test_the_same_key_asks_once_and_the_same_answer_books_once(self, lin):
        loan = builders.paid_out(lin)

        first = builders.pay(loan, 10_000, on=TODAY, key="a")
        second = builders.pay(loan, 10_000, on=TODAY, key="a")

        assert first.pk == second.pk
        assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1
        books_agree(loan, TODAY)

    def test_the_same_key_for_another_amount_is_refused_and_nothing_is_collected(self, lin):
        loan = builders.paid_out(lin)
        builders.pay(loan, 10_000, on=TODAY, key="a")

        for ask in (repayments.request, repayments.request_payoff):
            with pytest.raises(repayments.KeyReused) as refused:
                ask(loan_id=loan.pk, amount_fen=10_001, request_key="a", on=TODAY, by=SYSTEM)
            assert refused.value.context == {"asked": "100.00"}

        assert Transfer.objects.filter(purpose__in=["REPAYMENT", "PAYOFF"]).count() == 1
        books_agree(loan, TODAY)

    def test_a_late_payment_pays_penalty_first_and_earns_nothing(self, lin):
        wei = lin
        loan = builders.paid_out(wei)
        late = DUE + timedelta(days=10)
        closing.close_through(to=late)
        loan.refresh_from_db()
        assert loan.penalty_accrued_fen > 0
        state = fold(loans.terms_of(loan), loans.log_of(loan), late)
        builders.pay(loan, amount_due(state, late), on=late, key="late")

        first = loan.instalments.get(number=1)
        assert first.paid_on == late
        assert first.penalty_paid_fen == first.penalty_fen > 0
        assert not PointsLot.objects.exists()
        books_agree(loan, late)

    def test_more_than_is_owed_is_refused_and_nothing_is_collected(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(repayments.TooMuch):
            repayments.request(
                loan_id=loan.pk, amount_fen=400_000, request_key="x", on=TODAY, by=SYSTEM
            )

        assert Transfer.objects.filter(purpose="REPAYMENT").count() == 0

    def test_interest_of_later_months_cannot_be_paid_ahead_by_mistake(self, lin):
        loan = builders.paid_out(lin)
        first, second = loan.instalments.order_by("number")[:2]
        running = first.principal_fen + first.interest_fen

        with pytest.raises(repayments.TooMuch):
            repayments.request(
                loan_id=loan.pk, amount_fen=running + 1, request_key="x", on=TODAY, by=SYSTEM
            )
        builders.pay(loan, running, on=TODAY, key="running")
        with pytest.raises(repayments.TooMuch):
            repayments.request(
                loan_id=loan.pk,
                amount_fen=second.principal_fen,
                request_key="y",
                on=TODAY,
                by=SYSTEM,
            )

        assert LoanTransaction.objects.filter(kind="REPAYMENT").count() == 1
        books_agree(loan, TODAY)

    def test_what_is_on_its_way_counts_already(self, lin):
        loan = builders.paid_out(lin)
        repayments.request(loan_id=loan.pk, amount_fen=60_000, request_key="a", on=TODAY, by=SYSTEM)

        with pytest.raises(repayments.TooMuch):
            repayments.request(
                loan_id=loan.pk, amount_fen=60_000, request_key="b", on=TODAY, by=SYSTEM
            )

    def test_a_failed_collection_changes_nothing_but_tells_the_borrower(self, lin):
        loan = builders.paid_out(lin)
        transfer = repayments.request(
            loan_id=loan.pk, amount_fen=10_000, request_key="a", on=TODAY, by=SYSTEM
        )

        builders.collected(transfer, on=TODAY, outcome="FAILED")

        assert LoanTransaction.objects.count() == 1
        assert Message.objects.filter(template="REPAYMENT_FAILED").count() == 1
        books_agree(loan, TODAY)

    def test_a_payment_asked_on_the_due_date_and_booked_later_is_on_time(self, lin):
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        closing.close_through(to=DUE)
        transfer = repayments.request(
            loan_id=loan.pk,
            amount_fen=first.principal_fen + first.interest_fen,
            request_key="slow bank",
            on=DUE,
            by=SYSTEM,
        )
        later = DUE + timedelta(days=6)
        closing.close_through(to=later)

        builders.collected(transfer, on=later)

        first.refresh_from_db()
        loan.refresh_from_db()
        assert first.paid_on == DUE
        assert loan.penalty_accrued_fen == 0
        assert PointsLot.objects.count() == 1
        books_agree(loan, later)


class TestPayOff:
    def test_the_quote_of_a_day_closes_the_loan_on_that_day(self, lin):
        loan = builders.paid_out(lin)
        day = TODAY + timedelta(days=11)
        closing.close_through(to=day)
        quote = payoff_quote(loans.terms_of(loan), loans.log_of(loan), day)

        transfer = repayments.request_payoff(
            loan_id=loan.pk, amount_fen=quote.total_fen, request_key="off", on=day, by=SYSTEM
        )
        builders.collected(transfer, on=day)

        loan.refresh_from_db()
        assert (loan.state, loan.settled_on) == ("SETTLED", day)
        assert loan.principal_outstanding_fen == loan.overpaid_fen == 0
        assert quote.saved_fen > 0
        books_agree(loan, day)

    def test_an_old_quote_is_refused(self, lin):
        loan = builders.paid_out(lin)

        with pytest.raises(repayments.QuoteChanged):
            repayments.request_payoff(
                loan_id=loan.pk, amount_fen=299_999, request_key="off", on=TODAY, by=SYSTEM
            )

        assert not Transfer.objects.filter(purpose="PAYOFF").exists()


class TestClose:
    def test_a_month_of_days_accrues_the_first_instalments_interest_exactly(self, lin):
        loan = builders.paid_out(lin)

        closed = closing.close_through(to=DUE + timedelta(days=1))

        assert closed == 31
        loan.refresh_from_db()
        assert loan.interest_accrued_fen == loan.instalments.get(number=1).interest_fen
        assert ledger.balance_fen(chart.INTEREST_INCOME) == -loan.interest_accrued_fen
        books_agree(loan, DUE)

    def test_tells_of_an_instalment_three_days_before_it_falls_due_and_once(self, lin):
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        told = Message.objects.filter(template="INSTALMENT_DUE_SOON")

        closing.close_through(to=DUE - timedelta(days=4))
        assert not told.exists()
        closing.close_through(to=DUE - timedelta(days=3))
        assert told.count() == 1
        closing.close_through(to=DUE + timedelta(days=1))

        assert told.get().facts == {
            "loan": loan.public_id,
            "amount_fen": first.principal_fen + first.interest_fen,
            "due_on": DUE.isoformat(),
        }

    def test_tells_nothing_of_an_instalment_that_is_paid_already(self, lin):
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        builders.pay(loan, first.principal_fen + first.interest_fen, on=TODAY, key="early")

        closing.close_through(to=DUE)

        assert not Message.objects.filter(template="INSTALMENT_DUE_SOON").exists()

    def test_tells_of_what_is_left_where_a_payment_had_carried_the_loan_on(self, lin):
        loan = builders.paid_out(lin)
        first = loan.instalments.get(number=1)
        closing.close_through(to=DUE - timedelta(days=4))
        builders.pay(loan, 10_000, on=DUE - timedelta(days=4), key="part")

        closing.close_through(to=DUE - timedelta(days=2))

        told = Message.objects.get(template="INSTALMENT_DUE_SOON")
        assert told.facts["amount_fen"] == first.principal_fen + first.interest_fen - 10_000

    def test_twice_is_once(self, lin):
        loan = builders.paid_out(lin)
        closing.close_through(to=TODAY + timedelta(days=5))
        entries = LedgerEntry.objects.count()

        assert closing.close_through(to=TODAY + timedelta(days=5)) == 0
        assert closing.close(day=TODAY) is False

        assert LedgerEntry.objects.count() == entries
        books_agree(loan, TODAY + timedelta(days=4))

    def test_a_loan_left_behind_is_caught_up_to_the_same_fen(self, lin):
        ahead = builders.paid_out(lin)
        behind = builders.paid_out(builders.person("Wei"))
        Loan.objects.filter(pk=behind.pk).update(state="PENDING_DISBURSEMENT")
        closing.close_through(to=TODAY + timedelta(days=9))
        Loan.objects.filter(pk=behind.pk).update(state="ACTIVE")

        closing.close_through(to=TODAY + timedelta(days=10))

        left = ledger.loan_balances_fen(ahead.pk)
        right = ledger.loan_balances_fen(behind.pk)
        assert left == right

    def test_the_books_open_on_the_first_call(self):
        assert closing.close_through(to=TODAY) == 0
        assert closing.close_through(to=TODAY) == 0

    def test_says_what_it_closed(self, lin):
        closing.close_through(to=TODAY + timedelta(days=2))

        days = AuditEntry.objects.filter(action="lending.day.closed").values_list("subject")
        assert sorted(days) == [("day:2026-11-20",), ("day:2026-11-21",)]
