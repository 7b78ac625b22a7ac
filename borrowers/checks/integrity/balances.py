"""The running balance: every row must lead from the balance before it to its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from borrowers.behaviour.contracts import Category, Direction, EventStatus, RawEvent
from borrowers.behaviour.imports import Finding, Reading

BREAKS, ENDS, SUM = 70, 60, 60
# A column is a running balance where four in five of its steps fit.
FEWEST_STEPS, FITTING_PERCENT = 3, 80
MOST_UNSIGNED = 14
_VOID = frozenset({EventStatus.CLOSED, EventStatus.FAILED, EventStatus.PENDING})


class Chain(NamedTuple):
    """The rows of one account in the order of time, and which sign a payment out has."""

    rows: Sequence[RawEvent]
    out_sign: int
    breaks: int
    steps: int


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """Steps that do not lead on, and ends that are not those which the statement declares."""
    accounts = accounts_of(reading.events)
    chains = [chain for rows in accounts if (chain := chain_of(rows)) is not None]
    if not chains:
        return look_at_sum(reading)
    # A row that could not be read, or stood there twice, leaves one gap.
    excused = len(reading.quarantined) + reading.duplicates
    breaks = max(sum(chain.breaks for chain in chains) - excused, 0)
    return tuple(found_in(reading, chains, breaks))


def found_in(reading: Reading, chains: Sequence[Chain], breaks: int) -> Iterator[Finding]:
    if breaks:
        yield Finding("BALANCE_BREAKS", breaks, BREAKS)
    if len(chains) == 1 and not reading.quarantined and not fits_ends(reading, chains[0]):
        yield Finding("BALANCE_ENDS_DIFFER", 1, ENDS)


def accounts_of(events: Iterable[RawEvent]) -> list[list[RawEvent]]:
    """The rows that tell a balance, by account and currency, in the order of the file."""
    found: dict[tuple[str, str], list[RawEvent]] = defaultdict(list)
    for event in events:
        if event.balance_fen is not None:
            found[event.account, event.currency].append(event)
    return [sorted(rows, key=lambda row: row.row_number) for rows in found.values()]


def chain_of(rows: Sequence[RawEvent]) -> Chain | None:
    """The reading of the rows, oldest or latest first, in which most steps fit."""
    tried = [walked(ordered, out_sign) for ordered in (rows, rows[::-1]) for out_sign in (-1, 1)]
    best = min(tried, key=lambda chain: chain.breaks)
    fitting = best.steps - best.breaks
    if best.steps < FEWEST_STEPS or fitting * 100 < best.steps * FITTING_PERCENT:
        return None
    return best


def walked(rows: Sequence[RawEvent], out_sign: int) -> Chain:
    steps = [
        fits(after, change_between(before, after), out_sign) for before, after in pairwise(rows)
    ]
    return Chain(rows, out_sign, steps.count(False), len(steps))


def change_between(before: RawEvent, after: RawEvent) -> int:
    return (after.balance_fen or 0) - (before.balance_fen or 0)


def fits(event: RawEvent, change_fen: int, out_sign: int) -> bool:
    """Whether the row moved what the balance says; own transfers may go either way."""
    if change_fen == 0 and (event.status in _VOID or not event.amount_fen):
        return True
    sign = sign_of(event, out_sign)
    return change_fen == sign * event.amount_fen if sign else abs(change_fen) == event.amount_fen


def sign_of(event: RawEvent, out_sign: int) -> int:
    if event.direction is Direction.OUT:
        return out_sign
    if event.direction is Direction.IN or event.category is Category.REFUND:
        return -out_sign
    return 0


def fits_ends(reading: Reading, chain: Chain) -> bool:
    first, last = chain.rows[0], chain.rows[-1]
    if reading.closing_fen is not None and last.balance_fen != reading.closing_fen:
        return False
    if reading.opening_fen is None or first.balance_fen is None:
        return True
    return fits(first, first.balance_fen - reading.opening_fen, chain.out_sign)


def look_at_sum(reading: Reading) -> tuple[Finding, ...] | None:
    """Where no row tells its balance: from opening to closing by all rows together."""
    if reading.opening_fen is None or reading.closing_fen is None or reading.quarantined:
        return None
    moved = reading.closing_fen - reading.opening_fen
    unsigned = []
    for event in reading.events:
        if sign := sign_of(event, -1):
            moved -= sign * event.amount_fen
        else:
            unsigned.append(event.amount_fen)
    if len(unsigned) > MOST_UNSIGNED:
        return None
    return () if moved in sums_of(unsigned) else (Finding("BALANCE_ENDS_DIFFER", 1, SUM),)


def sums_of(amounts: Iterable[int]) -> set[int]:
    """Every sum of the amounts, each taken in or out."""
    sums = {0}
    for amount in amounts:
        sums = {each + amount for each in sums} | {each - amount for each in sums}
    return sums
