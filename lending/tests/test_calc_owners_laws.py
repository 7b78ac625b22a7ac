"""Law 16 of loans: shares add up to one, money goes to whose the loan is, the borrower sees none.

Any life of a loan, any log of sales and buybacks that can be, in any order of arrival.
"""

from datetime import timedelta
from fractions import Fraction
from itertools import takewhile

from hypothesis import given, settings
from hypothesis import strategies as st

from common.rates import PPM
from lending.calc.contracts import UNDOING, WITHOUT_MONEY, Transaction, TransactionKind
from lending.calc.fold import amount_due, fold, payoff_quote, standing
from lending.calc.owners.flows import SIGN, owned, split
from lending.calc.owners.shares import Kind, register
from lending.tests.calc_lives import MONEY_IN, lives
from lending.tests.calc_loans import after, repayment
from lending.tests.calc_owners import LENDER, NAMES, buyback, first_shares, moves

some = settings(deadline=None, max_examples=120)
FOREVER = 10_000


@st.composite
def sold_lives(draw):
    """A loan with any life, and owners who change."""
    story = draw(lives())
    first = draw(first_shares())
    return story, first, draw(moves(story.terms, first))


def owners_of(story, first, transfers):
    return register(
        paid_out_on=story.terms.disbursed_on, first_shares_ppm=first, transfers=transfers
    )


def view(sold, through=None):
    story, first, transfers = sold
    owners = owners_of(story, first, transfers)
    return owned(story.terms, story.log, owners, through or story.through)


class TestShares:
    @given(sold_lives())
    @some
    def test_sum_to_the_whole_on_every_day_and_none_is_negative(self, sold):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)

        for days in range(-3, 430):
            shares = owners.on(after(story.terms, days))
            assert sum(shares.values()) == PPM
            assert min(shares.values()) > 0

    @given(sold_lives(), st.randoms(use_true_random=False))
    @some
    def test_are_the_same_in_any_order_of_arrival_and_told_twice(self, sold, random):
        story, first, transfers = sold
        shuffled = [*transfers, *transfers]
        random.shuffle(shuffled)

        assert owners_of(story, first, shuffled) == owners_of(story, first, transfers)

    @given(sold_lives())
    @some
    def test_are_what_was_had_first_and_what_came_and_went_by_the_day(self, sold):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)

        for day in {story.terms.disbursed_on, *(each.settles_on for each in transfers)}:
            for shown in (day - timedelta(days=1), day):
                moved = [each for each in transfers if each.settles_on <= shown]
                for name in NAMES:
                    came = sum(each.share_ppm for each in moved if each.buyer == name)
                    went = sum(each.share_ppm for each in moved if each.seller == name)
                    assert owners.on(shown).get(name, 0) == first.get(name, 0) + came - went

    @given(sold_lives())
    @some
    def test_are_back_where_they_were_once_everything_was_bought_back(self, sold):
        story, first, transfers = sold
        sales = list(takewhile(lambda each: each.kind is Kind.SALE, transfers))
        last = after(story.terms, FOREVER)
        back = [
            buyback(sequence, last, each.share_ppm, of=each.buyer, by=each.seller)
            for sequence, each in enumerate(reversed(sales), start=100)
        ]
        owners = owners_of(story, first, [*sales, *back])

        assert dict(owners.on(last)) == first


class TestTheBorrower:
    @given(sold_lives())
    @some
    def test_owes_what_they_would_owe_had_nobody_sold_anything(self, sold):
        story, _, _ = sold
        shown = view(sold)

        assert shown.state == fold(story.terms, story.log, story.through)
        for days in (0, 1, 40):
            later = story.through + timedelta(days=days)
            unsold = fold(story.terms, story.log, story.through)
            assert amount_due(shown.state, later) == amount_due(unsold, later)
        assert [line.scheduled for line in shown.state.instalments] == [
            line.scheduled for line in fold(story.terms, story.log, story.through).instalments
        ]

    @given(sold_lives())
    @some
    def test_pays_off_with_the_same_sum_and_all_of_it_is_the_owners_of_that_day(self, sold):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)
        quoted = payoff_quote(story.terms, story.log, story.through).total_fen
        if not quoted:
            return
        paying = Transaction(TransactionKind.PAYOFF, 900, story.through, quoted)
        shown = owned(story.terms, [*story.log, paying], owners, story.through)

        assert shown.state.outstanding_fen == 0
        parts = {each.owner: each.amount_fen for each in shown.flows if each.sequence == 900}
        assert sum(parts.values()) == quoted
        assert set(parts) <= set(owners.on(story.through))


class TestCashFlows:
    @given(sold_lives())
    @some
    def test_add_up_to_every_fen_that_came_and_went(self, sold):
        story, _, _ = sold
        through = after(story.terms, FOREVER)
        shown = view(sold, through)
        kept = [each for each in standing(story.log) if each.value_date <= through]
        came = sum(each.amount_fen for each in kept if each.kind in MONEY_IN)

        total = sum(each.amount_fen for each in shown.flows)
        assert came == shown.state.received_fen
        assert total == came - shown.state.disbursed_fen - shown.state.refunded_fen
        assert total == sum(shown.received_fen(name) for name in NAMES)

    @given(sold_lives())
    @some
    def test_are_each_split_without_a_rest_among_the_owners_of_their_day(self, sold):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)
        shown = view(sold, after(story.terms, FOREVER))

        for each in story.log:
            if each.kind in UNDOING:
                continue
            parts = {it.owner: it.amount_fen for it in shown.flows if it.sequence == each.sequence}
            expected = SIGN.get(each.kind, 0) * each.amount_fen
            assert sum(parts.values()) == expected
            shares = owners.on(each.value_date)
            assert set(parts) <= set(shares)
            for name, share_ppm in shares.items():
                exact = Fraction(expected * share_ppm, PPM)
                assert abs(parts.get(name, 0) - exact) < 1

    @given(sold_lives(), st.data())
    @some
    def test_before_a_settlement_are_the_sellers_and_from_it_on_the_buyers(self, sold, data):
        story, first, transfers = sold
        name = data.draw(st.sampled_from(NAMES))
        owners = owners_of(story, first, transfers)
        shown = view(sold, after(story.terms, FOREVER))
        undone = {each.sequence for each in story.log if each.kind in UNDOING}

        for each in shown.flows:
            if each.owner == name and each.sequence not in undone:
                assert owners.on(each.value_date).get(name, 0) > 0
        if owners.on(after(story.terms, FOREVER)).get(name, 0) == 0:
            last = max(
                (each.settles_on for each in transfers if each.seller == name),
                default=story.terms.disbursed_on,
            )
            assert not [
                each
                for each in shown.flows
                if each.owner == name and each.value_date >= last and each.sequence not in undone
                if owners.on(last).get(name, 0) == 0
            ]

    @given(sold_lives(), st.randoms(use_true_random=False))
    @some
    def test_are_the_same_in_any_order_of_arrival(self, sold, random):
        story, first, transfers = sold
        log, moved = list(story.log), list(transfers)
        random.shuffle(log)
        random.shuffle(moved)
        owners = owners_of(story, first, moved)

        assert owned(story.terms, log, owners, story.through) == view(sold)

    @given(sold_lives(), st.integers(1, 400), st.integers(1, 500_000))
    @some
    def test_told_before_are_never_changed_by_what_is_told_later(self, sold, days, amount_fen):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)
        late = repayment(800, after(story.terms, days), amount_fen)
        before = view(sold, after(story.terms, FOREVER)).flows
        then = owned(story.terms, [*story.log, late], owners, after(story.terms, FOREVER)).flows

        assert [each for each in then if each.sequence != 800] == list(before)

    @given(sold_lives(), st.integers(1, 400), st.integers(1, 500_000), st.integers(0, 200))
    @some
    def test_that_are_taken_back_are_taken_from_those_who_got_them(
        self, sold, days, amount_fen, later
    ):
        story, first, transfers = sold
        owners = owners_of(story, first, transfers)
        paying = repayment(800, after(story.terms, days), amount_fen)
        undoing = Transaction(
            TransactionKind.CHARGEBACK, 801, after(story.terms, days + later), 0, reverses=800
        )
        shown = owned(
            story.terms, [*story.log, paying, undoing], owners, after(story.terms, FOREVER)
        )

        for name in NAMES:
            assert shown.received_fen(name) == view(sold, after(story.terms, FOREVER)).received_fen(
                name
            )
        assert shown.state == view(sold, after(story.terms, FOREVER)).state

    @given(sold_lives())
    @some
    def test_and_what_is_still_owed_are_never_more_than_the_whole(self, sold):
        shown = view(sold)

        assert sum(shown.principal_fen.values()) == shown.state.principal_outstanding_fen
        assert min(shown.principal_fen.values()) >= min(shown.state.principal_outstanding_fen, 0)
        assert set(shown.principal_fen) == set(shown.shares_ppm)


class TestASplit:
    @given(st.integers(-(10**13), 10**13), first_shares(), st.integers(0, 10_000))
    def test_is_exact_in_sum_and_within_a_fen_for_each(self, amount_fen, shares, turn):
        parts = split(amount_fen, shares, turn=turn)

        assert sum(parts.values()) == amount_fen
        for name, share_ppm in shares.items():
            exact = Fraction(amount_fen * share_ppm, PPM)
            assert abs(parts[name] - exact) < 1
            if exact.denominator == 1:
                assert parts[name] == exact

    @given(st.integers(0, 10**9), first_shares(), st.integers(0, 10))
    def test_gives_what_is_left_to_the_largest_remainders(self, amount_fen, shares, turn):
        parts = split(amount_fen, shares, turn=turn)
        rest = {name: amount_fen * share % PPM for name, share in shares.items()}
        got_more = {name for name in shares if parts[name] * PPM > amount_fen * shares[name]}

        for name in got_more:
            assert all(rest[name] >= rest[other] for other in shares.keys() - got_more)

    @given(st.integers(-(10**9), 10**9), first_shares(), st.integers(0, 10))
    def test_of_money_out_is_that_of_money_in_turned_around(self, amount_fen, shares, turn):
        there, back = split(amount_fen, shares, turn=turn), split(-amount_fen, shares, turn=turn)

        assert back == {name: -part for name, part in there.items()}

    def test_gives_the_odd_fen_to_each_in_turn(self):
        halves = {"BANK": 500_000, LENDER: 500_000}

        got = [split(1, halves, turn=turn)["BANK"] for turn in range(10)]

        assert sum(got) == 5

    def test_of_everything_is_everything_for_one_owner(self):
        assert split(123_457, {LENDER: PPM}) == {LENDER: 123_457}


def test_every_kind_of_transaction_moves_money_in_out_or_none():
    silent = {TransactionKind.CHARGE, TransactionKind.WAIVER}

    assert set(SIGN) | silent | WITHOUT_MONEY == set(TransactionKind)
    assert not set(SIGN) & (silent | WITHOUT_MONEY)
    assert {kind for kind, sign in SIGN.items() if sign > 0} == set(MONEY_IN)
