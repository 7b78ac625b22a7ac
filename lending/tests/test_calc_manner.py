"""How a loan is repaid: every method at every rhythm, its yearly cost, and its cap."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import add_months
from lending.calc.contracts import Change, Policy, Terms, Transaction, TransactionKind
from lending.calc.cost import AboveTheCap, LateTerms, disclosure
from lending.calc.fold import fold, payoff_quote
from lending.calc.methods import manner as manners
from lending.calc.methods.manner import MONTHLY, Manner, scheduled
from lending.calc.plans import ImpossibleTerms
from lending.calc.schedule import equal_instalments
from lending.products.caps.worst import Ranges, worst_of
from lending.products.caps.years import years_until
from lending.tests.calc_loans import off

ON = date(2026, 1, 31)
QUARTERS = Manner(step_months=3)
METHODS = ("EQUAL_INSTALMENT", "EQUAL_PRINCIPAL", "INTEREST_ONLY", "BULLET")
MANNERS = st.builds(Manner, method=st.sampled_from(METHODS), step_months=st.sampled_from([1, 3]))
Kind = TransactionKind


def plan(manner: Manner, *, principal_fen: int = 1_200_000, rate_ppm: int = 120_000, months=12):
    return scheduled(
        principal_fen=principal_fen,
        annual_rate_ppm=rate_ppm,
        months=months,
        starts_on=ON,
        manner=manner,
    )


def told(manner: Manner, *, months: int = 12, cap_ppm: int = 240_000, discount_ppm: int = 0):
    return disclosure(
        principal_fen=1_200_000,
        annual_rate_ppm=120_000,
        schedule=plan(manner, months=months),
        late=LateTerms(annual_rate_ppm=120_000, grace_days=3),
        cap_ppm=cap_ppm,
        discounts=(off(discount_ppm),) if discount_ppm else (),
        manner=manner,
    )


class TestASchedule:
    def test_by_the_quarter_is_due_on_the_last_day_of_short_months(self):
        rows = plan(QUARTERS)

        assert [row.due_on.isoformat() for row in rows] == [
            "2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31",
        ]  # fmt: skip
        # 12,000 yuan over four quarters at 3 % each: 12,000 x 0.03 / (1 - 1.03 ** -4).
        assert [row.total_fen for row in rows] == [322_832, 322_832, 322_832, 322_834]
        assert rows[0].interest_fen == 36_000
        assert [row.months for row in rows] == [3, 3, 3, 3]

    def test_of_equal_principal_falls_by_the_interest_of_what_was_repaid(self):
        rows = plan(Manner("EQUAL_PRINCIPAL", 3))

        assert [row.principal_fen for row in rows] == [300_000] * 4
        assert [row.interest_fen for row in rows] == [36_000, 27_000, 18_000, 9_000]

    def test_of_interest_only_repays_all_at_the_end(self):
        rows = plan(Manner("INTEREST_ONLY", 1), months=3)

        assert [(row.principal_fen, row.interest_fen) for row in rows] == [
            (0, 12_000), (0, 12_000), (1_200_000, 12_000),
        ]  # fmt: skip

    def test_that_is_a_bullet_is_one_row(self):
        (row,) = plan(Manner("BULLET", 1), months=6)

        assert (row.principal_fen, row.interest_fen, row.months) == (1_200_000, 72_000, 6)
        assert row.due_on == date(2026, 7, 31)

    @given(
        MANNERS,
        st.integers(1, 10**9),
        st.integers(0, 360_000),
        st.sampled_from([3, 6, 12, 24]),
    )
    def test_repays_principal_to_the_fen_in_whole_periods(self, manner, fen, rate_ppm, months):
        rows = plan(manner, principal_fen=fen, rate_ppm=rate_ppm, months=months)

        assert sum(row.principal_fen for row in rows) == fen
        assert all(row.principal_fen >= 0 <= row.interest_fen for row in rows)
        assert sum(row.months for row in rows) == months
        assert rows[-1].due_on == add_months(ON, months, anchor_day=31)

    @given(st.integers(1, 10**9), st.integers(0, 360_000), st.integers(1, 36))
    def test_by_the_month_in_equal_instalments_is_what_it_always_was(self, fen, rate_ppm, months):
        usual = equal_instalments(
            principal_fen=fen, annual_rate_ppm=rate_ppm, months=months, starts_on=ON
        )

        assert plan(MONTHLY, principal_fen=fen, rate_ppm=rate_ppm, months=months) == usual

    @pytest.mark.parametrize("months", [0, -3, 1, 4, 11])
    def test_that_does_not_end_with_a_quarter_is_refused(self, months):
        with pytest.raises(ImpossibleTerms):
            plan(QUARTERS, months=months)


class TestTheYearlyCost:
    @pytest.mark.parametrize("method", METHODS[:3])
    def test_by_the_quarter_is_four_times_the_quarters_rate(self, method):
        cost = told(Manner(method, 3))

        assert abs(cost.irr_nominal_ppm - 120_000) <= 50
        assert abs(cost.irr_effective_ppm - 125_509) <= 60
        assert cost.items[0].how_charged == "BY_PERIOD_ON_BALANCE"

    def test_of_a_bullet_of_half_a_year_is_compounded_twice(self):
        cost = told(Manner("BULLET"), months=6)

        assert (cost.irr_nominal_ppm, cost.irr_effective_ppm) == (120_000, 123_600)

    def test_shows_a_discount_against_the_same_rhythm(self):
        interest, discount = told(QUARTERS, discount_ppm=10_000).items

        assert abs(interest.annual_rate_ppm - 130_000) <= 50
        assert abs(discount.annual_rate_ppm + 10_000) <= 50
        assert interest.amount_fen + discount.amount_fen == sum(
            row.interest_fen for row in plan(QUARTERS)
        )

    def test_above_the_cap_is_refused(self):
        with pytest.raises(AboveTheCap):
            told(QUARTERS, cap_ppm=125_000)

    def test_by_the_month_is_told_as_before(self):
        assert told(MONTHLY).items[0].how_charged == "MONTHLY_ON_BALANCE"


class TestTheCap:
    def worst(self, manner: Manner, rate_ppm: int):
        ranges = Ranges(
            minimum_fen=50_000,
            maximum_fen=3_000_000,
            terms_months=(6, 12),
            highest_rate_ppm=rate_ppm,
            penalty_multiple_ppm=1_300_000,
            grace_days=3,
            manner=manner,
        )
        return worst_of(ranges, cap_ppm=240_000, on=ON, horizon_days=90)

    def test_counts_a_quarter_as_a_quarter_of_a_year(self):
        rows = plan(QUARTERS)

        assert [years_until(rows, row.due_on) for row in rows] == [
            Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1),
        ]  # fmt: skip

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("step", [1, 3])
    def test_holds_for_each_manner_at_a_fair_rate_and_is_passed_at_an_unfair_one(
        self, method, step
    ):
        fair, unfair = (self.worst(Manner(method, step), rate) for rate in (150_000, 235_000))

        assert not fair.is_above
        # Paid on time a bullet of a year costs its plain rate; late payment makes it dearer.
        assert unfair.path.effective_ppm > fair.path.effective_ppm > 150_000
        assert unfair.path.effective_ppm >= unfair.on_time_ppm

    @pytest.mark.parametrize("method", METHODS[:3])
    def test_is_passed_by_compounding_quarters_though_the_rate_itself_does_not(self, method):
        assert self.worst(Manner(method, 3), 235_000).is_above

    def test_on_time_of_a_quarterly_loan_is_what_is_disclosed(self):
        worst = self.worst(QUARTERS, 120_000)

        assert abs(worst.on_time_ppm - 125_509) <= 300


class TestALoanByTheQuarter:
    def terms(self, manner: Manner = QUARTERS) -> Terms:
        return Terms(
            principal_fen=1_200_000,
            annual_rate_ppm=120_000,
            schedule=plan(manner),
            penalty_rate_ppm=150_000,
            grace_days=3,
            disbursed_on=ON,
            method=manner.method,
            step_months=manner.step_of(12),
        )

    def log(self, *more: Transaction) -> list[Transaction]:
        return [Transaction(Kind.DISBURSEMENT, 1, ON, 1_200_000), *more]

    @pytest.mark.parametrize("method", METHODS)
    @given(day=st.dates(date(2026, 2, 1), date(2027, 3, 1)))
    def test_quoted_on_a_day_and_paid_then_owes_nothing(self, method, day):
        terms = self.terms(Manner(method, 3))
        quote = payoff_quote(terms, self.log(), day)

        closed = fold(terms, self.log(Transaction(Kind.PAYOFF, 2, day, quote.total_fen)), day)

        assert closed.is_settled
        assert (closed.outstanding_fen, closed.overpaid_fen) == (0, 0)

    @pytest.mark.parametrize("method", METHODS[:3])
    def test_paid_ahead_in_part_keeps_its_due_dates_and_repays_its_sum(self, method):
        terms = self.terms(Manner(method, 3))
        early = Transaction(
            Kind.PREPAYMENT, 2, date(2026, 6, 1), 500_000,
            change=Change(policy=Policy.REDUCE_INSTALMENT),
        )  # fmt: skip
        state = fold(terms, self.log(early), date(2026, 6, 1))

        assert [line.due_on for line in state.instalments] == [row.due_on for row in terms.schedule]
        assert sum(line.principal.due_fen for line in state.instalments) == 1_200_000
        assert sum(line.interest.due_fen for line in state.instalments) < sum(
            row.interest_fen for row in terms.schedule
        )


class TestKeeping:
    @given(MANNERS)
    def test_reads_again_what_was_kept(self, manner):
        assert manners.read(manners.kept(manner)) == manner

    def test_keeps_nothing_of_what_has_always_been(self):
        assert manners.kept(MONTHLY) == {}
        assert manners.read({"schedule": []}) == MONTHLY

    @given(MANNERS)
    def test_has_words_for_every_manner(self, manner):
        assert manners.instalment(manner)
        assert manners.sentences(manner)
