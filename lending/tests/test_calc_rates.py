"""Yearly rates: several solvers agree, and what is disclosed is what the flows give."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.conventions.due_dates import spans
from lending.calc.methods.fees import at_start_fen
from lending.calc.plans import DayCount, Frequency, Method, PlanFee, Tranche
from lending.calc.rates.costs import flow_at, rates_of, yearly
from lending.calc.rates.irr import Flow, NoRate, rate_of_days, rate_per_period
from lending.calc.schedule import build
from lending.tests.calc_plans import HONEST, JANUARY, changed, plans, principals, simple_plans

EXAMPLES = settings(deadline=None, max_examples=60)
HALF_A_HUNDREDTH_OF_A_PERCENT = 0.00005
# A bullet bears simple interest, whatever its periods.
COMPOUNDING = [method for method in HONEST if method is not Method.BULLET]


def disclosed(plan):
    return rates_of(plan, spans(plan), build(plan))


def halved(flows, low=-0.9, high=1_000.0):
    """The rate by halving alone: slow, and by another road."""

    def worth(rate):
        return sum(
            flow.amount_fen / ((1 + flow.fraction * rate) * (1 + rate) ** flow.periods)
            for flow in flows
        )

    is_lent_first = worth(high) > 0
    for _ in range(200):
        middle = (low + high) / 2
        if (worth(middle) > 0) is is_lent_first:
            high = middle
        else:
            low = middle
    return middle


class TestThePeriodsRate:
    @given(simple_plans(methods=COMPOUNDING, day_counts=(DayCount.PERIODIC,)))
    @EXAMPLES
    def test_is_the_contracts_but_for_the_rounding_to_fen(self, plan):
        plan = replace(plan, principal_fen=plan.principal_fen + 200_000_000)
        annual = plan.annual_rate_ppm / 1_000_000

        assert abs(disclosed(plan).nominal - annual) <= HALF_A_HUNDREDTH_OF_A_PERCENT

    @pytest.mark.parametrize("frequency", list(Frequency))
    def test_of_a_large_loan_is_the_contracts_within_half_a_hundredth(self, frequency):
        plan = changed(principal_fen=100_000_000, frequency=frequency)

        assert abs(disclosed(plan).nominal - 0.144) <= HALF_A_HUNDREDTH_OF_A_PERCENT

    @given(simple_plans(methods=HONEST))
    @EXAMPLES
    def test_is_found_by_halving_and_by_an_other_library(self, plan):
        amounts = [plan.principal_fen, *(-row.total_fen for row in build(plan))]
        flows = [Flow(amount_fen, number) for number, amount_fen in enumerate(amounts)]
        ours = rate_per_period(flows)

        assert ours == pytest.approx(halved(flows), abs=1e-9)
        theirs = pyxirr.irr(amounts)
        assert theirs is None or ours == pytest.approx(theirs, abs=1e-9)

    @given(principals, st.integers(1, 100), st.integers(1, 60))
    @EXAMPLES
    def test_of_one_payment_has_a_closed_form(self, principal, percent, periods):
        back_fen = principal + principal * percent // 100 + 1
        ours = rate_per_period([Flow(principal, 0), Flow(-back_fen, periods)])

        assert ours == pytest.approx((back_fen / principal) ** (1 / periods) - 1, rel=1e-9)

    def test_counts_odd_days_as_simple_interest(self):
        flows = [flow_at(100_000, Fraction(0)), flow_at(-102_000, Fraction(1, 2))]

        assert rate_per_period(flows) == pytest.approx(0.04)

    def test_compounds_over_the_year(self):
        nominal, compounded = yearly([Flow(100, 0), Flow(-101, 1)], 12)

        assert nominal == pytest.approx(0.12)
        assert compounded == pytest.approx(1.01**12 - 1)


class TestTranches:
    def test_have_one_rate_while_something_stays_lent(self):
        tranche = Tranche(disbursed_on=JANUARY + timedelta(days=100), amount_fen=2_000_000)
        plan = changed(tranches=(tranche,), day_count=DayCount.ACT_365)

        assert disclosed(plan).nominal == pytest.approx(0.144, abs=0.002)
        assert disclosed(plan).dated == pytest.approx((1 + 0.144 / 12) ** 12 - 1, abs=0.004)

    def test_without_interest_cost_nothing(self):
        tranche = Tranche(disbursed_on=JANUARY + timedelta(days=100), amount_fen=2_000_000)

        rates = disclosed(changed(tranches=(tranche,), annual_rate_ppm=0))
        assert rates.nominal == pytest.approx(0, abs=1e-9)

    def test_that_come_after_everything_was_repaid_have_no_single_rate(self):
        with pytest.raises(NoRate):
            rate_per_period([Flow(100, 0), Flow(-150, 1), Flow(100, 2), Flow(-60, 3)])


class TestMoneyOfBothWaysAtOnce:
    """A tranche on a due date goes out while an instalment comes in: one flow, not two."""

    def test_turns_once_for_a_loan_that_grows_while_it_is_repaid(self):
        # Out 100 each month, back 10, 90, 130, 140 and 150 with it: the net turns once.
        out = [Flow(100, month) for month in range(5)]
        back = [Flow(-fen, month) for month, fen in enumerate((10, 90, 130, 140, 150), start=1)]
        net = [Flow(fen, month) for month, fen in enumerate((100, 90, 10, -30, -40, -150))]

        assert rate_per_period([*out, *back]) == pytest.approx(rate_per_period(net), abs=1e-12)

    def test_makes_a_rate_where_the_interest_is_more_than_what_was_lent(self):
        # Four times what was lent is paid, so that the running sum turns again and again.
        out = [(date(2026, month, 1), 100) for month in range(1, 9)]
        back = [(date(2026, month, 1), -400) for month in range(2, 10)]

        assert rate_of_days([*out, *back]) > 100

    def test_in_another_order_is_the_same(self):
        flows = [Flow(100, 0), Flow(-60, 1), Flow(50, 1), Flow(-110, 2)]

        assert rate_per_period(flows[::-1]) == pytest.approx(rate_per_period(flows), abs=1e-12)


class TestFees:
    @given(plans(methods=HONEST), st.integers(1, 500))
    @EXAMPLES
    def test_make_a_loan_dearer(self, plan, fee_fen):
        fee = PlanFee(code="SERVICE", amount_fen=fee_fen, is_each_instalment=True)

        assert disclosed(replace(plan, fees=(fee,))).nominal > disclosed(plan).nominal

    def test_at_the_start_are_money_not_got(self):
        fee = PlanFee(code="OPENING", rate_ppm=20_000)
        plan = changed(fees=(fee,))
        rows = [(row.principal_fen, row.interest_fen) for row in build(plan)]
        amounts = [1_000_000 - 20_000, *(-row.total_fen for row in build(plan))]

        assert at_start_fen(plan, rows) == 20_000
        theirs = pyxirr.irr(amounts)
        assert theirs is not None
        assert disclosed(plan).nominal == pytest.approx(12 * theirs)

    def test_that_are_financed_bear_interest_too(self):
        once = changed(fees=(PlanFee(code="OPENING", rate_ppm=20_000),))
        lent = changed(fees=(PlanFee(code="OPENING", rate_ppm=20_000, is_financed=True),))

        assert sum(row.interest_fen for row in build(lent)) > sum(
            row.interest_fen for row in build(once)
        )
        assert disclosed(lent).nominal > disclosed(changed()).nominal


class TestRealDates:
    @given(plans(methods=HONEST))
    @EXAMPLES
    def test_give_the_rate_of_an_other_library(self, plan):
        schedule = build(plan)
        days = [plan.first_disbursed_on, *(row.due_on for row in schedule)]
        amounts = [plan.principal_fen, *(-row.total_fen for row in schedule)]
        theirs = pyxirr.xirr(days, amounts)

        if theirs is not None:
            ours = rate_of_days(list(zip(days, amounts, strict=True)))
            assert ours == pytest.approx(theirs, abs=1e-7)

    # Published facts of the European and British rules.
    def test_of_five_days_at_two_percent(self):
        flows = [(date(2012, 10, 10), 50_000), (date(2012, 10, 15), -51_000)]

        assert 100 * rate_of_days(flows) == pytest.approx(324.436, abs=0.001)

    def test_of_money_that_only_comes_do_not_exist(self):
        with pytest.raises(NoRate):
            rate_of_days([(JANUARY, 100), (JANUARY + timedelta(days=1), 100)])

    def test_do_not_depend_on_the_order_in_which_they_are_told(self):
        flows = [(JANUARY + timedelta(days=30 * number), -9_000) for number in range(1, 13)]
        flows.append((JANUARY, 100_000))

        assert rate_of_days(flows) == rate_of_days(flows[::-1])


def test_a_bullet_costs_less_compounded_than_a_loan_paid_monthly():
    bullet, level = changed(method=Method.BULLET), changed()

    assert disclosed(bullet).nominal < disclosed(level).nominal
    assert disclosed(bullet).dated < disclosed(level).dated
