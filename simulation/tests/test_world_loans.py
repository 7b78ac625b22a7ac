"""Loans of the simulated world: what becomes of them is caused, never drawn by group."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from simulation.world import World, personas, simulate
from simulation.world.events import Kind
from simulation.world.lives import decided, wished
from simulation.world.loans import (
    BEHIND,
    DAY,
    HORIZON_DAYS,
    LATE_DAYS,
    MONTHS,
    Cause,
    Outcomes,
    outcomes,
    went_bad,
    wills_of,
)
from simulation.world.money.purse import Debt, Purse

FIRST_DAY = date(2024, 6, 1)
PEOPLE = 70
COLUMNS = ("person", "as_of", "principal_fen", "instalment_fen", "is_bad", "cause")


@cache
def world() -> World:
    return simulate(people=PEOPLE, months=MONTHS, seed=5, first_day=FIRST_DAY)


@cache
def loans() -> Outcomes:
    return outcomes(world())


def same(one: Outcomes, other: Outcomes) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


def with_people(**changes: np.ndarray) -> World:
    return replace(world(), people=replace(world().people, **changes))


class TestOutcomes:
    def test_are_the_same_for_the_same_world(self):
        again = simulate(people=PEOPLE, months=MONTHS, seed=5, first_day=FIRST_DAY)

        assert same(outcomes(again), loans())

    def test_do_not_depend_on_the_group(self):
        shuffled = np.random.default_rng(1).permutation(world().people.group)

        assert same(outcomes(with_people(group=shuffled)), loans())

    def test_name_a_cause_for_every_bad_loan_and_for_no_other(self):
        assert np.array_equal(loans().cause != Cause.NONE, loans().is_bad)

    def test_never_meaning_to_pay_is_fraud_and_always_bad(self, monkeypatch):
        monkeypatch.setattr(personas, "FRAUD_SHARE", 1.0)
        cheats = simulate(people=12, months=MONTHS, seed=5, first_day=FIRST_DAY)
        found = outcomes(cheats)

        assert len(found)
        assert set(found.cause.tolist()) == {Cause.FRAUD}

    def test_of_the_disciplined_and_honest_are_never_unwilling(self):
        ring = np.full(PEOPLE, -1)
        saints = with_people(
            discipline=np.ones(PEOPLE), has_fraud_intent=np.zeros(PEOPLE, dtype=bool)
        )
        found = outcomes(replace(saints, graph=replace(world().graph, ring=ring)))

        assert set(found.cause.tolist()) <= {Cause.NONE, Cause.UNABLE}

    def test_are_worse_without_discipline(self):
        careless = outcomes(with_people(discipline=np.full(PEOPLE, 0.15)))
        careful = outcomes(with_people(discipline=np.full(PEOPLE, 0.95)))

        assert (careless.cause == Cause.UNWILLING).sum() > (careful.cause == Cause.UNWILLING).sum()
        assert careless.is_bad.mean() > careful.is_bad.mean()

    def test_are_seen_for_a_whole_year(self):
        end = world().days.begins[-1] + DAY

        assert (loans().as_of + HORIZON_DAYS * DAY <= end).all()

    def test_of_a_world_too_short_are_none(self):
        short = simulate(people=12, months=14, seed=5, first_day=FIRST_DAY)

        assert len(outcomes(short)) == 0

    def test_are_of_people_who_owe_nobody_a_loan_already(self):
        for person, as_of in zip(loans().person.tolist(), loans().as_of.tolist(), strict=True):
            debt = world().debts[person]
            if debt is not None and debt.at < as_of:
                assert len([paid for paid in debt.paid_at if paid < as_of]) == debt.term

    def test_leave_the_world_as_it_was(self):
        before = world().events.amount_fen.sum()

        outcomes(world())

        assert world().events.amount_fen.sum() == before

    def test_relive_the_life_that_was_lived(self):
        """Without a loan of ours the purse pays what the world says it paid."""
        person = int(loans().person[0])
        bounds = np.searchsorted(world().wishes.person, (person, person + 1))
        life = list(wished(world().wishes, int(bounds[0]), int(bounds[1])))
        purse = Purse(world().people, person, is_in_ring=bool(world().graph.ring[person] >= 0))
        paid: dict[int, int] = {}
        spent = [
            decided(purse, *row, iter((will,)), paid)[0]
            for row, will in zip(life, wills_of(world(), person, life), strict=True)
        ]
        bought = [
            fen
            for fen, (wish, number, _) in zip(spent, life, strict=True)
            if wish.kind == Kind.PURCHASE and paid.get(number)
        ]
        own = world().of(person)

        assert sorted(bought) == sorted(own.amount_fen[own.kind == Kind.PURCHASE].tolist())


class TestWentBad:
    DUE = [30 * DAY * month for month in range(1, 7)]
    END = HORIZON_DAYS * DAY

    def debt(self, paid: list[int]) -> Debt:
        return Debt(0, 600_000, 107_200, 6, list(self.DUE), paid)

    def test_not_when_all_is_paid_on_time(self):
        assert not went_bad(self.debt(list(self.DUE)), self.END)

    @pytest.mark.parametrize("days", [1, 30, 59])
    def test_not_when_each_is_a_little_late(self, days: int):
        assert not went_bad(self.debt([due + days * DAY for due in self.DUE]), self.END)

    def test_when_three_are_owed_at_once(self):
        late = (BEHIND - 1) * 30 + 1
        assert went_bad(self.debt([due + late * DAY for due in self.DUE]), self.END)

    def test_when_the_last_one_is_never_paid(self):
        assert went_bad(self.debt(list(self.DUE[:-1])), self.END)

    def test_not_by_what_is_not_yet_late_enough_at_the_end(self):
        end = self.DUE[-1] + (LATE_DAYS - 1) * DAY
        assert not went_bad(self.debt(list(self.DUE[:-1])), end)
