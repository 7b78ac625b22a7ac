"""Purses: where money comes from, who holds back, who pays when, and what is owed."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.words import Scene
from simulation.world import simulate
from simulation.world.events import Funding, Kind, Shop, Wallet
from simulation.world.money.decisions import DECISIONS, NOTHING, Wish
from simulation.world.money.purse import Debt, Purse
from simulation.world.personas import populate

DAY = 86_400
PEOPLE = populate(np.random.default_rng(5), 40)


def purse(**changes):
    """A salaried person's purse with little in it."""
    person = int(np.nonzero(PEOPLE.is_salaried)[0][0])
    own = Purse(PEOPLE, person, is_in_ring=False)
    own.means_to_pay = True
    own.balances = dict.fromkeys(Wallet, 0)
    own.second = own.fund = own.credit_left = own.bnpl_limit = 0
    for name, value in changes.items():
        setattr(own, name, value)
    return own


def wish(kind, *, fen=0, funding=Funding.DEBIT, wallet=Wallet.NONE, shop=Shop.NONE, at=0):
    return Wish(at, kind, fen, wallet, shop, funding, Scene.GROCERIES, -1)


class TestPaying:
    def test_takes_from_where_it_was_meant(self):
        own = purse(debit=10_000)

        assert own.pay(4_000, Funding.DEBIT, Wallet.NONE, Shop.NONE) == Funding.DEBIT
        assert own.debit == 6_000

    def test_falls_back_where_that_does_not_suffice(self):
        own = purse(debit=100, credit_left=9_000)

        assert own.pay(4_000, Funding.DEBIT, Wallet.NONE, Shop.NONE) == Funding.CREDIT
        assert own.debit == 100
        assert own.credit_left == 5_000

    def test_does_not_happen_where_nothing_suffices(self):
        own = purse(debit=100)

        assert own.pay(4_000, Funding.DEBIT, Wallet.WECHAT, Shop.NONE) == 0
        assert own.liquid == 100

    def test_on_credit_stops_at_the_limit(self):
        own = purse(debit=0, bnpl_limit=5_000)

        assert own.pay(4_000, Funding.BNPL, Wallet.ALIPAY, Shop.NONE) == Funding.BNPL
        assert own.pay(4_000, Funding.BNPL, Wallet.ALIPAY, Shop.NONE) == 0

    @given(st.lists(st.integers(1, 50_000), max_size=30))
    def test_never_makes_money_nor_debts_beyond_the_limits(self, sums):
        own = purse(debit=100_000, credit_left=50_000, credit_limit=50_000, bnpl_limit=30_000)
        before = own.liquid
        paid = sum(fen for fen in sums if own.pay(fen, Funding.DEBIT, Wallet.ALIPAY, Shop.NONE))

        owed = 50_000 - own.credit_left + sum(own.bnpl_used.values())
        assert before - own.liquid + owed == paid
        assert own.debit >= 0
        assert own.credit_left >= 0

    @given(st.integers(1, 10_000), st.sampled_from([Funding.DEBIT, Funding.BALANCE]))
    def test_undone_leaves_all_as_it_was(self, fen, funding):
        own = purse(debit=10_000, balances={**dict.fromkeys(Wallet, 0), Wallet.WECHAT: 10_000})

        used = own.pay(fen, funding, Wallet.WECHAT, Shop.NONE)
        own.refund(fen, used, Wallet.WECHAT, Shop.NONE)

        assert own.debit == own.balances[Wallet.WECHAT] == 10_000


class TestHoldingBack:
    def test_the_disciplined_leave_what_would_eat_the_next_instalment(self):
        own = purse(debit=60_000, discipline=0.9, debt=Debt(0, 600_000, 50_000, 12))

        assert own.holds_back(20_000, Scene.ENTERTAINMENT, 0.5)
        assert not own.holds_back(20_000, Scene.ENTERTAINMENT, 0.95)

    def test_nobody_goes_hungry_for_it(self):
        own = purse(debit=60_000, discipline=0.9, debt=Debt(0, 600_000, 50_000, 12))

        assert not own.holds_back(20_000, Scene.GROCERIES, 0.5)


class TestRepaying:
    def indebted(self, **changes):
        debt = Debt(0, 600_000, 60_000, 6, due_at=[30 * DAY])
        return purse(debt=debt, **{"discipline": 1.0, "support": 0.0, **changes})

    def test_takes_what_is_due_where_it_suffices(self):
        own = self.indebted(debit=10**6)

        own.settle(30 * DAY, 0.9)

        assert own.debt.paid_at == [30 * DAY]
        assert own.debit == 10**6 - 60_000

    def test_waits_where_it_does_not(self):
        own = self.indebted(debit=1_000)

        own.settle(30 * DAY, 0.9)

        assert own.debt.paid_at == []
        assert own.debit == 1_000

    def test_gathers_from_other_purses_as_own_transfers(self):
        own = self.indebted(debit=0, fund=10**6)

        own.settle(30 * DAY, 0.9)

        assert own.debt.paid_at
        assert [row[1] for row in own.added] == [Kind.FUND_OUT, Kind.LOAN_REPAYMENT]

    def test_is_helped_by_family_a_few_times(self):
        own = self.indebted(debit=0, support=1.0)

        own.settle(30 * DAY, 0.1)

        assert Kind.SUPPORT_IN in {row[1] for row in own.added}
        assert own.helped == 1

    def test_never_begins_where_nobody_means_to(self):
        own = self.indebted(debit=10**8, means_to_pay=False)

        own.settle(30 * DAY, 0.1)

        assert own.debt.paid_at == []

    def test_comes_due_at_most_as_often_as_there_are_instalments(self):
        own = self.indebted(debit=10**8)

        for month in range(2, 20):
            own.fall_due(month * 30 * DAY, 0.99)

        assert len(own.debt.due_at) == own.debt.term == len(own.debt.paid_at)

    def test_comes_with_the_next_income_where_it_was_missed(self):
        own = self.indebted(debit=0)

        DECISIONS[Kind.SALARY](own, wish(Kind.SALARY, fen=10**6, at=35 * DAY), 0.5)

        assert own.debt.paid_at == [35 * DAY + 600]


class TestDeciding:
    @pytest.mark.parametrize(
        "kind", [Kind.TOP_UP, Kind.WITHDRAWAL, Kind.FUND_IN, Kind.OWN_TRANSFER]
    )
    def test_nothing_moves_out_of_an_empty_purse(self, kind):
        moved = DECISIONS[kind](purse(debit=0), wish(kind, fen=10_000, wallet=Wallet.WECHAT), 0.1)

        assert moved == NOTHING

    @pytest.mark.parametrize("kind", [Kind.TOP_UP, Kind.FUND_IN, Kind.OWN_TRANSFER])
    def test_what_is_moved_over_is_neither_won_nor_lost(self, kind):
        own = purse(debit=10**8)

        fen, _ = DECISIONS[kind](own, wish(kind, fen=10_000, wallet=Wallet.ALIPAY), 0.1)

        assert fen > 0
        assert own.liquid == 10**8

    def test_credit_is_paid_back_as_far_as_the_money_goes(self):
        own = purse(debit=3_000, credit_left=0, credit_limit=5_000)

        fen, _ = DECISIONS[Kind.CARD_REPAYMENT](own, wish(Kind.CARD_REPAYMENT), 0.1)

        assert (fen, own.credit_left, own.debit) == (3_000, 3_000, 0)

    def test_one_loan_is_enough(self):
        own = purse(debit=0, debt=Debt(0, 1, 1, 6))

        assert not own.wishes_to_borrow(0.0, is_forced=True)

    def test_need_makes_wishes_likelier(self):
        poor, rich = purse(debit=0), purse(debit=10**9)
        wills = np.linspace(0, 1, 200)

        wishes = [
            sum(own.wishes_to_borrow(float(will), is_forced=False) for will in wills)
            for own in (poor, rich)
        ]

        assert wishes[0] > wishes[1] > 0


class TestCallsForHelp:
    def test_losing_work_makes_arrears_likelier(self):
        world = simulate(people=300, months=16, seed=21, first_day=date(2025, 1, 1))
        late, lost = [], []
        for person, debt in enumerate(world.debts):
            if debt and debt.due_at and not world.people.has_fraud_intent[person]:
                late.append(len(debt.paid_at) < len(debt.due_at))
                lost.append(not world.earnings.has_work[person, -6:].all())

        unpaid, idle = np.array(late), np.array(lost)
        assert unpaid[idle].mean() > unpaid[~idle].mean()
