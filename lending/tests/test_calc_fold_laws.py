"""Laws that hold for every loan and every log, and a second engine that must agree."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.contracts import TransactionKind
from lending.calc.conventions.strategies import Component
from lending.calc.fold import amount_due, fold, forward, payoff_quote, standing
from lending.tests.calc_day_by_day import DayByDay
from lending.tests.calc_loans import (
    after,
    any_terms,
    happenings,
    opening,
    payoff,
    repayment,
    reversal,
    stories,
)

MONEY_IN = (TransactionKind.REPAYMENT, TransactionKind.PAYOFF)


def state_of(story, log=None):
    return fold(story.terms, story.log if log is None else log, story.through)


def money_of(state):
    """The state without the paper trail of which transaction paid what."""
    return replace(state, allocations=())


def counted(story):
    return [each for each in standing(story.log) if each.value_date <= story.through]


class TestArrival:
    @given(stories(), st.randoms(use_true_random=False))
    @settings(deadline=None, max_examples=200)
    def test_in_any_order_gives_the_same_state(self, story, random):
        shuffled = list(story.log)
        random.shuffle(shuffled)

        assert state_of(story, shuffled) == state_of(story)

    @given(stories(), st.data())
    @settings(deadline=None, max_examples=200)
    def test_of_a_transaction_and_its_reversal_is_as_if_neither_had_been(self, story, data):
        extra = data.draw(happenings(story.terms, 77))
        undone = reversal(78, extra.value_date + timedelta(days=9), of=77)

        assert state_of(story, [undone, *story.log, extra]) == state_of(story)

    @given(stories(with_reversals=False), st.integers(0, 500), st.data())
    @settings(deadline=None, max_examples=100)
    def test_in_parts_on_one_day_is_one_payment(self, story, day, data):
        on = after(story.terms, day)
        first, second = data.draw(st.integers(1, 900_000)), data.draw(st.integers(1, 900_000))
        whole = [*story.log, repayment(500, on, first + second)]
        parts = [*story.log, repayment(500, on, first), repayment(501, on, second)]

        assert money_of(state_of(story, parts)) == money_of(state_of(story, whole))


class TestTheSecondEngine:
    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_which_lives_through_every_day_agrees(self, story):
        state = state_of(story)
        naive = DayByDay(story.terms, story.log, story.through)

        assert naive.picture() == (
            [
                tuple(
                    line.balance(each).outstanding_fen
                    for each in (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY)
                )
                for line in state.instalments
            ],
            state.overpaid_fen,
        )
        assert naive.to_close() == payoff_quote(story.terms, story.log, story.through).total_fen


class TestConservation:
    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_every_fen_received_is_allocated_or_overpaid(self, story):
        state = state_of(story)
        received = sum(each.amount_fen for each in counted(story) if each.kind in MONEY_IN)
        spent = sum(each.amount_fen for each in state.allocations if not each.is_waiver)

        assert state.received_fen == received == spent + state.overpaid_fen

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_every_fen_forgiven_is_allocated_or_unused(self, story):
        state = state_of(story)
        given_up = sum(
            each.amount_fen for each in counted(story) if each.kind is TransactionKind.WAIVER
        )

        assert given_up == state.waived_fen + state.waiver_unused_fen

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_the_books_balance(self, story):
        state = state_of(story)
        owed = state.principal_outstanding_fen + (
            state.interest_accrued_fen + state.penalty_accrued_fen - settled_charges(state)
        )
        cash = state.received_fen - state.disbursed_fen
        income = state.interest_accrued_fen + state.penalty_accrued_fen

        assert cash + owed + state.waived_fen == income + state.overpaid_fen

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_what_each_component_got_is_what_the_allocations_say_and_nothing_is_negative(
        self, story
    ):
        state = state_of(story)
        for line in state.instalments:
            for component in Component:
                balance = line.balance(component)
                got = sum(
                    each.amount_fen
                    for each in state.allocations
                    if (each.instalment, each.component) == (line.number, component)
                )
                assert got == balance.settled_fen
                assert min(balance.paid_fen, balance.waived_fen, balance.outstanding_fen) >= 0
        assert all(each.amount_fen > 0 for each in state.allocations)

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_principal_is_repaid_or_owed_and_never_forgiven(self, story):
        state = state_of(story)
        repaid = sum(line.principal.paid_fen for line in state.instalments)

        assert state.disbursed_fen == repaid + state.principal_outstanding_fen
        assert all(line.principal.waived_fen == 0 for line in state.instalments)

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_there_is_a_surplus_only_when_nothing_is_owed_or_nothing_was_lent(self, story):
        early = [
            each
            for each in counted(story)
            if each.kind in MONEY_IN and each.value_date < story.terms.disbursed_on
        ]
        state = state_of(story)

        assert state.overpaid_fen == 0 or state.outstanding_fen == 0 or early


def settled_charges(state):
    return sum(line.interest.settled_fen + line.penalty.settled_fen for line in state.instalments)


class TestTheWaterfall:
    @given(stories(), st.integers(1, 2_000_000))
    @settings(deadline=None, max_examples=200)
    def test_pays_nothing_while_anything_above_it_is_open(self, story, amount):
        paid = [*story.log, repayment(900, story.through, amount)]
        if any(each.kind is TransactionKind.PAYOFF for each in story.log):
            return
        state = state_of(story, paid)
        claims = [(line.number, component) for line in state.instalments for component in Component]
        touched = [
            claims.index((each.instalment, each.component))
            for each in state.allocations
            if each.sequence == 900
        ]

        assert touched == sorted(touched)
        for number, component in claims[: max(touched, default=0)]:
            assert state.instalments[number - 1].balance(component).outstanding_fen == 0

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_never_leaves_penalty_owed_on_an_instalment_whose_principal_is_paid(self, story):
        for line in state_of(story).instalments:
            assert line.principal.outstanding_fen > 0 or line.penalty.outstanding_fen == 0


class TestPassingDays:
    @given(stories(), st.integers(0, 90))
    @settings(deadline=None, max_examples=100)
    def test_all_at_once_or_one_by_one_come_to_the_same(self, story, days):
        state = state_of(story)
        quiet = [each for each in story.log if each.value_date <= story.through]
        walked = state
        for _ in range(days):
            walked = forward(walked, walked.through + timedelta(days=1))

        assert walked == forward(state, story.through + timedelta(days=days))
        if len(quiet) == len(story.log):
            assert walked == fold(story.terms, story.log, walked.through)

    @given(stories())
    @settings(deadline=None, max_examples=150)
    def test_never_lower_income_and_income_is_never_behind_the_money(self, story):
        today, tomorrow = state_of(story), state_of(replace(story, through=next_day(story)))
        interest_paid = sum(line.interest.paid_fen for line in today.instalments)

        assert today.interest_accrued_fen >= interest_paid
        assert tomorrow.interest_accrued_fen >= today.interest_accrued_fen
        assert tomorrow.penalty_accrued_fen >= today.penalty_accrued_fen

    @given(stories())
    @settings(deadline=None, max_examples=150)
    def test_count_from_the_oldest_unpaid_due_date(self, story):
        state = state_of(story)
        late = [
            (story.through - line.due_on).days
            for line in state.instalments
            if line.outstanding_fen > 0 and line.due_on < story.through
        ]

        assert state.dpd(story.through) == max(late, default=0)
        assert state.dpd(next_day(story)) <= state.dpd(story.through) + 1

    @given(stories())
    @settings(deadline=None, max_examples=150)
    def test_within_the_grace_cost_nothing(self, story):
        state = state_of(story)
        for line in state.instalments:
            if (story.through - line.due_on).days <= story.terms.grace_days:
                assert line.penalty.due_fen == 0

    @given(any_terms())
    @settings(deadline=None, max_examples=60)
    def test_unpaid_make_penalty_of_every_day_after_the_due_date(self, terms):
        day = after(terms, 500)
        state = fold(terms, [opening(terms)], day)
        for line in state.instalments:
            fen_days = line.principal.due_fen * (day - line.due_on).days
            assert line.penalty.due_fen == fen_days * terms.penalty_rate_ppm // 365_000_000


def next_day(story):
    return story.through + timedelta(days=1)


class TestTheQuote:
    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_paid_on_its_day_closes_the_loan_to_zero(self, story):
        quote = payoff_quote(story.terms, story.log, story.through)
        if quote.total_fen == 0:
            return
        before = state_of(story)
        closed = state_of(story, [*story.log, payoff(900, story.through, quote.total_fen)])

        assert closed.is_settled
        assert closed.outstanding_fen == 0
        assert closed.overpaid_fen == before.overpaid_fen
        assert closed.settled_on == story.through
        assert quote.saved_fen == before.outstanding_fen - quote.total_fen >= 0

    @given(stories())
    @settings(deadline=None, max_examples=200)
    def test_less_one_fen_leaves_the_loan_open(self, story):
        quote = payoff_quote(story.terms, story.log, story.through)
        if quote.total_fen < 2:
            return

        paid = payoff(900, story.through, quote.total_fen - 1)

        assert not state_of(story, [*story.log, paid]).is_settled

    @given(stories(), st.integers(1, 1_000_000))
    @settings(deadline=None, max_examples=200)
    def test_never_rises_by_paying(self, story, amount):
        before = payoff_quote(story.terms, story.log, story.through)
        paid = repayment(900, story.through, amount)
        later = payoff_quote(story.terms, [*story.log, paid], story.through)

        assert before.total_fen - amount <= later.total_fen <= before.total_fen

    @given(stories())
    @settings(deadline=None, max_examples=150)
    def test_charges_interest_to_the_day_only(self, story):
        state = state_of(story)
        quote = payoff_quote(story.terms, story.log, story.through)

        assert quote.interest_fen == state.interest_accrued_fen - sum(
            line.interest.settled_fen for line in state.instalments
        )

    @given(stories(), st.integers(1, 200))
    @settings(deadline=None, max_examples=100)
    def test_once_paid_ends_all_accrual(self, story, days):
        quote = payoff_quote(story.terms, story.log, story.through)
        quiet = [each for each in story.log if each.value_date <= story.through]
        if quote.total_fen == 0 or len(quiet) < len(story.log):
            return
        log = [*story.log, payoff(900, story.through, quote.total_fen)]

        closed = state_of(story, log)
        later = fold(story.terms, log, story.through + timedelta(days=days))

        assert later == replace(closed, through=later.through)
        assert later.interest_accrued_fen == closed.interest_accrued_fen


class TestTheTotalCost:
    @given(any_terms(), st.integers(1, 40), st.integers(0, 60))
    @settings(deadline=None, max_examples=100)
    def test_never_rises_by_paying_early_nor_falls_by_paying_late(self, terms, early, late):
        def cost(shift):
            state = fold(terms, paid_with_shift(terms, shift), after(terms, 700))
            return state.interest_accrued_fen + state.penalty_accrued_fen

        assert cost(-early) <= cost(0) <= cost(late)

    @given(any_terms())
    @settings(deadline=None, max_examples=100)
    def test_is_that_of_the_schedule_when_all_is_paid_on_its_day(self, terms):
        state = fold(terms, paid_with_shift(terms, 0), after(terms, 700))

        assert state.is_settled
        assert state.penalty_accrued_fen == 0
        assert state.received_fen == sum(row.total_fen for row in terms.schedule)


def paid_with_shift(terms, days):
    """Every instalment paid so many days from its due date, whatever is then due or scheduled."""
    log = [opening(terms)]
    for row in terms.schedule:
        on = max(row.due_on + timedelta(days=days), terms.disbursed_on)
        owed = max(amount_due(fold(terms, log, on), on), row.total_fen)
        if owed:
            log.append(repayment(1 + row.number, on, owed))
    return log
