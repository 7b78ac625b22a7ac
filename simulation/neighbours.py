"""More people for the demonstration, out of a small world: bills and statements that agree."""

from collections.abc import Iterator
from datetime import date

from common.periods import add_months
from simulation.cast import Person
from simulation.folders.people.sharing import shares_of
from simulation.folders.writing import Written, files_of
from simulation.world import World, simulate
from simulation.world.personas import Persona

PEOPLE, MONTHS, SEED = 40, 9, 61
# What is handed in: bills and the statement of the card behind them.
SOURCES = ("wechat", "alipay", "jd", "meituan", "debit")
NEIGHBOURS = {
    Persona.OFFICE: Person("苏知夏（虚构）", "13900000061", date(1993, 5, 2), 0, MONTHS, seed=61),
    Persona.GIG: Person("唐南星（虚构）", "13900000062", date(1988, 11, 23), 0, MONTHS, seed=62),
    Persona.SHOPKEEPER: Person(
        "叶青禾（虚构）", "13900000063", date(1981, 2, 14), 0, MONTHS, seed=63
    ),
}


def small_world(on: date) -> World:
    """The months that ended before this one; the same people whatever the day."""
    first = add_months(on.replace(day=1), -MONTHS)
    return simulate(people=PEOPLE, months=MONTHS, seed=SEED, first_day=first)


def files_for(persona: Persona, world: World) -> Iterator[Written]:
    """What the first of a persona hands in who shares a wallet and the card behind it."""
    person = next(
        person
        for person in range(PEOPLE)
        if world.people.persona[person] == persona
        and {"wechat", "debit"} <= shares_of(world, person).given
        and not shares_of(world, person).is_locked
    )
    yield from (each for each in files_of(world, person) if each.source in SOURCES)
