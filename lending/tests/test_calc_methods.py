"""Every method of repaying by example: what a lender would write down by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

from lending.calc.conventions.due_dates import spans
from lending.calc.methods.fees import at_start_fen, lent_fen
from lending.calc.plans import (
    DayCount,
    FeeBase,
    Grace,
    ImpossibleTerms,
    Method,
    PlanFee,
    Rounding,
)
from lending.calc.schedule import build
from lending.tests.calc_plans import changed, plans, rows_of

EXAMPLES = settings(deadline=None, max_examples=60)
QUARTER = {"principal_fen": 300_000, "annual_rate_ppm": 120_000, "periods": 3}


def quarter(**terms):
    """Three months of 3,000 yuan at one percent a month."""
    return changed(**(QUARTER | terms))


class TestThreeMonthsAtOnePercent:
    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            (Method.EQUAL_INSTALMENT, [(99_007, 3_000), (99_997, 2_010), (100_996, 1_010)]),
            (Method.EQUAL_PRINCIPAL, [(100_000, 3_000), (100_000, 2_000), (100_000, 1_000)]),
            (Method.INTEREST_ONLY, [(0, 3_000), (0, 3_000), (300_000, 3_000)]),
            (Method.BULLET, [(0, 0), (0, 0), (300_000, 9_000)]),
            (Method.FLAT, [(100_000, 3_000), (100_000, 3_000), (100_000, 3_000)]),
        ],
    )
    def test_are_repaid_as_the_method_says(self, method, expected):
        assert rows_of(build(quarter(method=method))) == expected

    def test_with_a_balloon_leave_it_to_the_last_instalment(self):
        *others, last = build(quarter(method=Method.BALLOON, balloon_fen=150_000))

        assert len({row.total_fen for row in others}) == 1
        assert abs(last.total_fen - others[0].total_fen - 150_000) <= 3

    def test_with_a_balloon_of_everything_bear_interest_only(self):
        plan = quarter(method=Method.BALLOON, balloon_fen=300_000)

        assert rows_of(build(plan)) == rows_of(build(quarter(method=Method.INTEREST_ONLY)))

    def test_with_no_balloon_are_equal_instalments(self):
        assert rows_of(build(quarter(method=Method.BALLOON))) == rows_of(build(quarter()))


class TestGrace:
    def test_on_principal_repays_it_in_the_periods_after(self):
        plan = quarter(periods=5, grace=Grace(principal_periods=2))

        assert rows_of(build(plan)) == [(0, 3_000), (0, 3_000), *rows_of(build(quarter()))]

    def test_on_principal_takes_equal_parts_of_the_periods_after(self):
        plan = quarter(periods=5, grace=Grace(principal_periods=2), method=Method.EQUAL_PRINCIPAL)

        assert [row.principal_fen for row in build(plan)] == [0, 0, 100_000, 100_000, 100_000]

    def test_on_paying_interest_collects_it_with_the_first_instalment_after(self):
        grace = Grace(principal_periods=3, interest_payment_periods=3)
        plan = quarter(periods=6, grace=grace)

        assert [row.interest_fen for row in build(plan)[:4]] == [0, 0, 0, 12_000]
        assert [row.total_fen for row in build(plan)[:3]] == [0, 0, 0]

    def test_on_paying_interest_says_since_when_it_was_earned(self):
        plan = quarter(periods=6, grace=Grace(interest_payment_periods=3))

        starts = [row.starts_on for row in build(plan)]
        assert starts[3] == plan.first_disbursed_on
        assert starts[4] == build(plan)[3].due_on

    @given(plans())
    @EXAMPLES
    def test_on_paying_interest_changes_neither_its_sum_nor_any_principal(self, plan):
        later = changed_grace(plan, interest_payment_periods=3)
        never = changed_grace(plan, interest_payment_periods=0)

        assert [row.principal_fen for row in build(later)] == [
            row.principal_fen for row in build(never)
        ]
        assert sum(row.interest_fen for row in build(later)) == sum(
            row.interest_fen for row in build(never)
        )

    def test_free_of_interest_charges_nothing_at_first(self):
        plan = quarter(grace=Grace(interest_free_periods=2), method=Method.EQUAL_PRINCIPAL)

        assert [row.interest_fen for row in build(plan)] == [0, 0, 1_000]

    def test_free_of_interest_keeps_instalments_equal(self):
        plan = quarter(periods=12, grace=Grace(interest_free_periods=3))
        *others, last = build(plan)

        assert len({row.total_fen for row in others}) == 1
        assert abs(last.total_fen - others[0].total_fen) <= 12

    @pytest.mark.parametrize("periods", [3, 4])
    def test_on_all_principal_is_refused(self, periods):
        with pytest.raises(ImpossibleTerms):
            build(quarter(grace=Grace(principal_periods=periods)))


def changed_grace(plan, **periods):
    return replace(plan, grace=replace(plan.grace, **periods))


class TestAFixedInstalment:
    def test_takes_as_many_periods_as_it_needs(self):
        plan = quarter(periods=0, fixed_instalment_fen=100_000)
        schedule = build(plan)

        assert [row.total_fen for row in schedule[:-1]] == [100_000] * 3
        assert len(schedule) == 4
        assert 0 < schedule[-1].total_fen <= 100_000

    def test_over_given_periods_leaves_the_rest_to_the_last(self):
        *others, last = build(quarter(fixed_instalment_fen=50_000))

        assert [row.total_fen for row in others] == [50_000, 50_000]
        assert last.principal_fen == 300_000 - sum(row.principal_fen for row in others)

    def test_that_never_repays_is_refused(self):
        with pytest.raises(ImpossibleTerms):
            build(quarter(periods=0, fixed_instalment_fen=3_000))


class TestLevels:
    def test_of_nominal_months_do_not_follow_the_calendar(self):
        by_days = build(quarter(periods=12, day_count=DayCount.ACT_365))
        nominal = build(quarter(periods=12, day_count=DayCount.ACT_365, is_level_nominal=True))

        assert by_days[0].total_fen != nominal[0].total_fen
        assert by_days[0].interest_fen == nominal[0].interest_fen

    def test_may_round_by_a_rule_of_their_own(self):
        plan = quarter(instalment_multiple_fen=100, instalment_rounding=Rounding.UP)

        assert build(plan)[0].total_fen == 102_100
        assert build(plan)[0].interest_fen == 3_000

    def test_that_do_not_cover_a_long_first_period_take_its_interest_and_no_principal(self):
        plan = quarter(first_due_on=date(2046, 1, 15), day_count=DayCount.ACT_365, periods=240)
        first = build(plan)[0]

        assert first.principal_fen == 0
        assert first.interest_fen > 2 * plan.principal_fen


class TestFees:
    def test_with_each_instalment_stand_in_its_row(self):
        fee = PlanFee(code="SERVICE", amount_fen=500, is_each_instalment=True)

        assert [row.fee_fen for row in build(quarter(fees=(fee,)))] == [500] * 3
        assert rows_of(build(quarter(fees=(fee,)))) == rows_of(build(quarter()))

    @pytest.mark.parametrize(
        ("base", "expected"),
        [
            (FeeBase.PRINCIPAL, [1_000, 1_000, 1_000]),
            (FeeBase.INTEREST, [30, 20, 10]),
            (FeeBase.INSTALMENT, [1_030, 1_020, 1_010]),
        ],
    )
    def test_may_be_a_part_of_each_instalment(self, base, expected):
        fee = PlanFee(code="SERVICE", rate_ppm=10_000, base=base, is_each_instalment=True)
        plan = quarter(fees=(fee,), method=Method.EQUAL_PRINCIPAL)

        assert [row.fee_fen for row in build(plan)] == expected
        assert build(plan)[0].total_fen == 103_000 + expected[0]

    def test_that_are_financed_are_lent_on_top(self):
        fee = PlanFee(code="OPENING", rate_ppm=20_000, is_financed=True)
        plan = quarter(fees=(fee,))

        assert lent_fen(plan) == 306_000
        assert sum(row.principal_fen for row in build(plan)) == 306_000
        assert all(row.fee_fen == 0 for row in build(plan))

    def test_at_the_start_stand_in_no_row(self):
        fees = (
            PlanFee(code="OPENING", amount_fen=1_000, rate_ppm=Fraction(10_000)),
            PlanFee(code="ADVICE", rate_ppm=100_000, base=FeeBase.INTEREST),
        )
        plan = quarter(fees=fees, method=Method.EQUAL_PRINCIPAL)

        assert all(row.fee_fen == 0 for row in build(plan))
        assert at_start_fen(plan, rows_of(build(plan))) == 1_000 + 3_000 + 600


class TestFlat:
    def test_gives_the_last_instalment_the_rounding_of_both_parts(self):
        plan = changed(principal_fen=100_000, annual_rate_ppm=75_000, periods=7, method=Method.FLAT)
        schedule = build(plan)

        # 625 a month; 4,375 in all.
        assert [row.interest_fen for row in schedule] == [625] * 7
        assert sum(row.principal_fen for row in schedule) == 100_000

    def test_charges_what_was_announced_in_all(self):
        plan = changed(principal_fen=100_001, annual_rate_ppm=75_000, periods=7, method=Method.FLAT)
        total = sum(row.interest_fen for row in build(plan))

        assert total == round(Fraction(100_001 * 75_000 * 7, 12_000_000))

    def test_costs_more_than_it_says(self):
        flat = sum(row.interest_fen for row in build(quarter(method=Method.FLAT, periods=12)))
        honest = sum(row.interest_fen for row in build(quarter(periods=12)))

        assert flat > 1.8 * honest


def test_the_spans_of_a_schedule_are_where_its_interest_is_counted():
    plan = quarter(day_count=DayCount.ACT_365)

    assert [(span.ends_on - span.starts_on).days for span in spans(plan)] == [31, 28, 31]
    assert build(plan)[0].interest_fen == 3_058
