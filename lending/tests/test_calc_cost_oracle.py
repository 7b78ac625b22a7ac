"""The statement of cost against another library's rates, at the cap's very edge, with discounts."""

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from lending.calc.cost import AboveTheCap, Cost, Fee, LateTerms, disclosure
from lending.calc.schedule import equal_instalments
from lending.tests.calc_loans import DISBURSED_ON, off

NO_CAP = 100 * PPM
LATE = LateTerms(annual_rate_ppm=0, grace_days=0)
few = settings(deadline=None, max_examples=100)

principals = st.integers(100_000, 5_000_000)
rates = st.integers(0, 360_000)
terms = st.integers(1, 36)
fees = st.lists(
    st.builds(
        Fee,
        st.sampled_from(["GUARANTEE", "INSURANCE", "STAMP"]),
        st.just("SOMEBODY"),
        st.integers(1, 2_000),
        is_each_instalment=st.booleans(),
    ),
    max_size=3,
)


def schedule_of(principal_fen, rate_ppm, months):
    return equal_instalments(
        principal_fen=principal_fen,
        annual_rate_ppm=rate_ppm,
        months=months,
        starts_on=DISBURSED_ON,
    )


def cost_of(principal_fen, rate_ppm, months, *, cap_ppm=NO_CAP, **more) -> Cost:
    return disclosure(
        principal_fen=principal_fen,
        annual_rate_ppm=rate_ppm,
        schedule=schedule_of(principal_fen, rate_ppm, months),
        cap_ppm=cap_ppm,
        **{"late": LATE, **more},
    )


def flows_of(principal_fen, rate_ppm, months, charged) -> list[int]:
    """Month by month from the borrower's side, made here once more, in the plainest way."""
    once = sum(fee.amount_fen for fee in charged if not fee.is_each_instalment)
    monthly = sum(fee.amount_fen for fee in charged if fee.is_each_instalment)
    rows = schedule_of(principal_fen, rate_ppm, months)
    return [principal_fen - once, *(-(row.total_fen + monthly) for row in rows)]


class TestTheYearlyFigures:
    @given(principals, rates, terms, fees)
    @few
    def test_are_the_other_librarys_with_any_fees(self, principal_fen, rate_ppm, months, charged):
        cost = cost_of(principal_fen, rate_ppm, months, fees=charged)

        monthly = pyxirr.irr(flows_of(principal_fen, rate_ppm, months, charged))

        assert monthly is not None
        assert cost.irr_nominal_ppm == pytest.approx(12 * monthly * PPM, abs=1)
        assert cost.irr_effective_ppm == pytest.approx(((1 + monthly) ** 12 - 1) * PPM, abs=1)

    @given(principals, rates, terms, fees)
    @few
    def test_rise_with_every_fee(self, principal_fen, rate_ppm, months, charged):
        plain = cost_of(principal_fen, rate_ppm, months)
        dearer = cost_of(principal_fen, rate_ppm, months, fees=charged)

        assert dearer.irr_nominal_ppm >= plain.irr_nominal_ppm
        assert dearer.total_fen - plain.total_fen == dearer.total_fees_fen
        assert (dearer.total_fees_fen > 0) is bool(charged)

    @given(principals, rates, terms, fees)
    @few
    def test_and_every_fen_are_the_sum_of_their_items(
        self, principal_fen, rate_ppm, months, charged
    ):
        cost = cost_of(principal_fen, rate_ppm, months, fees=charged)

        assert sum(item.annual_rate_ppm for item in cost.items) == cost.irr_nominal_ppm
        assert sum(item.amount_fen for item in cost.items) == cost.total_fen - principal_fen
        assert [item.code for item in cost.items] == ["INTEREST", *(fee.code for fee in charged)]

    @given(principals, rates, terms, fees)
    @few
    def test_do_not_hang_on_the_order_in_which_fees_are_named(
        self, principal_fen, rate_ppm, months, charged
    ):
        one = cost_of(principal_fen, rate_ppm, months, fees=charged)
        other = cost_of(principal_fen, rate_ppm, months, fees=list(reversed(charged)))

        assert (one.irr_nominal_ppm, one.total_fen) == (other.irr_nominal_ppm, other.total_fen)


class TestTheCap:
    @given(principals, st.integers(1_000, 360_000), terms, fees)
    @few
    def test_lets_through_what_meets_it_and_not_a_millionth_more(
        self, principal_fen, rate_ppm, months, charged
    ):
        exactly = cost_of(principal_fen, rate_ppm, months, fees=charged).strictest_ppm

        cost = cost_of(principal_fen, rate_ppm, months, fees=charged, cap_ppm=exactly)
        assert cost.cap_ppm == exactly

        with pytest.raises(AboveTheCap):
            cost_of(principal_fen, rate_ppm, months, fees=charged, cap_ppm=exactly - 1)

    def test_is_held_against_a_loan_that_is_cheap_but_for_its_fee(self):
        fee = [Fee("STAMP", "STATE", 50_000)]

        with pytest.raises(AboveTheCap) as refused:
            cost_of(500_000, 10_000, 3, fees=fee, cap_ppm=240_000)

        assert float(str(refused.value.context["annual"])) > 24
        assert refused.value.context["cap"] == "24.00"


class TestADiscount:
    @given(principals, st.integers(5_000, 300_000), terms, st.integers(1, 20_000))
    @few
    def test_changes_no_total_and_is_shown_as_less_of_a_higher_rate(
        self, principal_fen, rate_ppm, months, discount_ppm
    ):
        plain = cost_of(principal_fen, rate_ppm, months)
        shown = cost_of(principal_fen, rate_ppm, months, discounts=[off(discount_ppm)])

        interest, discount = shown.items
        assert (shown.total_fen, shown.irr_nominal_ppm) == (plain.total_fen, plain.irr_nominal_ppm)
        assert interest.standard_ppm == rate_ppm + discount_ppm
        assert discount.amount_fen <= 0
        assert discount.annual_rate_ppm <= 0
        assert interest.amount_fen + discount.amount_fen == shown.total_interest_fen

    @pytest.mark.parametrize(
        ("rate_ppm", "months", "discount_ppm", "more_fen"),
        [(50_732, 24, 34, 2), (141_000, 5, 5, 1)],
    )
    def test_that_rounding_eats_is_told_as_nothing_and_never_as_a_cost(
        self, rate_ppm, months, discount_ppm, more_fen
    ):
        without = cost_of(100_000, rate_ppm + discount_ppm, months)
        parts = [off(discount_ppm - 1), off(1, "POINTS_DISCOUNT")]
        for discounts in ([off(discount_ppm)], parts):
            shown = cost_of(100_000, rate_ppm, months, discounts=discounts)
            interest, *less = shown.items

            # Each row is rounded for itself: here that makes the lower rate dearer.
            assert shown.total_interest_fen == without.total_interest_fen + more_fen
            assert interest.amount_fen == shown.total_interest_fen
            assert [each.amount_fen for each in less] == [0] * len(discounts)
            assert all(each.annual_rate_ppm <= 0 for each in less)
            assert sum(each.annual_rate_ppm for each in shown.items) == shown.irr_nominal_ppm

    @given(principals, rates, terms, st.lists(st.integers(1, 20_000), min_size=2, max_size=2))
    @few
    def test_beside_another_is_shown_apart_and_they_add_up_to_one_of_both(
        self, principal_fen, rate_ppm, months, parts
    ):
        tier, points = parts
        apart = cost_of(
            principal_fen,
            rate_ppm,
            months,
            discounts=[off(tier, floor_ppm=7), off(points, "POINTS_DISCOUNT", 7)],
        )
        one = cost_of(principal_fen, rate_ppm, months, discounts=[off(tier + points)])

        assert [each.code for each in apart.items] == [
            "INTEREST",
            "TIER_DISCOUNT",
            "POINTS_DISCOUNT",
        ]
        assert [each.standard_ppm for each in apart.items] == [
            rate_ppm + tier + points,
            -tier,
            -points,
        ]
        assert [each.floor_ppm for each in apart.items] == [None, 7, 7]
        assert all(max(each.amount_fen, each.annual_rate_ppm) <= 0 for each in apart.items[1:])
        assert sum(each.amount_fen for each in apart.items) == apart.total_interest_fen
        assert sum(each.annual_rate_ppm for each in apart.items) == apart.irr_nominal_ppm
        assert apart.items[0] == one.items[0]
        assert (apart.total_fen, apart.irr_nominal_ppm) == (one.total_fen, one.irr_nominal_ppm)

    @given(principals, st.integers(20_000, 300_000), terms, st.integers(1_000, 20_000))
    @few
    def test_never_makes_a_loan_dearer(self, principal_fen, rate_ppm, months, discount_ppm):
        full = cost_of(principal_fen, rate_ppm, months)
        lower = cost_of(
            principal_fen, rate_ppm - discount_ppm, months, discounts=[off(discount_ppm)]
        )

        assert lower.total_fen <= full.total_fen
        assert lower.items[0].amount_fen == full.total_interest_fen

    @given(principals, st.integers(20_000, 300_000), terms, st.integers(1, 999))
    @few
    def test_of_nearly_nothing_differs_by_the_rounding_of_each_month_at_most(
        self, principal_fen, rate_ppm, months, discount_ppm
    ):
        full = cost_of(principal_fen, rate_ppm, months)
        lower = cost_of(
            principal_fen, rate_ppm - discount_ppm, months, discounts=[off(discount_ppm)]
        )

        assert lower.total_fen <= full.total_fen + months
