"""Moral hazard: what was used otherwise than said, what could have been paid, and why it counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction
from scoring.graph.hazard import (
    AFTER,
    WEIGHTS,
    Flows,
    Sign,
    could_have_paid,
    index,
    missed_instalments,
    use_of_funds,
)

DAY = 86_400
PAID_OUT = 1_790_000_000
shares = st.floats(min_value=-1, max_value=3, allow_nan=False)
kinds = st.sampled_from(
    [Category.GAMBLING_RISK, Category.GROCERIES, Category.INVESTMENT, Category.TRANSFER_SOCIAL]
)
spendings = st.lists(st.tuples(st.integers(-80, 40), st.integers(1, 2_000_000), kinds), max_size=20)


def flows(rows):
    """Rows of (days after the payout, yuan, category[, direction])."""
    table = np.array(
        [
            (PAID_OUT + days * DAY + 60, fen, rest[0] if rest else Direction.OUT, category)
            for days, fen, category, *rest in rows
        ],
        dtype=np.int64,
    ).reshape(-1, 4)
    return Flows(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def used(rows, *, principal_fen=1_000_000, scene="CONSUMPTION"):
    return use_of_funds(flows(rows), paid_out_at=PAID_OUT, principal_fen=principal_fen, scene=scene)


class TestUseOfFunds:
    def test_gambling_away_half_of_a_loan_is_half_of_it(self):
        found = used([(2, 500_000, Category.GAMBLING_RISK)])

        assert found.share == 0.5
        assert found.by_category_fen == {Category.GAMBLING_RISK: 500_000}

    def test_what_was_usual_before_contradicts_nothing(self):
        monthly = [(day, 60_000, Category.TRANSFER_SOCIAL) for day in (-75, -45, -15, 10)]

        assert used(monthly).share == 0

    def test_shopping_and_rent_contradict_nothing(self):
        assert used([(2, 900_000, Category.HOUSING), (3, 90_000, Category.DINING)]).share == 0

    def test_cash_contradicts_a_course_and_not_consumption(self):
        cash = [(2, 300_000, Category.CASH)]

        assert used(cash, scene="EDUCATION").share == pytest.approx(0.3)
        assert used(cash).share == 0

    def test_what_comes_more_than_a_month_later_is_not_looked_at(self):
        assert used([(AFTER // DAY + 1, 500_000, Category.GAMBLING_RISK)]).share == 0

    def test_a_loan_of_nothing_deviates_by_nothing(self):
        assert used([(2, 500_000, Category.GAMBLING_RISK)], principal_fen=0).share == 0

    @given(rows=spendings, more=st.integers(1, 500_000))
    def test_more_gambling_after_the_payout_never_counts_less(self, rows, more):
        before, after = used(rows), used([*rows, (5, more, Category.GAMBLING_RISK)])

        assert 0 <= before.share <= after.share <= 1

    @given(rows=spendings)
    def test_money_that_comes_in_is_no_use_of_funds(self, rows):
        incoming = [(days, fen, kind, Direction.IN) for days, fen, kind in rows]

        assert used(incoming).share == 0


class TestCouldHavePaid:
    MISSED = np.array([PAID_OUT + 40 * DAY])

    def paid(self, rows, missed=MISSED, instalment_fen=100_000):
        return could_have_paid(flows(rows), missed_at=missed, instalment_fen=instalment_fen)

    def test_a_wage_that_leaves_enough_after_needs_says_yes(self):
        wage = (20, 600_000, Category.INCOME_SALARY, Direction.IN)

        assert self.paid([wage, (25, 300_000, Category.HOUSING)]) == 1
        assert self.paid([wage, (25, 500_000, Category.HOUSING)]) == 0

    def test_wishes_are_no_needs(self):
        wage = (20, 600_000, Category.INCOME_SALARY, Direction.IN)

        assert self.paid([wage, (25, 600_000, Category.ENTERTAINMENT)]) == 1

    def test_who_missed_nothing_could_not_have_paid_better(self):
        assert self.paid([], missed=np.array([], dtype=np.int64)) == 0
        assert self.paid([]) == 0


class TestIndex:
    @given(other=shares, could=shares, circle=shares, ring=st.booleans())
    def test_is_the_sum_of_its_parts_within_a_hundred(self, other, could, circle, ring):
        found = index(other_use=other, could_pay=could, round_share=circle, in_ring=ring)

        assert set(found.parts) == set(Sign)
        assert found.points == pytest.approx(sum(found.parts.values()))
        assert 0 <= found.points <= sum(WEIGHTS.values()) == 100

    def test_knows_nothing_of_how_others_repay(self):
        assert set(index.__annotations__) == {
            "other_use",
            "could_pay",
            "round_share",
            "in_ring",
            "return",
        }


class TestMissedInstalments:
    def test_are_those_for_which_no_money_went_out(self):
        own = flows(
            [
                (-60, 80_000, Category.CREDIT_REPAYMENT),
                (-30, 80_000, Category.CREDIT_REPAYMENT, Direction.NEUTRAL),
                (0, 90_000, Category.CREDIT_REPAYMENT, Direction.NEUTRAL),
            ]
        )

        missed, instalment_fen = missed_instalments(own)

        assert missed.tolist() == [PAID_OUT - 30 * DAY + 60, PAID_OUT + 60]
        assert instalment_fen == 85_000

    def test_of_who_paid_everything_are_none(self):
        own = flows([(day, 80_000, Category.CREDIT_REPAYMENT) for day in (-60, -30, 0)])

        missed, instalment_fen = missed_instalments(own)

        assert (len(missed), instalment_fen) == (0, 0)
        assert could_have_paid(own, missed_at=missed, instalment_fen=instalment_fen) == 0

    def test_of_nobody_are_none(self):
        missed, instalment_fen = missed_instalments(flows([]))

        assert (len(missed), instalment_fen) == (0, 0)

    def test_are_no_other_movement_of_nothing(self):
        own = flows([(-3, 5_000, Category.GROCERIES, Direction.NEUTRAL)])

        assert len(missed_instalments(own)[0]) == 0

    @given(late=st.lists(st.tuples(st.integers(-300, 0), st.integers(1, 10**7)), max_size=12))
    def test_are_as_many_as_were_late_and_cost_what_one_of_them_might(self, late):
        own = flows([(day, fen, Category.CREDIT_REPAYMENT, Direction.NEUTRAL) for day, fen in late])

        missed, instalment_fen = missed_instalments(own)

        assert len(missed) == len(late)
        if late:
            amounts = [fen for _day, fen in late]
            assert min(amounts) <= instalment_fen <= max(amounts)
