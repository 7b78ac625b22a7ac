"""Staff change a loan: Mei asks, a colleague decides; and what may not happen leaves no trace."""

from datetime import date, timedelta

import pytest

from borrowers.tests import cast
from common.actors import Actor
from common.audit.models import AuditEntry
from common.errors import NotFound
from lending.calc.contracts import Change, Policy, TransactionKind
from lending.calc.fold import fold
from lending.channels.models import Transfer
from lending.ledger import queries as ledger
from lending.ledger.chart import FEE_RECEIVABLE, LOAN_LOSS, LOAN_PRINCIPAL
from lending.ledger.models import LedgerEntry
from lending.loans import queries as loans
from lending.loans.models import LoanState, LoanTransaction
from lending.repayments import actions as repayments
from lending.repayments import early
from lending.servicing import changes, invariants
from lending.servicing.models import LoanChange
from lending.servicing.refusals import (
    AboveTheCapWithFee,
    AmountNotPossible,
    ChangeWithoutEffect,
    DayNotReached,
    NotPaidOutYet,
    NotReversible,
    TermsNotPossible,
)
from lending.tests import builders
from lending.tests.test_withdrawal import study_loan

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Kind = TransactionKind


def ask(loan, kind, by, *, on=builders.TODAY, key="one", **more):
    return changes.propose(
        loan_id=loan.pk, kind=kind, reason="AGREED", request_key=key, on=on, by=by, **more
    )


def change(loan, kind, mei, colleague, *, on=builders.TODAY, key="one", **more):
    row = ask(loan, kind, mei, on=on, key=key, **more)
    changes.approve(change_id=row.pk, on=on, by=colleague)
    loan.refresh_from_db()
    return row


def due(loan):
    return list(loan.instalments.order_by("number").values_list("due_on", flat=True))


def clean():
    return list(invariants.breaches()) == []


def written():
    return (
        LoanChange.objects.count(),
        LoanTransaction.objects.count(),
        LedgerEntry.objects.count(),
        Transfer.objects.count(),
    )


class TestFourEyes:
    def test_nothing_happens_until_a_colleague_approves(self, loan, mei, colleague):
        before = loan.transactions.count()
        row = ask(loan, Kind.HOLIDAY, mei, change=Change(periods=1))
        days = due(loan)

        assert row.state == "PROPOSED"
        assert loan.transactions.count() == before
        changes.approve(change_id=row.pk, on=builders.TODAY, by=colleague)

        assert due(loan) != days
        assert loan.transactions.count() == before + 1
        assert AuditEntry.objects.filter(action="lending.change.approved").count() == 1
        assert clean()

    def test_nobody_approves_their_own(self, loan, mei):
        row = ask(loan, Kind.HOLIDAY, mei, change=Change(periods=1))
        before = written()

        with pytest.raises(changes.FourEyesNeeded):
            changes.approve(change_id=row.pk, on=builders.TODAY, by=mei)
        with pytest.raises(changes.FourEyesNeeded):
            changes.turn_down(change_id=row.pk, by=mei)

        assert written() == before
        row.refresh_from_db()
        assert row.state == "PROPOSED"

    def test_a_borrower_cannot_ask(self, loan):
        with pytest.raises(changes.FourEyesNeeded):
            ask(loan, Kind.WAIVER, Actor(kind="BORROWER", account_id=1), amount_fen=1)

        assert LoanChange.objects.count() == 0

    def test_twice_is_once(self, loan, mei, colleague):
        row = change(loan, Kind.EXTENSION, mei, colleague, change=Change(periods=2))
        again = ask(loan, Kind.EXTENSION, mei, change=Change(periods=2))
        before = written()

        changes.approve(change_id=row.pk, on=builders.TODAY, by=colleague)

        assert again.pk == row.pk
        assert written() == before
        assert loan.instalments.count() == 5

    def test_what_was_turned_down_stays_so(self, loan, mei, colleague):
        row = ask(loan, Kind.HOLIDAY, mei, change=Change(periods=1))
        changes.turn_down(change_id=row.pk, by=colleague)

        with pytest.raises(changes.ChangeDecided):
            changes.approve(change_id=row.pk, on=builders.TODAY, by=colleague)

        assert loan.transactions.count() == 1
        with pytest.raises(NotFound):
            changes.turn_down(change_id=0, by=colleague)


class TestTerms:
    def test_another_due_day_moves_all_that_are_to_come(self, loan, mei, colleague):
        change(loan, Kind.DUE_DATE_CHANGE, mei, colleague, change=Change(due_on=date(2026, 12, 28)))

        assert due(loan) == [date(2026, 12, 28), date(2027, 1, 28), date(2027, 2, 28)]
        assert sum(row.principal_fen for row in loan.instalments.all()) == 300_000
        assert clean()

    def test_a_lower_rate_costs_less(self, loan, mei, colleague):
        before = sum(row.interest_fen for row in loan.instalments.all())
        change(loan, Kind.RATE_CHANGE, mei, colleague, change=Change(annual_rate_ppm=60_000))

        assert sum(row.interest_fen for row in loan.instalments.all()) < before
        assert loan.annual_rate_ppm == 120_000, "what was signed stays"
        assert clean()

    def test_a_restructuring_takes_what_is_overdue_along(self, loan, mei, colleague):
        late = date(2027, 1, 15)
        change(
            loan, Kind.RESTRUCTURE, mei, colleague, on=late,
            change=Change(periods=6, waives_penalty=True, due_on=date(2027, 2, 20)),
        )  # fmt: skip

        assert loan.oldest_unpaid_due_on == date(2027, 2, 20)
        assert loan.principal_outstanding_fen == 300_000
        assert clean()

    @pytest.mark.parametrize(
        "asked",
        [
            (Kind.RATE_CHANGE, Change(annual_rate_ppm=130_000)),
            (Kind.DUE_DATE_CHANGE, Change(due_on=builders.TODAY)),
            (Kind.HOLIDAY, Change(periods=0)),
            (Kind.EXTENSION, Change(periods=121)),
        ],
    )
    def test_that_are_dearer_past_or_none_are_refused(self, loan, mei, asked):
        before = written()

        with pytest.raises(TermsNotPossible):
            ask(loan, asked[0], mei, change=asked[1])

        assert written() == before

    def test_that_change_nothing_are_refused(self, loan, mei):
        before = written()
        with pytest.raises(ChangeWithoutEffect):
            ask(loan, Kind.RATE_CHANGE, mei, change=Change(annual_rate_ppm=120_000))
        assert written() == before


class TestChargesAndForgiving:
    def test_a_fee_is_owed_paid_first_and_in_the_books_by_its_day(self, loan, mei, colleague):
        on = builders.TODAY + 20 * DAY
        change(
            loan, Kind.CHARGE, mei, colleague, on=on, amount_fen=1_000, change=Change(code="LETTER")
        )
        first = loan.instalments.get(number=1)
        assert (first.fee_fen, first.fee_paid_fen) == (1_000, 0)

        builders.pay(loan, 500, on=on + DAY, key="pay")

        first.refresh_from_db()
        assert first.fee_paid_fen == 500
        assert clean()
        assert ledger.loan_balances_fen(loan.pk).get(FEE_RECEIVABLE, 0) == 0

    def test_a_fee_above_the_cap_is_refused(self, loan, mei):
        before = written()
        with pytest.raises(AboveTheCapWithFee):
            ask(loan, Kind.CHARGE, mei, amount_fen=200_000)
        assert written() == before

    def test_no_more_is_forgiven_than_is_due(self, loan, mei, colleague):
        late = date(2027, 1, 15)
        with pytest.raises(AmountNotPossible):
            ask(loan, Kind.WAIVER, mei, on=late, amount_fen=100_000)
        state = fold(loans.terms_of(loan), loans.log_of(loan), late)
        penalty = state.penalty_outstanding_fen
        assert penalty > 0

        change(loan, Kind.WAIVER, mei, colleague, on=late, amount_fen=penalty)

        assert loan.penalty_accrued_fen == loan.penalty_paid_fen == penalty
        assert clean()


class TestUndoing:
    def test_a_charged_back_payment_opens_the_loan_again(self, loan, mei, colleague):
        builders.pay_off(loan, on=builders.TODAY + DAY)
        loan.refresh_from_db()
        assert loan.state == LoanState.SETTLED

        change(loan, Kind.CHARGEBACK, mei, colleague, on=builders.TODAY + 5 * DAY, reverses=2)

        assert loan.state == LoanState.ACTIVE
        assert loan.principal_outstanding_fen == 300_000
        assert clean()

    @pytest.mark.parametrize("target", [1, 3, 99])
    def test_of_a_payout_of_a_reversal_or_of_nothing_is_refused(self, loan, mei, colleague, target):
        builders.pay(loan, 1_000, on=builders.TODAY, key="pay")
        change(loan, Kind.REVERSAL, mei, colleague, reverses=2)
        before = written()

        with pytest.raises(NotReversible):
            ask(loan, Kind.REVERSAL, mei, key="two", reverses=target)
        with pytest.raises(NotReversible):
            ask(loan, Kind.REVERSAL, mei, key="three", reverses=2)

        assert written() == before


class TestLosses:
    def test_a_write_off_and_what_comes_in_after_it(self, loan, mei, colleague):
        late = date(2027, 6, 1)
        change(loan, Kind.WRITE_OFF, mei, colleague, on=late)
        lost = loan.written_off_fen
        assert loan.state == LoanState.WRITTEN_OFF
        assert ledger.loan_balances_fen(loan.pk)[LOAN_LOSS] == lost

        builders.pay(loan, 5_000, on=late + DAY, key="some")
        loan.refresh_from_db()

        assert loan.recovered_fen == 5_000
        assert ledger.loan_balances_fen(loan.pk)[LOAN_LOSS] == lost - 5_000
        assert LOAN_PRINCIPAL not in ledger.loan_balances_fen(loan.pk)
        assert clean()

    def test_undoing_it_restores_the_loan(self, loan, mei, colleague):
        late = date(2027, 6, 1)
        change(loan, Kind.WRITE_OFF, mei, colleague, on=late)
        change(loan, Kind.REVERSAL, mei, colleague, on=late, key="undo", reverses=2)

        assert loan.state == LoanState.ACTIVE
        assert loan.written_off_fen == 0
        assert LOAN_LOSS not in ledger.loan_balances_fen(loan.pk)
        assert clean()


class TestDays:
    def test_to_come_and_before_the_payout_are_refused(self, loan, mei):
        before = written()
        with pytest.raises(DayNotReached):
            ask(loan, Kind.HOLIDAY, mei, value_date=builders.TODAY + DAY, change=Change(periods=1))
        with pytest.raises(NotPaidOutYet):
            ask(loan, Kind.HOLIDAY, mei, value_date=builders.TODAY - DAY, change=Change(periods=1))
        assert written() == before

    def test_nothing_happens_to_a_loan_that_is_not_paid_out(self, mei):
        builders.open_books()
        loan = builders.signed(builders.person("Wei"))
        before = written()

        with pytest.raises(NotPaidOutYet):
            ask(loan, Kind.HOLIDAY, mei, change=Change(periods=1))
        with pytest.raises(repayments.LoanNotOpen):
            repayments.request(
                loan_id=loan.pk, amount_fen=1, request_key="k", on=builders.TODAY, by=mei
            )
        with pytest.raises(repayments.LoanNotOpen):
            early.request(
                loan_id=loan.pk, amount_fen=1, policy=Policy.REDUCE_TERM, request_key="k",
                on=builders.TODAY, by=mei,
            )  # fmt: skip

        assert written() == before


class TestMoneyBack:
    @pytest.fixture
    def loan(self, lin):
        """Paid out to a school: of nobody else is money asked back."""
        return study_loan(lin)

    def test_more_than_was_overpaid_is_refused(self, loan, mei):
        before = written()
        with pytest.raises(AmountNotPossible):
            ask(loan, Kind.CREDIT_BALANCE_REFUND, mei, amount_fen=1)
        with pytest.raises(AmountNotPossible):
            ask(loan, Kind.MERCHANT_REFUND, mei, amount_fen=300_001)
        assert written() == before

    def test_a_merchant_returns_half_and_the_rest_is_planned_again(self, loan, mei, colleague):
        change(loan, Kind.MERCHANT_REFUND, mei, colleague, amount_fen=150_000)
        assert loan.principal_outstanding_fen == 300_000, "the bank has not said yet"
        transfer = Transfer.objects.get(purpose="RETURN")
        builders.collected(transfer, on=builders.TODAY)
        loan.refresh_from_db()

        assert loan.principal_outstanding_fen == 150_000
        assert loan.instalments.count() == 6
        assert clean()

    def test_a_credit_balance_goes_back_through_the_bank(self, loan, mei, colleague):
        change(loan, Kind.MERCHANT_REFUND, mei, colleague, amount_fen=290_000)
        builders.pay_off(loan, on=builders.TODAY)
        builders.collected(Transfer.objects.get(purpose="RETURN"), on=builders.TODAY)
        loan.refresh_from_db()
        assert loan.overpaid_fen == 290_000

        change(loan, Kind.CREDIT_BALANCE_REFUND, mei, colleague, key="back", amount_fen=290_000)
        builders.collected(Transfer.objects.get(purpose="REFUND"), on=builders.TODAY)
        loan.refresh_from_db()

        assert loan.overpaid_fen == 0
        assert clean()


class TestPayingEarly:
    def test_each_choice_says_beforehand_what_it_then_does(self, loan):
        told = {
            each.policy: each
            for each in early.outcomes(loan, amount_fen=120_000, on=builders.TODAY)
        }
        for policy in Policy:
            assert told[policy].saved_fen >= 0
        assert told[Policy.REDUCE_TERM].instalments_left == 2
        assert told[Policy.REDUCE_INSTALMENT].instalments_left == 3

        transfer = early.request(
            loan_id=loan.pk, amount_fen=120_000, policy=Policy.REDUCE_TERM, request_key="e",
            on=builders.TODAY, by=cast.self_of(builders.person("Wei")),
        )  # fmt: skip
        builders.collected(transfer, on=builders.TODAY)
        loan.refresh_from_db()

        assert loan.principal_outstanding_fen == 180_000
        assert max(due(loan)) == told[Policy.REDUCE_TERM].last_due_on
        assert clean()

    def test_what_closes_the_loan_is_a_pay_off(self, loan):
        before = written()
        with pytest.raises(early.EarlyTooMuch):
            early.outcomes(loan, amount_fen=300_000, on=builders.TODAY)
        with pytest.raises(repayments.NotAnAmount):
            early.outcomes(loan, amount_fen=0, on=builders.TODAY)
        assert written() == before
