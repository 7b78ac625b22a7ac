"""Given back within its days a loan costs nothing at all; paid off, only what had begun."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lending.calc.fold import fold
from lending.calc.settlement import quote, without_charges
from lending.tests.calc_loans import any_terms, opening, repayment, reversal
from lending.tests.calc_quarter import QUARTER, ROWS, day, event, lived

EARLY = "2026-02-03"
FEE_FEN = 700


def charged(*more):
    """A fee of 7.00 on the first instalment, which is then paid, fee and all."""
    whole_fen = sum(ROWS[0]) + FEE_FEN
    return lived(
        EARLY,
        event("CHARGE", EARLY, FEE_FEN),
        event("REPAYMENT", EARLY, whole_fen, sequence=3),
        *more,
    )


def given_back(amount_fen, **changes):
    return event("WITHDRAWAL", EARLY, amount_fen, sequence=4, **changes)


class TestGivenBack:
    def test_a_fee_that_was_paid_counts_for_the_borrower(self):
        owed_fen = 300_000 - sum(ROWS[0]) - FEE_FEN
        state = charged(given_back(owed_fen))

        assert (state.outstanding_fen, state.overpaid_fen) == (0, 0)
        assert state.withdrawn_on == day(EARLY)
        assert (state.fee_accrued_fen, state.interest_accrued_fen) == (0, 0)
        assert state.received_fen == state.disbursed_fen

    def test_a_fen_less_is_an_ordinary_payment(self):
        state = charged(given_back(300_000 - sum(ROWS[0]) - FEE_FEN - 1))

        assert state.withdrawn_on is None
        assert state.fee_accrued_fen == FEE_FEN

    @pytest.mark.parametrize("other", ["REPAYMENT", "PREPAYMENT"])
    def test_in_two_payments_of_one_day_is_given_back_as_in_one(self, other):
        short_fen = 300_000 - sum(ROWS[0]) - FEE_FEN - 1
        alone = charged(given_back(short_fen))
        state = charged(given_back(short_fen), event(other, EARLY, 1, sequence=5))

        assert quote(alone).total_fen > 1
        assert state == charged(event(other, EARLY, 1, sequence=5), given_back(short_fen))
        assert (state.outstanding_fen, state.overpaid_fen) == (0, 0)
        assert state.withdrawn_on == day(EARLY)
        assert state.received_fen == state.disbursed_fen

    def test_with_the_whole_principal_all_that_was_paid_is_owed_back(self):
        state = charged(given_back(300_000))

        assert state.overpaid_fen == sum(ROWS[0]) + FEE_FEN

    def test_the_fee_of_a_period_that_has_begun_is_kept_by_a_pay_off(self):
        before = charged()
        state = charged(event("PAYOFF", EARLY, quote(before).total_fen, sequence=4))

        assert state.is_settled
        assert state.fee_accrued_fen == FEE_FEN


class TestAFeePaidForAPeriodThatHasNotBegun:
    """Seven yuan on every instalment; the first two are paid on the third day."""

    TERMS = replace(
        QUARTER, schedule=tuple(replace(row, fee_fen=FEE_FEN) for row in QUARTER.schedule)
    )

    def lived(self, *more):
        paid = event("REPAYMENT", EARLY, sum(ROWS[0]) + sum(ROWS[1]) + 2 * FEE_FEN)
        return fold(self.TERMS, [opening(self.TERMS), paid, *more], day(EARLY))

    def test_is_spared_by_a_pay_off_like_one_that_was_not_paid(self):
        before = self.lived()
        assert before.instalments[1].fee.paid_fen == FEE_FEN

        state = self.lived(event("PAYOFF", EARLY, quote(before).total_fen, sequence=3))

        assert (state.outstanding_fen, state.overpaid_fen) == (0, 0)
        assert state.fee_accrued_fen == FEE_FEN, "of the first period, which has begun"
        assert state.received_fen == 300_000 + FEE_FEN + state.interest_accrued_fen

    def test_costs_the_same_whether_or_not_it_was_paid_ahead(self):
        bare = fold(self.TERMS, [opening(self.TERMS)], day(EARLY))

        paid_fen = sum(ROWS[0]) + sum(ROWS[1]) + 2 * FEE_FEN
        assert quote(self.lived()).total_fen + paid_fen == quote(bare).total_fen

    def test_comes_back_whole_when_the_loan_is_given_back(self):
        owed_fen = without_charges(self.lived()).outstanding_fen
        state = self.lived(event("WITHDRAWAL", EARLY, owed_fen, sequence=3))

        assert state.received_fen == state.disbursed_fen
        assert state.fee_accrued_fen == state.overpaid_fen == 0


@given(any_terms(), st.integers(0, 20), st.integers(1, 3_000_000))
@settings(deadline=None, max_examples=100)
def test_whatever_was_paid_before_giving_back_leaves_the_principal_to_pay(terms, days, amount_fen):
    """All that came in and all that is still to come in is what went out, and not a fen more."""
    on = terms.disbursed_on + timedelta(days=days)
    state = fold(terms, [opening(terms), repayment(2, on, amount_fen)], on)
    closing = without_charges(state)

    assert (
        closing.received_fen + closing.outstanding_fen - closing.overpaid_fen == terms.principal_fen
    )
    assert closing.interest_accrued_fen == closing.fee_accrued_fen == 0
    assert closing.penalty_accrued_fen == 0


@pytest.mark.parametrize("kind", ["WITHDRAWAL", "PAYOFF"])
def test_undone_the_fee_is_back_in_its_place(kind):
    amount_fen = quote(charged()).total_fen if kind == "PAYOFF" else 300_000
    more = event(kind, EARLY, amount_fen, sequence=4)
    undone = reversal(5, day(EARLY), of=4)

    assert charged(more, undone) == charged()
