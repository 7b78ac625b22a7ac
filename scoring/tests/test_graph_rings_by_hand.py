"""Rings of hand-made societies: shapes by edges, the limits of time and money to the second."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.graph.contracts import Applications, Shape, Transfers
from scoring.graph.rings import (
    DAY,
    KNOWN_FOR,
    LEAST_FEN,
    RUNS_BEFORE,
    TOGETHER,
    circular_fen,
    is_round,
    next_application,
    rings,
    shape_of,
    sudden,
)
from scoring.tests.societies import NOON, column, society

CIRCLE = [(1, 2, 2, 500), (2, 3, 1.5, 500), (3, 1, 1, 500)]
TODAY = [(1, 0), (2, 0), (3, 0)]
edges = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=14)


def givers(pairs):
    return column(one for one, _ in pairs), column(other for _, other in pairs)


def money(*rows):
    """Rows of (giver, taker, seconds, fen)."""
    return Transfers(*(column(row[place] for row in rows) for place in range(4)))


def asked(*rows):
    return Applications(column(who for who, _ in rows), column(at for _, at in rows))


class TestShape:
    @pytest.mark.parametrize(
        ("pairs", "shape"),
        [
            ([(1, 2)], None),
            ([(1, 2), (2, 1)], None),
            ([(1, 2), (1, 2), (1, 2)], None),
            ([(1, 2), (2, 3)], Shape.CHAIN),
            ([(1, 2), (1, 3)], Shape.CHAIN),
            ([(1, 2), (2, 3), (3, 4), (4, 5)], Shape.CHAIN),
            ([(1, 3), (2, 3)], Shape.FAN_IN),
            ([(1, 4), (2, 4), (3, 4)], Shape.FAN_IN),
            ([(1, 3), (1, 3), (2, 3)], Shape.FAN_IN),
            ([(1, 2), (2, 3), (3, 1)], Shape.CYCLE),
            ([(1, 2), (2, 3), (3, 4), (4, 1)], Shape.CYCLE),
            ([(1, 3), (2, 3), (3, 4), (3, 5)], Shape.STAR),
            ([(1, 3), (2, 3), (3, 1), (3, 2)], Shape.STAR),
            ([(1, 2), (2, 3), (3, 1), (4, 1), (1, 5)], Shape.STAR),
        ],
    )
    def test_is_that_of_the_picture(self, pairs, shape):
        assert shape_of(*givers(pairs)) is shape

    @given(edges, st.integers(1, 1_000))
    def test_does_not_know_what_people_are_called(self, pairs, step):
        renamed = [(one * step + 7, other * step + 7) for one, other in pairs]

        assert shape_of(*givers(renamed)) is shape_of(*givers(pairs))

    @given(edges)
    def test_does_not_change_when_a_link_is_told_again(self, pairs):
        assert shape_of(*givers([*pairs, *pairs])) is shape_of(*givers(pairs))

    @pytest.mark.parametrize(
        ("pairs", "comes_back"),
        [
            ([(0, 1), (1, 0)], False),
            ([(0, 1), (1, 2)], False),
            ([(0, 1), (1, 2), (2, 0)], True),
            ([(0, 1), (1, 2), (0, 2)], False),
            ([(0, 1), (1, 0), (1, 2), (2, 1)], True),
            ([(0, 1), (1, 0), (2, 3), (3, 2)], False),
        ],
    )
    def test_is_round_where_two_others_pass_it_on(self, pairs, comes_back):
        assert is_round(givers(pairs)[0], givers(pairs)[1], 4) is comes_back


class TestLimits:
    """Two people, one transfer at second 0, in the months before nothing."""

    @pytest.mark.parametrize(
        ("giver_at", "taker_at", "fen", "is_sudden"),
        [
            (0, 0, LEAST_FEN, True),
            (0, 0, LEAST_FEN - 1, False),
            (RUNS_BEFORE, RUNS_BEFORE, 50_000, True),
            (RUNS_BEFORE + 1, RUNS_BEFORE, 50_000, False),
            (RUNS_BEFORE, RUNS_BEFORE + 1, 50_000, False),
            (0, TOGETHER, 50_000, True),
            (TOGETHER, 0, 50_000, True),
            (0, TOGETHER + 1, 50_000, False),
            (TOGETHER + 1, 0, 50_000, False),
            (-1, 0, 50_000, False),
            (0, -1, 50_000, False),
            (None, 0, 50_000, False),
            (0, None, 50_000, False),
            (None, None, 50_000, False),
        ],
    )
    def test_hold_to_the_second_and_the_fen(self, giver_at, taker_at, fen, is_sudden):
        rows = [(who, at) for who, at in ((1, giver_at), (2, taker_at)) if at is not None]

        assert sudden(money((1, 2, 0, fen)), asked(*rows)).tolist() == [is_sudden]

    @pytest.mark.parametrize(
        ("earlier", "is_sudden"),
        [
            ([], True),
            ([(1, 2, -KNOWN_FOR - 1, 100)], True),
            ([(1, 2, -KNOWN_FOR - 1, 100), (2, 1, -KNOWN_FOR - 9, 100)], False),
            ([(1, 2, -KNOWN_FOR, 100), (2, 1, -KNOWN_FOR, 100)], True),
            ([(1, 2, -KNOWN_FOR - 1, 30_000)], True),
            ([(1, 2, -KNOWN_FOR - 1, 30_001)], False),
            ([(2, 1, -KNOWN_FOR - 1, 30_001)], False),
            ([(1, 2, -KNOWN_FOR, 30_001)], True),
            ([(1, 3, -KNOWN_FOR - 1, 90_000), (3, 2, -KNOWN_FOR - 1, 90_000)], True),
        ],
    )
    def test_of_what_two_are_used_to(self, earlier, is_sudden):
        rows = money(*earlier, (1, 2, 0, 90_000))

        assert sudden(rows, asked((1, 0), (2, 0))).tolist()[-1] is is_sudden


class TestNextApplication:
    @pytest.mark.parametrize(
        ("member", "at", "found"),
        [(1, 0, 10), (1, 10, 10), (1, 11, 20), (1, 20, 20), (2, -99, 15), (2, 15, 15)],
    )
    def test_is_at_or_after_the_moment(self, member, at, found):
        rows = asked((1, 20), (2, 15), (1, 10))

        assert next_application(rows, column([member]), column([at])).tolist() == [found]

    @pytest.mark.parametrize(("member", "at"), [(1, 21), (2, 16), (3, 0), (0, 0)])
    def test_is_never_where_none_follows(self, member, at):
        rows = asked((1, 20), (2, 15), (1, 10))

        assert next_application(rows, column([member]), column([at]))[0] > 2**60

    def test_of_nobody_asked_is_empty(self):
        assert next_application(asked((1, 5)), column([]), column([])).tolist() == []


class TestRing:
    def test_tells_its_people_money_and_moments(self):
        (found,) = rings(society([1, 2, 3], CIRCLE, [(1, 8), (3, 8)], TODAY))

        assert found.members == (1, 2, 3)
        assert (found.transfers, found.money_fen, found.marks_shared) == (3, 150_000, 1)
        assert (found.first_at, found.last_at) == (NOON - 2 * DAY, NOON - DAY)
        assert found.shape is Shape.CYCLE

    def test_counts_each_pair_that_shares_a_mark_and_no_outsider(self):
        seen = [(1, 8), (2, 8), (3, 8), (4, 8), (1, 9), (2, 9)]
        (found,) = rings(society([1, 2, 3, 4], CIRCLE, seen, TODAY))

        assert found.marks_shared == 4

    def test_leaves_out_money_that_ran_for_other_reasons(self):
        quiet = [(1, 2, 50, 20), (3, 2, 3, 40), (1, 3, 20, 9_000)]
        (found,) = rings(society([1, 2, 3], [*CIRCLE, *quiet], (), TODAY))

        assert found.transfers == 3

    def test_does_not_take_in_who_sent_money_and_never_applied(self):
        (found,) = rings(society([1, 2, 3, 4], [*CIRCLE, (4, 1, 1, 900)], (), TODAY))

        assert found.members == (1, 2, 3)

    def test_two_that_do_not_touch_are_two_in_order(self):
        other = [(one + 6, two + 6, day, yuan) for one, two, day, yuan in CIRCLE]
        found = rings(
            society(range(1, 10), [*other, *CIRCLE], (), [*TODAY, (7, 0), (8, 0), (9, 0)])
        )

        assert [each.members for each in found] == [(1, 2, 3), (7, 8, 9)]

    def test_two_that_touch_are_one(self):
        joined = [(3, 7, 1, 900), *((one + 6, two + 6, d, y) for one, two, d, y in CIRCLE)]
        (found,) = rings(
            society(range(1, 10), [*CIRCLE, *joined], (), [*TODAY, (7, 0), (8, 0), (9, 0)])
        )

        assert found.members == (1, 2, 3, 7, 8, 9)

    @pytest.mark.parametrize("yuan", [300, 301, 5_000])
    def test_is_found_from_three_hundred_yuan_on(self, yuan):
        circle = [(one, other, day, yuan) for one, other, day, _ in CIRCLE]

        assert len(rings(society([1, 2, 3], circle, (), TODAY))) == 1

    def test_is_found_again_at_a_second_round_of_applications(self):
        later = [(one, other, day - 40, yuan) for one, other, day, yuan in CIRCLE]
        both = [*TODAY, *((who, -40) for who, _ in TODAY)]
        (found,) = rings(society([1, 2, 3], later, (), both))

        assert found.first_at == NOON + 38 * DAY

    def test_of_nobody_is_none(self):
        assert rings(society([])) == ()

    @given(st.permutations(range(3)), st.integers(-1_000, 1_000))
    def test_does_not_know_the_calendar(self, order, days):
        moved = [(one, other, day + days, yuan) for one, other, day, yuan in CIRCLE]
        rows = [moved[place] for place in order]
        (found,) = rings(society([1, 2, 3], rows, (), [(who, days) for who, _ in TODAY]))

        assert found.members == (1, 2, 3)
        assert found.last_at - found.first_at == DAY


class TestRoundMoney:
    @pytest.mark.parametrize(
        ("rows", "fen"),
        [
            ([], 0),
            ([(1, 2, 1, 500)], 0),
            ([(1, 2, 1, 500), (2, 1, 1, 300)], 30_000),
            ([(1, 2, 2, 300), (2, 1, 1, 500)], 30_000),
            ([(1, 2, 2, 500), (2, 3, 1, 400), (3, 1, 1, 450)], 45_000),
            ([(1, 2, 2, 500), (2, 3, 1, 400), (3, 4, 1, 450)], 0),
            ([(2, 3, 2, 500), (3, 2, 1, 500)], 0),
            ([(1, 2, 2, 500), (2, 1, 1, 500), (1, 3, 1, 900)], 50_000),
            ([(1, 2, 7, 500), (2, 1, 1, 500)], 50_000),
            ([(1, 2, 8, 500), (2, 1, 1, 500)], 0),
            ([(1, 2, 1, 500), (2, 1, 0, 500)], 0),
        ],
    )
    def test_is_the_less_of_what_went_and_came_within_a_week(self, rows, fen):
        assert circular_fen(society([1, 2, 3, 4], rows), 1, NOON) == fen

    @given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 9),
                              st.integers(1, 900)), max_size=12))  # fmt: skip
    def test_is_never_more_than_all_that_left(self, rows):
        given_ = society([1, 2, 3, 4], rows)
        left = given_.transfers.amount_fen[given_.transfers.giver == 1].sum()

        assert 0 <= circular_fen(given_, 1, NOON) <= int(np.int64(left))
