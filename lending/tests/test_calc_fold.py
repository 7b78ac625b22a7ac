"""The life of a loan, told by its log: Lin pays on time, Wei pays late."""

from dataclasses import replace
from datetime import date

import pytest

from lending.calc.contracts import Allocation
from lending.calc.conventions.strategies import Component
from lending.calc.fold import UnsoundLog, amount_due, fold, next_due, payoff_quote
from lending.tests.calc_loans import (
    DISBURSED_ON,
    opening,
    payoff,
    repayment,
    reversal,
    terms_of,
    waiver,
)

TERMS = terms_of()
FIRST, SECOND = TERMS.schedule[0], TERMS.schedule[1]
OPEN = [opening(TERMS)]


def through(day, *log):
    return fold(TERMS, [*OPEN, *log], day)


class TestBeforeAnythingIsPaid:
    def test_nothing_is_owed_until_the_money_is_out(self):
        state = fold(TERMS, [], date(2027, 1, 1))

        assert state.outstanding_fen == 0
        assert not state.is_settled
        assert state.settled_on is None
        assert state.dpd(date(2027, 1, 1)) == 0

    def test_the_whole_schedule_is_owed_once_it_is(self):
        state = through(DISBURSED_ON)

        assert state.principal_outstanding_fen == 1_200_000
        assert state.interest_outstanding_fen == sum(row.interest_fen for row in TERMS.schedule)
        assert state.interest_accrued_fen == 0
        assert state.disbursed_fen == 1_200_000

    def test_transactions_of_later_days_wait(self):
        paid = repayment(2, FIRST.due_on, FIRST.total_fen)

        assert through(date(2026, 2, 27), paid) == through(date(2026, 2, 27))

    def test_interest_is_earned_by_the_day(self):
        assert through(date(2026, 2, 14)).interest_accrued_fen == FIRST.interest_fen // 2
        assert through(FIRST.due_on).interest_accrued_fen == FIRST.interest_fen

    def test_money_that_came_before_the_payout_is_held(self):
        early = repayment(2, date(2026, 1, 30), 500)

        assert through(DISBURSED_ON, early).overpaid_fen == 500
        assert through(DISBURSED_ON, early).principal_outstanding_fen == 1_200_000


class TestPayingOnTime:
    def test_settles_the_instalment_on_its_day(self):
        state = through(FIRST.due_on, repayment(2, FIRST.due_on, FIRST.total_fen))

        assert state.instalments[0].settled_on == FIRST.due_on
        assert state.instalments[1].settled_on is None
        assert state.principal_outstanding_fen == 1_200_000 - FIRST.principal_fen
        assert state.oldest_unpaid_due_on == SECOND.due_on

    def test_goes_to_interest_and_then_principal(self):
        state = through(FIRST.due_on, repayment(2, FIRST.due_on, FIRST.total_fen))

        assert state.allocations == (
            Allocation(2, 1, Component.INTEREST, FIRST.interest_fen),
            Allocation(2, 1, Component.PRINCIPAL, FIRST.principal_fen),
        )

    def test_to_the_end_settles_the_loan(self):
        log = [repayment(1 + row.number, row.due_on, row.total_fen) for row in TERMS.schedule]

        state = through(date(2027, 6, 1), *log)

        assert state.is_settled
        assert state.settled_on == TERMS.schedule[-1].due_on
        assert state.penalty_accrued_fen == 0
        assert state.overpaid_fen == 0
        assert state.dpd(date(2027, 6, 1)) == 0
        assert state.oldest_unpaid_due_on is None

    def test_too_much_at_the_end_is_overpaid(self):
        log = [repayment(1 + row.number, row.due_on, row.total_fen) for row in TERMS.schedule]

        assert (
            through(date(2027, 6, 1), *log, repayment(99, date(2027, 5, 1), 77)).overpaid_fen == 77
        )


class TestPayingEarly:
    def test_runs_on_into_the_next_instalment_with_its_full_interest(self):
        day = date(2026, 2, 10)
        state = through(day, repayment(2, day, FIRST.total_fen + SECOND.interest_fen))

        assert state.instalments[0].settled_on == day
        assert state.instalments[1].interest.outstanding_fen == 0
        assert state.instalments[1].principal.paid_fen == 0

    def test_makes_income_no_less_than_the_money_received(self):
        day = date(2026, 2, 1)

        assert through(day, repayment(2, day, FIRST.total_fen)).interest_accrued_fen == (
            FIRST.interest_fen
        )

    def test_of_part_of_an_instalment_leaves_the_rest_due(self):
        state = through(FIRST.due_on, repayment(2, date(2026, 2, 10), 1_000))

        assert amount_due(state, FIRST.due_on) == FIRST.total_fen - 1_000


class TestPayingLate:
    def test_within_the_grace_costs_nothing_but_counts_days(self):
        state = through(date(2026, 3, 3))

        assert state.dpd(date(2026, 3, 3)) == 3
        assert state.penalty_accrued_fen == 0
        assert amount_due(state, date(2026, 3, 3)) == FIRST.total_fen

    def test_beyond_the_grace_costs_from_the_day_after_the_due_date(self):
        state = through(date(2026, 3, 4))

        expected = FIRST.principal_fen * 4 * 200_000 // 365_000_000
        assert state.penalty_accrued_fen == expected > 0
        assert amount_due(state, date(2026, 3, 4)) == FIRST.total_fen + expected

    def test_bears_no_penalty_on_what_was_paid_within_the_grace(self):
        half = FIRST.principal_fen // 2
        day = date(2026, 3, 2)
        state = through(date(2026, 3, 4), repayment(2, day, FIRST.interest_fen + half))

        left = FIRST.principal_fen - half
        assert state.penalty_accrued_fen == left * 4 * 200_000 // 365_000_000

    def test_pays_penalty_first_and_stops_it(self):
        day = date(2026, 3, 10)
        owed = amount_due(through(day), day)
        state = through(date(2026, 3, 28), repayment(2, day, owed))

        assert state.allocations[0].component is Component.PENALTY
        assert state.instalments[0].settled_on == day
        assert state.penalty_accrued_fen == state.allocations[0].amount_fen
        assert state.penalty_outstanding_fen == 0

    def test_of_two_instalments_pays_the_older_one_first(self):
        day = date(2026, 4, 15)
        state = through(day, repayment(2, day, FIRST.total_fen))

        assert {each.instalment for each in state.allocations} == {1}
        assert state.oldest_unpaid_due_on == FIRST.due_on

    def test_bears_no_penalty_on_interest_or_penalty(self):
        terms = terms_of(principal_fen=100_000, months=1, annual_rate_ppm=240_000, grace_days=0)

        late = fold(terms, [opening(terms)], date(2027, 2, 28))

        assert late.penalty_accrued_fen == 100_000 * 365 * 200_000 // 365_000_000 == 20_000


class TestAmountsToShow:
    def test_the_amount_due_can_be_asked_for_a_later_day(self):
        early, late = through(date(2026, 2, 1)), through(date(2026, 3, 20))

        assert amount_due(early, date(2026, 2, 1)) == 0
        assert amount_due(early, FIRST.due_on) == FIRST.total_fen
        assert amount_due(early, date(2026, 3, 20)) == amount_due(late, date(2026, 3, 20))

    def test_the_next_due_instalment_is_not_an_overdue_one(self):
        state = through(date(2026, 3, 20))

        assert next_due(state, date(2026, 3, 20)) == state.instalments[1]
        assert next_due(state, FIRST.due_on) == state.instalments[0]

    def test_nothing_is_next_when_all_is_paid(self):
        day = date(2026, 2, 1)

        assert next_due(through(day, repayment(2, day, 2_000_000)), day) is None


class TestWaiving:
    DAY = date(2026, 3, 20)

    def test_forgives_penalty_before_interest(self):
        penalty = through(self.DAY).penalty_accrued_fen
        state = through(self.DAY, waiver(2, self.DAY, penalty + 100))

        assert state.penalty_outstanding_fen == 0
        assert state.instalments[0].interest.waived_fen == 100
        assert all(each.is_waiver for each in state.allocations)
        assert state.received_fen == 0

    def test_never_forgives_principal_or_interest_that_is_not_due(self):
        state = through(self.DAY, waiver(2, self.DAY, 10_000_000))

        assert state.principal_outstanding_fen == 1_200_000
        assert state.instalments[0].interest.outstanding_fen == 0
        assert state.instalments[1].interest.waived_fen == 0
        assert state.waiver_unused_fen == 10_000_000 - sum(
            each.amount_fen for each in state.allocations
        )

    def test_is_no_money_to_give_back(self):
        assert through(self.DAY, waiver(2, self.DAY, 10_000_000)).overpaid_fen == 0

    def test_comes_before_payments_of_the_same_day(self):
        owed = amount_due(through(self.DAY), self.DAY)
        penalty = through(self.DAY).penalty_accrued_fen
        state = through(
            self.DAY, repayment(2, self.DAY, owed - penalty), waiver(3, self.DAY, penalty)
        )

        assert state.instalments[0].settled_on == self.DAY


class TestReversing:
    def test_a_payment_reopens_a_settled_loan(self):
        day = date(2026, 2, 1)
        log = [repayment(2, day, 2_000_000), reversal(3, date(2026, 2, 5), of=2)]

        assert through(date(2026, 2, 6), *log) == through(date(2026, 2, 6))

    def test_the_payout_leaves_no_debt_and_holds_what_was_paid(self):
        log = [repayment(2, FIRST.due_on, 100), reversal(3, date(2026, 3, 5), of=1)]
        state = through(date(2026, 4, 1), *log)

        assert state.outstanding_fen == 0
        assert state.disbursed_fen == 0
        assert state.overpaid_fen == 100


class TestPayingOff:
    DAY = date(2026, 2, 20)

    def quote(self, *log):
        return payoff_quote(TERMS, [*OPEN, *log], self.DAY)

    def test_costs_interest_to_the_day_and_saves_the_rest(self):
        quote = self.quote()

        assert quote.principal_fen == 1_200_000
        assert quote.interest_fen == FIRST.interest_fen * 20 // 28
        assert quote.penalty_fen == 0
        assert quote.saved_fen == (
            sum(row.interest_fen for row in TERMS.schedule) - quote.interest_fen
        )

    def test_on_the_day_of_the_payout_costs_the_principal_alone(self):
        assert payoff_quote(TERMS, OPEN, DISBURSED_ON).total_fen == 1_200_000

    def test_counts_interest_paid_ahead_towards_the_principal(self):
        ahead = repayment(2, date(2026, 2, 1), FIRST.total_fen + SECOND.interest_fen)
        found = self.quote(ahead)

        assert found.interest_fen == 0
        assert found.total_fen == self.quote().total_fen - ahead.amount_fen

    def test_with_too_much_holds_the_rest(self):
        paid = payoff(2, self.DAY, self.quote().total_fen + 5)

        assert through(self.DAY, paid).is_settled
        assert through(self.DAY, paid).overpaid_fen == 5

    def test_of_an_overdue_loan_includes_its_penalty(self):
        day = date(2026, 4, 10)
        quote = payoff_quote(TERMS, OPEN, day)

        assert quote.penalty_fen == through(day).penalty_accrued_fen > 0
        assert through(day, payoff(2, day, quote.total_fen)).is_settled

    def test_that_a_later_reversal_leaves_short_is_an_ordinary_repayment(self):
        part = repayment(2, date(2026, 2, 14), 50_000)
        rest = self.quote(part).total_fen
        log = [part, payoff(3, self.DAY, rest)]

        bounced = through(self.DAY, *log, reversal(4, date(2026, 3, 1), of=2))

        assert through(self.DAY, *log).is_settled
        assert not bounced.is_settled
        assert bounced == through(self.DAY, repayment(3, self.DAY, rest))

    def test_is_still_settled_when_an_older_payment_turns_up(self):
        log = [payoff(2, self.DAY, self.quote().total_fen), repayment(3, date(2026, 2, 2), 100)]

        assert through(self.DAY, *log).is_settled
        assert through(self.DAY, *log).overpaid_fen == 100


class TestAnUnsoundLog:
    DAY = date(2026, 2, 1)

    @pytest.mark.parametrize(
        "log",
        [
            [repayment(1, DAY, 5)],
            [repayment(2, DAY, 5), repayment(2, DAY, 6)],
            [reversal(2, DAY, of=7)],
            [repayment(2, DAY, 5), reversal(3, DAY, of=2), reversal(4, DAY, of=2)],
            [repayment(2, DAY, 5), reversal(3, DAY, of=2), reversal(4, DAY, of=3)],
            [replace(opening(TERMS), sequence=9)],
        ],
        ids=[
            "sequence used twice",
            "sequence used twice by payments",
            "reversal of nothing",
            "reversed twice",
            "reversal of a reversal",
            "two disbursements",
        ],
    )
    def test_is_refused(self, log):
        with pytest.raises(UnsoundLog):
            through(date(2026, 6, 1), *log)

    @pytest.mark.parametrize(
        "other", [terms_of(principal_fen=1), terms_of(disbursed_on=date(2026, 2, 1))]
    )
    def test_is_refused_when_the_payout_is_not_the_one_of_the_terms(self, other):
        with pytest.raises(UnsoundLog):
            fold(TERMS, [opening(other)], date(2026, 6, 1))
