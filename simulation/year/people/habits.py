"""How people behave who do not exist: when they come, what they ask for, and how they pay. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random


class Habit(StrEnum):
    """How somebody pays."""

    ON_TIME = "ON_TIME"
    DAYS_EARLY = "DAYS_EARLY"
    FORGETFUL = "FORGETFUL"
    SLOW = "SLOW"
    IN_PARTS = "IN_PARTS"
    PAYS_OFF = "PAYS_OFF"
    PAYS_TWICE = "PAYS_TWICE"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    TAKEN_BACK = "TAKEN_BACK"
    GIVES_UP = "GIVES_UP"


SHARES = {
    Habit.ON_TIME: 34, Habit.DAYS_EARLY: 10, Habit.FORGETFUL: 14, Habit.SLOW: 8,
    Habit.IN_PARTS: 9, Habit.PAYS_OFF: 8, Habit.PAYS_TWICE: 5, Habit.WRONG_AMOUNT: 4,
    Habit.TAKEN_BACK: 4, Habit.GIVES_UP: 4,
}  # fmt: skip
# Most come in the first half of the year, so that their loans are seen to the end; nobody comes so
# late that not even an instalment falls due.
JOIN_WITHIN = 0.6
FIRST_INSTALMENT_DAYS = 36
AMOUNTS_FEN = (60_000, 120_000, 200_000, 300_000, 450_000, 600_000, 900_000)
TERMS_MONTHS = (3, 3, 6, 6, 12)
# How often the bank goes wrong with a payment, and how. One that settles overnight is booked a day
# after it was asked for.
FAULTS = {
    "": 78, "fail": 5, "delay": 6, "duplicate_webhook": 3, "reordered": 2, "wrong_amount": 2,
    "lose_answer": 2, "error_500": 2,
}  # fmt: skip
OVERNIGHT_SECONDS = 16 * 3_600.0
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    amount_fen: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What somebody means to do about what is due on a day."""

    on: date
    share: float = 1.0


@dataclass(frozen=True)
class Character:
    """One person's ways; the same for the same seed."""

    person: int
    habit: Habit
    joins_after_days: int
    chance: Random

    def wish(self) -> Wish:
        return Wish(self.chance.choice(AMOUNTS_FEN), self.chance.choice(TERMS_MONTHS))

    def rests_days(self) -> int:
        """How long somebody waits before they ask again."""
        return self.chance.randint(4, 40)

    def waits_days(self) -> int:
        """How long after it something late is seen to."""
        return self.chance.randint(1, 25 if self.habit is Habit.SLOW else 5)

    def payments(self, due_on: date) -> list[Payment]:
        """When the instalment of a day is meant to be paid, and how much of it each time."""
        late = self.chance.randint
        plans = {
            Habit.DAYS_EARLY: lambda: [Payment(due_on - late(1, 6) * DAY)],
            Habit.FORGETFUL: lambda: [Payment(due_on + late(0, 12) * DAY)],
            Habit.SLOW: lambda: [
                Payment(due_on + late(5, 20) * DAY, 0.5),
                Payment(due_on + late(21, 50) * DAY),
            ],
            Habit.IN_PARTS: lambda: [
                Payment(due_on - DAY, 0.3),
                Payment(due_on, 0.6),
                Payment(due_on + late(0, 4) * DAY),
            ],
        }
        return plans.get(self.habit, lambda: [Payment(due_on)])()

    def fault(self) -> str:
        """What goes wrong at the bank with the next payment; nothing, mostly."""
        return self.chance.choices(list(FAULTS), list(FAULTS.values()))[0]

    def happens(self, share: float) -> bool:
        return self.chance.random() < share


def characters(*, people: int, days: int, seed: int) -> list[Character]:
    """Everybody's ways."""
    return [_character(person, days, chance_of(f"{seed}:{person}")) for person in range(people)]


def chance_of(seed: str) -> Random:
    """A die of one's own: the same for the same seed, whatever others throw."""
    return Random(seed)  # noqa: S311 (a game, no secret)


def _character(person: int, days: int, chance: Random) -> Character:
    habit = chance.choices(list(SHARES), list(SHARES.values()))[0]
    latest = int(max(days - FIRST_INSTALMENT_DAYS, 0) * JOIN_WITHIN)
    return Character(person, habit, chance.randint(0, latest), chance)
