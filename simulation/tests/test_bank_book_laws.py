"""Whatever is asked of the bank in whatever order: no fen comes from nowhere or goes lost."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from simulation.bank import faults
from simulation.bank.book import (
    LENDER,
    OPENING_FEN,
    OUTSIDE,
    Book,
    Order,
    OtherContent,
)
from simulation.tests.bank_orders import LIN, NOON, SCHOOL, WEI, accepted, arrange, order

ACCOUNTS = st.sampled_from([LIN, WEI, SCHOOL])
AMOUNTS = st.one_of(st.integers(1, 3_000_000), st.just(2_000_000), st.just(1))
KINDS = st.sampled_from(["PAY_OUT", "COLLECT"])


class TheBank(RuleBasedStateMachine):
    """Random orders, replays, faults, deposits, settlements and restarts against a plain model."""

    @initialize()
    def open_for_the_first_time(self):
        self.folder = tempfile.TemporaryDirectory(prefix="book-")
        self.database = Path(self.folder.name) / "bank.sqlite3"
        self.book = Book(self.database)
        self.now = NOON
        self.orders: dict[str, Order] = {}
        self.finals: dict[str, str] = {}
        self.deposited_fen = dict.fromkeys([LIN, WEI, SCHOOL], 0)

    @rule(kind=KINDS, account=ACCOUNTS, amount_fen=AMOUNTS)
    def order_something(self, kind, account, amount_fen):
        wanted = order(f"T-{len(self.orders)}", kind=kind, account=account, amount_fen=amount_fen)
        self.orders[wanted.out_trade_no] = wanted
        assert accepted(self.book, wanted, now=self.now).state == "PROCESSING"

    @precondition(lambda self: self.orders)
    @rule(choice=st.randoms(use_true_random=False))
    def order_the_same_again(self, choice):
        wanted = choice.choice(list(self.orders.values()))
        transfer = accepted(self.book, wanted, now=self.now)
        assert transfer.is_for(wanted)

    @precondition(lambda self: self.orders)
    @rule(choice=st.randoms(use_true_random=False))
    def order_something_else_under_a_used_number(self, choice):
        wanted = choice.choice(list(self.orders.values()))
        other = order(
            wanted.out_trade_no,
            kind=wanted.kind,
            account=wanted.account,
            amount_fen=wanted.amount_fen + 1,
        )
        with pytest.raises(OtherContent):
            accepted(self.book, other, now=self.now)

    @rule(account=ACCOUNTS, amount_fen=AMOUNTS)
    def deposit(self, account, amount_fen):
        self.book.deposit(account=account, amount_fen=amount_fen, now=self.now)
        self.deposited_fen[account] += amount_fen

    @rule(mode=st.sampled_from(sorted(faults.TRANSFER_MODES)), account=ACCOUNTS)
    def misbehave_once(self, mode, account):
        arrange(self.book, mode, account=account, times=1, seconds=faults.DEFAULT_SECONDS[mode])

    @rule(seconds=st.sampled_from([0.0, 0.5, 5.0]))
    def settle(self, seconds):
        self.now += seconds
        self.book.settle_due(now=self.now)

    @rule()
    def open_again(self):
        self.book.close()
        self.book = Book(self.database)

    @invariant()
    def money_is_neither_made_nor_lost(self):
        balances = self.book.balances()
        assert sum(balances.values()) == 0
        assert all(fen >= 0 for name, fen in balances.items() if name != OUTSIDE)

    @invariant()
    def balances_are_openings_and_deposits_and_the_statement(self):
        balances = self.book.balances()
        entries = self.book.statement(since_id=0, limit=1_000)
        signed = [(e.account, e.amount_fen * (1 if e.kind == "PAY_OUT" else -1)) for e in entries]
        for account, deposited_fen in self.deposited_fen.items():
            if account in balances:
                opening_fen = OPENING_FEN[account.partition(":")[0]]
                moved_fen = sum(fen for name, fen in signed if name == account)
                assert balances[account] == opening_fen + deposited_fen + moved_fen
        if LENDER in balances:
            assert balances[LENDER] == OPENING_FEN[LENDER] - sum(fen for _, fen in signed)

    @invariant()
    def the_statement_has_what_succeeded_once_and_nothing_else(self):
        transfers = self.book.latest(1_000)
        entries = self.book.statement(since_id=0, limit=1_000)
        succeeded = sorted(t.out_trade_no for t in transfers if t.state == "SUCCEEDED")
        assert sorted(e.out_trade_no for e in entries) == succeeded
        assert len(transfers) == len(self.orders)

    @invariant()
    def a_final_state_stays(self):
        for transfer in self.book.latest(1_000):
            before = self.finals.get(transfer.out_trade_no, transfer.state)
            assert transfer.state == before
            if transfer.state != "PROCESSING":
                self.finals[transfer.out_trade_no] = transfer.state

    def teardown(self):
        if hasattr(self, "book"):
            self.book.close()
            self.folder.cleanup()


TestTheBank = TheBank.TestCase
TestTheBank.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
