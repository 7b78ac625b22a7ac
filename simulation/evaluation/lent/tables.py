"""A training set from simulated worlds: features at each application, and what the loan came to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from common.periods import add_months
from scoring.features import kernel
from simulation.evaluation.lent.events import SOURCES, Known, known
from simulation.world import World, simulate
from simulation.world.loans import MONTHS, Outcomes, outcomes

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
# People live in towns that know nothing of each other: memory stays small, however many they are.
TOWN = 500
CHUNK = 256
LAST_MONTH = date(2026, 10, 1)
EVERYTHING = tuple(SOURCES)
Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """One row for each loan. `group` and the cause are for tests of models, never for models."""

    features: Mapping[str, Real]
    person: Whole
    as_of: Whole
    is_bad: npt.NDArray[np.int8]
    cause: Whole
    group: Whole
    age: Whole
    instalment_fen: Whole

    def __len__(self) -> int:
        return len(self.person)


def towns(people: int, seed: int) -> Sequence[tuple[int, int]]:
    """How many people each town has, and its seed."""
    sizes = [TOWN] * (people // TOWN) + ([people % TOWN] if people % TOWN else [])
    return [(size, seed * 1_000 + number) for number, size in enumerate(sizes)]


def town(people: int, seed: int, *, tell: Told = lambda _person: None) -> World:
    first_day = add_months(LAST_MONTH, 1 - MONTHS)
    return simulate(people=people, months=MONTHS, seed=seed, first_day=first_day, tell=tell)


def training_sets(
    *,
    people: int,
    seed: int,
    views: Sequence[Collection[str]] = (EVERYTHING,),
    tell: Told = lambda _person: None,
) -> list[TrainingSet]:
    """One table for each view: the same loans, seen through some sources alone.

    The same arguments give the same rows. `tell` hears of each person that has been lived.
    """
    parts: list[list[TrainingSet]] = [[] for _ in views]
    for number, (size, own_seed) in enumerate(towns(people, seed)):
        world = town(size, own_seed, tell=tell)
        loans = outcomes(world)
        for view, rows in zip(views, parts, strict=True):
            rows.append(rows_of(world, loans, number * TOWN, view))
    return [joined(rows) for rows in parts]


def rows_of(
    world: World, loans: Outcomes, first_person: int, sources: Collection[str] = EVERYTHING
) -> TrainingSet:
    """The loans of one world, each with what was known the moment before."""
    return TrainingSet(
        features=vectors(known(world, sources=sources), loans.person, loans.as_of),
        person=loans.person + first_person,
        as_of=loans.as_of,
        is_bad=loans.is_bad.astype(np.int8),
        cause=loans.cause,
        group=world.people.group[loans.person],
        age=world.people.age[loans.person],
        instalment_fen=loans.instalment_fen,
    )


def vectors(events: Known, person: Whole, as_of: Whole) -> dict[str, Real]:
    """Features of many (person, as of) segments, a chunk at a time."""
    parts = [
        kernel.features(
            events.before(person[start : start + CHUNK], as_of[start : start + CHUNK]),
            len(person[start : start + CHUNK]),
            as_of[start : start + CHUNK],
        )
        for start in range(0, len(person), CHUNK)
    ]
    return (
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}
    )


def joined(parts: Sequence[TrainingSet]) -> TrainingSet:
    """The rows of several towns; a town where nobody applied has none."""
    filled = [part for part in parts if len(part)]
    columns = {
        name: np.concatenate([getattr(part, name) for part in filled])
        for name in ("person", "as_of", "is_bad", "cause", "group", "age", "instalment_fen")
    }
    features = {
        name: np.concatenate([part.features[name] for part in filled])
        for name in filled[0].features
    }
    return TrainingSet(features=features, **columns)
