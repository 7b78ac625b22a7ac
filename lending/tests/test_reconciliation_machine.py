"""Whatever order money, words and losses come in: the statement is the books, to the fen.

The machine plays the bank: it moves money, tells late, twice, wrongly or never, and sometimes moves
what nobody asked for, or takes back what had arrived, and writes lines that cannot be read; and
staff undo payments by themselves. At every moment the difference between statement and books is
explained, fen by fen, by what is on its way, watched or open; and once every word has come and
every break has been worked off, there is none.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from common.actors import SYSTEM
from lending.calc.contracts import TransactionKind
from lending.channels.actions import AmountDiffers
from lending.channels.contracts import TransferAnswer
from lending.channels.models import PAID_OUT, Transfer
from lending.ledger import chart
from lending.ledger import queries as ledger
from lending.loans.models import Loan, LoanTransaction
from lending.reconciliation import queries, resolving
from lending.reconciliation.models import BankMatch, BreakAction, StatementBreak
from lending.repayments import actions as repayments
from lending.servicing import changes
from lending.tests import builders, statements
from lending.tests.builders import NOW, TODAY
from lending.tests.statements import Statement

DAY = timedelta(days=1)


class Channel(RuleBasedStateMachine):
    """One loan, one bank, and every way in which the two can lose sight of each other."""

    @initialize()
    def lend(self) -> None:
        self.loan = Loan.objects.get()
        self.day = TODAY
        self.number = 0
        self.bank: dict[str, int] = {}
        self.statement = Statement()
        self.statement.of(Transfer.objects.get())
        for each in range(2):
            payment = builders.pay(self.loan, 1_000 + each, on=TODAY, key=f"first-{each}")
            self.bank[payment.out_trade_no] = payment.amount_fen
            self.statement.of(payment)

    def open_transfers(self) -> list[Transfer]:
        return list(Transfer.objects.filter(state="INTENT").order_by("pk"))

    @rule(fen=st.integers(1, 5_000))
    def ask(self, fen: int) -> None:
        self.number += 1
        repayments.request(
            loan_id=self.loan.pk,
            amount_fen=fen,
            request_key=f"pay-{self.number}",
            on=self.day,
            by=SYSTEM,
        )

    @rule(which=st.integers(0, 5), more_fen=st.sampled_from([0, 0, 0, 1, -1]))
    def bank_moves(self, which: int, more_fen: int) -> None:
        """The bank moves it, once for its number, sometimes with another amount; words may wait."""
        waiting = [each for each in self.open_transfers() if each.out_trade_no not in self.bank]
        if not waiting:
            return
        transfer = waiting[which % len(waiting)]
        if transfer.amount_fen + more_fen <= 0:
            more_fen = 0
        self.bank[transfer.out_trade_no] = transfer.amount_fen + more_fen
        self.statement.of(transfer, more_fen=more_fen)

    @rule(which=st.integers(0, 5), times=st.integers(1, 2))
    def word_comes(self, which: int, times: int) -> None:
        """The bank's word on what it moved, once or twice, in any order."""
        moved = [each for each in Transfer.objects.order_by("pk") if each.out_trade_no in self.bank]
        if not moved:
            return
        for _ in range(times):
            self.tell(moved[which % len(moved)])

    @rule()
    def is_garbled(self) -> None:
        """The newest line that the bank has not told yet cannot be read for a while."""
        if len(self.statement.lines) > self.statement.told:
            self.statement.torn.add(self.statement.lines[-1].id)

    @rule()
    def is_told_well(self) -> None:
        """The bank says readably what it did not."""
        self.statement.torn.clear()

    @rule(which=st.integers(0, 5))
    def refuses(self, which: int) -> None:
        """The bank's word that nothing moved; now and then it is wrong."""
        waiting = self.open_transfers()
        if waiting:
            builders.collected(waiting[which % len(waiting)], on=self.day, outcome="FAILED")

    @rule(fen=st.integers(-3_000, 3_000).filter(bool))
    def strays(self, fen: int) -> None:
        self.number += 1
        self.statement.moved(f"X-{self.number}", fen, account=self.loan.payer_account)

    @rule()
    def moves_twice(self) -> None:
        last = self.statement.lines[-1]
        self.statement.moved(last.out_trade_no, last.effect_fen, account=last.account)

    @rule(which=st.integers(0, 5), booked=st.booleans())
    def is_taken_back(self, which: int, *, booked: bool) -> None:
        """The bank takes a payment back, now and then twice; staff write it down, or not yet."""
        arrived = list(Transfer.objects.filter(purpose="REPAYMENT").exclude(booked_at=None))
        if not arrived:
            return
        payment = arrived[which % len(arrived)]
        number = f"CB-{payment.out_trade_no}"
        if number in self.bank and which % 3:
            return
        self.bank[number] = -payment.amount_fen
        self.statement.moved(number, -payment.amount_fen, account=payment.account)
        if booked:
            self.undo(payment, "CHARGEBACK")

    @rule(which=st.integers(0, 5), kind=st.sampled_from(["REVERSAL", "CHARGEBACK"]))
    def is_undone(self, which: int, kind: str) -> None:
        """Staff undo a payment: rightly, by mistake, or before the bank has taken it back."""
        arrived = list(Transfer.objects.filter(purpose="REPAYMENT").exclude(booked_at=None))
        if arrived:
            self.undo(arrived[which % len(arrived)], kind)

    def undo(self, payment: Transfer, kind: str) -> None:
        row = LoanTransaction.objects.get(transfer=payment)
        if LoanTransaction.objects.filter(loan=row.loan, reverses_sequence=row.sequence).exists():
            return
        self.number += 1
        asked = changes.propose(
            loan_id=row.loan_id,
            kind=TransactionKind(kind),
            reason="OUR_MISTAKE",
            request_key=f"undo-{self.number}",
            reverses=row.sequence,
            on=self.day,
            by=statements.clerk(),
        )
        changes.approve(change_id=asked.pk, on=self.day, by=statements.clerk("chief"))

    @rule(days=st.integers(0, 2))
    def compares(self, days: int) -> None:
        self.day += days * DAY
        self.statement.compared(self.day)

    @precondition(lambda self: StatementBreak.objects.filter(state="OPEN").exists())
    @rule(which=st.integers(0, 5))
    def is_worked_off(self, which: int) -> None:
        rows = list(StatementBreak.objects.filter(state="OPEN").order_by("pk"))
        self.write_off(rows[which % len(rows)])

    @invariant()
    def every_fen_is_booked_once(self) -> None:
        """The bank's account is what was booked of transfers and of resolved breaks, no more."""
        if not hasattr(self, "loan"):
            return
        booked = Transfer.objects.exclude(booked_at=None)
        wanted = sum(
            -each.amount_fen if each.purpose in PAID_OUT else each.amount_fen for each in booked
        )
        taken_back = LoanTransaction.objects.filter(kind="CHARGEBACK")
        for each in taken_back:
            assert each.reverses_sequence is not None
            undone = LoanTransaction.objects.get(loan=each.loan, sequence=each.reverses_sequence)
            wanted -= undone.amount_fen
        written = ledger.written_fen(account_code=chart.BANK, key_prefix="break:")
        assert ledger.balance_fen(chart.BANK) == wanted + written
        assert list(queries.breaches()) == []
        assert sum(ledger.trial_balance_fen().values()) == 0

    @invariant()
    def nothing_is_matched_that_differs(self) -> None:
        for match in BankMatch.objects.select_related("line", "transfer"):
            assert abs(match.line.effect_fen) == match.transfer.amount_fen
            assert match.transfer.booked_at is not None

    def tell(self, transfer: Transfer) -> None:
        answer = TransferAnswer(
            out_trade_no=transfer.out_trade_no,
            outcome="SUCCEEDED",
            bank_reference=f"bank-{transfer.pk}",
            amount_fen=self.bank[transfer.out_trade_no],
        )
        try:
            repayments.book(transfer_id=transfer.pk, answer=answer, on=self.day, at=NOW, claim=None)
        except AmountDiffers:
            assert answer.amount_fen != transfer.amount_fen

    def write_off(self, broken: StatementBreak) -> None:
        """Where the outcome is open here, the bank is asked; the rest goes to the differences."""
        broken.refresh_from_db()
        if broken.state != "OPEN":
            # What was read just now has explained it.
            return
        if broken.kind == "STATE_DIFFERS" and broken.here_state != "FAILED":
            assert broken.transfer is not None
            self.tell(broken.transfer)
        elif broken.kind == "SET_ASIDE":
            self.give_back(broken)
        elif broken.kind == "UNREADABLE":
            self.read(broken)
        else:
            statements.resolved(broken, "TO_SUSPENSE", on=self.day)

    def read(self, broken: StatementBreak) -> None:
        """Two people find out what the line says."""
        line = self.statement.lines[int(broken.subject.partition(":")[0]) - 1]
        proposal = resolving.propose(
            break_id=broken.pk,
            action=BreakAction.READ_AS,
            loan_public_id="",
            reading=resolving.reading_of(
                number=line.out_trade_no, effect_fen=line.effect_fen, account=line.account
            ),
            by=statements.clerk(),
        )
        resolving.approve(
            proposal_id=proposal.pk, on=self.day, at=NOW, by=statements.clerk("chief")
        )
        self.statement.torn.discard(line.id)

    def give_back(self, broken: StatementBreak) -> None:
        """What was set aside goes back to its payer, unless the loan takes it once more."""
        statements.resolved(broken, "SEND_BACK", on=self.day)
        back = Transfer.objects.filter(purpose="SEND_BACK").latest("pk")
        resolving.book_sent_back(
            transfer_id=back.pk, answer=builders.said(back), on=self.day, claim=None
        )
        self.statement.of(back)

    def teardown(self) -> None:
        """Peace: every word comes, every break is worked off, and then nothing differs."""
        if not hasattr(self, "loan"):
            return
        for transfer in Transfer.objects.filter(state__in=["INTENT", "SENT"]).order_by("pk"):
            if transfer.out_trade_no in self.bank:
                self.tell(transfer)
            else:
                builders.collected(transfer, on=self.day, outcome="FAILED")
        for _ in range(3):
            self.day += DAY
            self.statement.compared(self.day)
            for broken in StatementBreak.objects.filter(state="OPEN").order_by("pk"):
                self.write_off(broken)
        assert self.statement.compared(self.day + DAY).still_open == 0
        assert not StatementBreak.objects.exclude(state="RESOLVED").exists()
        assert ledger.balance_fen(chart.BANK) == self.statement.balance_fen


@pytest.mark.django_db
def test_the_statement_is_the_books_after_any_story():
    builders.open_books()
    builders.paid_out(builders.person("Lin"))
    statements.clerk()
    statements.clerk("chief")

    class Story(Channel):
        """One story, undone when it ends."""

        def __init__(self) -> None:
            super().__init__()
            self.mark = transaction.savepoint()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.savepoint_rollback(self.mark)

    run_machine(
        Story,
        settings=settings(
            max_examples=24,
            stateful_step_count=16,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
