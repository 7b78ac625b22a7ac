"""Loans of lives set by hand: when one went bad and why, who may ask, what people are like."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.tests.sample_purse import MONTH_FEN, debt, purse
from simulation.world.events import Wallet
from simulation.world.loans import (
    APPLIES,
    APPLIES_SHORT,
    HORIZON_DAYS,
    LATE_DAYS,
    TERMS,
    Branch,
    Cause,
    copied,
    eagerness,
    is_free,
    went_bad,
)
from simulation.world.personas import KINDS, PAY_DAYS, Persona, of, populate, whole

DAY = 86_400
DUE = [day * DAY for day in (30, 60, 90, 120, 150, 180)]
END = HORIZON_DAYS * DAY


def late(*days):
    """Six instalments, each paid so many days late; None is never paid."""
    paid = [due + by * DAY for due, by in zip(DUE, days, strict=True) if by is not None]
    return debt(due=DUE, paid=paid)


class TestWentBad:
    @pytest.mark.parametrize(
        ("days", "is_bad"),
        [
            ((0, 0, 0, 0, 0, 0), False),
            ((59, 29, 0, 0, 0, 0), False),
            ((60, 30, 0, 0, 0, 0), False),
            ((61, 31, 1, 0, 0, 0), True),
            ((0, 0, 0, 0, 0, LATE_DAYS - 1), False),
            ((0, 0, 0, 0, 0, LATE_DAYS), True),
            ((0, 0, 0, 0, 0, None), True),
            ((0, 0, 0, 61, 61, 61), True),
            ((0, 0, 0, 60, 60, 60), False),
            ((-5, -5, -5, -5, -5, -5), False),
            ((None,) * 6, True),
        ],
    )
    def test_by_days_and_by_how_many_are_behind(self, days, is_bad):
        assert went_bad(late(*days), END) is is_bad

    @pytest.mark.parametrize(
        ("end_day", "is_bad"), [(89, False), (119, True), (120, True), (91, True)]
    )
    def test_of_a_loan_that_never_paid_by_what_was_due_by_then(self, end_day, is_bad):
        due = [each for each in DUE if each <= end_day * DAY]

        assert went_bad(debt(due=due), end_day * DAY) is is_bad

    @pytest.mark.parametrize(("end_day", "is_bad"), [(30, False), (119, False), (120, True)])
    def test_of_one_instalment_alone_after_ninety_days(self, end_day, is_bad):
        assert went_bad(debt(due=DUE[:1]), end_day * DAY) is is_bad

    def test_never_of_a_loan_of_which_nothing_was_due(self):
        assert not went_bad(debt(), END)

    @given(st.lists(st.integers(0, 29), min_size=6, max_size=6))
    def test_never_of_one_who_is_less_than_a_month_late_each_time(self, days):
        assert not went_bad(late(*days), END)

    @given(st.lists(st.integers(0, 120), min_size=6, max_size=6), st.integers(0, 5))
    def test_once_is_not_mended_by_paying_another_one_later(self, days, place):
        days = sorted(days)
        worse = [*days[:place], *(each + 30 for each in days[place:])]

        assert went_bad(late(*worse), END) or not went_bad(late(*days), END)


class TestCause:
    def cause(self, missed, *, means_to_pay=True, is_weary=False):
        own = purse()
        own.means_to_pay, own.debt = means_to_pay, late(*[None] * 6)
        branch = Branch(0, own, [0.5])
        branch.missed, branch.is_weary = list(missed), is_weary
        return Cause(branch.outcome()[-1])

    @pytest.mark.parametrize(
        ("missed", "cause"),
        [
            ([], Cause.UNABLE),
            ([False], Cause.UNABLE),
            ([True], Cause.UNWILLING),
            ([True, False], Cause.UNABLE),
            ([True, True, False], Cause.UNWILLING),
            ([False, False, True], Cause.UNABLE),
        ],
    )
    def test_is_whether_the_money_was_there_most_times(self, missed, cause):
        assert self.cause(missed) is cause

    @pytest.mark.parametrize("missed", [[], [True], [False, False]])
    def test_of_who_never_meant_to_is_fraud(self, missed):
        assert self.cause(missed, means_to_pay=False) is Cause.FRAUD

    @pytest.mark.parametrize(
        ("missed", "cause"), [([True], Cause.UNWILLING), ([False], Cause.UNABLE)]
    )
    def test_of_who_grew_weary_is_no_fraud(self, missed, cause):
        assert self.cause(missed, means_to_pay=False, is_weary=True) is cause

    def test_of_a_good_loan_is_none_even_of_a_cheat(self):
        own = purse(cheats=True)
        own.debt = late(0, 0, 0, 0, 0, 0)

        assert Branch(7, own, []).outcome() == (7, 600_000, 100_000, 6, False, int(Cause.NONE))


class TestAsking:
    @pytest.mark.parametrize(("paid", "free"), [(None, True), (0, False), (5, False), (6, True)])
    def test_is_for_who_owes_no_loan(self, paid, free):
        own = purse()
        own.debt = None if paid is None else debt(due=DUE, paid=DUE[:paid])

        assert is_free(own) is free

    @pytest.mark.parametrize(
        ("money", "wish"),
        [
            ({"debit": MONTH_FEN // 2}, APPLIES),
            ({"debit": MONTH_FEN // 2 - 1}, APPLIES_SHORT),
            ({"debit": MONTH_FEN // 4, "second": MONTH_FEN // 4}, APPLIES),
            ({"credit": MONTH_FEN}, APPLIES_SHORT),
            ({"debit": MONTH_FEN, "cheats": True}, APPLIES_SHORT),
        ],
    )
    def test_is_more_often_of_the_short(self, money, wish):
        assert eagerness(purse(**money)) == wish

    @given(st.floats(0, 1, exclude_max=True), st.floats(0, 1), st.sampled_from(TERMS))
    def test_is_for_a_round_sum_and_more_of_the_careless(self, wanted, discipline, term):
        own, better = purse(discipline=discipline), purse(discipline=1.0)
        for each in (own, better):
            Branch(0, each, []).borrow(wanted, term)

        assert own.debt.principal_fen % 50_000 == 0
        assert own.debt.principal_fen >= better.debt.principal_fen >= 1.65 * MONTH_FEN
        assert own.debt.instalment_fen * term > own.debt.principal_fen
        assert own.liquid == 0

    @pytest.mark.parametrize(
        ("wanted", "term", "principal", "instalment"),
        [
            (0.0, 6, 1_700_000, 303_733),
            (0.0, 12, 1_700_000, 162_066),
            (0.5, 12, 3_000_000, 286_000),
            (1.0, 9, 4_300_000, 529_377),
        ],
    )
    def test_of_the_disciplined_is_this(self, wanted, term, principal, instalment):
        own = purse(discipline=1.0)
        Branch(0, own, []).borrow(wanted, term)

        assert own.debt.principal_fen == principal
        assert own.debt.instalment_fen == instalment

    def test_leaves_the_purse_of_the_life_itself_alone(self):
        own = purse(debit=500, balances={Wallet.WECHAT: 70})
        other = copied(own)
        other.balances[Wallet.WECHAT] -= 70
        other.bnpl_used[0, 1] = 9
        other.added.append((0, 0, 0, 0, 0, 0))
        other.debit = 0

        assert (own.debit, own.balances[Wallet.WECHAT], own.bnpl_used, own.added) == (
            500,
            70,
            {},
            [],
        )


class TestWeariness:
    def grown(self, *, discipline, due=1, turn=0.0, support=0.0, cheats=False):
        own = purse(discipline=discipline, support=support, cheats=cheats)
        branch = Branch(0, own, [turn])
        branch.grow_weary(due)
        return branch.is_weary

    def test_comes_over_who_has_no_discipline(self):
        assert self.grown(discipline=0.0)

    @pytest.mark.parametrize(
        "life",
        [
            {"discipline": 1.0},
            {"discipline": 0.0, "due": 0},
            {"discipline": 0.0, "turn": 0.06},
            {"discipline": 0.0, "turn": 0.03, "support": 1.0},
            {"discipline": 0.5, "turn": 0.0076},
            {"discipline": 0.0, "cheats": True},
        ],
    )
    def test_does_not_come_over(self, life):
        assert not self.grown(**life)

    def test_ends_the_will_to_pay(self):
        own = purse(discipline=0.0, support=0.0)
        Branch(0, own, [0.0]).grow_weary(1)

        assert not own.means_to_pay


@pytest.fixture(scope="module")
def town():
    return populate(np.random.default_rng(2026), 6_000)


class TestPeople:
    def test_earn_by_their_kind(self, town):
        for persona, kind in KINDS.items():
            mine = (town.persona == persona) & (town.group == 0)
            assert mine.sum() / (town.group == 0).sum() == pytest.approx(kind.share, abs=0.02)
            assert np.median(town.income_fen[mine]) == pytest.approx(kind.income_fen, rel=0.06)

    def test_of_the_group_earn_less_and_are_otherwise_alike(self, town):
        for name in ("discipline", "support", "hazard", "activity", "prefers_wechat"):
            values = getattr(town, name)
            means = [values[town.group == group].mean() for group in (0, 1)]
            assert means[0] == pytest.approx(means[1], rel=0.06), name

    def test_have_discipline_whatever_they_earn(self, town):
        assert abs(np.corrcoef(town.discipline, np.log(town.income_fen))[0, 1]) < 0.05

    def test_who_study_are_young_and_have_no_card_and_no_plan(self, town):
        mine = town.is_student

        assert (town.age[mine].min(), town.age[mine].max()) == (18, 24)
        assert not town.credit_limit_fen[mine].any()
        assert not town.has_fraud_intent[mine].any()
        assert not (town.is_salaried & mine).any()

    def test_have_limits_in_whole_thousands_of_yuan(self, town):
        for limit in (town.credit_limit_fen, town.bnpl_limit_fen):
            assert not (limit % 100_000).any()
            assert (limit >= 0).all()

    @pytest.mark.parametrize(
        ("name", "least", "most"),
        [
            ("age", 18, 56),
            ("discipline", 0, 1),
            ("support", 0, 1),
            ("thrift", 0.45, 1.25),
            ("online", 0.05, 0.8),
            ("hazard", 0.007, 0.043),
            ("volatility", 0.05, 0.8),
            ("buffer_months", 0.15, 2.75),
            ("prefers_wechat", 0, 1),
        ],
    )
    def test_lie_in_their_bounds(self, town, name, least, most):
        values = getattr(town, name)

        assert least <= values.min() <= values.max() <= most

    def test_are_paid_on_a_pay_day(self, town):
        assert set(town.pay_day.tolist()) == set(PAY_DAYS)

    @settings(max_examples=20)
    @given(st.integers(0, 40), st.integers(0, 2**16))
    def test_are_as_many_as_asked_and_the_same_again(self, people, seed):
        one, again = (populate(np.random.default_rng(seed), people) for _ in range(2))

        assert len(one) == people
        assert all(
            np.array_equal(getattr(one, each.name), getattr(again, each.name))
            for each in fields(one)
        )

    @pytest.mark.parametrize("persona", list(Persona))
    @pytest.mark.parametrize("name", ["income_fen", "thrift", "thin", "online", "share"])
    def test_find_their_kinds_figure_in_their_own_place(self, persona, name):
        found = of(np.array([persona, Persona.OFFICE, persona]), name)

        assert found.tolist() == [
            getattr(KINDS[each], name) for each in (persona, Persona.OFFICE, persona)
        ]

    @pytest.mark.parametrize(
        ("fen", "limit"), [(0, 0), (99_999, 0), (100_000, 100_000), (1_234_567.8, 1_200_000)]
    )
    def test_are_lent_round_sums(self, fen, limit):
        assert whole(np.array([fen], dtype=float)).tolist() == [limit]
