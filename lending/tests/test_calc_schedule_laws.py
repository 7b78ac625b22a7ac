"""Laws of every schedule: any method, periods, days and rounding (loans §5, 1 to 6 and 20)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from common.periods import add_months
from lending.calc.conventions.due_dates import spans
from lending.calc.methods.counting import factors_of
from lending.calc.plans import DayCount, Frequency, Method, Plan, Roll, Rounding
from lending.calc.schedule import build, equal_instalments
from lending.tests.calc_plans import (
    HONEST,
    balances,
    changed,
    plans,
    principals,
    quantized,
    rates,
    rows_of,
    simple_plans,
    starts,
    terms,
)

EXAMPLES = settings(deadline=None, max_examples=60)
LEVEL = (Method.EQUAL_INSTALMENT,)
PERIODIC = (DayCount.PERIODIC,)
ROLLS = tuple(Roll)


def total_fen(plan):
    return sum(row.total_fen for row in build(plan))


class TestEverySchedule:
    @given(plans())
    @EXAMPLES
    def test_gives_back_exactly_what_was_lent_and_asks_for_nothing_negative(self, plan):
        schedule = build(plan)

        assert sum(row.principal_fen for row in schedule) == plan.principal_fen
        assert all(row.principal_fen >= 0 and row.interest_fen >= 0 for row in schedule)
        assert [row.number for row in schedule] == list(range(1, plan.periods + 1))

    @given(simple_plans(methods=[m for m in HONEST if m is not Method.BULLET]))
    @EXAMPLES
    def test_charges_each_balance_by_its_factor_rounded_once(self, plan):
        schedule, factors = build(plan), factors_of(plan, spans(plan))

        for row, balance, factor in zip(
            schedule, balances(schedule, plan.principal_fen), factors, strict=True
        ):
            with localcontext(prec=80):
                assert row.interest_fen == quantized(balance * factor, plan.rounding)

    @given(simple_plans(methods=(Method.BULLET,)))
    @EXAMPLES
    def test_of_a_bullet_charges_simple_interest_once_and_all_at_the_end(self, plan):
        *before, last = build(plan)

        assert all(row.total_fen == 0 for row in before)
        exact = plan.principal_fen * sum(factors_of(plan, spans(plan)), start=Fraction(0))
        with localcontext(prec=80):
            assert last.interest_fen == quantized(exact, plan.rounding)
        assert last.starts_on == plan.first_disbursed_on

    @given(simple_plans(methods=HONEST), st.integers(0, 50_000))
    @EXAMPLES
    def test_costs_no_less_at_a_higher_rate(self, plan, more):
        dearer = replace(plan, annual_rate_ppm=plan.annual_rate_ppm + more)

        # Each row may round by a fen, and a fen early is a fen with interest.
        assert total_fen(dearer) >= total_fen(plan) - 2 * plan.periods - growth(dearer)

    @given(simple_plans(methods=HONEST), st.integers(0, 1_000_000))
    @EXAMPLES
    def test_costs_no_less_for_more_principal(self, plan, more):
        larger = replace(plan, principal_fen=plan.principal_fen + more)

        assert total_fen(larger) >= total_fen(plan) - 2 * plan.periods - growth(plan)

    @given(simple_plans(methods=(Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.BULLET)))
    @EXAMPLES
    def test_scales_with_its_amount_within_rounding(self, plan):
        hundredfold = replace(plan, principal_fen=plan.principal_fen * 100)
        assume(hundredfold.principal_fen <= 10**11)
        bound = 100 * (2 * plan.periods + growth(plan))

        for small, large in zip(build(plan), build(hundredfold), strict=True):
            assert abs(100 * small.total_fen - large.total_fen) <= bound

    @given(simple_plans(day_counts=(DayCount.PERIODIC, DayCount.ACT_365), methods=HONEST))
    @EXAMPLES
    def test_without_interest_only_gives_back(self, plan):
        free = replace(plan, annual_rate_ppm=0)

        assert all(row.interest_fen == 0 for row in build(free))
        assert total_fen(free) == plan.principal_fen


def growth(plan):
    """How much a fen at the start may weigh at the end, with room."""
    return int(plan.periods * (1 + plan.annual_rate_ppm / 4_000_000) ** plan.periods) + 1


class TestEqualInstalments:
    @given(simple_plans(methods=LEVEL))
    @EXAMPLES
    def test_are_equal_but_the_last_which_stays_close(self, plan):
        *others, last = [row.total_fen for row in build(plan)]

        assume(len({row.principal_fen > 0 for row in build(plan)}) == 1)
        assert len(set(others)) <= 1
        assert all(abs(last - each) <= plan.periods + growth(plan) for each in others)

    @given(simple_plans(methods=LEVEL))
    @EXAMPLES
    def test_tuned_leave_the_last_no_further_from_the_others(self, plan):
        plain, tuned = build(plan), build(replace(plan, tune_last_instalment=True))
        assume(len(plain) > 1)

        def gap(schedule):
            return abs(schedule[-1].total_fen - schedule[0].total_fen)

        assert gap(tuned) <= gap(plain)

    @given(principals, rates, terms, starts)
    @EXAMPLES
    def test_of_months_are_those_that_contracts_were_signed_with(
        self, principal, rate, months, day
    ):
        plan = Plan(
            principal_fen=principal, annual_rate_ppm=rate, first_disbursed_on=day, periods=months
        )
        signed = equal_instalments(
            principal_fen=principal, annual_rate_ppm=rate, months=months, starts_on=day
        )

        assert build(plan) == signed

    @given(simple_plans(methods=LEVEL), st.sampled_from([10, 100, 1_000]))
    @EXAMPLES
    def test_on_a_multiple_are_multiples_but_the_last(self, plan, multiple):
        schedule = build(replace(plan, instalment_multiple_fen=multiple))
        until = next(
            index
            for index, row in enumerate(schedule)
            if sum(each.principal_fen for each in schedule[: index + 1]) == plan.principal_fen
        )

        rounded = [row for row in schedule[:until] if row.principal_fen]
        assert all(row.total_fen % multiple == 0 for row in rounded)


class TestEqualPrincipal:
    @given(simple_plans(methods=(Method.EQUAL_PRINCIPAL,), day_counts=PERIODIC))
    @EXAMPLES
    def test_is_equal_but_for_the_last_and_totals_fall(self, plan):
        *others, _ = schedule = build(plan)

        assert len({row.principal_fen for row in others if row.principal_fen}) <= 2
        totals = [row.interest_fen for row in schedule]
        assert all(later <= earlier for earlier, later in pairwise(totals))


class TestDueDates:
    @given(plans(rolls=ROLLS))
    @EXAMPLES
    def test_strictly_increase_from_the_payout_on(self, plan):
        days = [plan.first_disbursed_on, *(row.due_on for row in build(plan))]

        assert all(earlier < later for earlier, later in pairwise(days))

    @given(plans(rolls=ROLLS))
    @EXAMPLES
    def test_that_roll_change_no_amount(self, plan):
        assert rows_of(build(plan)) == rows_of(build(replace(plan, roll=Roll.NONE)))

    @given(starts, terms, st.integers(1, 3))
    @EXAMPLES
    def test_of_months_keep_their_day_or_the_last_one(self, start, periods, every):
        schedule = build(changed(first_disbursed_on=start, periods=periods, every=every))

        for row in schedule:
            last = (add_months(row.due_on.replace(day=1), 1) - timedelta(days=1)).day
            assert row.due_on.day == min(start.day, last)
        months = [12 * row.due_on.year + row.due_on.month for row in schedule]
        assert all(later - earlier == every for earlier, later in pairwise(months))

    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            (date(2024, 1, 31), ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]),
            (date(2023, 1, 30), ["2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"]),
            (date(2024, 2, 29), ["2024-03-29", "2024-04-29", "2024-05-29", "2024-06-29"]),
            (date(2023, 12, 31), ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ],
    )
    def test_after_february_go_back_to_the_end_of_the_month(self, start, expected):
        schedule = build(changed(first_disbursed_on=start, periods=4))

        assert [row.due_on.isoformat() for row in schedule] == expected

    @pytest.mark.parametrize(
        ("frequency", "every", "days"),
        [(Frequency.DAILY, 15, 15), (Frequency.WEEKLY, 2, 14), (Frequency.DAILY, 1, 1)],
    )
    def test_of_days_and_weeks_are_that_far_apart(self, frequency, every, days):
        schedule = build(changed(frequency=frequency, every=every))

        apart = {row.due_on - row.starts_on for row in schedule}
        assert apart == {timedelta(days=days)}


class TestExactAndDecimal:
    @given(simple_plans(methods=HONEST))
    @EXAMPLES
    def test_differ_by_no_more_than_the_rounding_of_rows(self, plan):
        twelve = build(replace(plan, precision_digits=12))
        bound = plan.periods + growth(plan)

        for ours, theirs in zip(build(plan), twelve, strict=True):
            assert abs(ours.total_fen - theirs.total_fen) <= bound
        assert sum(row.principal_fen for row in twelve) == plan.principal_fen

    @given(simple_plans(methods=LEVEL, day_counts=PERIODIC))
    @EXAMPLES
    def test_in_sixty_digits_are_one(self, plan):
        plan = replace(plan, rounding=Rounding.HALF_UP)

        assert rows_of(build(replace(plan, precision_digits=60))) == rows_of(build(plan))

    @given(principals, rates, terms)
    @EXAMPLES
    def test_agree_with_the_textbooks_annuity(self, principal, rate, months):
        first, *_ = build(
            changed(principal_fen=principal, annual_rate_ppm=rate, periods=months + 1)
        )
        with localcontext(prec=60):
            part = Decimal(rate) / 12_000_000
            level = (
                principal * part / (1 - (1 + part) ** -(months + 1))
                if part
                else Decimal(principal) / (months + 1)
            )

            assert first.total_fen == int(level.quantize(Decimal(1), rounding="ROUND_HALF_UP"))
