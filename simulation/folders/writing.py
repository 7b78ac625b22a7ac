"""A person's folder: the files that they share, and beside it the truth about every row."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from simulation.bills.banks import Account, Entry, StatementLayout, write_statement
from simulation.bills.containers.archive import locked
from simulation.bills.layouts import Layout, file_name, write
from simulation.bills.records import Kind as BillKind
from simulation.bills.records import Owner, Record
from simulation.folders import papers
from simulation.folders.forging import Forgery, Pairs, Row, forged
from simulation.folders.people import faces
from simulation.folders.people.sharing import shares_of
from simulation.folders.rows import Happening, Teller, happenings
from simulation.world import World
from simulation.world.events import Shop, Wallet

# A wallet exports at most a year at once.
MONTHS_A_BILL = 12
SMALLEST_OPENING_FEN = 5_000


@dataclass(frozen=True, slots=True)
class Written:
    """One file: its name and bytes, the event behind each row in the file's own order."""

    name: str
    source: str
    layout: str
    content: bytes
    rows: tuple[tuple[Record | Entry, Happening], ...] = ()
    forgery: Forgery | None = None


def teller(world: World, person: int) -> Teller:
    return Teller(
        world=world,
        person=person,
        shares=shares_of(world, person),
        debit=faces.card(world, person, 1),
        second=faces.card(world, person, 2),
        credit=faces.card(world, person, 3, is_credit=True),
    )


def files_of(world: World, person: int) -> Iterator[Written]:
    """Everything that a person shares, the same for the same seed."""
    events = happenings(world, person)
    tells = teller(world, person)
    chance = np.random.default_rng((world.seed, 78, person))
    yield from bills(tells, events, chance)
    yield from statements(tells, events, chance)
    for name, source, content in papers.of(world, person, tells.shares):
        yield Written(name, source, source.upper(), content)


# --- bills of wallets and shops ---------------------------------------------------------------


def bills(
    tells: Teller, events: Sequence[Happening], chance: np.random.Generator
) -> Iterator[Written]:
    shares = tells.shares
    for wallet, layout, stands in (
        ("wechat", shares.wechat, lambda event: event.wallet == Wallet.WECHAT),
        ("alipay", shares.alipay, lambda event: event.wallet == Wallet.ALIPAY),
        ("jd", shares.jd, lambda event: event.shop == Shop.JD),
        ("meituan", shares.meituan, lambda event: event.shop == Shop.MEITUAN),
    ):
        pairs = list(tells.records(list(events), stands, wallet)) if wallet in shares.given else []
        for number, part in enumerate(years(tells.world, pairs), start=1):
            yield bill(tells, wallet, layout, part, number, chance)


def years(
    world: World, pairs: Sequence[tuple[Record, Happening]]
) -> Iterator[list[tuple[Record, Happening]]]:
    """The rows year by year; a year without rows is not exported."""
    for part in by_year(world, pairs):
        if any(record.kind is not BillKind.REFUND for record, _ in part):
            yield part


def by_year(world: World, pairs: Sequence[tuple[Row, Happening]]) -> Iterator[Pairs[Row]]:
    """The rows in parts of a year from the world's first day on."""
    starts: list[int] = [int(world.days.begins[0])]
    for month in range(MONTHS_A_BILL, world.days.months, MONTHS_A_BILL):
        index = world.days.index_of(world.days.first_of_month[month])
        starts.append(int(world.days.begins[index]))
    ends: list[int] = [*starts[1:], 2**62]
    for start, end in zip(starts, ends, strict=True):
        yield [pair for pair in pairs if start <= pair[0].at.timestamp() < end]


def bill(
    tells: Teller,
    wallet: str,
    layout: Layout,
    pairs: list[tuple[Record, Happening]],
    number: int,
    chance: np.random.Generator,
) -> Written:
    handed, forgery = forged(pairs, chance, is_cheat=is_cheat(tells))
    owner = Owner(faces.name(tells.person), f"specimen{tells.person}@example.invalid")
    content = write(
        [record for record, _ in handed],
        layout=layout,
        owner=owner,
        stated=[record for record, _ in pairs],
    )
    rows = sorted(
        (pair for pair in handed if has_row(layout, pair[0])),
        key=lambda pair: pair[0].at,
        reverse=True,
    )
    name = f"{number:02d}_{file_name(layout)}"
    if tells.shares.is_locked and wallet in {"wechat", "alipay"}:
        content = locked({name: content}, faces.password(tells.world, tells.person))
        name = f"{name}.zip"
    return Written(name, wallet, layout, content, tuple(rows), forgery)


def has_row(layout: Layout, record: Record) -> bool:
    """Alipay's web export has a column for what came back, and no rows."""
    return layout is not Layout.ALIPAY_WEB or record.kind is not BillKind.REFUND


def is_cheat(tells: Teller) -> bool:
    world, person = tells.world, tells.person
    return bool(world.people.has_fraud_intent[person] or world.graph.ring[person] >= 0)


# --- statements of accounts -------------------------------------------------------------------


def statements(
    tells: Teller, events: Sequence[Happening], chance: np.random.Generator
) -> Iterator[Written]:
    shares = tells.shares
    rows = list(events)
    for name, layout, account, drawn in (
        ("debit", shares.debit, tells.debit, tells.debit_rows),
        ("second", shares.second, tells.second, tells.second_rows),
        ("credit", shares.credit, tells.credit, tells.credit_rows),
    ):
        pairs = list(drawn(rows)) if name in shares.given else []
        if pairs:
            yield from statement(tells, name, layout, account, pairs, chance)


def statement(
    tells: Teller,
    name: str,
    layout: StatementLayout,
    account: Account,
    pairs: list[tuple[Entry, Happening]],
    chance: np.random.Generator,
) -> Iterator[Written]:
    """One file, or one a year where a row does not say its year."""
    income = int(tells.world.people.income_fen[tells.person])
    balanced = with_balances(pairs, is_credit=account.is_credit, spare_fen=income // 5)
    handed, forgery = balanced, None
    if can_be_checked(layout):
        handed, forgery = forged(balanced, chance, is_cheat=is_cheat(tells))
    in_order = sorted(handed, key=lambda pair: pair[0].at)
    parts = [in_order] if layout.has_years else filter(None, by_year(tells.world, in_order))
    for number, part in enumerate(parts, start=1):
        content = write_statement([entry for entry, _ in part], layout=layout, account=account)
        rows = part[::-1] if layout.is_newest_first else part
        file = f"{name}{number if number > 1 else ''}_{layout.file_name}"
        yield Written(file, name, layout, content, tuple(rows), forgery)


def can_be_checked(layout: StatementLayout) -> bool:
    """Does anything in the file speak against a changed row? Others are not worth forging here."""
    return layout.has_balances or layout in {StatementLayout.MT940, StatementLayout.CAMT}


def with_balances(
    pairs: list[tuple[Entry, Happening]], *, is_credit: bool, spare_fen: int
) -> list[tuple[Entry, Happening]]:
    """The chain of balances in the order of booking, from an opening that bears all of it."""
    in_order = sorted(pairs, key=lambda pair: pair[0].at)
    chain = np.cumsum([entry.signed_fen for entry, _ in in_order])
    opening = 0 if is_credit else max(0, -int(chain.min())) + spare_fen + SMALLEST_OPENING_FEN
    return [
        (replace(entry, balance_fen=opening + int(moved)), event)
        for (entry, event), moved in zip(in_order, chain, strict=True)
    ]


# --- the folder -------------------------------------------------------------------------------


def write_person(world: World, person: int, folder: Path) -> list[Written]:
    """Write the files and a card of what a platform would see of the person."""
    own = folder / faces.code(person)
    own.mkdir(parents=True)
    written = list(files_of(world, person))
    for each in written:
        (own / each.name).write_bytes(each.content)
    card = json.dumps(about(world, person, written), ensure_ascii=False, indent=1)
    (own / "person.json").write_text(f"{card}\n", encoding="utf-8")
    return written


def about(world: World, person: int, written: Sequence[Written]) -> dict[str, object]:
    """What is seen at signing up: no latent state, no group."""
    graph = world.graph
    shares = shares_of(world, person)
    return {
        "specimen": True,
        "person": faces.code(person),
        "name": faces.name(person),
        "phone": faces.phone(person),
        "born_on": faces.born_on(world, person).isoformat(),
        "device": faces.hash_of(world, int(graph.device[person]), "device"),
        "network": faces.hash_of(world, int(graph.network[person]), "network"),
        "address": faces.hash_of(world, int(graph.address[person]), "address"),
        "cards": {
            name: {"bank": bank, "number": faces.card(world, person, kind).number}
            for name, bank, kind in (
                ("debit", shares.bank, 1),
                ("second", shares.second_bank, 2),
                ("credit", shares.credit_bank, 3),
            )
            if name in shares.given
        },
        "files": [
            {
                "name": each.name,
                "source": each.source,
                "password": faces.password(world, person) if each.name.endswith(".zip") else "",
            }
            for each in written
        ],
    }
