"""QIF: one letter before each line, days as Americans write them, no balances at all."""

from collections.abc import Iterator, Sequence

from simulation.bills.banks.entries import Account, Entry, oldest_first, summary
from simulation.bills.containers.tables import signed


def statement(entries: Sequence[Entry], _account: Account) -> bytes:
    lines = ["!Type:Bank", *(line for each in oldest_first(entries) for line in rows(each))]
    return "".join(f"{line}\n" for line in lines).encode()


def rows(entry: Entry) -> Iterator[str]:
    yield f"D{entry.wall.month}/{entry.wall.day}'{entry.wall.year}"
    yield f"T{signed(entry.signed_fen)}"
    yield f"N{entry.number[-12:]}"
    yield f"P{entry.whom}"
    yield f"M{summary(entry, {})}"
    yield "^"
