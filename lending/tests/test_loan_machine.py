"""A loan on the platform: any order of nights, payments, keys and regrets keeps every law.

The machine runs against the database, by the verbs that doors and tasks call. Beside it stands a
second engine that lives through every day anew (loans §5: 7 to 9, 13, 14 and 18).
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from common.actors import SYSTEM
from common.errors import Refused
from lending.calc.contracts import TransactionKind
from lending.calc.fold import payoff_quote
from lending.channels.models import Transfer
from lending.closing import actions as closing
from lending.ledger import chart
from lending.ledger import invariants as ledger_invariants
from lending.ledger import queries as ledger
from lending.ledger.models import LedgerEntry, LedgerPosting
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan, LoanTransaction
from lending.repayments import actions as repayments
from lending.repayments.queries import standing
from lending.rewards import invariants as reward_invariants
from lending.servicing import changes
from lending.servicing import invariants as servicing_invariants
from lending.tests import builders, rewarding
from lending.tests.builders import TODAY
from lending.tests.calc_day_by_day import DayByDay

DAY = timedelta(days=1)
LENT_FEN = 300_000
DRAWN = st.sampled_from([1, 99, 5_000, 40_000, 103_000, 250_000])


def written() -> tuple[int, ...]:
    """How much stands in every table that money touches."""
    tables = (Transfer, LoanTransaction, LedgerEntry, LedgerPosting, Instalment)
    return tuple(table.objects.count() for table in tables)


class LivingLoan(RuleBasedStateMachine):
    """Lin owes us something; what has come in is called a payment, however it was asked for."""

    payments = Bundle("payments")

    @initialize(fen=st.sampled_from([60_000, LENT_FEN]))
    def borrow(self, fen: int) -> None:
        builders.open_books()
        self.loan = builders.paid_out(builders.person("Lin"), amount_fen=fen)
        self.today = TODAY
        self.number = 0

    # --- what happens ---

    @rule(days=st.sampled_from([1, 2, 9, 31]))
    def nights_pass(self, days: int) -> None:
        self.today += days * DAY
        assert closing.close_through(to=self.today) == days

    @rule()
    def the_night_is_tried_again(self) -> None:
        before = written()

        assert not closing.close(day=self.today - DAY)
        assert closing.close_through(to=self.today) == 0
        assert written() == before

    @rule(target=payments, fen=DRAWN)
    def pay(self, fen: int):
        self.number += 1
        return self.asked_for(fen, key=f"pay-{self.number}")

    @rule(target=payments, numbers=st.sampled_from([2, 3]), fen=DRAWN)
    def pay_in_parts(self, numbers: int, fen: int):
        self.number += 1
        parts = [self.asked_for(fen, key=f"part-{self.number}-{each}") for each in range(numbers)]
        return multiple(*(each for each in parts if isinstance(each, int)))

    def asked_for(self, fen: int, *, key: str):
        """The payment's place in the log; nothing where it was refused, and then nothing moves."""
        before = written()
        try:
            builders.pay(self.fresh(), fen, on=self.today, key=key)
        except Refused:
            assert written() == before
            return multiple()
        return self.last_sequence()

    @rule(payment=payments)
    def tell_again_that_it_has_come(self, payment: int) -> None:
        """The bank tells twice, and the borrower presses twice: one payment (invariant 7)."""
        row = self.loan.transactions.get(sequence=payment)
        assert row.transfer is not None
        before = written()

        builders.collected(row.transfer, on=self.today)
        again = repayments.request(
            loan_id=self.loan.pk,
            amount_fen=row.transfer.amount_fen,
            request_key=row.transfer.request_key,
            on=self.today,
            by=SYSTEM,
        )

        assert again.pk == row.transfer.pk
        assert written() == before

    @rule(payment=payments)
    def ask_for_another_sum_with_the_same_key(self, payment: int) -> None:
        row = self.loan.transactions.get(sequence=payment)
        assert row.transfer is not None
        before = written()

        with pytest.raises(repayments.KeyReused):
            repayments.request(
                loan_id=self.loan.pk,
                amount_fen=row.transfer.amount_fen + 1,
                request_key=row.transfer.request_key,
                on=self.today,
                by=SYSTEM,
            )

        assert written() == before

    @rule(fen=DRAWN)
    def pay_in_vain(self, fen: int) -> None:
        """The bank refuses: the loan is as it was."""
        self.number += 1
        before = self.picture()
        try:
            transfer = repayments.request(
                loan_id=self.loan.pk,
                amount_fen=fen,
                request_key=f"vain-{self.number}",
                on=self.today,
                by=SYSTEM,
            )
        except Refused:
            return
        builders.collected(transfer, on=self.today, outcome="FAILED")

        assert self.picture() == before

    @rule(payment=consumes(payments))
    def call_back(self, payment: int) -> None:
        """The bank takes a payment back: it is as if it had never been made (invariant 7)."""
        asked = changes.propose(
            loan_id=self.loan.pk,
            kind=TransactionKind.CHARGEBACK,
            reason="called back",
            request_key=f"back-{payment}",
            reverses=payment,
            on=self.today,
            by=rewarding.staff("Mei"),
        )
        changes.approve(change_id=asked.pk, on=self.today, by=rewarding.staff("Zhao"))

    @rule()
    def pay_off(self) -> None:
        """The quote of the day closes the loan to zero, and a fen less is refused (invariant 9)."""
        loan = self.fresh()
        if loan.state != "ACTIVE":
            return
        self.number += 1
        quote = payoff_quote(loans.terms_of(loan), loans.log_of(loan), self.today)
        with pytest.raises((repayments.QuoteChanged, repayments.TooMuch)):
            repayments.request_payoff(
                loan_id=loan.pk,
                amount_fen=quote.total_fen - 1,
                request_key=f"less-{self.number}",
                on=self.today,
                by=SYSTEM,
            )

        builders.pay_off(loan, on=self.today, key=f"all-{self.number}")

        closed = self.fresh()
        assert closed.state == "SETTLED"
        assert (closed.principal_outstanding_fen, closed.overpaid_fen) == (0, 0)

    # --- what always holds ---

    @invariant()
    def the_product_finds_nothing(self) -> None:
        if self.has_begun():
            for check in (servicing_invariants, ledger_invariants, reward_invariants):
                assert list(check.breaches()) == []

    @invariant()
    def the_books_are_balanced_and_know_the_principal(self) -> None:
        if not self.has_begun():
            return
        assert LedgerPosting.objects.aggregate(all=Sum("amount_fen"))["all"] == 0
        principal_fen = ledger.loan_balances_fen(self.loan.pk).get(chart.LOAN_PRINCIPAL, 0)
        assert principal_fen == self.fresh().principal_outstanding_fen

    @invariant()
    def the_books_of_no_day_are_unbalanced(self) -> None:
        """The trial balance of every single day is zero, however late it was written."""
        if self.has_begun():
            days = LedgerPosting.objects.values("entry__business_date")
            assert set(days.annotate(all=Sum("amount_fen")).values_list("all", flat=True)) == {0}

    @invariant()
    def lateness_is_counted_from_the_oldest_open_day(self) -> None:
        if not self.has_begun():
            return
        loan = self.fresh()
        stands = standing(loan, on=self.today)
        assert stands is not None
        late = [
            line.due_on
            for line in stands.instalments
            if line.outstanding_fen and line.due_on < self.today
        ]
        wanted = (self.today - min(late)).days if late else 0
        assert stands.days_past_due == loans.days_past_due(loan, self.today) == wanted

    @invariant()
    def a_second_engine_says_the_same(self) -> None:
        if not self.has_begun():
            return
        loan = self.fresh()
        stands = standing(loan, on=self.today)
        assert stands is not None
        second = DayByDay(loans.terms_of(loan), loans.log_of(loan), self.today)
        lines = [
            (
                line.principal.outstanding_fen,
                line.interest.outstanding_fen,
                line.penalty.outstanding_fen,
            )
            for line in stands.instalments
        ]
        assert second.picture() == (lines, loan.overpaid_fen)

    # --- looking ---

    def has_begun(self) -> bool:
        return hasattr(self, "number")

    def fresh(self) -> Loan:
        return Loan.objects.get(pk=self.loan.pk)

    def last_sequence(self) -> int:
        return loans.next_sequence(self.loan) - 1

    def picture(self) -> tuple[object, ...]:
        rows = self.loan.instalments.order_by("number").values()
        return (
            Loan.objects.filter(pk=self.loan.pk).values().get(),
            list(rows),
            loans.log_of(self.loan),
            ledger.loan_balances_fen(self.loan.pk),
        )


@pytest.mark.django_db
def test_any_order_of_events_keeps_every_law_of_a_loan():
    class Story(LivingLoan):
        """One story, undone when it ends."""

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.mark)

    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
