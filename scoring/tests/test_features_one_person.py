"""The quick ways for one person, held against the long ways that they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction
from scoring.features.catalogue import FEATURES
from scoring.features.definitions import debts, stability, subscriptions
from scoring.features.definitions.ability import income_seen
from scoring.features.definitions.trend import recent_fen
from scoring.features.frame import INCOME, added, distinct, known, ordered, rows_of, variation
from scoring.tests.events import bought, earned
from scoring.tests.test_features_frame import frame_of, people

figures = st.floats(-1e9, 1e9) | st.sampled_from([0.0, -0.0])
FAR, NEAR = 171, 169


def bits(values):
    return np.asarray(values).tobytes()


def income_variation_the_long_way(frame):
    """Each cutting by itself, as the feature was first written."""
    latest = recent_fen(frame)[:, None]
    always = np.ones((frame.segments, 1), dtype=np.bool_)
    cuttings = [{"offset_days": days, "periods": 5} for days in (0, 10, 20)]
    income = [np.hstack([latest, frame.by_period(frame.income, **each)]) for each in cuttings]
    seen = [np.hstack([always, frame.seen_periods(**each)]) for each in cuttings]
    ways = variation(np.vstack(income), np.vstack(seen), at_least=4)
    return known(np.fmin.reduce(ways.reshape(3, frame.segments), axis=0), income_seen(frame))


class TestSums:
    @given(
        st.integers(1, 7).flatmap(
            lambda width: st.lists(st.lists(figures, min_size=width, max_size=width), min_size=1)
        )
    )
    def test_are_taken_one_column_after_the_other(self, rows):
        columns = np.array(rows)
        plain = np.zeros(len(rows))
        for place in range(columns.shape[1]):
            plain = plain + columns[:, place]

        assert bits(added(columns)) == bits(plain)

    @given(people)
    def test_asked_twice_are_the_same_ones(self, rows):
        frame = frame_of(*rows)

        first = frame.moved_fen(Direction.IN, INCOME, days=90)
        again = frame.moved_fen(Direction.IN, INCOME, days=90)
        longer = frame.moved_fen(Direction.IN, INCOME, days=180)

        assert again is first
        assert longer is not first
        assert (longer >= first).all()
        assert bits(frame_of(*rows).moved_fen(Direction.IN, INCOME, days=90)) == bits(first)


class TestOrder:
    @given(people)
    def test_is_by_segment_and_then_by_the_columns(self, rows):
        frame = frame_of(*rows)
        every = np.arange(len(frame.rows))

        found = ordered(frame, every, frame.party, frame.amount_fen)

        keys = (frame.amount_fen, frame.party, frame.segment)
        assert found.tolist() == np.lexsort(keys).tolist()

    @given(people)
    def test_of_a_part_stays_a_part(self, rows):
        frame = frame_of(*rows)
        part = rows_of(frame.direction == Direction.OUT)

        assert sorted(ordered(frame, part, frame.category).tolist()) == part.tolist()

    @given(st.lists(st.booleans()))
    def test_starts_from_the_rows_of_a_mask(self, flags):
        mask = np.array(flags, dtype=np.bool_)

        assert rows_of(mask).tolist() == np.flatnonzero(mask).tolist()


class TestNothing:
    def test_is_counted_as_none_for_everybody(self):
        frame = frame_of([], [bought(3, 100)], [])

        nobody = rows_of(frame.direction == Direction.IN)

        assert distinct(frame, nobody, frame.party).tolist() == [0, 0, 0]

    def test_runs_as_no_series(self):
        frame = frame_of([bought(3, 100), bought(40, 200)], [])

        assert debts.instalments_elsewhere(frame).tolist() == [0, 0]
        assert [each.tolist() for each in subscriptions.subscriptions(frame)] == [[0, 0]] * 3


class TestIncomeVariation:
    @given(people)
    def test_of_three_cuttings_at_once_is_that_of_each_alone(self, rows):
        frame = frame_of(*rows)

        expected = income_variation_the_long_way(frame)

        assert bits(stability.income_variation(frame)) == bits(expected)

    def test_reaches_back_as_far_as_it_says(self):
        months = [earned(days, 5_000) for days in (15, 45, 75, 105, 135)]
        whole = [*months, bought(179, 1)]

        def with_one_more(days):
            return stability.income_variation(frame_of([*whole, earned(days, 90_000)]))[0]

        without = stability.income_variation(frame_of(whole))[0]
        assert FEATURES["income_variation_180d"].days == 170
        assert with_one_more(FAR) == without
        # One cutting sees it, and the steadiest of the three is kept.
        assert stability._cut_income(frame_of([*whole, earned(NEAR, 90_000)])).max() > 5_000_000

    @pytest.mark.parametrize("category", [Category.TRANSFER_SOCIAL, Category.REFUND])
    def test_hears_nothing_of_what_is_no_income(self, category):
        months = [earned(days, 5_000) for days in (15, 45, 75, 105, 135)]
        before = stability.income_variation(frame_of([*months, bought(179, 1)]))

        sent = earned(20, 80_000, category)
        after = stability.income_variation(frame_of([*months, sent, bought(179, 1)]))

        assert bits(after) == bits(before)
