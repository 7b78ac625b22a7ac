"""What the balances tell: which way money went, where neither a sign nor a word says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from borrowers.connectors.contracts import Cell, Row
from borrowers.connectors.header import Header, RowUnreadable, text
from borrowers.connectors.statements.cells import Days, day_and_clock, money

FEWEST_ROWS = 3
ROWS_ASKED = 300
WIDTHS = range(3, 9)


def fen(row: Row, at: int) -> int | None:
    """An amount, or nothing where there is none to be read."""
    try:
        found = money(row[at]) if at < len(row) else None
    except RowUnreadable:
        return None
    return found.fen if found else None


def steps(balances: Sequence[int | None], *, is_latest_first: bool) -> list[int | None]:
    """By how much each row changed the balance; None where that cannot be known."""
    ordered = list(balances)[::-1] if is_latest_first else list(balances)
    changes: list[int | None] = [None for _ in ordered[:1]]
    for before, after in pairwise(ordered):
        changes.append(None if before is None or after is None else after - before)
    return changes[::-1] if is_latest_first else changes


def changes_of(balances: Sequence[int | None], amounts: Sequence[int | None]) -> list[int | None]:
    """The changes, in the order of time in which most of them have the size of their row's amount.

    Nothing where fewer than two rows, or fewer than four in five of them, do.
    """
    best: list[int | None] = []
    most = 0
    for is_latest_first in (False, True):
        changes = steps(balances, is_latest_first=is_latest_first)
        known = sum(1 for change in changes if change is not None)
        hits = sum(
            1
            for change, amount in zip(changes, amounts, strict=True)
            if change is not None and amount is not None and abs(change) == abs(amount)
        )
        if hits > most and hits > 1 and hits * 5 >= known * 4:
            best, most = changes, hits
    return best


# --- no header at all ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kinds:
    """The columns of a table without a header, by what stands in all their cells."""

    days: list[int]
    texts: list[int]
    amounts: list[int]


def looks_positional(rows: Sequence[Row]) -> Kinds | None:
    """Rows of equal width with one day, a text and amounts: a statement, though nothing says so."""
    asked = [row for row in rows[:ROWS_ASKED] if any(text(cell) for cell in row)]
    widths = {len(row) for row in asked}
    if len(asked) < FEWEST_ROWS or len(widths) != 1 or not widths <= set(WIDTHS):
        return None
    kinds = kinds_of(asked)
    is_statement = len(kinds.days) == 1 and kinds.texts and kinds.amounts
    return kinds if is_statement else None


def positional(rows: Sequence[Row]) -> Header | None:
    """A table that names no column, where its balances leave one reading only."""
    kinds = looks_positional(rows)
    if kinds is None:
        return None
    asked = [row for row in rows[:ROWS_ASKED] if any(text(cell) for cell in row)]
    places = {"day": kinds.days[0], "memo": kinds.texts[0]}
    if len(kinds.texts) > 1:
        places["note"] = kinds.texts[1]
    amounts = two_and_balance(asked, kinds.amounts) or one_and_balance(asked, kinds.amounts)
    return Header(-1, places | amounts, len(asked[0])) if amounts else None


def kinds_of(rows: Sequence[Row]) -> Kinds:
    kinds = Kinds([], [], [])
    for at in range(len(rows[0])):
        cells = [row[at] for row in rows]
        if all(is_day(cell) for cell in cells):
            kinds.days.append(at)
        elif all(fen(row, at) is not None or not text(row[at]) for row in rows):
            if any(text(cell) for cell in cells):
                kinds.amounts.append(at)
        else:
            kinds.texts.append(at)
    return kinds


def is_day(cell: Cell) -> bool:
    if not text(cell) or isinstance(cell, int | float):
        return False
    try:
        day_and_clock(cell, Days(is_day_first=None))
    except RowUnreadable as unreadable:
        return unreadable.code == "DATE_AMBIGUOUS"
    return True


def two_and_balance(rows: Sequence[Row], amounts: Sequence[int]) -> dict[str, int]:
    """Out, in and balance: one of the first two is filled in each row, and the balance says which
    of them adds to it; one row in five may disagree, and is then a break in the balance."""
    if len(amounts) != 3:
        return {}
    *two, last = amounts
    if any((fen(row, two[0]) is None) == (fen(row, two[1]) is None) for row in rows):
        return {}
    balances = [fen(row, last) for row in rows]
    moved = [fen(row, two[0]) or fen(row, two[1]) for row in rows]
    changes = changes_of(balances, moved)
    first_adds = [
        (change > 0) == (fen(row, two[0]) is not None)
        for change, row, amount in zip(changes, rows, moved, strict=False)
        if change and amount is not None and abs(change) == abs(amount)
    ]
    adds = sum(first_adds)
    agreeing = max(adds, len(first_adds) - adds)
    if not first_adds or agreeing * 5 < len(first_adds) * 4:
        return {}
    into, out = two if adds == agreeing else reversed(two)
    return {"in": into, "out": out, "balance": last}


def one_and_balance(rows: Sequence[Row], amounts: Sequence[int]) -> dict[str, int]:
    """A signed amount and a balance that follows it."""
    if len(amounts) != 2:
        return {}
    amount, last = amounts
    moved = [fen(row, amount) for row in rows]
    changes = changes_of([fen(row, last) for row in rows], moved)
    pairs = [pair for pair in zip(changes, moved, strict=False) if pair[0] is not None]
    is_signed = bool(pairs) and all(change == fen_moved for change, fen_moved in pairs)
    return {"amount": amount, "balance": last} if is_signed else {}
