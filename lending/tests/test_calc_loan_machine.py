"""A loan that lives: whatever happens next, the laws hold after every step."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lending.calc.contracts import Transaction
from lending.calc.conventions.strategies import Component
from lending.calc.fold import fold, payoff_quote
from lending.servicing import subledger
from lending.tests.calc_lives import Kind, changes, events
from lending.tests.calc_loans import any_terms, opening, payoff, reversal

CHANGING = [
    Kind.RATE_CHANGE,
    Kind.DUE_DATE_CHANGE,
    Kind.HOLIDAY,
    Kind.EXTENSION,
    Kind.RESTRUCTURE,
]
PAYING = [Kind.REPAYMENT, Kind.PREPAYMENT, Kind.MERCHANT_REFUND, Kind.RECOVERY]


class LivingLoan(RuleBasedStateMachine):
    """Days pass, money comes, terms change, things are undone; late news arrives at any time."""

    @initialize(terms=any_terms())
    def open(self, terms):
        self.terms, self.today = terms, terms.disbursed_on
        self.log = [opening(terms)]
        self.undone = set()

    def state(self):
        return fold(self.terms, self.log, self.today)

    def next_sequence(self):
        return max(each.sequence for each in self.log) + 1

    def happens(self, kind, on, amount_fen, data):
        change = data.draw(changes(kind, on, self.terms.annual_rate_ppm))
        self.log.append(Transaction(kind, self.next_sequence(), on, amount_fen, None, change))

    @rule(days=st.integers(1, 45))
    def days_pass(self, days):
        before = self.state()
        self.today += timedelta(days=days)
        after = self.state()
        assert after.penalty_accrued_fen >= before.penalty_accrued_fen
        assert after.principal_outstanding_fen == before.principal_outstanding_fen

    @rule(kind=st.sampled_from(PAYING), amount=st.integers(1, 2_000_000), data=st.data())
    def money_comes(self, kind, amount, data):
        before = self.state().outstanding_fen
        self.happens(kind, self.today, amount, data)
        assert self.state().outstanding_fen <= before

    @rule(kind=st.sampled_from(CHANGING), data=st.data())
    def terms_change(self, kind, data):
        before = self.state().principal_outstanding_fen
        # Terms of a day count before its money, which may then settle interest and not principal.
        of_today = sum(each.amount_fen for each in self.log if each.value_date == self.today)
        self.happens(kind, self.today, 0, data)
        assert self.state().principal_outstanding_fen <= before + of_today

    @rule(data=st.data())
    def news_of_an_earlier_day_arrives(self, data):
        news = data.draw(events(self.terms, self.next_sequence()))
        self.log.append(replace(news, value_date=min(news.value_date, self.today)))

    @rule()
    def it_is_paid_off(self):
        quote = payoff_quote(self.terms, self.log, self.today)
        if quote.total_fen:
            self.log.append(payoff(self.next_sequence(), self.today, quote.total_fen))
            assert self.state().outstanding_fen == 0

    @rule()
    def it_is_given_up(self):
        self.log.append(Transaction(Kind.WRITE_OFF, self.next_sequence(), self.today, 0))
        assert self.state().outstanding_fen == 0

    @rule(data=st.data())
    def something_is_undone(self, data):
        open_ones = [
            each
            for each in self.log[1:]
            if each.reverses is None and each.sequence not in self.undone
        ]
        if open_ones:
            target = data.draw(st.sampled_from(open_ones)).sequence
            self.undone.add(target)
            self.log.append(reversal(self.next_sequence(), self.today, of=target))

    @invariant()
    def the_books_balance_and_nothing_is_negative(self):
        if not hasattr(self, "log"):
            return
        state = self.state()
        assert sum(subledger.balances_fen(state).values()) == 0
        for line in state.instalments:
            for component in Component:
                assert line.balance(component).outstanding_fen >= 0
        assert state.overpaid_fen >= 0
        assert state.dpd(self.today) >= 0

    @invariant()
    def the_order_of_arrival_means_nothing(self):
        if hasattr(self, "log"):
            assert fold(self.terms, self.log[::-1], self.today) == self.state()


TestLivingLoan = LivingLoan.TestCase
TestLivingLoan.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
