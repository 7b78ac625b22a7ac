"""What forgers do to a file: they change rows and leave totals and balances as they were."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

import numpy as np

from simulation.bills.banks import Entry
from simulation.bills.records import Record
from simulation.folders.rows import Happening
from simulation.words import Direction
from simulation.world.events import INCOMES

Row = TypeVar("Row", Record, Entry)
Pairs = list[tuple[Row, Happening]]
# Of a hundred files one or two are forged; of those by people who mean to cheat, most.
FORGED, FORGED_BY_CHEATS = 0.010, 0.55
FEWEST_ROWS = 12
MOST_DELETED = 8
# The number of what never happened.
NO_EVENT = -1


class Trick(StrEnum):
    """What was done to the file."""

    EDITED_AMOUNTS = "EDITED_AMOUNTS"
    DELETED_ROWS = "DELETED_ROWS"
    DUPLICATED_INCOME = "DUPLICATED_INCOME"


@dataclass(frozen=True, slots=True)
class Forgery:
    """A forged file's trick and the events that it touched."""

    trick: Trick
    touched: tuple[int, ...]


def forged(
    pairs: Pairs[Row], chance: np.random.Generator, *, is_cheat: bool
) -> tuple[Pairs[Row], Forgery | None]:
    """The rows as they are handed in, and what was done to them."""
    is_forged = chance.random() < (FORGED_BY_CHEATS if is_cheat else FORGED)
    if not is_forged or len(pairs) < FEWEST_ROWS:
        return pairs, None
    incoming = [index for index, (row, _) in enumerate(pairs) if row.direction == Direction.IN]
    earned = [index for index in incoming if pairs[index][1].kind in INCOMES]
    tricks = possible(has_income=bool(earned), has_spending=len(incoming) < len(pairs))
    if not tricks:
        return pairs, None
    trick = tricks[int(chance.integers(len(tricks)))]
    if trick is Trick.EDITED_AMOUNTS:
        return edited(pairs, earned, chance)
    if trick is Trick.DUPLICATED_INCOME:
        return duplicated(pairs, earned, chance)
    return deleted(pairs, chance)


def possible(*, has_income: bool, has_spending: bool) -> list[Trick]:
    """The tricks that would change something in such a file."""
    needed = {Trick.DELETED_ROWS: has_spending}
    return [trick for trick in Trick if needed.get(trick, has_income)]


def edited(
    pairs: Pairs[Row], earned: Sequence[int], chance: np.random.Generator
) -> tuple[Pairs[Row], Forgery]:
    """Incomes grow by half or more."""
    factor = 1.5 + chance.random() * 1.5
    chosen = set(earned[-12:])
    changed = [
        (replace(row, amount_fen=-(-int(row.amount_fen * factor) // 100) * 100 + 37), event)
        if index in chosen
        else (row, event)
        for index, (row, event) in enumerate(pairs)
    ]
    touched = tuple(pairs[index][1].number for index in sorted(chosen))
    return changed, Forgery(Trick.EDITED_AMOUNTS, touched)


def duplicated(
    pairs: Pairs[Row], earned: Sequence[int], chance: np.random.Generator
) -> tuple[Pairs[Row], Forgery]:
    """Incomes that were never paid, copied from those that were."""
    copied = [pairs[index] for index in earned[-6:]]
    handed = list(pairs)
    taken = {row.number for row, _ in pairs}
    for row, event in copied:
        later = row.at + timedelta(days=int(chance.integers(2, 6)), minutes=7)
        number = free_number(row.number, taken, chance)
        taken.add(number)
        invented = replace(event, number=NO_EVENT)
        handed.append((replace(row, at=later, number=number), invented))
    touched = tuple(event.number for _, event in copied)
    return handed, Forgery(Trick.DUPLICATED_INCOME, touched)


def free_number(number: str, taken: Collection[str], chance: np.random.Generator) -> str:
    """A number beside the true one that no row of the file has: else it were the same row twice."""
    while (other := f"{number[:-4]}{int(chance.integers(10**4)):04d}") in taken:
        pass
    return other


def deleted(pairs: Pairs[Row], chance: np.random.Generator) -> tuple[Pairs[Row], Forgery]:
    """Payments that look bad are gone."""
    spent = [index for index, (row, _) in enumerate(pairs) if row.direction == Direction.OUT]
    count = min(int(chance.integers(3, MOST_DELETED + 1)), len(spent))
    gone = {spent[int(each)] for each in chance.permutation(len(spent))[:count]}
    kept = [pair for index, pair in enumerate(pairs) if index not in gone]
    return kept, Forgery(
        Trick.DELETED_ROWS, tuple(pairs[index][1].number for index in sorted(gone))
    )
