"""A purse: money is never made or lost, never below nothing, and pays debts by ability and will."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.tests.sample_purse import MONTH_FEN, debt, purse
from simulation.words import Scene
from simulation.world.events import Funding, Kind, Shop, Wallet
from simulation.world.money.purse import DAY, MOST_HELP
from simulation.world.personas import Persona

FEN = st.integers(0, 2_000_000)
WECHAT, ALIPAY = Wallet.WECHAT, Wallet.ALIPAY


@st.composite
def purses(draw):
    return purse(
        debit=draw(FEN),
        second=draw(FEN),
        fund=draw(FEN),
        credit=draw(FEN),
        bnpl=draw(FEN),
        balances={WECHAT: draw(FEN), ALIPAY: draw(FEN)},
        discipline=draw(st.floats(0, 1)),
    )


def worth(one):
    """All that a person has, less all that is borrowed from cards and shops."""
    owed = one.credit_limit - one.credit_left + sum(one.bnpl_used.values())
    return one.liquid - owed


def places(one):
    return [one.debit, one.second, one.fund, one.credit_left, *one.balances.values()]


WAYS = st.tuples(st.sampled_from([each for each in Funding if each]), st.sampled_from(Wallet))


class TestPaying:
    @given(one=purses(), fen=st.integers(1, 3_000_000), way=WAYS, shop=st.sampled_from(Shop))
    def test_takes_the_sum_once_or_not_at_all(self, one, fen, way, shop):
        before = worth(one)

        paid_by = one.pay(fen, way[0], way[1], shop)

        assert worth(one) == before - (fen if paid_by else 0)

    @given(one=purses(), fen=st.integers(1, 3_000_000), way=WAYS, shop=st.sampled_from(Shop))
    def test_leaves_nothing_below_nothing(self, one, fen, way, shop):
        one.pay(fen, way[0], way[1], shop)

        assert min(places(one)) >= 0
        assert sum(one.bnpl_used.values()) <= one.bnpl_limit

    @given(one=purses(), fen=st.integers(1, 3_000_000), way=WAYS, shop=st.sampled_from(Shop))
    def test_and_giving_it_back_leaves_all_as_it_was(self, one, fen, way, shop):
        before = (places(one), dict.fromkeys(one.bnpl_used, 0))

        paid_by = one.pay(fen, way[0], way[1], shop)
        if paid_by:
            one.refund(fen, paid_by, way[1], shop)

        assert places(one) == before[0]
        assert sum(one.bnpl_used.values()) == 0

    @pytest.mark.parametrize(
        ("money", "funding", "wallet", "paid_by"),
        [
            ({"debit": 500}, Funding.DEBIT, WECHAT, Funding.DEBIT),
            ({"debit": 500}, Funding.BALANCE, WECHAT, Funding.DEBIT),
            ({"balances": {WECHAT: 500}}, Funding.DEBIT, WECHAT, Funding.BALANCE),
            ({"balances": {ALIPAY: 500}}, Funding.DEBIT, WECHAT, 0),
            ({"fund": 500}, Funding.BALANCE, ALIPAY, Funding.FUND),
            ({"fund": 500}, Funding.BALANCE, WECHAT, 0),
            ({"credit": 500}, Funding.DEBIT, Wallet.NONE, Funding.CREDIT),
            ({"second": 500}, Funding.DEBIT, Wallet.NONE, Funding.SECOND),
            ({"bnpl": 500}, Funding.DEBIT, ALIPAY, Funding.BNPL),
            ({"bnpl": 500}, Funding.DEBIT, WECHAT, 0),
            ({"debit": 499, "credit": 499}, Funding.DEBIT, WECHAT, 0),
        ],
    )
    def test_falls_back_to_what_the_place_of_payment_can_reach(
        self, money, funding, wallet, paid_by
    ):
        assert purse(**money).pay(500, funding, wallet, Shop.NONE) == paid_by

    @pytest.mark.parametrize(
        ("wallet", "shop", "is_lent"),
        [
            (ALIPAY, Shop.NONE, True),
            (Wallet.NONE, Shop.JD, True),
            (Wallet.NONE, Shop.MEITUAN, True),
            (WECHAT, Shop.NONE, False),
            (WECHAT, Shop.JD, False),
            (Wallet.NONE, Shop.NONE, False),
        ],
    )
    def test_later_is_possible_only_where_somebody_lends(self, wallet, shop, is_lent):
        assert purse(bnpl=500).draw(Funding.BNPL, wallet, shop, 500) is is_lent

    def test_later_has_one_limit_for_all_lenders(self):
        one = purse(bnpl=1_000)

        assert one.draw(Funding.BNPL, ALIPAY, Shop.NONE, 600)
        assert not one.draw(Funding.BNPL, Wallet.NONE, Shop.JD, 600)
        assert one.draw(Funding.BNPL, Wallet.NONE, Shop.JD, 400)
        assert one.bnpl_used == {(ALIPAY, 0): 600, (0, Shop.JD): 400}


class TestGaining:
    def test_goes_to_the_card_or_the_wallet(self):
        one = purse()

        one.gain(700, Funding.DEBIT, Wallet.NONE)
        one.gain(30, Funding.BALANCE, ALIPAY)

        assert (one.debit, one.balances[ALIPAY], one.liquid) == (700, 30, 730)


class TestHoldingBack:
    @pytest.mark.parametrize(
        ("fen", "scene", "will", "holds"),
        [
            (100_000, Scene.APPAREL_BEAUTY, 0.5, True),
            (100_000, Scene.APPAREL_BEAUTY, 0.9, False),
            (100_000, Scene.MEDICAL, 0.5, False),
            (100_000, Scene.GROCERIES, 0.5, False),
            (5_999, Scene.APPAREL_BEAUTY, 0.5, False),
            (6_000, Scene.APPAREL_BEAUTY, 0.5, True),
        ],
    )
    def test_is_for_the_disciplined_and_for_what_can_wait(self, fen, scene, will, holds):
        """There are 600 yuan, which is the cushion; the discipline is 0.8."""
        one = purse(debit=60_000)

        assert one.holds_back(fen, scene, will) is holds

    def test_keeps_the_next_instalment_together(self):
        one = purse(debit=200_000)
        assert not one.holds_back(100_000, Scene.TRAVEL, 0.1)

        one.debt = debt(instalment_fen=100_000)
        assert one.holds_back(100_000, Scene.TRAVEL, 0.1)

    @given(discipline=st.floats(0, 1))
    def test_the_undisciplined_would_rather_keep_what_they_owe(self, discipline):
        assert purse(discipline=discipline).reserve >= purse(discipline=1.0).reserve == 20_000


class TestBorrowing:
    @pytest.mark.parametrize(
        ("changes", "will", "is_forced", "wishes"),
        [
            ({"debit": MONTH_FEN}, 0.05, False, True),
            ({"debit": MONTH_FEN}, 0.10, False, False),
            ({"debit": 0}, 0.10, False, True),
            ({"debit": 0}, 0.30, False, False),
            ({"debit": MONTH_FEN}, 0.99, True, True),
            ({"debit": MONTH_FEN, "cheats": True}, 0.11, False, True),
            ({"debit": MONTH_FEN, "cheats": True}, 0.13, False, False),
            ({"persona": Persona.STUDENT}, 0.0, True, False),
        ],
    )
    def test_is_wished_for_by_the_short_and_the_false(self, changes, will, is_forced, wishes):
        assert purse(**changes).wishes_to_borrow(will, is_forced=is_forced) is wishes

    def test_is_done_once(self):
        one = purse()
        one.borrow(0, 0.5)

        assert not one.wishes_to_borrow(0.0, is_forced=True)

    @given(will=st.floats(0, 1, exclude_max=True), discipline=st.floats(0, 1))
    def test_brings_round_sums_and_instalments_that_repay_them(self, will, discipline):
        one = purse(discipline=discipline)

        principal = one.borrow(123, will)

        assert one.debit == principal >= 100_000
        assert principal % 50_000 == 0
        assert one.debt
        assert (one.debt.at, one.debt.principal_fen) == (123, principal)
        assert one.debt.term in {6, 12}
        assert one.debt.instalment_fen * one.debt.term > principal


class TestFallingDue:
    def test_begins_twenty_days_after_the_payout(self):
        one = purse(debit=10**7)
        one.debt = debt(at=0)

        one.fall_due(20 * DAY - 1, 0.99)
        assert one.debt.due_at == []
        one.fall_due(20 * DAY, 0.99)
        assert one.debt.due_at == [20 * DAY]

    def test_ends_with_the_term(self):
        one = purse(debit=10**7)
        one.debt = debt(term=2, due=(30 * DAY, 60 * DAY), paid=(30 * DAY, 60 * DAY))

        one.fall_due(90 * DAY, 0.99)

        assert len(one.debt.due_at) == 2

    def test_is_paid_on_the_day_where_there_is_money_and_nobody_forgets(self):
        one = purse(debit=500_000)
        one.debt = debt()

        one.fall_due(30 * DAY, 0.99)

        assert one.debt.paid_at == [30 * DAY]
        assert one.debit == 400_000
        assert one.added == [(30 * DAY + 240, Kind.LOAN_REPAYMENT, 100_000, 0, Funding.DEBIT, 0)]

    def test_is_forgotten_now_and_then_until_somebody_reminds(self):
        one = purse(debit=500_000)
        one.debt = debt()

        one.fall_due(30 * DAY, 0.001)
        assert one.debt.owes == 1
        one.be_reminded(33 * DAY, 0.99)
        assert one.debt.owes == 1
        one.be_reminded(33 * DAY, 0.5)
        assert one.debt.paid_at == [33 * DAY]

    @pytest.mark.parametrize("false", [{"cheats": True}, {"is_in_ring": True}])
    def test_is_never_paid_by_whoever_never_meant_to(self, false):
        one = purse(debit=10**7, **false)
        one.debt = debt()

        one.fall_due(30 * DAY, 0.99)
        one.be_reminded(33 * DAY, 0.0)

        assert one.debt.paid_at == []
        assert one.debit == 10**7


class TestSettling:
    def test_pays_the_oldest_first_as_far_as_the_money_goes(self):
        one = purse(debit=250_000, discipline=1.0, support=0)
        one.debt = debt(due=(1, 2, 3))

        one.settle(9, 0.9)

        assert one.debt.paid_at == [9, 9]
        assert one.debit == 50_000

    def test_fetches_what_the_card_lacks_from_elsewhere_and_says_so(self):
        one = purse(debit=10_000, fund=30_000, balances={WECHAT: 50_000, ALIPAY: 60_000},
                    discipline=1.0, support=0)  # fmt: skip
        one.debt = debt(due=(1,))

        one.settle(1_000, 0.9)

        assert one.debt.paid_at == [1_000]
        assert [(kind, fen, wallet) for _, kind, fen, wallet, _, _ in one.added] == [
            (Kind.WITHDRAWAL, 50_000, WECHAT),
            (Kind.WITHDRAWAL, 40_000, ALIPAY),
            (Kind.LOAN_REPAYMENT, 100_000, 0),
        ]
        assert (one.debit, one.fund, one.balances[ALIPAY]) == (0, 30_000, 20_000)

    def test_brings_the_second_cards_money_back_last(self):
        one = purse(second=200_000, fund=40_000, discipline=1.0, support=0)
        one.debt = debt(due=(1,))

        one.settle(1_000, 0.9)

        assert [kind for _, kind, *_ in one.added] == [
            Kind.FUND_OUT, Kind.OWN_RETURN, Kind.LOAN_REPAYMENT,
        ]  # fmt: skip
        assert one.second == 140_000

    @given(one=purses(), count=st.integers(1, 6), will=st.floats(0, 1))
    def test_spends_what_is_repaid_and_what_family_gave_and_not_a_fen_more(self, one, count, will):
        one.debt = debt(due=range(count))
        before = one.liquid

        one.settle(1_000, will)

        repaid = sum(fen for _, kind, fen, *_ in one.added if kind == Kind.LOAN_REPAYMENT)
        gifts = sum(fen for _, kind, fen, *_ in one.added if kind == Kind.SUPPORT_IN)
        assert one.liquid == before + gifts - repaid
        assert repaid == len(one.debt.paid_at) * 100_000
        assert min(places(one)) >= 0


class TestHelp:
    def test_comes_from_family_in_round_sums_that_cover_the_instalment(self):
        one = purse(support=1.0)
        one.debt = debt(due=(1,), instalment_fen=123_456)

        one.settle(1_000, 0.1)

        assert one.added[0] == (1_060, Kind.SUPPORT_IN, 130_000, 0, Funding.DEBIT, 0)
        assert one.debt.owes == 0

    def test_comes_three_times_at_most(self):
        one = purse(support=1.0)
        one.debt = debt(due=range(6))

        one.settle(1_000, 0.1)

        assert one.helped == MOST_HELP
        assert one.debt.owes == 3

    def test_does_not_come_to_whoever_has_nobody(self):
        one = purse(support=0.0)
        one.debt = debt(due=(1,))

        one.settle(1_000, 0.1)

        assert one.added == []
        assert one.debt.owes == 1
