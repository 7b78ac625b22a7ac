"""Links, components and nearness: who did not agree is nowhere, and fraud alone is a start."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.graph.contracts import Marks, Society, Transfers
from scoring.graph.network import (
    MOST_SHARING,
    adjacency,
    agreed,
    components,
    empty,
    nearness,
    pairs_sharing,
    shared,
)
from scoring.tests.societies import column, people, societies, society, without

LIN, WEI, CHEN, MEI, ZHAO = range(5)
CAST = (LIN, WEI, CHEN, MEI, ZHAO)


def near(given, *confirmed):
    return nearness(adjacency(agreed(given)), column(confirmed))


class TestAgreed:
    @given(given_=societies(), member=people)
    def test_who_does_not_agree_changes_nothing_that_others_see(self, given_, member):
        apart = without(given_, member)
        kept = apart.transfers.taken(
            (apart.transfers.giver != member) & (apart.transfers.taker != member)
        )
        never = Society(
            apart.members,
            kept,
            apart.marks.taken(apart.marks.member != member),
            apart.applications.taken(apart.applications.member != member),
        )

        assert (adjacency(agreed(apart)) != adjacency(agreed(never))).nnz == 0

    @given(given_=societies())
    def test_every_link_has_two_members_and_no_loop(self, given_):
        seen = agreed(given_)

        assert np.isin(seen.transfers.giver, seen.members).all()
        assert np.isin(seen.transfers.taker, seen.members).all()
        assert (seen.transfers.giver != seen.transfers.taker).all()
        assert adjacency(seen).diagonal().sum() == 0

    @given(given_=societies())
    def test_what_is_told_twice_counts_once(self, given_):
        twice = replace(
            given_,
            transfers=Transfers(*(np.tile(each, 2) for each in vars(given_.transfers).values())),
            marks=Marks(*(np.tile(each, 2) for each in vars(given_.marks).values())),
        )

        assert (adjacency(agreed(twice)) != adjacency(agreed(given_))).nnz == 0

    def test_nobody_is_no_error(self):
        nobody = agreed(empty())

        assert not len(nobody.members)
        assert not len(components(adjacency(nobody)))


class TestSharing:
    def test_a_mark_that_many_share_links_nobody(self):
        many = range(MOST_SHARING + 1)
        counter = society(many, marks=[(member, 7) for member in many])

        assert adjacency(counter).nnz == 0
        assert not shared(counter).any()

    def test_each_pair_that_shares_a_mark_is_found_once(self):
        four = society(range(4), marks=[(member, 7) for member in range(4)])

        low, high, _kind, size = pairs_sharing(four.marks)

        assert sorted(zip(low.tolist(), high.tolist(), strict=True)) == [
            (low, high) for low in range(4) for high in range(low + 1, 4)
        ]
        assert set(size.tolist()) == {4}

    def test_a_mark_shared_by_two_links_more_than_one_shared_by_four(self):
        two = adjacency(society(CAST, marks=[(LIN, 1), (WEI, 1)]))
        four = adjacency(society(CAST, marks=[(each, 1) for each in (LIN, WEI, CHEN, MEI)]))

        assert two[LIN, WEI] > four[LIN, WEI] > 0

    def test_many_transfers_count_little_more_than_a_few(self):
        few = adjacency(society(CAST, [(LIN, WEI, day, 10) for day in range(4)]))
        many = adjacency(society(CAST, [(LIN, WEI, day, 10) for day in range(40)]))

        assert few[LIN, WEI] < many[LIN, WEI] < 3 * few[LIN, WEI]


class TestComponents:
    def test_hang_together_by_any_link(self):
        found = components(adjacency(society(CAST, [(LIN, WEI, 1, 10)], [(WEI, 3), (CHEN, 3)])))

        assert found[LIN] == found[WEI] == found[CHEN]
        assert len({found[LIN], found[MEI], found[ZHAO]}) == 3


class TestNearness:
    @given(given_=societies(), data=st.data())
    def test_the_mass_is_one_and_nothing_is_negative(self, given_, data):
        seen = agreed(given_)
        confirmed = data.draw(
            st.sets(st.integers(0, len(seen.members) - 1), min_size=1), label="confirmed"
        )

        found = near(given_, *confirmed)

        assert found.sum() == pytest.approx(1, abs=1e-6)
        assert (found >= 0).all()

    @given(given_=societies())
    def test_without_confirmed_fraud_nobody_is_near_to_anything(self, given_):
        assert not near(given_).any()

    @given(given_=societies(), data=st.data())
    def test_who_is_not_linked_to_confirmed_fraud_is_not_near(self, given_, data):
        seen = agreed(given_)
        confirmed = data.draw(st.integers(0, len(seen.members) - 1), label="confirmed")
        group = components(adjacency(seen))

        assert not near(given_, confirmed)[group != group[confirmed]].any()

    @given(given_=societies(), data=st.data())
    def test_one_more_confirmed_case_never_takes_the_mass_from_its_own_component(
        self, given_, data
    ):
        count = len(agreed(given_).members)
        places = st.integers(0, count - 1)
        first, second = data.draw(places, label="first"), data.draw(places, label="second")
        group = components(adjacency(agreed(given_)))
        own = group == group[second]

        before, after = near(given_, first), near(given_, first, second)

        assert after[own].sum() >= before[own].sum() - 1e-6

    def test_falls_with_the_distance(self):
        chain = society(CAST, [(each, each + 1, 1, 10) for each in CAST[:-1]])

        found = near(chain, LIN)

        assert found[WEI] > found[CHEN] > found[MEI] > found[ZHAO] > 0

    def test_knows_no_defaults(self):
        """The only thing beside the links that it can be given is confirmed fraud."""
        assert nearness.__code__.co_varnames[: nearness.__code__.co_argcount] == (
            "links",
            "confirmed",
        )
