"""The full cost that is shown before signing, and the cap that it may not pass."""

from datetime import timedelta
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.contracts import TransactionKind
from lending.calc.cost import (
    AboveTheCap,
    Fee,
    LateTerms,
    compounded_daily_ppm,
    disclosure,
    highest_late_rate_ppm,
    late_rate_ppm,
)
from lending.calc.fold import amount_due, fold
from lending.tests.calc_loans import any_terms, off, opening, repayment, terms_of

CAP_PPM = 240_000
LATE = LateTerms(annual_rate_ppm=200_000, grace_days=3)
TERMS = terms_of()


def cost_of(terms=TERMS, *, cap_ppm=CAP_PPM, late=LATE, **more):
    return disclosure(
        principal_fen=terms.principal_fen,
        annual_rate_ppm=terms.annual_rate_ppm,
        schedule=terms.schedule,
        late=late,
        cap_ppm=cap_ppm,
        **more,
    )


class TestWhatIsShown:
    def test_is_every_fen_that_the_borrower_will_pay(self):
        cost = cost_of()

        assert cost.total_fen == sum(row.total_fen for row in TERMS.schedule)
        assert cost.total_interest_fen == cost.total_fen - 1_200_000
        assert cost.total_fees_fen == 0

    def test_is_both_yearly_figures(self):
        cost = cost_of()

        assert cost.irr_nominal_ppm == pytest.approx(144_000, abs=50)
        assert cost.irr_effective_ppm == pytest.approx(((1.012**12) - 1) * 1_000_000, abs=60)
        assert cost.strictest_ppm == cost.irr_effective_ppm

    def test_names_item_recipient_and_how_it_is_charged(self):
        (interest,) = cost_of(recipient="BANK_OF_EXAMPLE").items

        assert (interest.code, interest.recipient) == ("INTEREST", "BANK_OF_EXAMPLE")
        assert interest.how_charged == "MONTHLY_ON_BALANCE"
        assert interest.standard_ppm == 144_000
        assert interest.annual_rate_ppm == pytest.approx(144_000, abs=50)

    def test_names_what_late_payment_costs(self):
        (late,) = cost_of().contingent

        assert (late.code, late.recipient) == ("LATE_PENALTY", "LENDER")
        assert late.how_charged == "DAILY_ON_OVERDUE_PRINCIPAL"
        assert (late.annual_rate_ppm, late.grace_days) == (200_000, 3)

    def test_of_a_loan_without_interest_is_nothing(self):
        cost = cost_of(terms_of(annual_rate_ppm=0), cap_ppm=0, late=LateTerms(0, 0))

        assert (cost.total_interest_fen, cost.irr_nominal_ppm, cost.irr_effective_ppm) == (0, 0, 0)

    @given(any_terms())
    @settings(deadline=None, max_examples=100)
    def test_has_parts_that_sum_to_the_whole(self, terms):
        fees = [Fee("GUARANTEE", "GUARANTOR", 7, is_each_instalment=True), Fee("STAMP", "STATE", 1)]
        if terms.principal_fen < 1_000:
            return

        cost = cost_of(terms, cap_ppm=9_000_000, fees=fees, discounts=[off(5_000)])

        assert sum(item.annual_rate_ppm for item in cost.items) == cost.irr_nominal_ppm
        assert cost.total_fen == cost.principal_fen + sum(item.amount_fen for item in cost.items)
        assert cost.total_fees_fen == 7 * len(terms.schedule) + 1


class TestADiscount:
    def test_stays_inside_the_cost_as_an_item_of_its_own(self):
        cost = cost_of(discounts=[off(10_000)])

        interest, discount = cost.items
        assert discount.code == "TIER_DISCOUNT"
        assert discount.how_charged == "LOWER_RATE_TO_FLOOR"
        assert discount.standard_ppm == -10_000
        assert discount.amount_fen < 0
        assert discount.annual_rate_ppm == pytest.approx(-10_000, abs=50)
        assert interest.standard_ppm == 154_000
        assert interest.amount_fen + discount.amount_fen == cost.total_interest_fen

    def test_changes_nothing_of_what_the_loan_really_costs(self):
        plain, discounted = cost_of(), cost_of(discounts=[off(10_000)])

        assert discounted.total_fen == plain.total_fen
        assert discounted.irr_nominal_ppm == plain.irr_nominal_ppm

    def test_may_bring_a_loan_under_the_cap_that_would_be_above_it(self):
        terms = terms_of(annual_rate_ppm=210_000)

        assert cost_of(terms, discounts=[off(30_000)]).strictest_ppm <= CAP_PPM


class TestFees:
    def test_at_the_start_raise_the_rate_more_than_their_share(self):
        cost = cost_of(fees=[Fee("STAMP", "STATE", 12_000)])

        fee = cost.items[-1]
        assert fee.how_charged == "ONCE_AT_START"
        assert (fee.amount_fen, fee.standard_fen) == (12_000, 12_000)
        # One percent of the principal, on money that is outstanding half of the year.
        assert 15_000 < fee.annual_rate_ppm < 25_000

    def test_with_each_instalment_are_counted_as_often(self):
        cost = cost_of(fees=[Fee("GUARANTEE", "GUARANTOR", 300, is_each_instalment=True)])

        fee = cost.items[-1]
        assert fee.how_charged == "WITH_EACH_INSTALMENT"
        assert (fee.amount_fen, fee.standard_fen) == (3_600, 300)
        assert cost.total_fees_fen == 3_600
        assert cost.total_fen == sum(row.total_fen for row in TERMS.schedule) + 3_600

    def test_can_break_the_cap(self):
        with pytest.raises(AboveTheCap):
            cost_of(fees=[Fee("MEMBERSHIP", "CLUB", 60_000)])


class TestTheCap:
    def test_holds_against_the_compounded_figure(self):
        terms = terms_of(annual_rate_ppm=232_000)

        with pytest.raises(AboveTheCap) as refusal:
            cost_of(terms)

        assert refusal.value.context == {"annual": "25.83", "cap": "24.00"}
        assert "25.83 %" in str(refusal.value)

    def test_lets_through_what_just_meets_it(self):
        cost = cost_of(terms_of(annual_rate_ppm=215_000))

        assert 237_000 < cost.strictest_ppm <= CAP_PPM

    def test_holds_against_what_late_payment_costs(self):
        with pytest.raises(AboveTheCap):
            cost_of(late=LateTerms(annual_rate_ppm=216_000, grace_days=0))

    @given(any_terms(), st.integers(0, 300_000))
    @settings(deadline=None, max_examples=100)
    def test_is_never_passed_by_a_disclosed_cost(self, terms, cap_ppm):
        late = LateTerms(0, 0)
        try:
            cost = cost_of(terms, cap_ppm=cap_ppm, late=late)
        except AboveTheCap:
            assert cost_of(terms, cap_ppm=100_000_000, late=late).strictest_ppm > cap_ppm
        else:
            assert max(cost.irr_nominal_ppm, cost.irr_effective_ppm) <= cap_ppm


class TestTheLateRate:
    def test_is_the_contract_rate_times_the_multiple(self):
        assert late_rate_ppm(annual_rate_ppm=100_000, multiple=Decimal("1.5"), cap_ppm=240_000) == (
            150_000
        )

    def test_stops_where_the_cap_would_be_passed(self):
        rate = late_rate_ppm(annual_rate_ppm=180_000, multiple=Decimal("1.5"), cap_ppm=240_000)

        assert rate == highest_late_rate_ppm(240_000) == 215_174
        assert compounded_daily_ppm(rate) <= 240_000 < compounded_daily_ppm(rate + 2)

    @given(st.integers(0, 400_000))
    def test_that_is_highest_is_never_above_the_cap(self, cap_ppm):
        highest = highest_late_rate_ppm(cap_ppm)

        assert highest <= cap_ppm
        assert compounded_daily_ppm(highest) <= cap_ppm

    @given(st.lists(st.integers(0, 120), min_size=12, max_size=12), st.integers(0, 10))
    @settings(deadline=None, max_examples=60)
    def test_keeps_a_loan_within_the_cap_however_late_it_is_paid(self, delays, grace_days):
        terms = terms_of(
            annual_rate_ppm=180_000,
            penalty_rate_ppm=highest_late_rate_ppm(CAP_PPM),
            grace_days=grace_days,
        )
        log = paid_late(terms, delays)
        flows = [
            each.amount_fen * (-1 if each.kind is TransactionKind.DISBURSEMENT else 1)
            for each in log
        ]

        real = pyxirr.xirr([each.value_date for each in log], flows)

        assert real is not None
        assert real <= CAP_PPM / 1_000_000


def paid_late(terms, delays):
    """Everything due is paid so many days after each due date, and at last everything."""
    log = [opening(terms)]
    days = sorted(
        row.due_on + timedelta(days=delay)
        for row, delay in zip(terms.schedule, delays, strict=True)
    )
    for sequence, day in enumerate([*days, days[-1] + timedelta(days=400)], start=2):
        owed = amount_due(fold(terms, log, day), day)
        if owed:
            log.append(repayment(sequence, day, owed))
    return log
