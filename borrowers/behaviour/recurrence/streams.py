"""A stream: payments of one kind to or from one party at even intervals."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import EventKey
from common.periods import add_months

Integers = npt.NDArray[np.int64]

FEWEST = 3
# How far an interval may lie from the period, and which share of them must lie that near.
TOLERANCE = 0.15
FEWEST_NEAR, FEWEST_SINGLE = 0.8, 0.6
# As long as half a period passes after the day on which it was due, a stream may still go on.
PATIENCE = 1.5


class Frequency(IntEnum):
    """The period in days, as people say it."""

    WEEKLY = 7
    FORTNIGHTLY = 14
    MONTHLY = 30
    QUARTERLY = 90
    YEARLY = 365


# The mean length of what is counted in calendar months.
LENGTHS = {
    Frequency.WEEKLY: 7.0,
    Frequency.FORTNIGHTLY: 14.0,
    Frequency.MONTHLY: 30.44,
    Frequency.QUARTERLY: 91.31,
    Frequency.YEARLY: 365.25,
}
MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}


class StreamKind(IntEnum):
    """What a stream is."""

    SALARY = 1
    INCOME = 2
    SUBSCRIPTION = 3


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream. `party` is the keyed code of payer or merchant; `events` are its rows.

    `missed` counts the periods without a payment, between the first and now while it goes on, and
    between the first and the last where it has ended.
    """

    kind: StreamKind
    party: int
    category: int
    frequency: Frequency
    first_on: date
    last_on: date
    next_on: date
    average_fen: int
    occurrences: int
    missed: int
    is_active: bool
    events: tuple[EventKey, ...]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """All streams of one person, and every row that is a salary, in a stream or by its word."""

    salaries: tuple[Stream, ...]
    incomes: tuple[Stream, ...]
    subscriptions: tuple[Stream, ...]
    salary_events: frozenset[EventKey]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The period that days keep, and how many times they skipped it."""

    frequency: Frequency
    skipped: int


def rhythm(days: Integers) -> Rhythm | None:
    """The period of days in ascending order; None where they keep none."""
    if len(days) < FEWEST:
        return None
    intervals = np.diff(days)
    best, best_near = None, 0.0
    for frequency, length in LENGTHS.items():
        steps = np.maximum(np.rint(intervals / length), 1)
        near = np.abs(intervals - steps * length) <= TOLERANCE * length
        single = float(np.mean(near & (steps == 1)))
        share = float(np.mean(near))
        if share >= FEWEST_NEAR and single >= FEWEST_SINGLE and share + single > best_near:
            best_near = share + single
            best = Rhythm(frequency, int(np.sum(steps[near] - 1)))
    return best


def due_after(last: date, frequency: Frequency) -> date:
    """The day on which the next payment is expected."""
    if months := MONTHS.get(frequency):
        return add_months(last, months)
    return last + timedelta(days=int(frequency))


def overdue_periods(last: date, as_of: date, frequency: Frequency) -> int:
    """How many payments have not come since the last one."""
    late = (as_of - last).days - TOLERANCE * LENGTHS[frequency]
    return max(int(late // LENGTHS[frequency]), 0)


def is_active(last: date, as_of: date, frequency: Frequency) -> bool:
    return (as_of - last).days <= PATIENCE * LENGTHS[frequency]


def variation(amounts: Integers) -> float:
    """The coefficient of variation: spread over mean."""
    mean = float(np.mean(amounts))
    return float(np.std(amounts)) / mean if mean else 0.0
