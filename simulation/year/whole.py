"""The whole year: everybody's days, the night after each, and what must hold every morning."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from common.business_date import actions as business_date
from config import assembly
from lending.products import actions as products
from scoring.policy import actions as policies
from scoring.registry import actions as models
from simulation.year import home
from simulation.year.clock import WorldClock
from simulation.year.house import House, open_house
from simulation.year.people.habits import chance_of, characters
from simulation.year.people.lives import Life
from simulation.year.people.officer import Officers, hired
from simulation.year.people.records import live

DAY = timedelta(days=1)
# Besides those of everybody to whom something has happened.
HOMES_LOOKED_AT = 3
DIFFERENCES_KEPT = 50
Told = Callable[[date], object]


@dataclass
class Evidence:
    """What has happened, and what was not as it should be."""

    people: int
    seed: int
    first_day: str
    days: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    invariants_checked: int = 0
    invariants_failed: list[str] = field(default_factory=list)
    homes_compared: int = 0
    home_differences: list[str] = field(default_factory=list)
    bank_lines: int = 0
    bank_differences: list[str] = field(default_factory=list)
    seconds: float = 0.0
    seconds_by_part: dict[str, float] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was wrong."""
        return not (self.invariants_failed or self.home_differences or self.bank_differences)

    def as_json(self) -> dict[str, Any]:
        """Plain values, in a steady order."""
        return asdict(self) | {
            "happened": dict(sorted(self.happened.items())),
            "seconds": round(self.seconds, 1),
            "seconds_by_part": {k: round(v, 1) for k, v in self.seconds_by_part.items()},
            "is_clean": self.is_clean,
        }

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """How long one part of the day takes."""
        began = time.monotonic()
        yield
        passed = time.monotonic() - began
        self.seconds_by_part[part] = self.seconds_by_part.get(part, 0.0) + passed
        self.seconds += passed


def simulate_year(
    *, people: int, days: int, seed: int, first_day: date, secret: str, tell: Told = str
) -> Evidence:
    """Live `days` days on an empty platform; `tell` hears of each day that is over.

    The database must be one to throw away: everything is committed.
    """
    evidence = Evidence(people, seed, first_day.isoformat())
    clock = WorldClock(first_day)
    chance = chance_of(f"{seed}:everybody")
    with open_house(clock) as house:
        with evidence.timed("opening"):
            officers = _open(first_day, chance, secret)
            town = live(people=people, days=days, seed=seed, first_day=first_day)
        lives = [
            Life(each, town, house, officers, evidence.happened)
            for each in characters(people=people, days=days, seed=seed)
        ]
        for each in lives:
            each.wakes_on = first_day + each.character.joins_after_days * DAY
        for _ in range(days):
            _one_day(house, officers, lives, evidence, chance)
            tell(clock.day)
        with evidence.timed("bank"):
            _ask_the_bank(house, evidence)
    return evidence


def _open(first_day: date, chance: Random, secret: str) -> Officers:
    business_date.open_books(on=first_day)
    products.open_demonstration()
    models.load_defaults()
    policies.load_defaults()
    return hired(chance, secret=secret)


def _one_day(
    house: House, officers: Officers, lives: list[Life], evidence: Evidence, chance: Random
) -> None:
    today = house.clock.day
    with evidence.timed("people"):
        evidence.happened["decided by an officer"] += officers.decide_what_was_referred()
        for each in lives:
            each.live(today)
        house.hear_what_lies_here()
        for each in lives:
            each.look_after_what_is_on_its_way()
    with evidence.timed("homes"):
        _look_at_homes(lives, today, evidence, chance)
    with evidence.timed("closing"):
        house.close_the_day()
    with evidence.timed("invariants"):
        _check(evidence, house.clock.day)
    evidence.days += 1


def _look_at_homes(lives: list[Life], today: date, evidence: Evidence, chance: Random) -> None:
    """The loan and the points of everybody to whom something has happened today, and any loan of
    some others."""
    here = [each for each in lives if each.notebooks]
    moved = [each for each in here if each.has_moved]
    others = [each for each in here if not each.has_moved]
    looked_at = [(each, each.loan) for each in moved]
    some = chance.sample(others, min(HOMES_LOOKED_AT, len(others)))
    looked_at += [(each, chance.choice(list(each.notebooks))) for each in some]
    for each, loan in looked_at:
        evidence.homes_compared += 1
        said = home.differences(each.phone, loan, each.notebooks[loan], today)
        _keep(evidence.home_differences, said)
    for each in moved:
        _keep(evidence.home_differences, home.of_points(each.phone))


def _check(evidence: Evidence, today: date) -> None:
    evidence.invariants_checked += len(assembly.INVARIANTS)
    said = (f"{today}: {name}: {sentence}" for name, sentence in assembly.breaches())
    _keep(evidence.invariants_failed, said)


def _ask_the_bank(house: House, evidence: Evidence) -> None:
    evidence.bank_lines = len(house.statement())
    found = assembly.bank_breaches(house.at_bank)
    if found is None:
        evidence.bank_differences.append("the bank could not be heard")
    else:
        _keep(evidence.bank_differences, (sentence for _name, sentence in found))


def _keep(kept: list[str], said: Iterator[str]) -> None:
    for sentence in said:
        if len(kept) < DIFFERENCES_KEPT:
            kept.append(sentence)
