"""Interest that was paid before time had earned it counts for the borrower, to the fen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.fold import fold, payoff_quote
from lending.calc.settlement import quote
from lending.tests.calc_loans import after, any_terms, opening, payoff, repayment, reversal
from lending.tests.calc_quarter import ROWS, day, event, lived

# The middle of the first period: fourteen of its twenty-eight days.
MIDDLE = "2026-02-14"


class TestInterestPaidAhead:
    """Lin pays February on the third day: 30.00 of interest, of which 3.21 are earned."""

    EARLY = "2026-02-03"

    def paid(self, *more):
        return lived(self.EARLY, event("REPAYMENT", self.EARLY, 102_007), *more)

    def test_lowers_what_closes_the_loan_that_day(self):
        found = quote(self.paid())

        assert (found.total_fen, found.interest_fen) == (300_321 - 102_007, 0)
        assert found.principal_fen == 200_993 - (3_000 - 321)
        assert found.total_fen + found.saved_fen == self.paid().outstanding_fen

    def test_repays_principal_when_the_loan_is_paid_off(self):
        owed_fen = quote(self.paid()).total_fen
        state = self.paid(event("PAYOFF", self.EARLY, owed_fen, sequence=3))

        assert state.is_settled
        assert (state.overpaid_fen, state.received_fen) == (0, 300_321)
        assert sum(line.interest.paid_fen for line in state.instalments) == 321
        assert state.interest_accrued_fen == 321

    def test_a_fen_less_leaves_it_open_and_the_interest_where_it_was(self):
        owed_fen = quote(self.paid()).total_fen
        state = self.paid(event("PAYOFF", self.EARLY, owed_fen - 1, sequence=3))

        assert not state.is_settled
        assert state.instalments[0].interest.paid_fen == 3_000

    def test_is_owed_back_where_no_principal_is_left_to_repay(self):
        first = event("REPAYMENT", self.EARLY, sum(map(sum, ROWS)) - 1)
        state = lived(self.EARLY, first, event("PAYOFF", self.EARLY, 1, sequence=3))

        assert (state.outstanding_fen, quote(lived(self.EARLY, first)).total_fen) == (0, 0)
        assert state.overpaid_fen == sum(map(sum, ROWS)) - 300_321

    def test_keeps_what_was_forgiven_apart(self):
        due, later = "2026-02-28", "2026-03-02"
        forgiven = event("WAIVER", due, 1_000)
        paid = event("REPAYMENT", later, ROWS[0][0] + 2_000 + ROWS[1][1], sequence=3)
        state = lived(later, forgiven, paid)
        off = event("PAYOFF", later, quote(state).total_fen, sequence=4)
        closed = lived(later, forgiven, paid, off)

        assert (closed.is_settled, closed.overpaid_fen, closed.waived_fen) == (True, 0, 1_000)
        earned_fen = 3_000 + closed.instalments[1].scheduled.interest_through(day(later))
        assert closed.received_fen == 300_000 + earned_fen - 1_000

    @pytest.mark.parametrize(
        ("charges_interest", "amount_fen", "kept_fen"),
        [(False, 300_000 - 102_007, 0), (True, 300_321 - 102_007, 321)],
    )
    def test_counts_when_the_loan_is_given_back(self, charges_interest, amount_fen, kept_fen):
        back = event(
            "WITHDRAWAL", self.EARLY, amount_fen, sequence=3, charges_interest=charges_interest
        )
        state = self.paid(back)

        assert state.withdrawn_on == day(self.EARLY)
        assert (state.outstanding_fen, state.overpaid_fen) == (0, 0)
        assert state.interest_accrued_fen == kept_fen

    def test_asked_for_again_with_the_whole_principal_is_owed_back(self):
        state = self.paid(event("WITHDRAWAL", self.EARLY, 200_993, sequence=3))

        assert (state.withdrawn_on, state.overpaid_fen) == (day(self.EARLY), 3_000)

    def test_makes_a_loss_smaller(self):
        assert self.paid(event("WRITE_OFF", self.EARLY, sequence=3)).written_off_fen == 198_314

    def test_comes_back_into_its_place_when_the_pay_off_is_undone(self):
        owed_fen = quote(self.paid()).total_fen
        off = event("PAYOFF", self.EARLY, owed_fen, sequence=3)

        assert self.paid(off, reversal(4, day(MIDDLE), of=3)) == self.paid()


class TestAPaymentAndThePayOffOfOneDay:
    @given(any_terms(), st.integers(0, 27), st.integers(1, 3_000_000))
    @settings(deadline=None, max_examples=150)
    def test_cost_together_what_the_pay_off_alone_would(self, terms, days, amount_fen):
        on = after(terms, days)
        alone_fen = payoff_quote(terms, [opening(terms)], on).total_fen
        log = [opening(terms), repayment(2, on, min(amount_fen, alone_fen))]
        rest_fen = payoff_quote(terms, log, on).total_fen
        if rest_fen:
            log.append(payoff(3, on, rest_fen))
        state = fold(terms, log, on)

        assert rest_fen == alone_fen - min(amount_fen, alone_fen)
        if rest_fen:
            assert (state.is_settled, state.overpaid_fen) == (True, 0)
            assert state.received_fen == alone_fen
