"""Every kind of plan, lived: what the pay-off quote says on a day closes the loan that day."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lending.calc.contracts import Terms
from lending.calc.fold import fold, payoff_quote
from lending.calc.plans import PlanFee, Roll
from lending.calc.schedule import build
from lending.tests.calc_loans import opening, payoff, repayment
from lending.tests.calc_plans import HONEST, plans

EXAMPLES = settings(deadline=None, max_examples=60)
FEE = PlanFee(code="SERVICE", amount_fen=300, is_each_instalment=True)


def terms_of(plan):
    return Terms(
        principal_fen=plan.principal_fen,
        annual_rate_ppm=plan.annual_rate_ppm,
        schedule=build(plan),
        penalty_rate_ppm=200_000,
        grace_days=3,
        disbursed_on=plan.first_disbursed_on,
    )


class TestEveryPlan:
    @given(plans(methods=HONEST, rolls=tuple(Roll)), st.integers(0, 800))
    @EXAMPLES
    def test_is_closed_to_zero_by_what_was_quoted(self, plan, days):
        terms = terms_of(plan)
        on = plan.first_disbursed_on + timedelta(days=days)
        quoted = payoff_quote(terms, [opening(terms)], on)
        state = fold(terms, [opening(terms), payoff(2, on, quoted.total_fen)], on)

        assert state.is_settled
        assert state.overpaid_fen == 0
        assert quoted.principal_fen == plan.principal_fen

    @given(plans(methods=HONEST), st.integers(0, 800))
    @EXAMPLES
    def test_is_left_open_by_a_fen_less(self, plan, days):
        terms = terms_of(plan)
        on = plan.first_disbursed_on + timedelta(days=days)
        quoted = payoff_quote(terms, [opening(terms)], on)
        state = fold(terms, [opening(terms), repayment(2, on, quoted.total_fen - 1)], on)

        assert not state.is_settled

    @given(plans(methods=HONEST))
    @EXAMPLES
    def test_kept_on_its_days_is_settled_on_the_last_of_them(self, plan):
        terms = terms_of(replace(plan, fees=(FEE,)))
        due = [row for row in terms.schedule if row.total_fen]
        paid = [repayment(2 + row.number, row.due_on, row.total_fen) for row in due]
        last = terms.schedule[-1].due_on
        state = fold(terms, [opening(terms), *paid], last)

        assert state.is_settled
        assert state.overpaid_fen == 0
        assert state.received_fen == sum(row.total_fen for row in terms.schedule)

    @given(plans(methods=HONEST), st.integers(1, 400))
    @EXAMPLES
    def test_earns_no_more_to_a_day_than_its_whole_interest(self, plan, days):
        terms = terms_of(plan)
        on = plan.first_disbursed_on + timedelta(days=days)
        assume(on < terms.schedule[-1].due_on)
        state = fold(terms, [opening(terms)], on)

        assert 0 <= state.interest_accrued_fen <= sum(row.interest_fen for row in terms.schedule)
