"""What is decided at each moment of a life, and that it moves exactly the money it says."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.tests.sample_purse import MONTH_FEN, debt, purse
from simulation.words import Scene
from simulation.world.events import Funding, Kind, Shop, Wallet
from simulation.world.lives import given_back
from simulation.world.money import decisions
from simulation.world.money.decisions import DECISIONS, NOTHING, Wish, wills
from simulation.world.money.purse import DAY

WECHAT, ALIPAY = Wallet.WECHAT, Wallet.ALIPAY
FEN = st.integers(0, 3_000_000)


def wish(kind, fen=0, *, wallet=Wallet.NONE, shop=Shop.NONE, funding=Funding.DEBIT, series=-1):
    return Wish(40 * DAY, int(kind), fen, wallet, shop, funding, int(Scene.DINING), series)


class TestEveryKind:
    def test_of_wish_has_a_decision(self):
        never_wished = {Kind.REFUND, Kind.FUND_OUT, Kind.OWN_RETURN, Kind.SUPPORT_IN}

        assert set(DECISIONS) == set(Kind) - never_wished

    @given(
        kind=st.sampled_from(sorted(DECISIONS)),
        fen=st.integers(1, 1_000_000),
        debit=FEN,
        held=FEN,
        will=st.floats(0, 1, exclude_max=True),
    )
    def test_says_a_sum_and_a_source_or_neither(self, kind, fen, debit, held, will):
        one = purse(debit=debit, balances={WECHAT: held}, credit=50_000, bnpl=50_000)

        amount, funding = DECISIONS[kind](one, wish(kind, fen, wallet=WECHAT), will)

        assert amount >= 0
        assert funding in {0, *Funding}
        assert one.debit >= 0
        assert min(one.balances.values()) >= 0
        if kind in {Kind.TOP_UP, Kind.WITHDRAWAL, Kind.FUND_IN, Kind.OWN_TRANSFER}:
            assert (amount == 0) is (funding == 0)
            assert one.liquid == debit + held


class TestSpending:
    def test_pays_what_was_wished(self):
        one = purse(debit=200_000)

        assert decisions.spend(one, wish(Kind.RENT, 150_000), 0.5) == (150_000, Funding.DEBIT)
        assert one.debit == 50_000

    def test_does_not_happen_without_money(self):
        one = purse(debit=100)

        amount, funding = decisions.spend(one, wish(Kind.RENT, 150_000), 0.5)
        assert funding == 0
        assert one.debit == 100
        assert amount == 150_000

    def test_can_wait_but_rent_cannot(self):
        one = purse(debit=60_000)

        assert decisions.spend(one, wish(Kind.PURCHASE, 50_000), 0.1) == NOTHING
        assert decisions.spend(one, wish(Kind.RENT, 50_000), 0.1) == (50_000, Funding.DEBIT)


class TestReceiving:
    def test_puts_the_money_where_it_came(self):
        one = purse()

        decisions.receive(one, wish(Kind.SALARY, 800_000), 0.5)
        decisions.receive(one, wish(Kind.RECEIPT, 500, wallet=ALIPAY, funding=Funding.BALANCE), 0.5)

        assert (one.debit, one.balances[ALIPAY]) == (800_000, 500)

    def test_pays_what_is_late_for_whoever_thinks_of_it(self):
        one = purse(discipline=0.8)
        one.debt = debt(due=(30 * DAY,))

        decisions.receive(one, wish(Kind.SALARY, 800_000), 0.86)

        assert one.debt.paid_at == [40 * DAY + 600]

    def test_keeps_it_for_whoever_does_not(self):
        one = purse(discipline=0.8)
        one.debt = debt(due=(30 * DAY,))

        decisions.receive(one, wish(Kind.SALARY, 800_000), 0.88)

        assert one.debt.owes == 1


class TestMovingOwnMoney:
    @pytest.mark.parametrize(
        ("held", "moved"),
        [(20_000, 0), (24_999, 0), (37_500, 30_000), (100_000, 80_000), (112_499, 80_000)],
    )
    def test_a_wallet_is_emptied_of_four_fifths_in_round_sums(self, held, moved):
        one = purse(balances={WECHAT: held})

        amount, _ = decisions.withdraw(one, wish(Kind.WITHDRAWAL, wallet=WECHAT), 0.5)

        assert amount == moved == one.debit
        assert one.balances[WECHAT] == held - moved

    @pytest.mark.parametrize(("debit", "moved"), [(20_000, 10_000), (19_999, 0)])
    def test_a_wallet_is_filled_only_from_a_card_with_twice_the_sum(self, debit, moved):
        one = purse(debit=debit)

        amount, _ = decisions.top_up(one, wish(Kind.TOP_UP, 10_000, wallet=WECHAT), 0.5)

        assert amount == moved == one.balances[WECHAT]
        assert one.debit == debit - moved

    @pytest.mark.parametrize(
        ("debit", "will", "moved"),
        [
            (MONTH_FEN, 0.5, 60_000),
            (MONTH_FEN, 0.9, 0),
            (850_000, 0.5, 0),
            (2 * MONTH_FEN, 0.5, 360_000),
        ],
    )
    def test_the_disciplined_put_by_what_is_beyond_most_of_a_month(self, debit, will, moved):
        one = purse(debit=debit, discipline=0.8)

        amount, _ = decisions.put_by(one, wish(Kind.FUND_IN), will)

        assert amount == moved == one.fund
        assert one.debit + one.fund == debit

    @pytest.mark.parametrize(
        ("debit", "will", "moved"),
        [(1_000_000, 0.0, 150_000), (1_000_000, 0.5, 250_000), (100_000, 0.0, 0)],
    )
    def test_some_goes_over_to_the_second_card(self, debit, will, moved):
        one = purse(debit=debit)

        amount, _ = decisions.move_over(one, wish(Kind.OWN_TRANSFER), will)

        assert amount == moved == one.second


class TestRepayingCredit:
    @pytest.mark.parametrize(
        ("used", "debit", "repaid"), [(30_000, 50_000, 30_000), (30_000, 9, 9), (0, 50_000, 0)]
    )
    def test_of_a_card_is_done_as_far_as_the_money_goes(self, used, debit, repaid):
        one = purse(debit=debit, credit=100_000)
        one.credit_left -= used

        amount, _ = decisions.repay_card(one, wish(Kind.CARD_REPAYMENT), 0.5)

        assert amount == repaid
        assert one.credit_left == 100_000 - used + repaid
        assert one.debit == debit - repaid

    def test_of_one_shop_leaves_the_other_shops_alone(self):
        one = purse(debit=50_000, bnpl=100_000)
        one.bnpl_used = {(0, Shop.JD): 7_000, (ALIPAY, 0): 9_000}

        amount, _ = decisions.repay_bnpl(one, wish(Kind.BNPL_REPAYMENT, shop=Shop.JD), 0.5)

        assert amount == 7_000
        assert one.bnpl_used == {(0, Shop.JD): 0, (ALIPAY, 0): 9_000}


class TestMoneyBack:
    def test_of_what_was_never_bought_does_not_come(self):
        one = purse(debit=1)

        assert given_back(one, wish(Kind.REFUND, 500), 0) == NOTHING
        assert one.debit == 1

    @pytest.mark.parametrize(
        ("funding", "wallet", "place"),
        [
            (Funding.DEBIT, WECHAT, "debit"),
            (Funding.SECOND, WECHAT, "second"),
            (Funding.FUND, ALIPAY, "fund"),
            (Funding.CREDIT, WECHAT, "credit_left"),
        ],
    )
    def test_goes_where_the_payment_really_came_from(self, funding, wallet, place):
        """The card was wished for, another source paid: the refund follows the money."""
        one = purse()

        outcome = given_back(one, wish(Kind.REFUND, 500, wallet=wallet), funding)

        assert outcome == (500, funding)
        assert getattr(one, place) == 500


class TestLoans:
    def test_are_applied_for_by_a_ring_in_any_case(self):
        one = purse(debit=MONTH_FEN, is_in_ring=True)

        amount, funding = decisions.apply_for_loan(one, wish(Kind.LOAN_PAYOUT, series=0), 0.99)

        assert funding == Funding.DEBIT
        assert one.debit == MONTH_FEN + amount
        assert one.debt

    def test_are_not_wished_for_by_the_content(self):
        one = purse(debit=MONTH_FEN)

        assert decisions.apply_for_loan(one, wish(Kind.LOAN_PAYOUT), 0.9) == NOTHING
        assert one.debt is None

    def test_fall_due_and_are_reminded_of_without_a_row_of_their_own(self):
        one = purse(debit=MONTH_FEN)
        one.debt = debt()

        assert decisions.meet_instalment(one, wish(Kind.LOAN_REPAYMENT), 0.001) == NOTHING
        assert one.debt.owes == 1
        assert decisions.remind(one, wish(Kind.REMINDER), 0.5) == NOTHING
        assert one.debt.owes == 0


def test_small_decisions_are_the_same_for_the_same_seed_and_never_end():
    first, again = (list(islice(wills(np.random.default_rng(7)), 3_000)) for _ in range(2))

    assert first == again
    assert all(0 <= each < 1 for each in first)
    assert len(set(first)) == 3_000
