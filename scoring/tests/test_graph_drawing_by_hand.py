"""What is drawn around a case: who, how far, by which links; and hazard, by sums made by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borrowers.behaviour.contracts import Category, Direction
from scoring.graph.contracts import LinkKind
from scoring.graph.drawing import MOST_DRAWN, drawn
from scoring.graph.hazard import (
    AFTER,
    BEFORE,
    CONTRADICTS,
    INCOME,
    NEEDS,
    WEIGHTS,
    Flows,
    Sign,
    could_have_paid,
    index,
    missed_instalments,
    use_of_funds,
)
from scoring.tests.societies import NOON, societies, society

AT = 1_790_000_000
CIRCLE = [(1, 2, 2, 500), (2, 3, 1.5, 500), (3, 1, 1, 500)]
TODAY = [(1, 0), (2, 0), (3, 0)]


def picture(given_, *, middle=1, confirmed=()):
    return drawn(given_, middle=middle, applied_at=NOON, confirmed=confirmed)


def links(found):
    return [(each.source, each.target, each.kind) for each in found.links]


class TestPeople:
    @pytest.mark.parametrize(
        ("pairs", "steps"),
        [
            ([], [0]),
            ([(1, 2)], [0, 1]),
            ([(2, 1)], [0, 1]),
            ([(1, 2), (2, 3), (3, 4)], [0, 1, 2, 3]),
            ([(1, 2), (1, 3), (1, 4)], [0, 1, 1, 1]),
            ([(1, 2), (2, 3), (3, 1)], [0, 1, 1]),
            ([(2, 3), (3, 4)], [0]),
        ],
    )
    def test_stand_by_the_links_between_them(self, pairs, steps):
        found = picture(society([1, 2, 3, 4], [(one, two, 1, 100) for one, two in pairs]))

        assert [each.steps for each in found.people] == steps

    def test_are_numbered_from_the_case_on_and_by_nothing_else(self):
        found = picture(society([70, 50, 90], [(90, 50, 1, 9), (50, 70, 1, 9)]), middle=90)

        assert [each.number for each in found.people] == [0, 1, 2]

    @pytest.mark.parametrize("friends", [1, MOST_DRAWN - 1, MOST_DRAWN, MOST_DRAWN + 30])
    def test_are_so_many_and_the_rest_are_counted(self, friends):
        given_ = society(range(1, friends + 2), [(1, each, 1, 9) for each in range(2, friends + 2)])
        found = picture(given_)

        assert len(found.people) == min(friends + 1, MOST_DRAWN)
        assert found.others == max(friends + 1 - MOST_DRAWN, 0)

    def test_nearest_are_drawn_first(self):
        chain = [(each, each + 1, 1, 9) for each in range(1, 40)]
        found = picture(society(range(1, 41), chain))

        assert max(each.steps for each in found.people) == MOST_DRAWN - 1

    def test_of_a_case_that_allows_no_look_are_nobody(self):
        found = picture(society([2, 3], CIRCLE, (), TODAY))

        assert (found.people, found.links, found.others) == ((), (), 0)

    def test_of_a_ring_are_marked_and_their_friends_are_not(self):
        found = picture(society([1, 2, 3, 4], [*CIRCLE, (1, 4, 50, 20)], (), TODAY))

        assert [each.is_in_ring for each in found.people] == [True, True, True, False]
        assert [each.has_applied for each in found.people] == [True, True, True, False]

    def test_near_to_nobody_confirmed_are_near_to_nothing(self):
        assert {each.nearness for each in picture(society([1, 2, 3], CIRCLE)).people} == {0.0}

    def test_confirmed_are_marked_and_nearest(self):
        found = picture(society([1, 2, 3], [(1, 2, 1, 9), (2, 3, 1, 9)]), confirmed=[3])

        assert [each.is_confirmed for each in found.people] == [False, False, True]
        assert found.people[0].nearness < found.people[1].nearness

    @given(societies(), st.integers(0, 11))
    def test_are_linked_with_drawn_people_alone(self, given_, middle):
        found = picture(given_, middle=middle)
        numbers = {each.number for each in found.people}

        assert {end for one, two, _ in links(found) for end in (one, two)} <= numbers
        assert bool(numbers) is (middle in given_.members)
        assert sum(each.steps == 0 for each in found.people) == bool(numbers)


class TestLinks:
    def test_of_money_are_one_for_each_way_and_time(self):
        rows = [(1, 2, 1, 100), (1, 2, 2, 50), (2, 1, 1, 30), (1, 2, 20, 10)]
        found = picture(society([1, 2], rows)).links

        assert [
            (each.source, each.target, each.times, each.money_fen, each.is_before_applying)
            for each in found
        ] == [(0, 1, 1, 1_000, False), (0, 1, 2, 15_000, True), (1, 0, 1, 3_000, True)]

    @pytest.mark.parametrize(
        ("days", "is_before"), [(-1, False), (0, True), (6.9, True), (7, False), (30, False)]
    )
    def test_of_money_are_before_applying_within_a_week(self, days, is_before):
        (link,) = picture(society([1, 2], [(1, 2, days, 100)])).links

        assert link.is_before_applying is is_before

    def test_of_marks_are_one_for_each_kind_however_many_they_share(self):
        found = picture(society([1, 2], (), [(1, 8), (2, 8), (1, 9), (2, 9)]))

        assert links(found) == [(0, 1, LinkKind.DEVICE)]
        assert (found.links[0].times, found.links[0].money_fen) == (1, 0)

    def test_of_a_counter_are_none(self):
        town = range(1, 14)

        assert picture(society(town, (), [(each, 8) for each in town])).links == ()


def flows(*rows):
    """Rows of (seconds after AT, fen, direction, category)."""
    table = np.array([(AT + at, *rest) for at, *rest in rows], dtype=np.int64).reshape(-1, 4)
    return Flows(*table.T)


def out(at, fen, category=Category.GAMBLING_RISK):
    return at, fen, Direction.OUT, category


class TestUse:
    @pytest.mark.parametrize(
        ("at", "share"),
        [(0, 0), (1, 0.5), (AFTER, 0.5), (AFTER + 1, 0), (-1, 0)],
    )
    def test_is_looked_at_for_a_month_to_the_second(self, at, share):
        found = use_of_funds(
            flows(out(at, 500)), paid_out_at=AT, principal_fen=1_000, scene="CONSUMPTION"
        )

        assert found.share == share

    @pytest.mark.parametrize(
        ("before", "more"),
        [([], 900), ([300], 800), ([900, 900, 900], 0), ([3_000], 0), ([1, 1], 900), ([3], 899)],
    )
    def test_is_what_goes_beyond_the_mean_of_three_months(self, before, more):
        rows = [out(-place, fen) for place, fen in enumerate(before)]
        found = use_of_funds(
            flows(*rows, out(9, 900)), paid_out_at=AT, principal_fen=1_000, scene="CONSUMPTION"
        )

        assert sum(found.by_category_fen.values()) == more

    @pytest.mark.parametrize(("at", "usual"), [(-BEFORE, 0), (-BEFORE + 1, 100), (0, 100)])
    def test_is_held_against_three_months_to_the_second(self, at, usual):
        found = use_of_funds(
            flows(out(at, 300), out(9, 900)), paid_out_at=AT, principal_fen=900, scene="CONSUMPTION"
        )

        assert found.by_category_fen == {Category.GAMBLING_RISK: 900 - usual}

    @pytest.mark.parametrize("scene", list(CONTRADICTS))
    @pytest.mark.parametrize("category", list(Category))
    def test_contradicts_by_scene(self, scene, category):
        found = use_of_funds(
            flows(out(9, 900, category)), paid_out_at=AT, principal_fen=900, scene=scene
        )

        assert found.share == (category in CONTRADICTS[scene])

    def test_is_never_more_than_the_loan(self):
        found = use_of_funds(
            flows(out(9, 9_000)), paid_out_at=AT, principal_fen=900, scene="EDUCATION"
        )

        assert found.share == 1.0

    def test_of_one_thing_is_not_paid_by_less_of_another(self):
        rows = [out(-9, 9_000, Category.INVESTMENT), out(9, 900)]
        found = use_of_funds(flows(*rows), paid_out_at=AT, principal_fen=900, scene="CONSUMPTION")

        assert found.by_category_fen == {Category.GAMBLING_RISK: 900}


class TestAbility:
    @pytest.mark.parametrize(
        ("income", "needs", "able"),
        [(0, 0, 0), (149, 0, 0), (150, 0, 1), (250, 100, 1), (250, 101, 0), (1_000, 2_000, 0)],
    )
    def test_is_half_as_much_again_as_the_instalment_after_needs(self, income, needs, able):
        rows = [
            (-9, income, Direction.IN, Category.INCOME_SALARY),
            (-8, needs, Direction.OUT, Category.GROCERIES),
        ]

        assert could_have_paid(flows(*rows), missed_at=np.array([AT]), instalment_fen=100) == able

    @pytest.mark.parametrize("category", list(Category))
    def test_knows_income_and_needs_by_their_category(self, category):
        came = flows((-1, 150, Direction.IN, category))
        went = flows((-2, 150, Direction.IN, Category.INCOME_OTHER), out(-1, 1, category))
        missed = np.array([AT])

        assert could_have_paid(came, missed_at=missed, instalment_fen=100) == (category in INCOME)
        assert could_have_paid(went, missed_at=missed, instalment_fen=100) == (
            category not in NEEDS
        )

    @pytest.mark.parametrize(("at", "able"), [(0, 1), (1, 0), (-AFTER + 1, 1), (-AFTER, 0)])
    def test_looks_at_the_month_before_to_the_second(self, at, able):
        rows = flows((at, 500, Direction.IN, Category.INCOME_SALARY))

        assert could_have_paid(rows, missed_at=np.array([AT]), instalment_fen=100) == able

    @pytest.mark.parametrize(("days", "share"), [([0], 1), ([0, 40], 0.5), ([40, 50], 0)])
    def test_is_the_share_of_missed_days(self, days, share):
        rows = flows((0, 500, Direction.IN, Category.INCOME_SALARY))
        missed = np.array([AT + day * 86_400 for day in days])

        assert could_have_paid(rows, missed_at=missed, instalment_fen=100) == share

    @pytest.mark.parametrize(
        ("amounts", "usual"), [([], 0), ([700], 700), ([1, 5, 9], 5), ([4, 5], 4), ([1, 1, 90], 1)]
    )
    def test_asks_for_the_usual_instalment(self, amounts, usual):
        kind = Category.CREDIT_REPAYMENT
        rows = [(at, fen, Direction.NEUTRAL, kind) for at, fen in enumerate(amounts)]
        found = missed_instalments(flows(*rows, (99, 12_345, Direction.OUT, kind)))

        assert (len(found[0]), found[1]) == (len(amounts), usual)


@pytest.mark.parametrize(
    ("shares", "points"),
    [
        ((0, 0, 0, False), 0),
        ((1, 0, 0, False), 35),
        ((0, 1, 0, False), 35),
        ((0, 0, 1, False), 10),
        ((0, 0, 0, True), 20),
        ((1, 1, 1, True), 100),
        ((0.5, 0.2, 0.1, True), 45.5),
        ((9, -9, 2, False), 45),
    ],
)
def test_the_index_is_a_sum_of_weights(shares, points):
    other, could, circle, ring = shares
    found = index(other_use=other, could_pay=could, round_share=circle, in_ring=ring)

    assert found.points == pytest.approx(points)
    assert set(found.parts) == set(WEIGHTS) == set(Sign)
