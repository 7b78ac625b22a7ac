"""SWIFT MT940: days only, commas for points, opening and closing balance."""

from collections.abc import Iterator, Sequence

from simulation.bills.banks.entries import Account, Entry, Occasion, oldest_first, summary
from simulation.bills.records import yuan
from simulation.words import Direction

TYPES = {Occasion.SALARY: "NTRF", Occasion.INTEREST: "NINT", Occasion.CONSUMPTION: "NMSC"}
LINE = 60


def statement(entries: Sequence[Entry], account: Account) -> bytes:
    ordered = oldest_first(entries)
    first, last = ordered[0], ordered[-1]
    opening = first.balance_fen - first.signed_fen
    lines = [
        ":20:SPECIMEN",
        f":25:990000000/{account.number}",
        ":28C:1/1",
        f":60F:{balance(opening, f'{first.wall:%y%m%d}')}",
        *(line for each in ordered for line in rows(each)),
        f":62F:{balance(last.balance_fen, f'{last.wall:%y%m%d}')}",
        "-",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def balance(fen: int, day: str) -> str:
    return f"{'C' if fen >= 0 else 'D'}{day}CNY{comma(abs(fen))}"


def rows(entry: Entry) -> Iterator[str]:
    side = "C" if entry.direction == Direction.IN else "D"
    kind = TYPES.get(entry.occasion, "NTRF")
    amount = comma(entry.amount_fen)
    yield f":61:{entry.wall:%y%m%d%m%d}{side}{amount}{kind}NONREF//{entry.number[-16:]}"
    words = f"{summary(entry, {})} {entry.whom}".replace(":", "：")
    yield f":86:{words[:LINE]}"


def comma(fen: int) -> str:
    return yuan(fen).replace(".", ",")
