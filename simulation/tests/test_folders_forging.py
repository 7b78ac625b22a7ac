"""What forgers change really differs, what they leave is left, and both are written down."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills.banks import Entry, Occasion
from simulation.bills.records import Kind as BillKind
from simulation.bills.records import Record
from simulation.folders.forging import (
    FEWEST_ROWS,
    MOST_DELETED,
    NO_EVENT,
    Trick,
    deleted,
    duplicated,
    edited,
    forged,
    free_number,
    possible,
)
from simulation.tests.sample_account import wall
from simulation.tests.sample_happening import happening
from simulation.words import Direction
from simulation.world.events import INCOMES, Kind

FIRST = wall(2025, 6, 2, 9)
SEEDS = st.integers(0, 2**32 - 1)
IN = (Kind.SALARY, Kind.GIG_PAY, Kind.RECEIPT, Kind.TRANSFER_IN, Kind.REFUND)
OUT = (Kind.PURCHASE, Kind.RENT, Kind.TRANSFER_OUT)


def entry(index, event, direction):
    return Entry(
        at=FIRST + timedelta(hours=7 * index),
        direction=direction,
        amount_fen=event.amount_fen,
        balance_fen=10**7 + index,
        occasion=Occasion.SALARY,
        party="青榆物流有限公司（虚构）",
        number=f"99{event.number:014d}",
    )


def record(index, event, direction):
    return Record(
        at=FIRST + timedelta(hours=7 * index),
        kind=BillKind.PURCHASE if direction == Direction.OUT else BillKind.QR_RECEIPT,
        direction=direction,
        amount_fen=event.amount_fen,
        party="韦小舟（虚构）",
        number=f"42000000012025{event.number:014d}",
    )


@st.composite
def files(draw, *, kinds=IN + OUT, least=FEWEST_ROWS):
    """The rows of a statement or a bill, each beside its event."""
    row = draw(st.sampled_from([entry, record]))
    drawn = draw(st.lists(st.sampled_from(kinds), min_size=least, max_size=30))
    pairs = []
    for index, kind in enumerate(drawn):
        fen = draw(st.integers(100, 10**7))
        event = happening(kind, number=index + 1, amount_fen=fen)
        pairs.append((row(index, event, Direction.IN if kind in IN else Direction.OUT), event))
    return pairs


def forged_by_a_cheat(pairs, seed):
    """Try seeds until the cheat forges; most of the time he does."""
    for tried in range(seed, seed + 200):
        handed, forgery = forged(pairs, np.random.default_rng(tried), is_cheat=True)
        if forgery:
            return handed, forgery
    return pairs, None


def earned(pairs):
    """Places of what was really earned."""
    return [index for index, (_, event) in enumerate(pairs) if event.kind in INCOMES]


class TestAnyTrick:
    @given(pairs=files(), seed=SEEDS)
    def test_changes_something_and_says_what(self, pairs, seed):
        handed, forgery = forged_by_a_cheat(pairs, seed)

        assert forgery
        assert handed != pairs
        assert forgery.touched
        assert set(forgery.touched) <= {event.number for _, event in pairs}
        assert len(set(forgery.touched)) == len(forgery.touched)

    @given(pairs=files(), seed=SEEDS)
    def test_leaves_the_rows_that_it_was_given_as_they_were(self, pairs, seed):
        before = list(pairs)

        forged_by_a_cheat(pairs, seed)

        assert pairs == before

    @given(pairs=files(), seed=SEEDS)
    def test_is_the_same_for_the_same_seed(self, pairs, seed):
        assert forged_by_a_cheat(pairs, seed) == forged_by_a_cheat(pairs, seed)

    @given(pairs=files(), seed=SEEDS)
    def test_leaves_every_row_alone_that_is_not_named(self, pairs, seed):
        handed, forgery = forged_by_a_cheat(pairs, seed)

        assert forgery
        untouched = [pair for pair in pairs if pair[1].number not in forgery.touched]
        assert [pair for pair in handed if pair in untouched] == untouched

    @given(pairs=files(), seed=SEEDS)
    def test_never_makes_two_rows_with_one_number(self, pairs, seed):
        handed, _ = forged_by_a_cheat(pairs, seed)

        numbers = [row.number for row, _ in handed]
        assert len(set(numbers)) == len(numbers)

    @given(pairs=files(kinds=OUT, least=0), seed=SEEDS)
    def test_is_not_played_on_fewer_than_twelve_rows(self, pairs, seed):
        few = pairs[: FEWEST_ROWS - 1]

        assert forged_by_a_cheat(few, seed) == (few, None)


class TestWhatIsPossible:
    @pytest.mark.parametrize(
        ("has_income", "has_spending", "tricks"),
        [
            (True, True, [Trick.EDITED_AMOUNTS, Trick.DELETED_ROWS, Trick.DUPLICATED_INCOME]),
            (True, False, [Trick.EDITED_AMOUNTS, Trick.DUPLICATED_INCOME]),
            (False, True, [Trick.DELETED_ROWS]),
            (False, False, []),
        ],
    )
    def test_depends_on_what_the_file_has(self, has_income, has_spending, tricks):
        assert possible(has_income=has_income, has_spending=has_spending) == tricks

    @given(pairs=files(kinds=(Kind.SALARY, Kind.GIG_PAY)), seed=SEEDS)
    def test_of_a_file_of_incomes_no_row_is_deleted(self, pairs, seed):
        """A card on which only wages arrive: there is no payment to hide."""
        _, forgery = forged_by_a_cheat(pairs, seed)

        assert forgery
        assert forgery.trick is not Trick.DELETED_ROWS

    @given(pairs=files(kinds=OUT), seed=SEEDS)
    def test_of_a_file_of_payments_rows_are_only_deleted(self, pairs, seed):
        _, forgery = forged_by_a_cheat(pairs, seed)

        assert forgery
        assert forgery.trick is Trick.DELETED_ROWS

    @given(pairs=files(kinds=(Kind.TRANSFER_IN, Kind.REFUND)), seed=SEEDS)
    def test_of_a_file_with_nothing_to_change_nothing_is_changed(self, pairs, seed):
        """Money from friends and money back: neither earned nor spent."""
        assert forged_by_a_cheat(pairs, seed) == (pairs, None)


class TestEditedAmounts:
    @given(pairs=files(kinds=(Kind.SALARY, Kind.RECEIPT, Kind.PURCHASE)), seed=SEEDS)
    def test_grow_by_half_or_more_and_nothing_else_differs(self, pairs, seed):
        places = earned(pairs)

        handed, forgery = edited(pairs, places, np.random.default_rng(seed))

        for index, ((before, event), (after, same)) in enumerate(zip(pairs, handed, strict=True)):
            assert event == same
            if index in places[-12:]:
                assert after.amount_fen >= before.amount_fen * 3 // 2
                assert after.amount_fen <= before.amount_fen * 3 + 200
                assert replace(after, amount_fen=before.amount_fen) == before
            else:
                assert after == before
        assert forgery.touched == tuple(pairs[index][1].number for index in places[-12:])

    @given(fen=st.integers(100, 10**8), seed=SEEDS)
    def test_end_as_no_real_salary_would(self, fen, seed):
        pay = happening(Kind.SALARY, amount_fen=fen)
        pairs = [(entry(0, pay, Direction.IN), pay)]

        ((after, _),), _ = edited(pairs, [0], np.random.default_rng(seed))

        assert after.amount_fen % 100 == 37

    def test_are_the_last_twelve_at_most(self):
        pays = [happening(Kind.SALARY, number=index) for index in range(20)]
        pairs = [(entry(index, pay, Direction.IN), pay) for index, pay in enumerate(pays)]

        _, forgery = edited(pairs, range(20), np.random.default_rng(0))

        assert forgery.touched == tuple(range(8, 20))


class TestDuplicatedIncomes:
    @given(pairs=files(kinds=(Kind.SALARY, Kind.PURCHASE)), seed=SEEDS)
    def test_are_copies_some_days_later_of_the_last_six(self, pairs, seed):
        places = earned(pairs)[-6:]

        handed, forgery = duplicated(pairs, earned(pairs), np.random.default_rng(seed))

        assert handed[: len(pairs)] == pairs
        added = handed[len(pairs) :]
        for place, (row, event) in zip(places, added, strict=True):
            original, truth = pairs[place]
            assert timedelta(days=2) <= row.at - original.at <= timedelta(days=5, minutes=7)
            assert replace(row, at=original.at, number=original.number) == original
            assert event == replace(truth, number=NO_EVENT)
        assert forgery.touched == tuple(pairs[place][1].number for place in places)

    @given(free=st.sets(st.integers(0, 9_999), min_size=1, max_size=90), seed=SEEDS)
    def test_take_a_number_that_is_free_however_few_are(self, free, seed):
        """Numbers of one person lie close together: a copy must not look like another row."""
        used = {f"990000000000{number:04d}" for number in range(10_000) if number not in free}

        number = free_number("9900000000001234", used, np.random.default_rng(seed))

        assert number not in used
        assert number.startswith("990000000000")
        assert len(number) == 16


class TestDeletedRows:
    @given(pairs=files(), seed=SEEDS)
    def test_were_payments_and_leave_no_trace(self, pairs, seed):
        handed, forgery = deleted(pairs, np.random.default_rng(seed))

        kept = {event.number for _, event in handed}
        gone = [pair for pair in pairs if pair[1].number not in kept]
        assert [pair for pair in pairs if pair[1].number in kept] == handed
        assert all(row.direction == Direction.OUT for row, _ in gone)
        assert forgery.touched == tuple(event.number for _, event in gone)

    @given(pairs=files(kinds=OUT), seed=SEEDS)
    def test_are_three_to_eight(self, pairs, seed):
        _, forgery = deleted(pairs, np.random.default_rng(seed))

        assert 3 <= len(forgery.touched) <= MOST_DELETED
