"""The quick way from a world to features says what the real files and readers say."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from borrowers.behaviour.contracts import Category, Direction
from scoring.features import kernel
from simulation.evaluation.files import person_of
from simulation.evaluation.lent.events import Known, known
from simulation.evaluation.lent.tables import TOWN, joined, rows_of, towns, vectors
from simulation.evaluation.measures import understand
from simulation.world import World, simulate
from simulation.world.loans import MONTHS, outcomes

PEOPLE, SAMPLE = 40, 4


@cache
def world() -> World:
    return simulate(people=PEOPLE, months=MONTHS, seed=11, first_day=date(2024, 6, 1))


@cache
def events() -> Known:
    return known(world())


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def sums_read(person: int) -> dict[str, int]:
    """Through bytes, readers and matching: what came in as wages and what was bought, in fen."""
    understood = understand(person_of(world(), person), world().days.dates[-1])
    columns = understood.person.columns
    taken = {link.event for link in understood.links}
    rows = [row for row in range(len(columns)) if columns.key(row) not in taken]
    told = [
        understood.by_key[columns.key(row)] for row in rows if columns.key(row) in understood.by_key
    ]
    return {
        "salary": sum(
            each.event.amount_fen for each in told if each.event.category == Category.INCOME_SALARY
        ),
        "bought": sum(
            each.event.amount_fen
            for each in told
            if each.event.direction == Direction.OUT and each.event.category in range(1, 13)
        ),
    }


def sums_mapped(person: int) -> dict[str, int]:
    mine = events().person == person
    columns = events().columns
    fen, category = columns.amount_fen[mine], columns.category[mine]
    is_out = columns.direction[mine] == Direction.OUT
    back = int(fen[category == Category.REFUND].sum())
    return {
        "salary": int(fen[category == Category.INCOME_SALARY].sum()),
        "bought": int(fen[is_out & (category >= 1) & (category <= 12)].sum()) - back,
    }


@pytest.mark.parametrize("person", range(SAMPLE))
def test_the_quick_way_agrees_with_the_files_and_their_readers(person: int):
    read, mapped = sums_read(person), sums_mapped(person)

    assert mapped["salary"] == pytest.approx(read["salary"], rel=0.02)
    assert mapped["bought"] == pytest.approx(read["bought"], rel=0.08)


def test_features_see_nothing_at_or_after_the_moment():
    loans = outcomes(world())
    first = vectors(events(), loans.person, loans.as_of)
    later = events().columns.seconds >= loans.as_of.max()
    columns = replace(
        events().columns,
        amount_fen=np.where(later, events().columns.amount_fen * 9, events().columns.amount_fen),
    )

    assert same(first, vectors(Known(events().person, columns), loans.person, loans.as_of))


def test_features_of_many_are_those_of_each_alone():
    loans = outcomes(world())
    together = vectors(events(), loans.person, loans.as_of)

    for place in range(0, len(loans), 5):
        alone = kernel.features(
            events().before(loans.person[place : place + 1], loans.as_of[place : place + 1]),
            1,
            loans.as_of[place : place + 1],
        )
        assert all(
            np.array_equal(alone[name], together[name][place : place + 1], equal_nan=True)
            for name in alone
        )


def test_neither_features_nor_outcomes_depend_on_the_group():
    other = replace(world(), people=replace(world().people, group=1 - world().people.group))

    one, two = rows_of(world(), outcomes(world()), 0), rows_of(other, outcomes(other), 0)

    assert same(dict(one.features), dict(two.features))
    assert np.array_equal(one.is_bad, two.is_bad)
    assert np.array_equal(one.group, 1 - two.group)


def test_of_some_sources_only_their_events_are_known():
    wallet = known(world(), sources=("wechat",))

    assert 0 < len(wallet.columns) < len(events().columns)
    assert set(wallet.columns.source.tolist()) == {1}


def test_of_health_nothing_is_known():
    assert not (events().columns.category == Category.MEDICAL).any()


def test_towns_hold_everybody_once_and_are_all_different():
    shares = towns(2 * TOWN + 7, 3)

    assert [size for size, _ in shares] == [TOWN, TOWN, 7]
    assert len({seed for _, seed in shares}) == 3


def test_towns_joined_keep_all_rows():
    rows = rows_of(world(), outcomes(world()), 0)
    both = joined([rows, rows_of(world(), outcomes(world()), PEOPLE)])

    assert len(both) == 2 * len(rows)
    assert len(np.unique(both.person)) == 2 * len(np.unique(rows.person))
