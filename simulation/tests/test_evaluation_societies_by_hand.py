"""Rings found against rings as they are, in a made town whose groups are set by hand."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import CHANNELS, Source
from scoring.graph.hazard import Flows
from scoring.graph.network import empty
from simulation.evaluation.lent.events import FUNDINGS, said_by, table
from simulation.evaluation.societies.hazards import before, diverted, seen_as
from simulation.evaluation.societies.linked import Seen, counted, gathered, marks
from simulation.tests.sample_purse import debt
from simulation.words import Direction, Scene
from simulation.world import simulate
from simulation.world.events import Funding, Kind

PEOPLE, DAY, AT = 12, 86_400, 1_790_000_000
NAMES = ("wechat", "alipay", "jd", "meituan", "debit", "second", "credit")


@lru_cache
def town():
    """People 0 to 3 are a ring, 4 to 6 another, 7 and 8 at home, 9 and 10 in a dormitory."""
    made = simulate(people=PEOPLE, months=2, seed=5, first_day=date(2025, 6, 1))
    nobody = np.full(PEOPLE, -1, dtype=np.int64)
    ring, family, dormitory = nobody.copy(), nobody.copy(), nobody.copy()
    ring[:4], ring[4:7], family[7:9], dormitory[9:11] = 0, 1, 0, 0
    return replace(made, graph=replace(made.graph, ring=ring, family=family, dormitory=dormitory))


def looked(*found, agree=range(PEOPLE)):
    consents = np.isin(np.arange(PEOPLE), list(agree))
    given_ = Seen(empty(), consents, np.zeros(PEOPLE, dtype=np.int64))
    return counted(town(), given_, list(found))


class TestCounted:
    @pytest.mark.parametrize(
        ("found", "right", "rings"),
        [
            ([], 0, 0),
            ([(0, 1, 2, 3)], 1, 1),
            ([(0, 1, 2, 3), (4, 5, 6)], 2, 2),
            ([(0, 1)], 1, 1),
            ([(0, 11)], 0, 0),
            ([(0, 1, 11)], 1, 1),
            ([(0, 1, 10, 11)], 0, 0),
            ([(0, 1, 2, 4, 5)], 1, 1),
            ([(0, 1, 4, 5)], 0, 0),
            ([(7, 8)], 0, 0),
            ([(0, 1), (2, 3)], 2, 1),
            ([(4,)], 1, 0),
            ([(4,), (4, 5)], 2, 1),
        ],
    )
    def test_a_ring_by_most_of_a_finding_and_half_of_its_members(self, found, right, rings):
        said = looked(*found)

        assert (said.found, said.found_right, said.rings_found) == (len(found), right, rings)
        assert said.rings == 2

    @pytest.mark.parametrize(("agree", "rings"), [((0, 1), 1), ((0, 1, 2), 1), ((0, 1, 2, 3), 1)])
    def test_half_of_those_who_agreed_are_enough(self, agree, rings):
        assert looked((0, 1), agree=agree).rings_found == rings

    @pytest.mark.parametrize(
        ("found", "decoys", "others"),
        [([], 0, 0), ([(7, 8)], 2, 0), ([(9, 10, 11)], 2, 1), ([(0, 7, 11)], 1, 1)],
    )
    def test_who_was_troubled_without_cause(self, found, decoys, others):
        said = looked(*found)

        assert (said.decoys_referred, said.others_referred) == (decoys, others)
        assert (said.decoys, said.others) == (4, 1)

    def test_only_those_who_agreed_are_members(self):
        said = looked((0, 1, 2), agree=(0, 1, 2, 4, 11))

        assert (said.members, said.members_found, said.decoys, said.others) == (4, 3, 0, 1)

    @given(st.lists(st.sets(st.integers(0, PEOPLE - 1), min_size=1), max_size=5))
    def test_never_more_than_there_are(self, found):
        said = looked(*(tuple(sorted(each)) for each in found))

        assert said.rings_found <= min(said.found_right, said.rings)
        assert said.found_right <= said.found
        assert said.members_found <= said.members
        assert said.decoys_referred <= said.decoys
        assert said.others_referred <= said.others


class TestTown:
    def test_is_marked_by_telephones_of_everybody(self):
        found = marks(town().graph)

        assert found.member.tolist() == list(range(PEOPLE))
        assert found.mark.tolist() == town().graph.device.tolist()

    @pytest.mark.parametrize("members", [[3], [3, 5], [2, 4, 6, 8, 10]])
    def test_gathers_from_all_but_one_within_hours(self, members):
        rows = gathered(np.random.default_rng(1), members, AT, 6_000)

        assert len({taker for _, taker, _, _ in rows}) == (len(members) > 1)
        assert len(rows) == len(members) - 1
        assert all(giver != taker for giver, taker, _, _ in rows)
        assert all(AT <= at < AT + 6 * 3_600 and fen % 100 == 0 < fen for _, _, at, fen in rows)


class TestSeenAs:
    @pytest.mark.parametrize(
        ("kind", "scene"),
        [
            (Kind.SALARY, Scene.INCOME_SALARY),
            (Kind.ALLOWANCE, Scene.INCOME_SALARY),
            (Kind.GIG_PAY, Scene.INCOME_OTHER),
            (Kind.RECEIPT, Scene.INCOME_OTHER),
            (Kind.TRANSFER_IN, Scene.TRANSFER_SOCIAL),
            (Kind.TRANSFER_OUT, Scene.TRANSFER_SOCIAL),
            (Kind.RED_PACKET_IN, Scene.TRANSFER_SOCIAL),
            (Kind.RED_PACKET_OUT, Scene.TRANSFER_SOCIAL),
            (Kind.PURCHASE, Scene.DINING),
            (Kind.SUBSCRIPTION, Scene.DINING),
        ],
    )
    def test_bills_tell_a_scene(self, kind, scene):
        found = seen_as(np.array([kind], dtype=np.int64), np.array([Scene.DINING], dtype=np.int64))

        assert found.tolist() == [scene]

    @pytest.mark.parametrize("seed", range(8))
    def test_what_is_diverted_is_part_of_the_loan_and_soon(self, seed):
        loan = debt(at=AT, instalment_fen=100_000)
        rows = diverted(np.random.default_rng(seed), town(), 0, loan, is_fraud=True)

        assert rows[:, 1].sum() <= loan.principal_fen
        assert ((rows[:, 0] > AT) & (rows[:, 0] < AT + 25 * DAY)).all()
        assert set(rows[:, 2].tolist()) <= {
            Scene.GAMBLING_RISK, Scene.INVESTMENT, Scene.TRANSFER_SOCIAL
        }  # fmt: skip


def flows(*rows):
    """Rows of (days before AT, fen, direction, scene)."""
    made = np.array([(AT - int(days * DAY), *rest) for days, *rest in rows], dtype=np.int64)
    return Flows(*made.reshape(-1, 4).T)


class TestBefore:
    def test_of_nothing_is_nothing(self):
        assert before(flows(), AT) == [0.0] * 7

    @pytest.mark.parametrize(
        ("spent", "share"), [(0, 0), (500, 0.5), (1_000, 1), (5_000, 5), (9_000, 5)]
    )
    def test_what_was_spent_of_the_income_is_counted_to_five_times(self, spent, share):
        rows = [(9, 1_000, Direction.IN, Scene.INCOME_SALARY)]
        rows += [(8, spent, Direction.OUT, Scene.DINING)]

        assert before(flows(*rows), AT)[:2] == [pytest.approx(np.log(1_000)), share]

    @pytest.mark.parametrize(("days", "seen"), [(0, 0), (1, 1), (90, 1), (91, 0), (-1, 0)])
    def test_ninety_days_are_looked_at(self, days, seen):
        rows = flows((days, 500, Direction.OUT, Scene.DINING))

        assert before(rows, AT)[2] == pytest.approx(np.log1p(seen))

    @pytest.mark.parametrize(
        ("scene", "social", "fun"),
        [(Scene.TRANSFER_SOCIAL, 1, 0), (Scene.DINING, 0, 1), (Scene.HOUSING, 0, 0)],
    )
    def test_friends_and_pleasures_are_shares(self, scene, social, fun):
        found = before(flows((5, 500, Direction.OUT, scene)), AT)

        assert (found[3], found[6]) == (social, fun)


class TestSources:
    @pytest.mark.parametrize(
        ("told", "source"),
        [
            ((), 0),
            (("wechat", "debit"), Source.WECHAT),
            (("alipay", "jd"), Source.ALIPAY),
            (("jd", "credit"), Source.JD),
            (("meituan", "debit"), Source.MEITUAN),
            (("wechat", "alipay"), Source.WECHAT),
            (("second", "credit"), Source.BANK),
        ],
    )
    def test_are_told_by_a_wallet_before_a_shop_before_a_bank(self, told, source):
        of = {name: np.array([name in told]) for name in NAMES}

        assert said_by(of, 1).tolist() == [source]

    @pytest.mark.parametrize("funding", list(FUNDINGS))
    def test_name_the_channel_of_each_funding(self, funding):
        assert table(FUNDINGS, CHANNELS)[funding] == CHANNELS[FUNDINGS[funding]]
        assert len(table(FUNDINGS, CHANNELS)) == max(Funding) + 1
