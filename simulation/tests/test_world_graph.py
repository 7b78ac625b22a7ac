"""Who knows whom and when money is looked at: rings, decoys, transfers with two sides, moments."""

from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.world import graph as society
from simulation.world.events import COLUMNS, UNSAID, Kind, Numbers, Shop, Wallet, events, in_order
from simulation.world.graph import RingKind, grouped, ring_paths, shared
from simulation.world.money import moments
from simulation.world.personas import Persona, populate
from simulation.world.setting.days import calendar

MONTHS, PEOPLE = 12, 400
HOUR = 3_600


@lru_cache
def town():
    chance = np.random.default_rng(29)
    people = populate(chance, PEOPLE)
    days = calendar(date(2025, 6, 1), MONTHS)
    return people, society.connect(chance, people, days), days


@lru_cache
def looked():
    """Every moment at which somebody of the town looks at money."""
    people, graph, days = town()
    return moments.moments(np.random.default_rng(5), Numbers(), people, graph, days)


@lru_cache
def sent():
    people, graph, days = town()
    return society.transfers(np.random.default_rng(5), Numbers(), people, graph, days)


def of_kind(rows, *kinds):
    return rows.taken(np.isin(rows.kind, kinds))


def dates_of(rows):
    days = town()[2]
    return [days.dates[place] for place in ((rows.seconds - days.begins[0]) // 86_400).tolist()]


class TestGroups:
    @given(members=st.integers(0, 60), seed=st.integers(0, 99))
    def test_have_the_sizes_that_are_asked_for_and_leave_a_few_alone(self, members, seed):
        group = grouped(np.random.default_rng(seed), np.arange(members), 60, (4, 11))

        sizes = np.bincount(group[group >= 0]) if (group >= 0).any() else np.array([], dtype=int)
        assert all(4 <= size <= 10 for size in sizes.tolist())
        assert members - sizes.sum() < 4
        assert (group[members:] == -1).all()

    def test_share_what_their_first_member_has(self):
        group = np.array([0, 0, 0, -1, 1, 1])

        everybody = shared(np.random.default_rng(1), np.arange(6), group, 1.0)
        nobody = shared(np.random.default_rng(1), np.arange(6), group, 0.0)

        assert everybody.tolist() == [0, 0, 0, 3, 4, 4]
        assert nobody.tolist() == [0, 1, 2, 3, 4, 5]

    def test_of_different_kinds_have_no_member_in_common(self):
        people, graph, _ = town()
        groups = np.stack([graph.ring >= 0, graph.family >= 0, graph.dormitory >= 0])

        assert groups.sum(axis=0).max() == 1
        assert not (graph.is_ring_member & people.is_student).any()
        assert people.is_student[graph.dormitory >= 0].all()

    def test_too_small_a_town_has_no_ring(self):
        people = populate(np.random.default_rng(1), 20)
        graph = society.connect(np.random.default_rng(1), people, town()[2])

        assert not graph.is_ring_member.any()
        assert len(graph.ring_at) == 0


class TestRings:
    @given(kind=st.sampled_from(RingKind), count=st.integers(4, 10))
    def test_move_money_among_their_members_only_and_never_to_oneself(self, kind, count):
        members = list(range(100, 100 + count))

        paths = ring_paths(kind, members)

        assert {each for path in paths for each in path} == set(members)
        assert all(giver != taker for giver, taker in paths)
        assert len(set(paths)) == len(paths)

    @pytest.mark.parametrize(
        ("kind", "paths"),
        [(RingKind.FAN_IN, 4), (RingKind.CYCLE, 5), (RingKind.STAR, 8)],
    )
    def test_of_five_have_so_many_paths(self, kind, paths):
        assert len(ring_paths(kind, [1, 2, 3, 4, 5])) == paths

    def test_apply_within_a_few_hours_of_each_other(self):
        _, graph, _ = town()
        wishes = moments.ring_wishes(Numbers(), graph)

        assert sorted(wishes.person.tolist()) == np.nonzero(graph.is_ring_member)[0].tolist()
        late = wishes.seconds - graph.ring_at[graph.ring[wishes.person]]
        assert late.min() >= 0
        assert late.max() <= 4 * HOUR
        assert set(wishes.series.tolist()) == {0}


class TestTransfers:
    def test_inside_the_town_have_two_sides_that_agree(self):
        inside = sent().taken(sent().pair >= 0)
        out, into = of_kind(inside, Kind.TRANSFER_OUT), of_kind(inside, Kind.TRANSFER_IN)
        out, into = (side.taken(np.argsort(side.pair)) for side in (out, into))

        for name in ("pair", "seconds", "amount_fen", "wallet"):
            assert np.array_equal(getattr(out, name), getattr(into, name)), name
        assert np.array_equal(out.person, into.peer)
        assert np.array_equal(out.peer, into.person)

    def test_never_go_to_oneself(self):
        assert not (sent().person == sent().peer).any()

    def test_with_strangers_have_one_side_and_a_number_below_nothing(self):
        outside = sent().taken(sent().pair < 0)

        assert outside.peer.max() <= -2
        assert {Kind.TRANSFER_IN, Kind.TRANSFER_OUT} <= {
            Kind(each) for each in np.unique(outside.kind).tolist()
        }

    def test_are_round_sums_of_ten_yuan_at_least(self):
        moved = of_kind(sent(), Kind.TRANSFER_OUT, Kind.TRANSFER_IN)

        assert (moved.amount_fen % 1_000 == 0).all()
        assert moved.amount_fen.min() >= 1_000

    def test_of_red_packets_come_in_lucky_sums_on_evenings_most_at_spring_festival(self):
        packets = of_kind(sent(), Kind.RED_PACKET_IN, Kind.RED_PACKET_OUT)
        hours = (packets.seconds - town()[2].begins[0]) % 86_400 // HOUR
        near = sum(date(2026, 2, 16) <= day <= date(2026, 2, 20) for day in dates_of(packets))

        assert set(packets.amount_fen.tolist()) == {88, 168, 520, 666, 888, 1_000, 2_000, 6_666}
        assert hours.min() >= 18
        assert hours.max() <= 22
        assert near > 0.3 * len(packets)


class TestMoments:
    @pytest.mark.parametrize(("kind", "day"), [(Kind.CARD_REPAYMENT, 20), (Kind.LOAN_PAYOUT, 18)])
    def test_come_on_their_day_of_the_month(self, kind, day):
        rows = of_kind(looked(), kind)

        assert {each.day for each in dates_of(rows.taken(rows.series < 0))} == {day}

    def test_of_an_instalment_are_two_days_after_the_payday_and_of_a_reminder_three_more(self):
        people, _, _ = town()
        due, reminded = of_kind(looked(), Kind.LOAN_REPAYMENT), of_kind(looked(), Kind.REMINDER)

        for rows, wait in ((due, 2), (reminded, 5)):
            expected = (people.pay_day[rows.person] + wait).tolist()
            assert [each.day for each in dates_of(rows)] == expected

    def test_of_repaying_later_are_one_for_each_lender(self):
        rows = of_kind(looked(), Kind.BNPL_REPAYMENT)
        people, _, _ = town()

        assert {*zip(rows.wallet.tolist(), rows.shop.tolist(), strict=True)} == {
            (Wallet.ALIPAY, Shop.NONE),
            (Wallet.NONE, Shop.JD),
            (Wallet.NONE, Shop.MEITUAN),
        }
        assert (people.bnpl_limit_fen[rows.person] > 0).all()

    def test_of_wishing_for_a_loan_leave_time_before_and_to_repay(self):
        _, _, days = town()
        wishes = moments.loan_wishes(Numbers(), np.arange(PEOPLE), days)
        month = days.month[(wishes.seconds - days.begins[0]) // 86_400]

        assert (month.min(), month.max()) == (4, 5)

    def test_of_emptying_a_wallet_are_weekly_for_whoever_is_paid_into_it(self):
        people, _, _ = town()
        rows = of_kind(looked(), Kind.WITHDRAWAL)
        counts = np.bincount(rows.person, minlength=PEOPLE)
        often = np.isin(people.persona, (Persona.GIG, Persona.SHOPKEEPER))

        assert set(counts[often].tolist()) == {2 * 52}
        assert set(counts[~often].tolist()) == {2 * 13}
        assert {each.weekday() for each in dates_of(rows)} == {3}


class TestColumns:
    def test_that_are_not_said_say_nobody_and_nothing(self):
        rows = events(Numbers(), person=[4, 5], amount_fen=7)

        assert rows.number.tolist() == [0, 1]
        assert rows.amount_fen.tolist() == [7, 7]
        for name in UNSAID:
            assert getattr(rows, name).tolist() == [-1, -1]
        assert rows.wallet.tolist() == rows.shop.tolist() == [0, 0]

    @given(counts=st.lists(st.integers(0, 9), max_size=9))
    def test_of_numbers_are_handed_out_once(self, counts):
        numbers = Numbers()
        taken = [number for count in counts for number in numbers.take(count).tolist()]

        assert taken == list(range(sum(counts)))

    @given(rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=20))
    def test_stand_by_person_then_time_then_what_was_drawn_first(self, rows):
        person, seconds = zip(*rows, strict=True)
        sorted_rows = in_order(events(Numbers(), person=list(person), seconds=list(seconds)))

        keys = [
            *zip(
                sorted_rows.person.tolist(),
                sorted_rows.seconds.tolist(),
                sorted_rows.number.tolist(),
                strict=True,
            )
        ]
        assert all(before < after for before, after in pairwise(keys))
        assert all(len(getattr(sorted_rows, name)) == len(rows) for name in COLUMNS)
