"""A loan's account over some days: whatever happened to it, opening and movements make closing."""

from datetime import date, timedelta
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.contracts import TransactionKind
from lending.calc.fold import fold, standing
from lending.ledger import chart
from lending.papers.statements.account import account
from lending.papers.statements.contracts import Movements, Owed, Parts
from lending.servicing import subledger
from lending.tests.calc_lives import MONEY_IN, Kind, happened, lives
from lending.tests.calc_loans import (
    opening,
    payoff,
    repayment,
    reversal,
    stories,
    terms_of,
    waiver,
)

some = settings(deadline=None, max_examples=150)
OF_THE_BORROWER = (
    chart.LOAN_PRINCIPAL,
    chart.INTEREST_RECEIVABLE,
    chart.PENALTY_RECEIVABLE,
    chart.FEE_RECEIVABLE,
    chart.UNALLOCATED,
    chart.LOAN_LOSS,
)
LEVEL_FEN = 107_971
BACK_OUT = (Kind.CREDIT_BALANCE_REFUND,)


@st.composite
def periods(draw, story):
    """Two days around the life of a loan."""
    length = (story.through - story.terms.disbursed_on).days
    first = draw(st.integers(-10, max(length, 0)))
    last = draw(st.integers(first, max(length, 0) + 40))
    begins = story.terms.disbursed_on
    return begins + timedelta(days=first), begins + timedelta(days=last)


def of(story, since, until):
    return account(story.terms, story.log, since=since, until=until)


def within(story, since, until):
    return [each for each in standing(story.log) if since <= each.value_date <= until]


class TestTheLaw:
    @given(st.one_of(lives(), stories()), st.data())
    @some
    def test_opening_and_what_moved_make_closing(self, story, data):
        since, until = data.draw(periods(story))
        told = of(story, since, until)

        assert told.opening.total_fen + told.movements.balance_fen == told.closing.total_fen

    @given(lives(), st.data())
    @some
    def test_the_figures_are_the_amounts_of_the_log_and_nothing_else(self, story, data):
        since, until = data.draw(periods(story))
        moved = of(story, since, until).movements
        amounts = dict.fromkeys(TransactionKind, 0)
        for each in within(story, since, until):
            amounts[each.kind] += each.amount_fen
        money_in = sum(amounts[kind] for kind in MONEY_IN if kind is not Kind.MERCHANT_REFUND)

        assert moved.paid_out_fen == amounts[Kind.DISBURSEMENT]
        assert moved.paid_fen == money_in
        assert moved.merchant_fen == amounts[Kind.MERCHANT_REFUND]
        assert moved.paid_back_fen == sum(amounts[kind] for kind in BACK_OUT)

    @given(lives(), st.data())
    @some
    def test_both_balances_are_what_the_books_say(self, story, data):
        since, until = data.draw(periods(story))
        told = of(story, since, until)

        assert told.closing.total_fen == in_the_books(story, until)
        assert told.opening.total_fen == in_the_books(story, since - timedelta(days=1))

    @given(lives(), st.data())
    @some
    def test_two_periods_in_a_row_are_one(self, story, data):
        since, until = data.draw(periods(story))
        between = since + timedelta(days=data.draw(st.integers(0, (until - since).days)))
        first = of(story, since, between)
        whole = of(story, since, until)
        if between == until:
            assert first == whole
            return
        second = of(story, between + timedelta(days=1), until)

        assert first.closing == second.opening
        assert first.entries + second.entries == whole.entries
        assert second.so_far == whole.so_far
        assert first.movements.balance_fen + second.movements.balance_fen == (
            whole.movements.balance_fen
        )

    @given(lives(), st.data())
    @some
    def test_every_fen_of_a_payment_is_told_and_the_rows_make_the_sums(self, story, data):
        since, until = data.draw(periods(story))
        told = of(story, since, until)
        parts_fen = 0
        for each in told.entries:
            if each.kind in MONEY_IN and each.kind is not Kind.MERCHANT_REFUND and each.counts:
                assert each.parts.total_fen == each.amount_fen
            if each.kind is Kind.WAIVER and each.counts:
                assert 0 <= each.waived_fen <= each.amount_fen
            if not each.counts:
                assert (each.parts, each.waived_fen) == (Parts(), 0)
            parts_fen += each.waived_fen
        assert parts_fen == told.movements.waived_fen

    @given(lives(), st.data())
    @some
    def test_each_row_ends_where_the_day_of_the_loan_stands(self, story, data):
        since, until = data.draw(periods(story))
        counted = [each for each in of(story, since, until).entries if each.counts]
        for each, after in zip_longest(counted, counted[1:]):
            if after is None or after.on != each.on:
                assert each.balance_fen == in_the_books(story, each.on)

    @given(lives(), st.randoms(use_true_random=False), st.data())
    @some
    def test_the_order_of_arrival_changes_nothing(self, story, random, data):
        since, until = data.draw(periods(story))
        shuffled = list(story.log)
        random.shuffle(shuffled)
        told = account(story.terms, shuffled, since=since, until=until)
        before = of(story, since, until)

        assert (told.opening, told.closing, told.movements, told.dues) == (
            before.opening,
            before.closing,
            before.movements,
            before.dues,
        )
        assert [each for each in told.entries if each.counts] == [
            each for each in before.entries if each.counts
        ]

    @given(lives(), st.data())
    @some
    def test_what_was_due_is_paid_waived_lost_or_open(self, story, data):
        since, until = data.draw(periods(story))
        for each in of(story, since, until).dues:
            assert since <= each.due_on <= until
            assert each.open_fen >= 0
            if not each.written_off_fen:
                assert (each.settled_on is not None) == (each.open_fen == 0)


def in_the_books(story, on):
    balances = subledger.balances_fen(fold(story.terms, story.log, on))
    return sum(balances[code] for code in OF_THE_BORROWER)


class TestByHand:
    """Lin's loan: 12,000 yuan over a year at 14.4 %, first due on 28 February, 1,079.71 a month."""

    terms = terms_of(disbursed_on=date(2026, 1, 31))

    def told(self, *log, since=date(2026, 1, 31), until=date(2026, 3, 15)):
        return account(self.terms, [opening(self.terms), *log], since=since, until=until)

    def test_a_month_paid_on_its_day(self):
        told = self.told(repayment(2, date(2026, 2, 28), LEVEL_FEN), until=date(2026, 2, 28))
        (paid_out, paid) = told.entries
        row = self.terms.schedule[0]

        assert told.opening == Owed()
        assert paid_out.balance_fen == 1_200_000
        assert paid.parts == Parts(principal_fen=row.principal_fen, interest_fen=row.interest_fen)
        assert told.movements == Movements(
            paid_out_fen=1_200_000, interest_fen=row.interest_fen, paid_fen=LEVEL_FEN
        )
        assert told.closing == Owed(principal_fen=1_200_000 - row.principal_fen)
        assert (told.due_fen, [each.open_fen for each in told.dues]) == (LEVEL_FEN, [0])
        assert told.so_far.cost_fen == row.interest_fen

    def test_a_period_without_anything_has_its_interest_alone(self):
        told = self.told(
            repayment(2, date(2026, 2, 28), LEVEL_FEN),
            since=date(2026, 3, 1),
            until=date(2026, 3, 9),
        )

        assert told.entries == ()
        assert told.dues == ()
        assert told.opening.interest_fen == 0
        assert told.movements == Movements(interest_fen=told.closing.interest_fen)
        assert told.closing.interest_fen > 0

    def test_a_payment_taken_back_stands_there_and_counts_for_nothing(self):
        told = self.told(
            repayment(2, date(2026, 2, 28), LEVEL_FEN), reversal(3, date(2026, 3, 5), of=2)
        )
        paid_out, paid, taken_back = told.entries

        assert (paid.counts, paid.undone_on) == (False, date(2026, 3, 5))
        assert (taken_back.counts, taken_back.undoes_on) == (False, date(2026, 2, 28))
        assert paid.amount_fen == taken_back.amount_fen == LEVEL_FEN
        assert told.movements.paid_fen == 0
        assert told.closing.penalty_fen > 0
        assert told.dues[0].open_fen == LEVEL_FEN + told.closing.penalty_fen
        assert paid_out.counts

    def test_a_payment_taken_back_after_the_period_says_when(self):
        told = self.told(
            repayment(2, date(2026, 2, 28), LEVEL_FEN),
            reversal(3, date(2026, 3, 5), of=2),
            until=date(2026, 3, 1),
        )

        assert [each.undone_on for each in told.entries] == [None, date(2026, 3, 5)]

    def test_a_waiver_says_what_it_found(self):
        told = self.told(waiver(2, date(2026, 3, 15), 999_999))
        penalty_fen = told.movements.penalty_fen
        interest_fen = self.terms.schedule[0].interest_fen

        assert penalty_fen > 0
        assert told.entries[-1].waived_fen == penalty_fen + interest_fen
        assert told.movements.waived_fen == penalty_fen + interest_fen
        assert told.so_far.cost_fen == told.movements.charged_fen - penalty_fen - interest_fen
        assert told.dues[0].waived_fen == penalty_fen + interest_fen

    def test_a_pay_off_with_more_than_is_owed_leaves_a_credit(self):
        told = self.told(payoff(2, date(2026, 3, 15), 1_400_000))

        assert told.entries[-1].parts.credit_fen == -told.closing.total_fen > 0
        assert told.closing.principal_fen == told.closing.interest_fen == 0
        assert told.entries[-1].parts.total_fen == 1_400_000

    def test_a_credit_given_back_leaves_nothing(self):
        much = self.told(payoff(2, date(2026, 3, 1), 1_400_000)).closing.credit_fen
        told = self.told(
            payoff(2, date(2026, 3, 1), 1_400_000),
            happened(Kind.CREDIT_BALANCE_REFUND, 3, date(2026, 3, 10), much),
        )

        assert told.movements.paid_back_fen == much
        assert told.closing == Owed()
        assert told.entries[-1].balance_fen == 0

    def test_a_loss_is_still_owed_and_what_comes_in_lowers_it(self):
        lost = happened(Kind.WRITE_OFF, 2, date(2026, 3, 10))
        found = happened(Kind.RECOVERY, 3, date(2026, 3, 12), 50_000)
        before = self.told(until=date(2026, 3, 10)).closing
        told = self.told(lost, found)

        assert told.closing == Owed(loss_fen=before.total_fen - 50_000)
        assert told.entries[-1].parts == Parts(loss_fen=50_000)
        assert told.entries[-2].balance_fen == before.total_fen

    def test_a_merchant_that_returns_part_is_not_the_borrower_paying(self):
        told = self.told(
            happened(Kind.MERCHANT_REFUND, 2, date(2026, 2, 10), 300_000, refunds_interest=True)
        )

        assert (told.movements.paid_fen, told.movements.merchant_fen) == (0, 300_000)
        assert told.movements.waived_fen + told.movements.given_back_fen > 0
        assert told.entries[-1].parts.principal_fen >= 300_000

    def test_what_comes_after_the_period_is_not_in_it(self):
        later = repayment(2, date(2026, 4, 1), LEVEL_FEN)

        assert self.told(later) == self.told()
