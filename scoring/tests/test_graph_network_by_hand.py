"""The network of small hand-made societies: every pair, strength and share of nearness by sum."""

from itertools import combinations
from math import log, log1p

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.graph.contracts import LinkKind, Marks, Society
from scoring.graph.network import (
    DAMPING,
    MOST_SHARING,
    STRENGTH,
    adjacency,
    agreed,
    components,
    empty,
    has,
    nearness,
    numbers,
    pairs_sharing,
    shared,
)
from scoring.tests.societies import column, societies, society

ids = st.integers(min_value=-5, max_value=40)
seen = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([1, 2, 3]), st.integers(0, 3)), max_size=30
)


def marks(*rows):
    """Rows of (member, kind, mark)."""
    return Marks(*(column(row[place] for row in rows) for place in range(3)))


def marked(members, *rows):
    return Society(column(members), *_nothing_but(marks(*rows)))


def _nothing_but(kept):
    nobody = empty()
    return nobody.transfers, kept, nobody.applications


def told(pairs):
    return list(zip(*(each.tolist() for each in pairs), strict=True))


def between(given_, one, other):
    members = given_.members.tolist()
    return adjacency(given_).todense()[members.index(one), members.index(other)]


class TestHas:
    @pytest.mark.parametrize(
        ("members", "wanted", "found"),
        [
            ([], [1, 2], [False, False]),
            ([3], [], []),
            ([3], [3], [True]),
            ([3], [2, 4], [False, False]),
            ([1, 5, 9], [0, 1, 4, 5, 6, 9, 10], [False, True, False, True, False, True, False]),
            ([1, 5, 9], [9, 9, 1], [True, True, True]),
        ],
    )
    def test_knows_who_is_a_member(self, members, wanted, found):
        assert has(column(members), column(wanted)).tolist() == found

    @given(st.sets(ids), st.lists(ids))
    def test_agrees_with_a_plain_look(self, members, wanted):
        found = has(column(sorted(members)), column(wanted))

        assert found.tolist() == [each in members for each in wanted]


class TestAgreed:
    @pytest.mark.parametrize(
        ("transfers", "kept"),
        [
            ([(1, 2, 3, 100)], 1),
            ([(1, 2, 3, 100), (1, 2, 3, 100)], 1),
            ([(1, 2, 3, 100), (2, 1, 3, 100)], 2),
            ([(1, 2, 3, 100), (1, 2, 3, 101)], 2),
            ([(1, 2, 3, 100), (1, 2, 4, 100)], 2),
            ([(1, 1, 3, 100)], 0),
            ([(1, 9, 3, 100)], 0),
            ([(9, 1, 3, 100)], 0),
            ([(1, 2, 3, 0)], 0),
            ([(1, 2, 3, -5)], 0),
        ],
    )
    def test_keeps_money_between_two_members_once(self, transfers, kept):
        assert len(agreed(society([1, 2], transfers)).transfers) == kept

    def test_names_each_member_once_and_in_order(self):
        assert agreed(society([7, 2, 7, 5, 2])).members.tolist() == [2, 5, 7]

    def test_keeps_a_mark_of_each_kind_by_itself(self):
        kept = agreed(marked([1], (1, 1, 8), (1, 2, 8), (1, 1, 8), (4, 1, 8))).marks

        assert told((kept.member, kept.kind, kept.mark)) == [(1, 1, 8), (1, 2, 8)]

    def test_keeps_every_application_of_a_member_once(self):
        kept = agreed(society([1, 2], applications=[(1, 3), (1, 3), (1, 2), (3, 1)])).applications

        assert kept.member.tolist() == [1, 1]

    @given(societies())
    def test_agreeing_again_changes_nothing(self, given_):
        once = agreed(given_)
        twice = agreed(once)

        assert twice.members.tolist() == once.members.tolist()
        assert twice.transfers.seconds.tolist() == once.transfers.seconds.tolist()
        assert twice.transfers.amount_fen.tolist() == once.transfers.amount_fen.tolist()
        assert twice.marks.mark.tolist() == once.marks.mark.tolist()
        assert twice.applications.seconds.tolist() == once.applications.seconds.tolist()

    @given(societies())
    def test_nothing_is_made_up(self, given_):
        before = set(
            zip(
                given_.transfers.giver.tolist(),
                given_.transfers.taker.tolist(),
                given_.transfers.amount_fen.tolist(),
                strict=True,
            )
        )
        after = agreed(given_).transfers

        assert set(told((after.giver, after.taker, after.amount_fen))) <= before


class TestPairs:
    @pytest.mark.parametrize(
        ("rows", "pairs"),
        [
            ([], []),
            ([(1, 1, 5)], []),
            ([(1, 1, 5), (2, 1, 5)], [(1, 2, 1, 2)]),
            ([(2, 1, 5), (1, 1, 5)], [(1, 2, 1, 2)]),
            ([(1, 1, 5), (2, 2, 5)], []),
            ([(1, 1, 5), (2, 1, 6)], []),
            ([(1, 2, 5), (2, 2, 5), (3, 2, 5)], [(1, 2, 2, 3), (1, 3, 2, 3), (2, 3, 2, 3)]),
            ([(1, 1, 5), (2, 1, 5), (1, 3, 5), (2, 3, 5)], [(1, 2, 1, 2), (1, 2, 3, 2)]),
            ([(1, 1, 5), (2, 1, 5), (3, 1, 6), (4, 1, 6)], [(1, 2, 1, 2), (3, 4, 1, 2)]),
        ],
    )
    def test_are_those_with_the_same_mark_of_the_same_kind(self, rows, pairs):
        assert sorted(told(pairs_sharing(marks(*rows)))) == pairs

    @pytest.mark.parametrize("size", range(2, MOST_SHARING + 4))
    def test_of_many_are_all_or_none(self, size):
        found = pairs_sharing(marks(*((member, 1, 5) for member in range(size))))[0]

        assert len(found) == (size * (size - 1) // 2 if size <= MOST_SHARING else 0)

    @given(seen)
    def test_are_those_of_a_slow_look(self, rows):
        sharing: dict[tuple[object, object], set[int]] = {}
        for member, kind, mark in set(rows):
            sharing.setdefault((kind, mark), set()).add(member)
        wanted = sorted(
            (low, high, kind, len(members))
            for (kind, _mark), members in sharing.items()
            if len(members) <= MOST_SHARING
            for low, high in combinations(sorted(members), 2)
        )

        assert sorted(told(pairs_sharing(marks(*sorted(set(rows)))))) == wanted


class TestStrength:
    @pytest.mark.parametrize("kind", [LinkKind.DEVICE, LinkKind.ACCOUNT, LinkKind.REFERRAL])
    @pytest.mark.parametrize("size", [2, 3, 5, 12])
    def test_of_a_mark_is_shared_out_among_the_others(self, kind, size):
        group = marked(range(size), *((member, kind, 5) for member in range(size)))

        assert between(group, 0, size - 1) == pytest.approx(STRENGTH[kind] / (size - 1))

    @pytest.mark.parametrize("times", [1, 2, 3, 10, 100])
    def test_of_money_grows_with_the_logarithm_of_its_times(self, times):
        given_ = society([1, 2], [(1, 2, day, 100) for day in range(times)])

        assert between(given_, 1, 2) == pytest.approx(log1p(times))

    def test_of_money_counts_both_directions(self):
        given_ = society([1, 2], [(1, 2, 1, 100), (2, 1, 2, 100), (2, 1, 3, 100)])

        assert between(given_, 1, 2) == between(given_, 2, 1) == pytest.approx(log(4))

    def test_does_not_know_how_much_money_it_was(self):
        little, much = (society([1, 2], [(1, 2, 1, yuan)]) for yuan in (1, 1_000_000))

        assert between(little, 1, 2) == between(much, 1, 2)

    def test_of_money_and_a_telephone_is_their_sum(self):
        given_ = society([1, 2], [(1, 2, 1, 100)], [(1, 8), (2, 8)])

        assert between(given_, 1, 2) == pytest.approx(log(2) + 0.5)

    def test_of_two_marks_in_common_is_their_sum(self):
        given_ = marked([1, 2], (1, 1, 5), (2, 1, 5), (1, 2, 5), (2, 2, 5))

        assert between(given_, 1, 2) == pytest.approx(0.5 + 1.0)

    @given(societies())
    def test_is_the_same_both_ways_and_never_with_oneself(self, given_):
        links = adjacency(agreed(given_)).todense()

        assert np.allclose(links, links.T)
        assert not np.diag(links).any()
        assert (links >= 0).all()


class TestComponents:
    @pytest.mark.parametrize(
        ("members", "pairs", "groups"),
        [
            ([], [], 0),
            ([1], [], 1),
            ([1, 2], [], 2),
            ([1, 2], [(1, 2)], 1),
            ([1, 2, 3, 4], [(1, 2), (3, 4)], 2),
            ([1, 2, 3, 4], [(1, 2), (2, 3), (3, 4)], 1),
            ([1, 2, 3, 4, 5], [(1, 5), (5, 3)], 3),
        ],
    )
    def test_are_as_many_as_hang_together(self, members, pairs, groups):
        given_ = society(members, [(one, other, 1, 100) for one, other in pairs])

        assert len(set(components(adjacency(given_)).tolist())) == groups

    @given(societies())
    def test_two_who_are_linked_are_in_one(self, given_):
        links = adjacency(agreed(given_))
        group = components(links)
        one, other = links.nonzero()

        assert (group[one] == group[other]).all()


class TestNearness:
    def test_of_a_pair_is_a_series_that_can_be_summed(self):
        # From one of two: at the start 1 / (1 + d) of all steps, at the other d / (1 + d).
        near = nearness(adjacency(society([1, 2], [(1, 2, 1, 100)])), numbers(0))

        assert near.tolist() == pytest.approx([1 / (1 + DAMPING), DAMPING / (1 + DAMPING)])

    def test_of_the_middle_of_a_star_is_shared_by_its_rays_alike(self):
        star = society([0, 1, 2, 3, 4], [(0, ray, 1, 100) for ray in (1, 2, 3, 4)])
        near = nearness(adjacency(star), numbers(0))
        middle = 1 / (1 + DAMPING)

        assert near.tolist() == pytest.approx([middle, *[(1 - middle) / 4] * 4])

    def test_of_who_stands_alone_stays_there(self):
        near = nearness(adjacency(society([1, 2, 3], [(2, 3, 1, 100)])), numbers(0))

        assert near.tolist() == pytest.approx([1, 0, 0])

    def test_of_everybody_in_a_circle_is_equal(self):
        circle = society(range(5), [(one, (one + 1) % 5, 1, 100) for one in range(5)])

        assert nearness(adjacency(circle), numbers(0, 1, 2, 3, 4)).tolist() == pytest.approx(
            [0.2] * 5
        )

    def test_of_two_starts_is_the_mean_of_each(self):
        links = adjacency(society(range(4), [(0, 1, 1, 9), (1, 2, 1, 9), (2, 3, 1, 9)]))
        both = nearness(links, numbers(0, 3))

        assert both.tolist() == pytest.approx(
            ((nearness(links, numbers(0)) + nearness(links, numbers(3))) / 2).tolist(), abs=1e-8
        )

    def test_named_twice_counts_once(self):
        links = adjacency(society([1, 2], [(1, 2, 1, 100)]))

        assert nearness(links, numbers(0, 0)).tolist() == nearness(links, numbers(0)).tolist()

    def test_goes_rather_where_the_link_is_strong(self):
        near = nearness(
            adjacency(society([1, 2, 3], [(1, 2, 1, 9), *((1, 3, day, 9) for day in range(9))])),
            numbers(0),
        )

        assert near[2] / near[1] == pytest.approx(log1p(9) / log1p(1))

    def test_solves_its_own_equation(self):
        links = adjacency(
            society(range(4), [(0, 1, 1, 9), (1, 2, 1, 9), (2, 3, 1, 9), (0, 2, 2, 9)])
        )
        near = nearness(links, numbers(1))
        onwards = np.asarray(links.todense() / links.sum(axis=1)[:, None])
        start = np.array([0, 1, 0, 0])

        assert near.tolist() == pytest.approx(
            (DAMPING * onwards.T @ near + (1 - DAMPING) * start).tolist(), abs=1e-8
        )


class TestShared:
    @pytest.mark.parametrize(
        ("rows", "wanted"),
        [
            ([], [0, 0, 0]),
            ([(1, 1, 5), (2, 1, 5)], [1, 1, 0]),
            ([(1, 1, 5), (2, 1, 5), (3, 1, 5)], [1, 1, 1]),
            ([(1, 1, 5), (2, 1, 5), (1, 1, 6), (2, 1, 6)], [2, 2, 0]),
            ([(1, 1, 5), (2, 1, 5), (2, 1, 6), (3, 1, 6)], [1, 2, 1]),
        ],
    )
    def test_counts_each_mark_as_one_whoever_many_share_it(self, rows, wanted):
        found = shared(marked([1, 2, 3], *rows))

        assert found.tolist() == pytest.approx(np.log1p(wanted).tolist())

    def test_of_a_counter_that_a_whole_town_uses_is_nothing(self):
        assert not shared(marked(range(13), *((each, 1, 5) for each in range(13)))).any()
