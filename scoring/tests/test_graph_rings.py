"""Rings need the shape, the days and the applications; homes and dormitories are left in peace."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.graph.contracts import Applications, Shape, Society, Transfers
from scoring.graph.network import agreed
from scoring.graph.rings import circular_fen, next_application, rings, sudden
from scoring.tests.societies import DAY, NOON, column, people, societies, society, without

LIN, WEI, CHEN, MEI, ZHAO = CAST = range(5)
TODAY = [(each, 0.1 * each) for each in CAST]
FAN_IN = [(each, LIN, 2, 2_000) for each in (WEI, CHEN, MEI)]
CYCLE = [(each, (each + 1) % 5, 2, 2_000) for each in CAST]
STAR = [*FAN_IN, *((LIN, each, 1.5, 1_900) for each in (WEI, CHEN, MEI))]
TELEPHONE = [(each, 1) for each in CAST]


def found(transfers, marks=(), applications=TODAY, members=CAST):
    return rings(society(members, transfers, marks, applications))


class TestShapes:
    @pytest.mark.parametrize(
        ("transfers", "shape"), [(FAN_IN, Shape.FAN_IN), (CYCLE, Shape.CYCLE), (STAR, Shape.STAR)]
    )
    def test_are_told_apart(self, transfers, shape):
        (ring,) = found(transfers)

        assert ring.shape is shape
        assert ring.money_fen == sum(yuan * 100 for *_, yuan in transfers)

    def test_a_short_chain_is_a_ring_only_with_a_mark_in_common(self):
        chain = [(LIN, WEI, 2, 2_000), (WEI, CHEN, 1, 2_000)]

        assert not found(chain)
        assert found(chain, TELEPHONE[:2])[0].shape is Shape.CHAIN

    def test_a_circle_of_which_one_does_not_agree_is_a_long_chain(self):
        (ring,) = found(CYCLE, members=CAST[1:])

        assert ring.shape is Shape.CHAIN
        assert LIN not in ring.members


class TestHomesAndDormitories:
    def test_sharing_everything_and_applying_on_one_day_is_no_ring(self):
        assert not found([], TELEPHONE)

    def test_money_for_long_makes_people_at_home_with_one_another(self):
        monthly = [(each, LIN, 35 + 30 * back, 600) for back in range(4) for each in (WEI, CHEN)]
        collected = [(each, LIN, 2, 9_000) for each in (WEI, CHEN)]

        assert found(collected)
        assert not found([*monthly, *collected])

    def test_a_dinner_shared_is_no_ring(self):
        assert not found([(each, LIN, 2, 150) for each in (WEI, CHEN, MEI, ZHAO)], TELEPHONE)

    def test_money_without_applications_is_no_ring(self):
        assert not found(STAR, TELEPHONE, [(LIN, 0)])

    def test_applications_weeks_apart_are_no_ring(self):
        apart = [(each, 12 * each) for each in CAST]

        assert not found(STAR, TELEPHONE, apart)

    def test_money_of_last_month_is_no_ring(self):
        earlier = [(giver, taker, days + 30, yuan) for giver, taker, days, yuan in STAR]

        assert not found(earlier, TELEPHONE)

    def test_money_after_the_applications_is_no_ring(self):
        after = [(giver, taker, -3, yuan) for giver, taker, _, yuan in STAR]

        assert not found(after, TELEPHONE)


class TestLaws:
    @given(given_=societies(), member=people)
    def test_who_does_not_agree_is_never_named(self, given_, member):
        assert all(member not in ring.members for ring in rings(without(given_, member)))

    @given(given_=societies(), seed=st.integers(0, 99))
    def test_the_order_of_rows_does_not_matter(self, given_, seed):
        chance = np.random.default_rng(seed)
        mixed = Society(
            given_.members,
            given_.transfers.taken(chance.permutation(len(given_.transfers))),
            given_.marks.taken(chance.permutation(len(given_.marks))),
            given_.applications.taken(chance.permutation(len(given_.applications))),
        )

        assert rings(mixed) == rings(given_)

    @given(given_=societies())
    def test_marks_alone_never_make_a_ring(self, given_):
        none = Transfers(*(column(()) for _ in range(4)))
        alone = Society(given_.members, none, given_.marks, given_.applications)

        assert not rings(alone)

    @given(given_=societies())
    def test_every_member_of_a_ring_applied_and_sent_or_took_money(self, given_):
        for ring in rings(given_):
            asked = set(agreed(given_).applications.member.tolist())
            assert set(ring.members) <= asked
            assert ring.transfers >= len(ring.members) - 1
            assert len(ring.members) >= 3

    @given(
        applications=st.lists(st.tuples(people, st.integers(0, 30)), max_size=20),
        wanted=st.lists(st.tuples(people, st.integers(0, 30)), min_size=1, max_size=20),
    )
    @settings(max_examples=60)
    def test_the_next_application_is_the_one_a_slow_look_finds(self, applications, wanted):
        rows = Applications(
            column(member for member, _ in applications), column(at for _, at in applications)
        )

        fast = next_application(
            rows, column(member for member, _ in wanted), column(at for _, at in wanted)
        )

        for (member, at), answer in zip(wanted, fast.tolist(), strict=True):
            later = [when for who, when in applications if who == member and when >= at]
            assert answer == min(later, default=1 << 62)


class TestSudden:
    def test_is_what_is_much_more_than_before(self):
        before = (LIN, WEI, 60, 1_000)
        more, much_more = (LIN, WEI, 2, 2_000), (LIN, WEI, 2, 9_000)

        for last, is_sudden in ((more, False), (much_more, True)):
            given_ = society(CAST, [before, last], (), TODAY)
            assert sudden(given_.transfers, given_.applications)[1] == is_sudden


class TestCircularFlow:
    def test_is_what_went_out_and_came_back(self):
        given_ = society(CAST, CYCLE)

        assert circular_fen(given_, LIN, NOON) == 200_000
        assert circular_fen(given_, LIN, NOON + 30 * DAY) == 0

    def test_money_that_only_leaves_is_none(self):
        assert circular_fen(society(CAST, FAN_IN), WEI, NOON) == 0
        assert circular_fen(society(CAST), WEI, NOON) == 0


class TestMuchInput:
    def test_a_million_transfers_are_looked_at_as_a_whole(self):
        """Bounded by sorting: nothing here grows with the square of the people."""
        chance = np.random.default_rng(1)
        count, among = 1_000_000, 100_000
        transfers = Transfers(
            chance.integers(0, among, count),
            chance.integers(0, among, count),
            NOON - chance.integers(0, 400 * DAY, count),
            chance.integers(100, 500_000, count),
        )
        town = Society(
            np.arange(among),
            transfers,
            society(CAST).marks,
            Applications(np.arange(among), NOON - chance.integers(0, 400 * DAY, among)),
        )
        planted = society(CAST, STAR, (), TODAY)
        together = Society(
            town.members,
            Transfers(
                *(
                    np.concatenate([ours, theirs])
                    for ours, theirs in zip(
                        vars(planted.transfers).values(), vars(transfers).values(), strict=True
                    )
                )
            ),
            town.marks,
            Applications(
                np.concatenate([planted.applications.member, town.applications.member[5:]]),
                np.concatenate([planted.applications.seconds, town.applications.seconds[5:]]),
            ),
        )

        named = [ring for ring in rings(together) if set(ring.members) >= {LIN, WEI, CHEN, MEI}]

        assert [ring.shape for ring in named] == [Shape.STAR]
