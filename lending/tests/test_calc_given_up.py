"""Money asked or lent on a loan that was given up: lost with the rest, and recovered with it."""

from datetime import timedelta

import pytest

from lending.calc.fold import fold, payoff_quote
from lending.servicing import subledger
from lending.tests.calc_lives import Kind, happened
from lending.tests.calc_loans import after, opening, repayment, reversal, terms_of

TERMS = terms_of()
LOST_ON, LATER, TODAY = (after(TERMS, days) for days in (31, 120, 290))
LOST = happened(Kind.WRITE_OFF, 2, LOST_ON)
LENT_OR_ASKED = [Kind.CREDIT_BALANCE_REFUND, Kind.CHARGE]


def state_of(*log):
    return fold(TERMS, [opening(TERMS), *log], TODAY)


@pytest.mark.parametrize("kind", LENT_OR_ASKED)
class TestWhatIsLentOrAskedAfterALoss:
    def test_is_lost_with_it_and_asks_for_nothing_more(self, kind):
        before, state = state_of(LOST), state_of(LOST, happened(kind, 3, LATER, 63))

        assert state.outstanding_fen == 0
        assert state.written_off_fen == before.written_off_fen + 63
        assert payoff_quote(TERMS, [opening(TERMS), LOST, happened(kind, 3, LATER, 63)], TODAY) == (
            payoff_quote(TERMS, [opening(TERMS), LOST], TODAY)
        )
        assert sum(subledger.balances_fen(state).values()) == 0

    def test_bears_no_penalty_however_long_it_lasts(self, kind):
        log = [opening(TERMS), LOST, happened(kind, 3, LATER, 63)]
        then, later = (fold(TERMS, log, TODAY + timedelta(days=days)) for days in (0, 400))

        assert later.penalty_accrued_fen == then.penalty_accrued_fen

    def test_is_recovered_to_the_fen_and_no_further(self, kind):
        more = happened(kind, 3, LATER, 63)
        owed_fen = state_of(LOST, more).written_off_fen
        state = state_of(LOST, more, happened(Kind.RECOVERY, 4, TODAY, owed_fen + 5))

        assert (state.recovered_fen, state.overpaid_fen) == (owed_fen, 5)

    def test_is_owed_as_ever_when_the_loss_is_undone(self, kind):
        more = happened(kind, 3, LATER, 63)

        assert state_of(LOST, more, reversal(5, TODAY, of=2)) == state_of(more)


class TestMoneyOfTheDayOfALoss:
    """What counts first on one day is the loss; what is recovered on it can only follow."""

    OWED_FEN = payoff_quote(TERMS, [opening(TERMS)], LOST_ON).total_fen

    def test_is_recovered_though_it_came_before_the_loss_was_told(self):
        found = happened(Kind.RECOVERY, 2, LOST_ON, self.OWED_FEN)
        state = state_of(found, happened(Kind.WRITE_OFF, 3, LOST_ON))

        assert state_of(found).written_off_fen == 0
        assert (state.written_off_fen, state.recovered_fen) == (self.OWED_FEN, self.OWED_FEN)
        assert (state.outstanding_fen, state.overpaid_fen) == (0, 0)
        assert not state.is_settled

    def test_beyond_it_is_the_borrowers_and_goes_back_before_anything_is_lent_again(self):
        found = happened(Kind.RECOVERY, 3, LOST_ON, self.OWED_FEN + 5)
        given_back = happened(Kind.CREDIT_BALANCE_REFUND, 4, LOST_ON, 8)
        state = state_of(given_back, found, LOST)

        assert state.overpaid_fen == 0
        assert state.written_off_fen == self.OWED_FEN + 3
        assert state.recovered_fen == self.OWED_FEN

    def test_as_an_ordinary_payment_lessens_the_loss(self):
        state = state_of(repayment(3, LOST_ON, 1_000), LOST)

        assert state.written_off_fen == self.OWED_FEN - 1_000
        assert state.recovered_fen == 0


class TestARecoveryOfALossThatWasUndone:
    """It is an ordinary repayment, and so a pay-off of its day comes after it."""

    LOG = (LOST, happened(Kind.RECOVERY, 3, LATER, 263), reversal(4, LATER, of=2))

    def test_is_counted_where_a_repayment_is(self):
        paid = happened(Kind.REPAYMENT, 3, LATER, 263)

        assert state_of(*self.LOG).instalments == state_of(paid).instalments

    def test_lets_the_pay_off_of_the_same_day_close_the_loan(self):
        log = [opening(TERMS), *self.LOG]
        quoted = payoff_quote(TERMS, log, LATER).total_fen
        closed = fold(TERMS, [*log, happened(Kind.PAYOFF, 5, LATER, quoted)], LATER)

        assert (closed.outstanding_fen, closed.overpaid_fen) == (0, 0)
        assert closed.is_settled

    def test_still_follows_a_loss_of_the_same_day_that_stands(self):
        recovery = happened(Kind.RECOVERY, 2, LATER, 263)
        state = state_of(recovery, happened(Kind.WRITE_OFF, 3, LATER))

        assert state.recovered_fen == 263
        assert state.written_off_on == LATER
