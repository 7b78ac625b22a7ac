"""Laws that hold for every life of a loan: changed terms, losses, refunds and all."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lending.calc.contracts import (
    Change,
    Policy,
    Transaction,
)
from lending.calc.conventions.strategies import Component
from lending.calc.fold import RANK, fold, forward, payoff_quote, standing
from lending.calc.settlement import quote
from lending.servicing import subledger
from lending.tests.calc_lives import MONEY_IN, Kind, events, happened, lives
from lending.tests.calc_loans import after, any_terms, opening, payoff, repayment, reversal

some = settings(deadline=None, max_examples=120)
CHANGES = (
    Kind.RATE_CHANGE,
    Kind.DUE_DATE_CHANGE,
    Kind.HOLIDAY,
    Kind.EXTENSION,
    Kind.RESTRUCTURE,
)


def state_of(story, log=None):
    return fold(story.terms, story.log if log is None else log, story.through)


def counted(story):
    return [each for each in standing(story.log) if each.value_date <= story.through]


class TestArrival:
    @given(lives(), st.randoms(use_true_random=False))
    @some
    def test_in_any_order_gives_the_same_state(self, story, random):
        shuffled = list(story.log)
        random.shuffle(shuffled)

        assert state_of(story, shuffled) == state_of(story)

    @given(lives(), st.data(), st.sampled_from([Kind.REVERSAL, Kind.CHARGEBACK]))
    @some
    def test_of_anything_and_its_undoing_is_as_if_neither_had_been(self, story, data, kind):
        extra = data.draw(events(story.terms, 77))
        undone = Transaction(kind, 78, extra.value_date + timedelta(days=9), 0, reverses=77)

        assert state_of(story, [undone, *story.log, extra]) == state_of(story)


class TestConservation:
    @given(lives())
    @some
    def test_every_fen_is_allocated_overpaid_recovered_or_given_back(self, story):
        state = state_of(story)
        received = sum(each.amount_fen for each in counted(story) if each.kind in MONEY_IN)
        spent = sum(each.amount_fen for each in state.allocations if not each.is_waiver)

        assert state.received_fen == received
        assert received + state.interest_returned_fen + lent_again(state) == (
            spent + state.overpaid_fen + state.recovered_fen + state.refunded_fen
        )

    @given(lives())
    @some
    def test_the_books_of_a_loan_always_balance(self, story):
        assert sum(subledger.balances_fen(state_of(story)).values()) == 0

    @given(lives())
    @some
    def test_each_component_got_what_the_allocations_say_and_nothing_is_negative(self, story):
        state = state_of(story)
        for line in state.instalments:
            for component in Component:
                balance = line.balance(component)
                got = sum(
                    each.amount_fen
                    for each in state.allocations
                    if (each.instalment, each.component) == (line.number, component)
                )
                assert got == balance.paid_fen + balance.waived_fen
                assert (
                    min(
                        balance.paid_fen,
                        balance.waived_fen,
                        balance.written_off_fen,
                        balance.outstanding_fen,
                    )
                    >= 0
                )
        assert all(each.amount_fen > 0 for each in state.allocations)
        assert min(state.overpaid_fen, state.recovered_fen, state.waiver_unused_fen) >= 0

    @given(lives())
    @some
    def test_principal_is_repaid_owed_or_lost(self, story):
        state = state_of(story)
        repaid = sum(line.principal.paid_fen for line in state.instalments)
        lost = sum(line.principal.written_off_fen for line in state.instalments)

        assert state.disbursed_fen + lent_again(state) == (
            repaid + state.principal_outstanding_fen + lost
        )

    @given(lives())
    @some
    def test_due_days_rise_and_numbers_are_given_once(self, story):
        lines = state_of(story).instalments
        numbers = [line.number for line in lines]

        assert len(set(numbers)) == len(numbers)
        assert numbers == sorted(numbers)


def lent_again(state):
    """What went back to the borrower beyond a credit balance, and is owed again."""
    lent = sum(line.principal.due_fen for line in state.instalments)
    return lent - state.disbursed_fen if state.instalments else 0


class TestWhatIsAskedFor:
    @given(lives())
    @some
    def test_a_payoff_quote_paid_on_its_day_closes_the_loan(self, story):
        quoted = payoff_quote(story.terms, story.log, story.through)
        if quoted.total_fen == 0:
            return
        before = state_of(story)
        closed = state_of(story, [*story.log, payoff(900, story.through, quoted.total_fen)])

        assert closed.outstanding_fen == 0
        assert closed.overpaid_fen == before.overpaid_fen
        assert closed.is_settled
        if quoted.total_fen > 1:
            short = payoff(900, story.through, quoted.total_fen - 1)
            assert not state_of(story, [*story.log, short]).is_settled

    @given(lives(), st.integers(1, 1_000_000), st.sampled_from(Policy))
    @some
    def test_a_quote_never_rises_by_paying(self, story, amount, policy):
        before = state_of(story)
        paid = happened(Kind.PREPAYMENT, 900, story.through, amount, policy=policy)
        later = state_of(story, [*story.log, paid])

        # Money that makes a withdrawal of its day enough spares all that a loan costs beside it.
        least_fen = quote(before).total_fen - amount
        assert later.withdrawn_on != before.withdrawn_on or quote(later).total_fen >= least_fen
        assert quote(later).total_fen <= quote(before).total_fen

    @given(lives(), st.integers(1, 1_000_000), st.sampled_from(Policy))
    @some
    def test_an_early_payment_never_raises_what_the_loan_costs(self, story, amount, policy):
        if state_of(story).written_off_on:
            return
        quiet = counted(story)
        before = fold(story.terms, quiet, story.through)
        paid = happened(Kind.PREPAYMENT, 900, story.through, amount, policy=policy)
        after_it = fold(story.terms, [*quiet, paid], story.through)

        assert interest_of(after_it) <= interest_of(before)

    @given(lives(), st.integers(1, 900_000), st.integers(1, 900_000), st.sampled_from(Policy))
    @some
    def test_a_payment_in_two_parts_on_one_day_is_one(self, story, first, second, policy):
        whole = [happened(Kind.PREPAYMENT, 900, story.through, first + second, policy=policy)]
        parts = [
            happened(Kind.PREPAYMENT, 900, story.through, first, policy=policy),
            happened(Kind.PREPAYMENT, 901, story.through, second, policy=policy),
        ]
        one = state_of(story, [*story.log, *whole])
        two = state_of(story, [*story.log, *parts])

        assert one.outstanding_fen == two.outstanding_fen
        assert quote(one).total_fen == quote(two).total_fen
        assert one.overpaid_fen == two.overpaid_fen

    @given(lives(), st.integers(0, 90))
    @some
    def test_passing_days_at_once_or_one_by_one_is_the_same(self, story, days):
        state = state_of(story)
        walked = state
        for _ in range(days):
            walked = forward(walked, walked.through + timedelta(days=1))

        assert walked == forward(state, story.through + timedelta(days=days))


def interest_of(state):
    return sum(line.interest.due_fen for line in state.instalments)


class TestChangesOfTerms:
    @given(lives(), st.sampled_from(CHANGES), st.data())
    @some
    def test_leave_what_is_owed_today_as_it_was_but_for_what_was_waived(self, story, kind, data):
        quiet = counted(story)
        before = fold(story.terms, quiet, story.through)
        change = data.draw(events(story.terms, 900, [kind]))
        asked = change.change
        if asked.due_on:
            asked = replace(asked, due_on=asked.due_on - change.value_date + story.through)
        change = replace(change, value_date=story.through, change=asked)
        changed = fold(story.terms, [*quiet, change], story.through)
        waived = changed.waived_fen - before.waived_fen

        assert changed.principal_outstanding_fen + moved(before, changed) == (
            before.principal_outstanding_fen
        )
        assert quote(changed).total_fen + waived == quote(before).total_fen
        assert changed.received_fen == before.received_fen

    @given(any_terms(), st.integers(0, 300), st.integers(1, 200_000))
    @some
    def test_a_lower_rate_never_costs_more(self, terms, day, amount):
        on = after(terms, day)
        log = [opening(terms), repayment(2, on, amount)]
        lower = happened(Kind.RATE_CHANGE, 3, on, annual_rate_ppm=terms.annual_rate_ppm // 2)
        far = after(terms, 800)
        periods = len(terms.schedule)

        before = interest_of(fold(terms, log, far))
        assert interest_of(fold(terms, [*log, lower], far)) <= before + periods

    @given(any_terms(), st.integers(0, 200), st.integers(1, 5))
    @some
    def test_an_extension_adds_so_many_instalments(self, terms, day, periods):
        on = after(terms, day)
        change = happened(Kind.EXTENSION, 2, on, periods=periods)
        before = fold(terms, [opening(terms)], on)
        later = fold(terms, [opening(terms), change], on)
        # A few fen make instalments of nothing, which nobody has to move.
        assume(all(row.total_fen for row in terms.schedule))
        is_open = any(line.due_on > on and line.outstanding_fen for line in before.instalments)

        added = len(later.instalments) - len(before.instalments)
        assert added == (periods if is_open else 0)
        days = [line.due_on for line in later.instalments]
        assert days == sorted(set(days))


def moved(before, changed):
    """Interest paid ahead that the change made into principal, to the borrower's gain."""
    return sum(line.principal.paid_fen for line in changed.instalments) - sum(
        line.principal.paid_fen for line in before.instalments
    )


def before_a_loss(story):
    """What counts before the loan is given up on its day: recoveries and refunds follow that."""
    loss = (story.through, RANK[Kind.WRITE_OFF])
    quiet = [each for each in counted(story) if each.kind is not Kind.WRITE_OFF]
    return [each for each in quiet if (each.value_date, RANK[each.kind]) < loss]


class TestLosses:
    @given(lives(), st.integers(1, 3_000_000))
    @some
    def test_cash_and_loss_are_what_was_carried_and_undoing_restores(self, story, amount):
        quiet = before_a_loss(story)
        before = fold(story.terms, quiet, story.through)
        lost = happened(Kind.WRITE_OFF, 900, story.through)
        found = happened(Kind.RECOVERY, 901, story.through, amount)
        state = fold(story.terms, [*quiet, lost, found], story.through)

        owed = quote(before).total_fen
        assert state.written_off_fen == owed
        assert state.outstanding_fen == 0
        if owed:
            assert state.recovered_fen == min(amount, owed)
            assert not state.is_settled
        undone = reversal(902, story.through, of=900)
        assert fold(story.terms, [*quiet, lost, undone], story.through) == before

    @given(lives(), st.integers(1, 300))
    @some
    def test_nothing_accrues_after_one(self, story, days):
        lost = happened(Kind.WRITE_OFF, 900, story.through)
        quiet = [*counted(story), lost]
        then = fold(story.terms, quiet, story.through)
        later = fold(story.terms, quiet, story.through + timedelta(days=days))
        if then.written_off_on is None:
            return

        assert later.penalty_accrued_fen == then.penalty_accrued_fen
        assert later.interest_accrued_fen == then.interest_accrued_fen


class TestAMerchantRefund:
    @given(any_terms(), st.integers(0, 300), st.integers(1, 4_000_000), st.booleans())
    @some
    def test_is_the_reverse_of_the_part_that_was_financed(self, terms, day, amount, back):
        on = after(terms, day)
        change = Change(refunds_interest=back)
        refund = Transaction(Kind.MERCHANT_REFUND, 2, on, amount, None, change)
        before = fold(terms, [opening(terms)], on)
        state = fold(terms, [opening(terms), refund], on)

        assert state.received_fen == amount
        assert 0 <= state.outstanding_fen <= before.outstanding_fen
        if amount <= before.principal_outstanding_fen:
            assert state.overpaid_fen == 0
        assert state.interest_returned_fen + state.waived_fen <= before.interest_accrued_fen
