"""What the people of the simulated world hand in: bills and statements up to the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as moment

import numpy as np

from common.periods import SHANGHAI, add_months
from simulation.folders.people import faces
from simulation.folders.people.sharing import shares_of
from simulation.folders.rows import happenings
from simulation.folders.writing import Written, bills, statements, teller
from simulation.world import World, simulate

MONTHS_BEFORE = 7
WALLETS = ("wechat", "alipay")


@dataclass(frozen=True, eq=False)
class Town:
    """The people's lives, from half a year before the first day to the last one."""

    world: World

    def name(self, person: int) -> str:
        return faces.name(person)

    def born_on(self, person: int) -> date:
        """Early enough that the youngest are of age when this world begins, not only at its end."""
        days = self.world.days.dates
        born = faces.born_on(self.world, person)
        return born.replace(year=born.year - (days[-1].year - days[0].year) - 1)

    def files(self, person: int, *, before: date, months: int) -> Iterator[Written]:
        """The statement of a card and the bills of wallets, of the last months."""
        end = datetime.combine(before, moment(), SHANGHAI).astimezone(UTC)
        start = datetime.combine(add_months(before, -months), moment(), SHANGHAI).astimezone(UTC)
        events = [each for each in happenings(self.world, person) if start <= each.at < end]
        tells = teller(self.world, person)
        chance = np.random.default_rng((self.world.seed, before.toordinal(), person))
        written = [
            *(each for each in bills(tells, events, chance) if each.source in WALLETS),
            *(each for each in statements(tells, events, chance) if each.source == "debit"),
        ]
        # The statement says what somebody earns, a wallet how they live.
        written.sort(key=lambda each: each.source != "debit")
        yield from written

    def password(self, person: int) -> str:
        """What opens a locked bill."""
        is_locked = shares_of(self.world, person).is_locked
        return faces.password(self.world, person) if is_locked else ""


def live(*, people: int, days: int, seed: int, first_day: date) -> Town:
    """Let everybody live."""
    months = MONTHS_BEFORE + days // 28 + 2
    first = add_months(first_day.replace(day=1), -MONTHS_BEFORE)
    return Town(simulate(people=people, months=months, seed=seed, first_day=first))
