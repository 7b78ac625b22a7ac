"""What is due, what may be paid, what closes a loan, what the books must show: for any loan."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc import settlement, waterfall
from lending.calc.accrual import DAYS_IN_YEAR, penalty_fen
from lending.calc.conventions.strategies import Component
from lending.calc.fold import amount_due, fold, forward, next_due, payable, payoff_quote
from lending.ledger import chart
from lending.servicing import subledger
from lending.tests.calc_loans import (
    after,
    any_terms,
    opening,
    repayment,
    stories,
    waiver,
)

few = settings(deadline=None, max_examples=100)
DAY = timedelta(days=1)


def state_of(story):
    return fold(story.terms, story.log, story.through)


def with_payment(story, amount_fen):
    """The same story with one more payment on its last day."""
    paid = repayment(900, story.through, amount_fen)
    return fold(story.terms, [*story.log, paid], story.through)


class TestWhatIsDue:
    @given(stories(), st.integers(0, 90))
    @few
    def test_is_never_more_than_may_be_paid_nor_that_more_than_is_owed(self, story, days):
        state = state_of(story)
        on = story.through + timedelta(days=days)

        due_fen, most_fen = amount_due(state, on), payable(state, on)

        assert 0 <= due_fen <= most_fen <= forward(state, on).outstanding_fen

    @given(stories())
    @few
    def test_once_paid_leaves_nothing_due_and_nobody_late(self, story):
        due_fen = amount_due(state_of(story), story.through)
        if due_fen == 0:
            return

        paid = with_payment(story, due_fen)

        assert amount_due(paid, story.through) == 0
        assert paid.dpd(story.through) == 0

    @given(stories())
    @few
    def test_less_a_fen_leaves_somebody_late_from_the_next_day(self, story):
        due_fen = amount_due(state_of(story), story.through)
        if due_fen < 2:
            return

        paid = with_payment(story, due_fen - 1)

        assert amount_due(paid, story.through) == 1
        assert paid.dpd(story.through + DAY) > 0

    @given(stories(), st.integers(0, 120), st.integers(0, 120))
    @few
    def test_never_falls_while_nothing_is_paid(self, story, one, other):
        state, (early, late) = state_of(story), sorted((one, other))

        assert amount_due(state, story.through + timedelta(days=early)) <= amount_due(
            state, story.through + timedelta(days=late)
        )

    @given(stories())
    @few
    def test_can_be_asked_for_without_changing_anything(self, story):
        state = state_of(story)
        before = replace(state)

        for ask in (amount_due, payable, next_due):
            ask(state, story.through + 30 * DAY)

        assert state == before


class TestWhatMayBePaid:
    @given(stories())
    @few
    def test_never_touches_an_instalment_that_has_not_begun(self, story):
        """Interest of later months cannot be paid by mistake, whatever is sent."""
        state = state_of(story)
        most_fen = payable(state, story.through)
        if most_fen == 0:
            return

        paid = with_payment(story, most_fen)

        for before, now in zip(state.instalments, paid.instalments, strict=True):
            if before.scheduled.starts_on > story.through:
                assert now == before
        assert payable(paid, story.through) == 0
        assert paid.overpaid_fen == state.overpaid_fen

    @given(stories())
    @few
    def test_is_owed_next_by_the_first_instalment_ahead_that_is_open(self, story):
        state = state_of(story)

        ahead = next_due(state, story.through)

        still_open = [line for line in state.instalments if line.outstanding_fen > 0]
        expected = [line for line in still_open if line.due_on >= story.through]
        assert ahead == (expected[0] if expected else None)
        if still_open and state.dpd(story.through) == 0:
            assert ahead is not None
            assert ahead.due_on == state.oldest_unpaid_due_on


def ahead_fen(state):
    """Interest that was paid before time had earned it."""
    return sum(line.interest_ahead_fen(state.through) for line in state.instalments)


class TestAQuote:
    @given(stories())
    @few
    def test_and_what_it_saves_are_what_the_schedule_would_cost(self, story):
        state = state_of(story)

        quote = settlement.quote(state)

        assert quote.total_fen + quote.saved_fen == state.outstanding_fen
        assert min(quote.principal_fen, quote.interest_fen, quote.penalty_fen, quote.saved_fen) >= 0
        assert quote.principal_fen == max(state.principal_outstanding_fen - ahead_fen(state), 0)
        assert quote.penalty_fen == state.penalty_outstanding_fen
        assert quote.principal_before_fen == state.principal_outstanding_fen
        assert 0 <= quote.ahead_fen <= ahead_fen(state)

    @given(stories(), st.integers(1, 60))
    @few
    def test_saves_less_the_longer_one_waits(self, story, days):
        state = state_of(story)
        later = forward(state, story.through + timedelta(days=days))

        assert settlement.quote(later).saved_fen <= settlement.quote(state).saved_fen
        assert settlement.quote(later).total_fen >= settlement.quote(state).total_fen

    @given(any_terms())
    @few
    def test_on_the_last_due_date_is_the_last_instalment_and_saves_nothing(self, terms):
        *before, last = terms.schedule
        paid = [
            repayment(row.number + 1, row.due_on, row.total_fen) for row in before if row.total_fen
        ]

        quote = payoff_quote(terms, [opening(terms), *paid], last.due_on)

        assert (quote.total_fen, quote.saved_fen) == (last.total_fen, 0)

    @given(stories())
    @few
    def test_asked_twice_is_the_same(self, story):
        closing = settlement.without_later_interest(state_of(story))

        assert settlement.without_later_interest(closing) == closing


class TestForgiving:
    @given(stories(), st.integers(1, 3_000_000))
    @few
    def test_takes_no_principal_and_no_interest_of_days_to_come(self, story, amount_fen):
        lines = state_of(story).instalments

        settled = waterfall.waive(lines, waiver(900, story.through, amount_fen))

        for before, now in zip(lines, settled.instalments, strict=True):
            assert now.principal == before.principal
            if before.due_on > story.through:
                assert now == before
        assert settled.left_fen + sum(each.amount_fen for each in settled.allocations) == amount_fen

    @given(stories(), st.integers(1, 3_000_000))
    @few
    def test_forgives_interest_only_where_no_penalty_is_left(self, story, amount_fen):
        settled = waterfall.waive(
            state_of(story).instalments, waiver(900, story.through, amount_fen)
        )

        if any(each.component is Component.INTEREST for each in settled.allocations):
            assert all(
                line.penalty.outstanding_fen == 0
                for line in settled.instalments
                if line.due_on <= story.through
            )

    @given(stories(), st.integers(1, 3_000_000))
    @few
    def test_is_kept_apart_from_money(self, story, amount_fen):
        state = state_of(story)
        forgiven = fold(
            story.terms, [*story.log, waiver(900, story.through, amount_fen)], story.through
        )

        assert forgiven.received_fen == state.received_fen
        used_fen = amount_fen - (forgiven.waiver_unused_fen - state.waiver_unused_fen)
        assert 0 <= used_fen <= amount_fen


class TestPenalty:
    @given(st.integers(0, 10**12), st.integers(0, 1_000_000))
    def test_is_the_exact_fraction_rounded_down(self, fen_days, rate_ppm):
        exact = Fraction(fen_days) * Fraction(rate_ppm, 1_000_000) / DAYS_IN_YEAR

        assert 0 <= exact - penalty_fen(fen_days, rate_ppm) < 1

    @given(st.integers(1, 10**9), st.integers(0, 300_000))
    def test_of_a_whole_year_is_the_yearly_rate_that_was_disclosed(self, principal_fen, rate_ppm):
        assert penalty_fen(principal_fen * DAYS_IN_YEAR, rate_ppm) == (
            principal_fen * rate_ppm // 1_000_000
        )

    @given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 300_000))
    def test_counted_in_parts_loses_a_fen_at_most(self, one, other, rate_ppm):
        """Which is why the days are summed first and made into fen once."""
        parts_fen = penalty_fen(one, rate_ppm) + penalty_fen(other, rate_ppm)

        assert 0 <= penalty_fen(one + other, rate_ppm) - parts_fen <= 1


class TestTheBooksOfALoan:
    @given(stories(), st.integers(1, 3_000_000))
    @few
    def test_show_what_was_forgiven_as_neither_owed_nor_earned(self, story, amount_fen):
        log = [*story.log, waiver(900, story.through, amount_fen)]
        before, after_it = state_of(story), fold(story.terms, log, story.through)

        lines = subledger.difference(
            wanted=subledger.balances_fen(after_it),
            present=subledger.balances_fen(before),
            loan_id=1,
        )

        assert chart.BANK not in {line.account_code for line in lines}
        assert sum(line.amount_fen for line in lines) == 0

    @given(stories())
    @few
    def test_need_no_line_once_they_show_the_state(self, story):
        wanted = subledger.balances_fen(state_of(story))

        assert subledger.difference(wanted=wanted, present=wanted, loan_id=1) == ()

    @given(stories(), stories())
    @few
    def test_are_led_from_any_state_to_any_other_by_lines_that_balance(self, one, other):
        present = subledger.balances_fen(state_of(one))
        wanted = subledger.balances_fen(state_of(other))

        lines = subledger.difference(wanted=wanted, present=present, loan_id=7)

        assert sum(line.amount_fen for line in lines) == 0
        assert all(line.amount_fen and line.loan_id == 7 for line in lines)
        for line in lines:
            present[line.account_code] += line.amount_fen
        assert present == wanted

    @given(stories(), st.lists(st.integers(0, 400), min_size=1, max_size=6))
    @few
    def test_come_to_the_same_whatever_days_they_were_closed_on(self, story, days):
        """Every day closed, or a few, or only the last: the sums of the postings are the same."""
        last = after(story.terms, max(days))
        balances: dict[str, int] = {}
        for day in sorted(days):
            state = fold(story.terms, story.log, after(story.terms, day))
            for line in subledger.difference(
                wanted=subledger.balances_fen(state), present=balances, loan_id=1
            ):
                balances[line.account_code] = balances.get(line.account_code, 0) + line.amount_fen

        at_once = subledger.balances_fen(fold(story.terms, story.log, last))
        assert {code: fen for code, fen in balances.items() if fen} == {
            code: fen for code, fen in at_once.items() if fen
        }
