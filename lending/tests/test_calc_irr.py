"""The internal rate of return: against published rates, another library, and its own definition."""

from decimal import Decimal

import pytest
import pyxirr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from lending.calc.rates.irr import (
    Flow,
    NoRate,
    annual_effective_ppm,
    annual_nominal_ppm,
    monthly_irr,
    rate_per_period,
)
from lending.calc.schedule import equal_instalments
from lending.tests.published_loans import APPENDIX_J, AppendixJ
from lending.tests.test_calc_schedule import JANUARY

payments = st.lists(st.integers(0, 2_000_000), min_size=1, max_size=60)


def series(case: AppendixJ):
    yield Flow(case.advance_cents, 0)
    for amount, count, first, fraction in case.series:
        for number in range(count):
            yield Flow(-amount, first + number, float(fraction))


class TestPublishedRates:
    @pytest.mark.parametrize("case", APPENDIX_J, ids=lambda case: case.label)
    def test_come_out_to_the_published_digit(self, case: AppendixJ):
        percent = rate_per_period(list(series(case))) * case.periods_a_year * 100

        assert Decimal(percent).quantize(Decimal("0.01")) == Decimal(case.apr_percent)

    def test_show_what_a_monthly_fee_of_three_quarters_of_a_percent_really_costs(self):
        flows = [1_000_000, *[-(1_000_000 / 12 + 7_500)] * 12]
        whole = [round(flow) for flow in flows]

        assert annual_nominal_ppm(whole) == pytest.approx(162_200, abs=50)
        assert annual_effective_ppm(whole) == pytest.approx(174_800, abs=50)

    def test_show_that_one_basis_meets_a_cap_of_24_percent_and_the_other_breaks_it(self):
        flows = [1_000_000, *[-round(1_000_000 / 12 + 10_850)] * 12]

        assert annual_nominal_ppm(flows) < 240_000 < annual_effective_ppm(flows)

    def test_agree_with_five_thousand_yuan_in_twelve_parts(self):
        assert annual_nominal_ppm([500_000, *[-44_988] * 12]) == pytest.approx(144_010, abs=5)


class TestAgainstAnotherLibrary:
    @given(st.integers(1, 10_000_000), payments)
    @settings(deadline=None)
    @example(1_000_000, [0] * 59 + [1])
    @example(1, [2_000_000] * 60)
    def test_agrees_wherever_there_is_a_rate(self, principal, paid):
        assume(any(paid))
        flows = [-principal, *paid]

        ours = monthly_irr(flows)

        assert abs(worth(flows, ours)) <= 1e-9 * max(principal, sum(paid))
        theirs = pyxirr.irr(flows)
        if theirs is not None and -0.9 < theirs < 10:
            assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)

    @given(st.integers(100_000, 20_000_000), st.integers(0, 240_000), st.integers(1, 36))
    @settings(deadline=None)
    def test_of_a_schedule_is_its_rate_within_half_a_hundredth_of_a_percent(
        self, principal, rate, months
    ):
        schedule = equal_instalments(
            principal_fen=principal, annual_rate_ppm=rate, months=months, starts_on=JANUARY
        )
        flows = [principal, *(-row.total_fen for row in schedule)]

        assert abs(annual_nominal_ppm(flows) - rate) <= 100
        if principal >= 1_000_000:
            assert abs(annual_nominal_ppm(flows) - rate) <= 50


def worth(flows, rate):
    return sum(amount * (1 / (1 + rate)) ** month for month, amount in enumerate(flows))


class TestShape:
    def test_is_zero_when_exactly_the_loan_comes_back(self):
        assert annual_nominal_ppm([100, -50, -50]) == 0
        assert annual_effective_ppm([100, -50, -50]) == 0

    def test_is_negative_when_less_comes_back(self):
        assert monthly_irr([100, -50]) == pytest.approx(-0.5)

    def test_does_not_depend_on_the_side_it_is_seen_from(self):
        flows = [1_000, -300, -400, -500]

        assert monthly_irr(flows) == pytest.approx(monthly_irr([-flow for flow in flows]))

    def test_compounds_to_the_effective_rate(self):
        assert annual_effective_ppm([1_000_000, -1_010_000]) == round((1.01**12 - 1) * 1_000_000)

    def test_finds_a_rate_far_above_usury(self):
        assert monthly_irr([1, -1_000_000]) == pytest.approx(999_999)

    def test_takes_flows_in_any_order(self):
        flows = [Flow(-600, 2), Flow(1_000, 0), Flow(-500, 1)]

        assert rate_per_period(flows) == pytest.approx(monthly_irr([1_000, -500, -600]))

    @pytest.mark.parametrize("flows", [[], [0, 0], [100], [100, 100], [-100, -5], [100, -230, 132]])
    def test_is_refused_where_no_single_rate_fits(self, flows):
        with pytest.raises(NoRate):
            monthly_irr(flows)

    def test_is_refused_where_it_cannot_be_told_from_losing_everything(self):
        with pytest.raises(NoRate):
            monthly_irr([-1_000_000] * 600 + [1])
