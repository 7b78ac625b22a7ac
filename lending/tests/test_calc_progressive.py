"""Tranches and early money: what comes early costs less, and what closes a loan closes it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.conventions.due_dates import spans
from lending.calc.methods.counting import begun
from lending.calc.methods.progressive import Payment, paid_out, received
from lending.calc.methods.settling import payable, payoff, spread
from lending.calc.plans import DayCount, Grace, ImpossibleTerms, Method, Tranche
from lending.calc.schedule import build
from lending.tests.calc_plans import JANUARY, changed, rows_of, simple_plans

EXAMPLES = settings(deadline=None, max_examples=40)
STEADY = (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_ONLY)
days_later = st.integers(0, 300)


def progress_of(plan):
    return begun(plan, spans(plan))


def after(days):
    return JANUARY + timedelta(days=days)


def rows_after(progress):
    return [(line.principal_fen, line.interest_fen) for line in progress.lines()]


def interest_fen(progress):
    return sum(line.interest_fen for line in progress.lines())


class TestWithOnePayout:
    @given(simple_plans(methods=STEADY))
    @EXAMPLES
    def test_the_rows_are_those_of_the_plain_schedule(self, plan):
        assert rows_after(progress_of(plan)) == rows_of(build(plan))

    def test_a_nominal_level_is_that_of_the_plain_schedule(self):
        plan = changed(day_count=DayCount.ACT_365, is_level_nominal=True)

        assert rows_after(progress_of(plan)) == rows_of(build(plan))

    def test_grace_and_tuning_are_those_of_the_plain_schedule(self):
        plan = changed(grace=Grace(principal_periods=2, interest_free_periods=1))

        assert rows_after(progress_of(plan)) == rows_of(build(plan))

    @pytest.mark.parametrize("method", [Method.FLAT, Method.BALLOON])
    def test_a_method_that_cannot_grow_is_refused(self, method):
        with pytest.raises(ImpossibleTerms):
            progress_of(changed(method=method))


class TestTranches:
    @given(days_later, st.integers(1, 2_000_000), st.sampled_from(STEADY))
    @EXAMPLES
    def test_are_given_back_to_the_fen(self, days, amount_fen, method):
        plan = changed(method=method)
        tranche = Tranche(disbursed_on=after(days), amount_fen=amount_fen)
        schedule = build(replace(plan, tranches=(tranche,)))

        assert sum(row.principal_fen for row in schedule) == plan.principal_fen + amount_fen
        assert all(row.principal_fen >= 0 and row.interest_fen >= 0 for row in schedule)

    @given(days_later, st.integers(1, 2_000_000))
    @EXAMPLES
    def test_leave_the_instalments_before_them_alone(self, days, amount_fen):
        tranche = Tranche(disbursed_on=after(days), amount_fen=amount_fen)
        before, grown = build(changed()), build(changed(tranches=(tranche,)))

        for old, new in zip(before, grown, strict=True):
            if old.due_on <= tranche.disbursed_on:
                assert old == new

    def test_on_a_due_date_belong_to_the_next_period(self):
        due_on = build(changed())[2].due_on
        schedule = build(changed(tranches=(Tranche(disbursed_on=due_on, amount_fen=500_000),)))

        assert schedule[2] == build(changed())[2]
        assert schedule[3].total_fen > schedule[2].total_fen

    def test_of_the_first_day_are_as_good_as_one_payout(self):
        halves = changed(
            principal_fen=500_000, tranches=(Tranche(disbursed_on=JANUARY, amount_fen=500_000),)
        )

        assert rows_of(build(halves)) == rows_of(build(changed()))

    def test_keep_a_bullet_quiet_until_the_end(self):
        tranche = Tranche(disbursed_on=after(40), amount_fen=500_000)
        *before, last = build(changed(method=Method.BULLET, tranches=(tranche,)))

        assert all(row.total_fen == 0 for row in before)
        assert last.principal_fen == 1_500_000

    @pytest.mark.parametrize("days", [-1, 365, 4_000])
    def test_outside_the_term_are_refused(self, days):
        with pytest.raises(ImpossibleTerms):
            build(changed(tranches=(Tranche(disbursed_on=after(days), amount_fen=1),)))

    @pytest.mark.parametrize("tune", [False, True])
    @pytest.mark.parametrize("paid_back", [1, 3, 6])
    def test_after_instalments_were_paid_ahead_leave_the_rest_level(self, tune, paid_back):
        progress = progress_of(changed(periods=6, tune_last_instalment=tune))
        for number in range(paid_back, 0, -1):
            fen = progress.lines()[number - 1].total_fen
            progress = received(progress, Payment(on=JANUARY, instalment=number, principal_fen=fen))
        again = Tranche(disbursed_on=progress.spans[1].starts_on, amount_fen=1_000_000)
        first, *rest = paid_out(progress, again).lines()

        assert first.principal_fen > 0
        totals = [line.total_fen for line in rest]
        assert max(totals) - min(totals) <= len(totals)

    def test_of_nothing_are_refused(self):
        with pytest.raises(ImpossibleTerms):
            paid_out(progress_of(changed()), Tranche(disbursed_on=after(9), amount_fen=0))


class TestLinesThatAreKnown:
    """Each tranche takes over the lines before it; counted from nothing they are the same."""

    @given(
        st.lists(st.tuples(days_later, st.integers(1, 2_000_000)), max_size=6),
        st.sampled_from(STEADY),
        st.booleans(),
        st.integers(0, 3),
    )
    @EXAMPLES
    def test_after_tranches_in_any_order_are_those_of_a_fresh_count(
        self, listed, method, tune, grace
    ):
        plan = changed(
            method=method,
            day_count=DayCount.ACT_365,
            tune_last_instalment=tune,
            grace=Grace(principal_periods=grace),
        )
        progress = progress_of(plan)
        for days, amount_fen in listed:
            progress = paid_out(progress, Tranche(disbursed_on=after(days), amount_fen=amount_fen))

            assert progress.lines() == replace(progress).lines()
            assert [progress.line(each) for each in range(12)] == list(progress.lines())

    @given(st.lists(st.tuples(days_later, st.booleans()), min_size=2, max_size=6))
    @EXAMPLES
    def test_after_payments_between_tranches_are_those_of_a_fresh_count(self, listed):
        progress = progress_of(changed())
        for days, is_payment in listed:
            if is_payment:
                progress = spread(progress, on=after(days), amount_fen=80_000)
            else:
                tranche = Tranche(disbursed_on=after(days), amount_fen=90_000)
                progress = paid_out(progress, tranche)

            assert progress.lines() == replace(progress).lines()

    def test_of_one_period_are_counted_no_further_than_it(self):
        progress = replace(progress_of(changed()))

        assert progress.line(3).span == progress.spans[3]
        assert len(progress.known) == 4

    def test_of_six_hundred_tranches_on_due_dates_close_the_loan(self):
        plan = changed(periods=600, principal_fen=10_000)
        days = [span.starts_on for span in spans(plan)][1:]
        found = build(
            replace(
                plan, tranches=tuple(Tranche(disbursed_on=on, amount_fen=10_000) for on in days)
            )
        )

        assert sum(row.principal_fen for row in found) == 600 * 10_000
        assert [row.total_fen for row in found] == sorted(row.total_fen for row in found)


class TestEarlyMoney:
    @given(days_later, st.integers(1, 900_000))
    @EXAMPLES
    def test_never_raises_the_interest(self, days, amount_fen):
        progress = progress_of(changed(day_count=DayCount.ACT_365))
        paid = spread(progress, on=after(days), amount_fen=amount_fen)

        # A part with another balance is rounded for itself.
        assert interest_fen(paid) <= interest_fen(progress) + 2

    @given(days_later, st.integers(1, 900_000))
    @EXAMPLES
    def test_is_all_principal_and_interest_of_some_instalment(self, days, amount_fen):
        paid = spread(progress_of(changed()), on=after(days), amount_fen=amount_fen)

        assert amount_fen == sum(each.principal_fen + each.interest_fen for each in paid.payments)

    @given(days_later)
    @EXAMPLES
    def test_of_a_pay_off_closes_the_loan_to_zero(self, days):
        progress = progress_of(changed(day_count=DayCount.THIRTY_360))
        quoted = payoff(progress, after(days))
        paid = spread(
            progress, on=after(days), amount_fen=quoted.principal_fen + quoted.interest_fen
        )

        assert sum(each.principal_fen for each in paid.payments) == 1_000_000
        assert payoff(paid, after(days)).principal_fen == 0
        assert payoff(paid, after(days)).interest_fen == 0

    @given(days_later, st.sampled_from(STEADY))
    @EXAMPLES
    def test_of_a_fen_less_leaves_it_open(self, days, method):
        progress = progress_of(changed(method=method))
        quoted = payoff(progress, after(days))
        amount_fen = quoted.principal_fen + quoted.interest_fen - 1
        paid = spread(progress, on=after(days), amount_fen=amount_fen)

        left = payoff(paid, after(days))
        assert left.principal_fen + left.interest_fen == 1

    @given(days_later, st.integers(2, 800_000), st.data())
    @EXAMPLES
    def test_in_two_parts_on_a_day_is_as_good_as_at_once(self, days, amount_fen, data):
        first_fen = data.draw(st.integers(1, amount_fen - 1))
        progress, on = progress_of(changed()), after(days)
        at_once = spread(progress, on=on, amount_fen=amount_fen)
        in_parts = spread(progress, on=on, amount_fen=first_fen)
        in_parts = spread(in_parts, on=on, amount_fen=amount_fen - first_fen)

        assert payoff(in_parts, on) == payoff(at_once, on)

    def test_costs_nothing_more_the_day_it_is_asked_and_more_each_day_after(self):
        progress = progress_of(changed(day_count=DayCount.ACT_365))
        asked = [payable(progress, 1, after(days)).interest_fen for days in range(32)]

        assert asked[0] == 0
        assert asked == sorted(asked)
        assert asked[31] == progress.lines()[0].interest_fen

    @pytest.mark.parametrize(
        "payment",
        [
            Payment(on=after(20), instalment=0, principal_fen=1),
            Payment(on=after(20), instalment=13, principal_fen=1),
            Payment(on=date(2026, 1, 14), instalment=1, principal_fen=1),
        ],
    )
    def test_of_no_instalment_or_before_the_payout_is_refused(self, payment):
        with pytest.raises(ImpossibleTerms):
            received(progress_of(changed()), payment)

    def test_of_more_than_is_owed_is_refused(self):
        with pytest.raises(ImpossibleTerms):
            spread(progress_of(changed()), on=after(10), amount_fen=3_000_000)

    @given(st.integers(0, 30), st.sampled_from(DayCount))
    @EXAMPLES
    def test_of_one_instalment_leaves_nothing_of_it_to_pay(self, days, day_count):
        progress = progress_of(changed(day_count=day_count))
        owed = payable(progress, 1, after(days))
        payment = Payment(
            on=after(days),
            instalment=1,
            principal_fen=owed.principal_fen,
            interest_fen=owed.interest_fen,
        )
        paid = received(progress, payment)

        assert payable(paid, 1, after(days)).principal_fen == owed.principal_fen
        assert payable(paid, 1, after(31)).interest_fen == owed.interest_fen
        assert paid.lines()[1].interest_fen <= progress.lines()[1].interest_fen + 12_000
