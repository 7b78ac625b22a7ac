"""The figures of a world are counted as they say: each by hand, on lives of a few rows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.folders.figures import (
    DAY,
    GROUPS,
    Figure,
    chosen,
    faithfulness,
    figures,
    habits,
    hours,
    lost_income,
    mean,
    median,
    payments,
    scenes,
    worst_days,
)
from simulation.tests.sample_purse import debt
from simulation.words import Scene
from simulation.world import simulate
from simulation.world.events import Funding, Kind, Numbers, Wallet, events, joined
from simulation.world.lives import SCENES, events_of, named, stands

FIRST_DAY = date(2025, 6, 2)  # a Monday
MONTHS = 8


@pytest.fixture(scope="module")
def world():
    return simulate(people=4, months=MONTHS, seed=2, first_day=FIRST_DAY)


def bought(world, *rows):
    """A world in which only this was bought: person, hours from its first midnight, fen, more."""
    columns = [
        {"person": [person], "seconds": int(world.days.begins[0]) + int(hour * 3_600),
         "amount_fen": fen, "kind": Kind.PURCHASE, "wallet": Wallet.WECHAT,
         "funding": Funding.BALANCE, "merchant": 0, "scene": Scene.DINING} | more
        for person, hour, fen, more in rows
    ]  # fmt: skip
    numbers = Numbers()
    return replace(world, events=joined([events(numbers, **each) for each in columns]))


def told(source, world):
    return {name: value for name, value, _, _ in source(world)}


class TestAFigure:
    @pytest.mark.parametrize(
        ("value", "is_within"), [(4.9, False), (5, True), (7, True), (10, True), (10.1, False)]
    )
    def test_lies_in_its_band_with_both_ends(self, value, is_within):
        assert Figure("late", value, 5, 10).is_within is is_within

    def test_is_marked_where_it_does_not(self):
        assert str(Figure("late", 4, 5, 10)).startswith(" ! late")
        assert str(Figure("late", 6, 5, 10)).startswith("   late")
        assert str(Figure("late", 6.126, 5, 10)).endswith("6.13   5 to 10")

    def test_has_a_band_that_is_one(self, world):
        assert all(each.low < each.high for each in figures(world))

    @given(values=st.lists(st.floats(-1e6, 1e6), min_size=1))
    def test_of_nothing_is_nought_and_of_something_lies_between(self, values):
        assert mean([]) == median([]) == 0
        assert min(values) <= median(values) <= max(values)


class TestPayments:
    def test_are_counted_in_yuan(self, world):
        town = bought(world, (0, 8, 1_000, {}), (1, 9, 2_000, {}), (2, 9, 9_050, {}))

        said = told(payments, town)
        assert said["their amount in yuan, median"] == 20
        assert said["their amount in yuan, mean"] == pytest.approx(40.1667, abs=0.001)
        assert said["% of them below 50 yuan"] == pytest.approx(100 * 2 / 3)
        assert said["% of purchases in whole yuan"] == pytest.approx(100 * 2 / 3)

    def test_without_wallet_and_shop_are_not_wallet_payments(self, world):
        town = bought(world, (0, 8, 1_000, {}), (0, 8, 90_000, {"wallet": Wallet.NONE}))

        assert told(payments, town)["their amount in yuan, mean"] == 10

    def test_of_salaries_are_none(self, world):
        rows = bought(world, (0, 8, 1_000, {}), (0, 8, 9, {"kind": Kind.SALARY})).events

        assert len(chosen(rows, (Kind.PURCHASE,))) == 1


class TestHours:
    def test_of_night_are_one_to_five_in_shanghai(self, world):
        town = bought(
            world,
            (0, 0.99, 100, {}),
            (0, 1, 100, {}),
            (0, 4.99, 100, {}),
            (0, 5, 100, {}),
        )

        assert told(hours, town)["% of purchases between one and five at night"] == 50

    def test_of_a_weekend_are_measured_by_the_day(self, world):
        """Five payments on a Monday, two on a Saturday: the days are alike."""
        monday = range(9, 14)
        saturday = range(5 * 24 + 9, 5 * 24 + 11)

        town = bought(world, *((0, hour, 100, {}) for hour in [*monday, *saturday]))
        said = told(hours, town)
        assert said["weekend days against week days"] == pytest.approx(1)


class TestScenes:
    def test_are_shares_of_what_was_spent_and_not_of_how_often(self, world):
        town = bought(
            world,
            (0, 9, 3_000, {"scene": Scene.DINING}),
            (0, 9, 1_000, {"scene": Scene.TRANSPORT}),
            (0, 9, 6_000, {"scene": Scene.HOUSING, "kind": Kind.RENT}),
        )

        said = told(scenes, town)
        assert said["% of spending: groceries and dining"] == 30
        assert said["% of spending: transport"] == 10
        assert said["% of spending: housing and utilities"] == 60
        assert said["% of spending: medical"] == 0

    def test_stand_in_one_group_at_most(self):
        parts = [scene for _, _, some in GROUPS.values() for scene in some]

        assert len(set(parts)) == len(parts)


class TestHabits:
    @pytest.mark.parametrize(
        ("visits", "share"),
        [
            ([0, 0, 0, 0], 1),
            ([0, 1, 2, 3, 4], 1),
            ([0, 1, 2, 3, 4, 5], 5 / 6),
            ([0] * 5 + [1, 2, 3, 4, 5, 6, 7], 9 / 12),
        ],
    )
    def test_count_the_five_shops_that_see_a_person_most(self, world, visits, share):
        town = bought(world, *((0, 9, 100, {"merchant": shop}) for shop in visits))

        assert faithfulness(town.events) == pytest.approx(share)

    def test_are_each_persons_own(self, world):
        town = bought(world, *((shop % 2, 9, 100, {"merchant": shop}) for shop in range(10)))

        assert faithfulness(town.events) == 1

    def test_count_what_came_back_against_orders_on_line(self, world):
        on_line = int(np.nonzero(world.shops.is_online)[0][0])
        town = bought(
            world,
            *((0, 9, 100, {"merchant": on_line}) for _ in range(4)),
            (0, 9, 100, {"merchant": 0}),
            (0, 30, 100, {"kind": Kind.REFUND, "merchant": on_line}),
        )

        assert told(habits, town)["% of orders on line that come back"] == 25


class TestBeingLate:
    def test_is_measured_in_whole_days_at_the_worst(self, world):
        first = int(world.days.begins[0])
        due = (first, first + 30 * DAY, first + 60 * DAY)
        paid = (first, first + 33 * DAY + 60, first + 61 * DAY)

        assert worst_days(debt(due=due, paid=paid), world) == 3

    def test_goes_on_until_the_world_ends(self, world):
        end = int(world.days.begins[-1]) + DAY

        assert worst_days(debt(due=(end - 40 * DAY,)), world) == 40

    def test_is_judged_by_the_first_six_instalments(self, world):
        first = int(world.days.begins[0])
        due = tuple(first + 30 * DAY * index for index in range(7))

        assert worst_days(debt(due=due, paid=due[:6], term=12), world) == 0

    def test_is_not_possible_before_anything_is_due(self, world):
        assert worst_days(debt(), world) == 0

    def test_has_its_cause_where_work_was_lost_in_the_three_months_before(self, world):
        due = tuple(int(world.days.begins[world.days.index_of(each)]) for each in
                    world.days.first_of_month[4:7])  # fmt: skip
        has_work = np.ones_like(world.earnings.has_work)
        has_work[0, 2] = False
        earnings = replace(world.earnings, has_work=has_work)
        town = replace(world, earnings=earnings)

        assert lost_income(town, 0, debt(due=due))
        assert lost_income(town, 0, debt(due=due, paid=due[:1]))
        assert not lost_income(town, 0, debt(due=due, paid=due[:2]))
        assert not lost_income(town, 1, debt(due=due))


class TestWhatTheLedgerDecided:
    def test_a_transfer_without_money_stands_on_neither_side(self):
        rows = events(
            Numbers(),
            person=[0, 1, 0, 1, 2],
            kind=[Kind.TRANSFER_OUT, Kind.TRANSFER_IN] * 2 + [Kind.TRANSFER_IN],
            pair=[7, 7, 8, 8, -1],
        )

        assert stands(rows, np.array([0, 1, 3, 1, 1])).tolist() == [False, False, True, True, True]

    def test_help_comes_from_outside_and_repayments_from_nobody(self):
        rows = events_of(
            Numbers(),
            [
                (3, 100, Kind.SUPPORT_IN, 5_000, 0, Funding.DEBIT, 0),
                (3, 200, Kind.LOAN_REPAYMENT, 4_000, 0, Funding.DEBIT, 0),
            ],
        )

        assert rows.peer.tolist() == [-2, -1]
        assert rows.amount_fen.tolist() == [5_000, 4_000]

    @pytest.mark.parametrize("kind", sorted(SCENES))
    def test_has_the_scene_of_its_kind(self, kind):
        rows = named(events(Numbers(), person=[0], kind=int(kind)))

        assert rows.scene.tolist() == [int(SCENES[kind])]

    def test_leaves_the_scenes_of_purchases_alone(self):
        rows = events(Numbers(), person=[0], kind=Kind.PURCHASE, scene=Scene.DINING)

        assert named(rows).scene.tolist() == [int(Scene.DINING)]
