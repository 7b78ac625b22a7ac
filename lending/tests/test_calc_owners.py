"""Lin's loan is sold, in part and whole, and bought back: whose money is whose, to the fen."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from lending.calc.contracts import TransactionKind
from lending.calc.effects.giving_up import UnsoundLog
from lending.calc.fold import fold
from lending.calc.owners.flows import owned
from lending.calc.owners.shares import (
    Kind,
    MoreThanOwned,
    NotSoldBefore,
    SharesNotWhole,
    Transfer,
    TransferBeforePayout,
    TransferUnreadable,
)
from lending.tests.calc_lives import Kind as Happening
from lending.tests.calc_lives import happened
from lending.tests.calc_loans import opening, repayment, reversal, terms_of
from lending.tests.calc_owners import (
    BANK,
    FUND,
    LENDER,
    NAMES,
    TRUST,
    buyback,
    first_shares,
    moves,
    owners_of,
    sale,
)

TERMS = terms_of()
INSTALMENT = TERMS.schedule[0].total_fen
FIRST_DUE, SECOND_DUE, THIRD_DUE = (row.due_on for row in TERMS.schedule[:3])
SOLD_ON = date(2026, 3, 15)


def paid_thrice():
    return [
        opening(TERMS),
        *(repayment(at, row.due_on, row.total_fen) for at, row in enumerate(TERMS.schedule[:3], 2)),
    ]


def shown(*transfers, log=None, through=THIRD_DUE, **first):
    owners = owners_of(TERMS, *transfers, **first)
    return owned(TERMS, log or paid_thrice(), owners, through)


def parts(view, sequence):
    return {each.owner: each.amount_fen for each in view.flows if each.sequence == sequence}


class TestALoanThatIsSoldWhole:
    def test_pays_the_buyer_from_the_day_of_settlement_on(self):
        view = shown(sale(1, SOLD_ON))

        assert parts(view, 2) == {LENDER: INSTALMENT}
        assert parts(view, 3) == parts(view, 4) == {FUND: INSTALMENT}
        assert view.shares_ppm == {FUND: PPM}
        assert view.principal_fen == {FUND: view.state.principal_outstanding_fen}

    def test_pays_the_buyer_what_comes_on_that_very_day(self):
        assert parts(shown(sale(1, SECOND_DUE)), 3) == {FUND: INSTALMENT}

    def test_pays_the_seller_what_came_the_day_before(self):
        assert parts(shown(sale(1, SECOND_DUE + timedelta(days=1))), 3) == {LENDER: INSTALMENT}

    def test_pays_the_seller_what_is_found_late_but_counts_before(self):
        found_late = repayment(9, SOLD_ON - timedelta(days=1), 5_000)
        view = shown(sale(1, SOLD_ON), log=[*paid_thrice(), found_late])

        assert parts(view, 9) == {LENDER: 5_000}

    def test_was_paid_out_by_the_first_owner(self):
        view = shown(sale(1, SOLD_ON))

        assert parts(view, 1) == {LENDER: -1_200_000}
        assert view.received_fen(LENDER) == INSTALMENT - 1_200_000
        assert view.received_fen(FUND) == 2 * INSTALMENT

    def test_is_the_same_loan_to_lin(self):
        view = shown(sale(1, SOLD_ON))

        assert view.state == fold(TERMS, paid_thrice(), THIRD_DUE)

    def test_goes_back_by_a_buyback(self):
        view = shown(sale(1, SOLD_ON), buyback(2, THIRD_DUE))

        assert parts(view, 3) == {FUND: INSTALMENT}
        assert parts(view, 4) == {LENDER: INSTALMENT}
        assert view.shares_ppm == {LENDER: PPM}

    def test_sold_and_bought_back_on_one_day_was_never_away(self):
        view = shown(sale(1, SOLD_ON), buyback(2, SOLD_ON))

        assert view.flows == shown().flows


class TestALoanOfSeveral:
    def test_splits_every_fen_and_loses_none(self):
        view = shown(**{LENDER: 333_333, BANK: 333_333, TRUST: 333_334})

        assert parts(view, 1) == {LENDER: -400_000, BANK: -399_999, TRUST: -400_001}
        for sequence in (2, 3, 4):
            assert sum(parts(view, sequence).values()) == INSTALMENT
            assert max(parts(view, sequence).values()) - min(parts(view, sequence).values()) <= 1

    def test_sells_a_part_of_one_share_and_leaves_the_others(self):
        view = shown(sale(1, SOLD_ON, 200_000), **{LENDER: 700_000, BANK: 300_000})

        assert view.shares_ppm == {LENDER: 500_000, BANK: 300_000, FUND: 200_000}

    def test_may_be_sold_on_by_who_bought_it(self):
        view = shown(sale(1, SOLD_ON), sale(2, THIRD_DUE, seller=FUND, buyer=TRUST))

        assert (parts(view, 3), parts(view, 4)) == ({FUND: INSTALMENT}, {TRUST: INSTALMENT})


class TestMoneyThatIsTakenBack:
    def test_is_taken_from_the_seller_who_got_it_though_the_loan_is_sold(self):
        log = [*paid_thrice(), reversal(9, THIRD_DUE, of=2)]
        view = shown(sale(1, SOLD_ON), log=log)

        assert parts(view, 9) == {LENDER: -INSTALMENT}
        assert view.received_fen(LENDER) == -1_200_000

    def test_is_not_taken_before_it_has_come(self):
        log = [*paid_thrice(), reversal(9, FIRST_DUE, of=4)]
        early = shown(log=log, through=SECOND_DUE)
        late = shown(log=log, through=THIRD_DUE)

        assert parts(early, 9) == {}
        assert late.received_fen(LENDER) == early.received_fen(LENDER)

    def test_and_money_given_back_is_the_owners_of_its_day(self):
        log = [*paid_thrice(), repayment(5, THIRD_DUE, 50), happened_refund(6, THIRD_DUE, 50)]
        view = shown(sale(1, THIRD_DUE, 600_000), log=log)

        assert parts(view, 5) == {LENDER: 20, FUND: 30}
        assert parts(view, 6) == {LENDER: -20, FUND: -30}


def happened_refund(sequence, on, amount_fen):
    return happened(Happening.CREDIT_BALANCE_REFUND, sequence, on, amount_fen)


def test_what_moves_no_money_is_nobodys():
    log = [*paid_thrice(), happened(TransactionKind.WAIVER, 9, THIRD_DUE, 100)]

    assert parts(shown(log=log), 9) == {}


class TestWhatCannotBeSold:
    @pytest.mark.parametrize(
        "first",
        [
            {LENDER: PPM - 1},
            {LENDER: PPM, FUND: 1},
            {LENDER: PPM, FUND: 0},
            {LENDER: PPM + 5, FUND: -5},
        ],
    )
    def test_is_a_loan_whose_shares_are_not_the_whole(self, first):
        with pytest.raises(SharesNotWhole):
            owners_of(TERMS, **first)

    def test_is_more_than_is_owned(self):
        with pytest.raises(MoreThanOwned) as refused:
            owners_of(TERMS, sale(1, SOLD_ON, 600_000), sale(2, SOLD_ON, 400_001, buyer=BANK))

        assert refused.value.context == {"on": "2026-03-15", "owned": 400_000, "share": 400_001}

    def test_is_what_somebody_else_owns(self):
        with pytest.raises(MoreThanOwned):
            owners_of(TERMS, sale(1, SOLD_ON, 1, seller=BANK, buyer=FUND))

    def test_is_what_is_bought_only_later(self):
        before = sale(1, SOLD_ON, seller=FUND, buyer=BANK)

        with pytest.raises(MoreThanOwned):
            owners_of(TERMS, before, sale(2, SOLD_ON + timedelta(days=1)))

    @pytest.mark.parametrize("days", [-30, -1, 0])
    def test_is_a_loan_that_is_not_paid_out(self, days):
        with pytest.raises(TransferBeforePayout):
            owners_of(TERMS, sale(1, TERMS.disbursed_on + timedelta(days=days)))

    def test_is_nothing_or_to_oneself_or_under_a_number_of_another(self):
        for unreadable in (
            [sale(1, SOLD_ON, 0)],
            [sale(1, SOLD_ON, -1)],
            [sale(1, SOLD_ON, buyer=LENDER)],
            [sale(1, SOLD_ON, 400_000), sale(1, SOLD_ON, 400_001)],
        ):
            with pytest.raises(TransferUnreadable) as refused:
                owners_of(TERMS, *unreadable)
            assert refused.value.context == {"sequence": 1}

    def test_but_the_same_told_twice_is_one(self):
        twice = owners_of(TERMS, sale(1, SOLD_ON, 600_000), sale(1, SOLD_ON, 600_000))

        assert twice == owners_of(TERMS, sale(1, SOLD_ON, 600_000))


class TestWhatCannotBeBoughtBack:
    def test_is_what_was_never_sold(self):
        with pytest.raises(NotSoldBefore) as refused:
            owners_of(TERMS, buyback(1, SOLD_ON, 1, of=BANK), **{LENDER: 500_000, BANK: 500_000})

        assert refused.value.context == {"sold": 0, "share": 1}

    def test_is_more_than_was_sold(self):
        with pytest.raises(NotSoldBefore):
            owners_of(TERMS, sale(1, SOLD_ON, 300_000), buyback(2, THIRD_DUE, 300_001))

    def test_is_the_same_a_second_time(self):
        sold = sale(1, SOLD_ON, 300_000)

        with pytest.raises(NotSoldBefore):
            owners_of(TERMS, sold, buyback(2, THIRD_DUE, 300_000), buyback(3, THIRD_DUE, 1))

    def test_is_what_is_sold_only_later(self):
        with pytest.raises(NotSoldBefore):
            owners_of(TERMS, buyback(1, SOLD_ON), sale(2, THIRD_DUE))

    def test_is_what_the_buyer_has_sold_on(self):
        onward = sale(2, SOLD_ON, seller=FUND, buyer=TRUST)

        with pytest.raises(MoreThanOwned):
            owners_of(TERMS, sale(1, SOLD_ON), onward, buyback(3, THIRD_DUE))

    def test_is_by_somebody_who_sold_nothing(self):
        with pytest.raises(NotSoldBefore):
            owners_of(TERMS, sale(1, SOLD_ON), buyback(2, THIRD_DUE, by=TRUST))


class TestARefusal:
    @given(first_shares(), st.data())
    @settings(deadline=None, max_examples=100)
    def test_is_the_answer_to_any_transfer_beyond_what_is_owned(self, first, data):
        before = data.draw(moves(TERMS, first))
        on = max((each.settles_on for each in before), default=SOLD_ON)
        owners = owners_of(TERMS, *before, **first)
        seller, buyer = data.draw(st.permutations(NAMES))[:2]
        kind = data.draw(st.sampled_from(Kind))
        beyond = owners.on(on).get(seller, 0) + data.draw(st.integers(1, PPM))

        with pytest.raises((MoreThanOwned, NotSoldBefore)):
            owners_of(TERMS, *before, Transfer(kind, 99, on, seller, buyer, beyond), **first)
        assert owners_of(TERMS, *before, **first) == owners

    def test_of_a_log_that_contradicts_itself_is_the_folds(self):
        with pytest.raises(UnsoundLog):
            shown(log=[*paid_thrice(), repayment(2, THIRD_DUE, 1)])
