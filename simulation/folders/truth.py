"""The truth beside the folders: what every row of every file really was, and who people are.

It never reaches the platform; tests compare what the platform understood with it.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from simulation.folders.figures import figures, worst_days
from simulation.folders.people import faces
from simulation.folders.rows import Happening
from simulation.folders.writing import Written
from simulation.words import Scene
from simulation.world import World
from simulation.world.events import OWN_TRANSFERS, Kind, Shop
from simulation.world.graph import RingKind
from simulation.world.personas import Persona

# `row` counts the file's rows of data from one, in the file's own order; `event` is the same for
# all rows of one purchase or transfer, in whatever files they stand.
ROW_NAMES = (
    "file", "row", "at", "event", "kind", "scene", "place", "direction", "amount_fen", "refund_of",
    "is_salary", "is_own_transfer", "subscription", "forged",
)  # fmt: skip
KIND_NAMES: dict[int, str] = {kind: kind.name for kind in Kind}
SCENE_NAMES: dict[int, str] = {scene: scene.name for scene in Scene}
LATENTS = (
    "group", "age", "income_fen", "volatility", "discipline", "hazard", "support",
    "has_fraud_intent", "pay_day", "thrift", "online", "is_thin", "credit_limit_fen",
    "bnpl_limit_fen",
)  # fmt: skip


def write_rows(world: World, person: int, written: Sequence[Written], folder: Path) -> None:
    """One table a person: a line for each row of each file."""
    lines = (line for each in written for line in rows_of(world, each))
    table(folder / "rows" / f"{faces.code(person)}.csv", ROW_NAMES, lines)


def rows_of(world: World, written: Written) -> Iterable[Sequence[object]]:
    for number, (row, event) in enumerate(written.rows, start=1):
        yield (
            written.name,
            number,
            row.at.isoformat(),
            event.number if event.number >= 0 else "",
            KIND_NAMES[event.kind],
            SCENE_NAMES[event.scene],
            place(world, event),
            row.direction.name,
            event.amount_fen,
            event.parent if event.parent >= 0 else "",
            int(event.kind == Kind.SALARY),
            int(event.kind in OWN_TRANSFERS),
            event.series if event.kind == Kind.SUBSCRIPTION else "",
            mark(written, row.amount_fen, event),
        )


def mark(written: Written, amount_fen: int, event: Happening) -> str:
    """Was this row invented, or its amount changed?"""
    if event.number < 0:
        return "ADDED"
    return "EDITED" if written.forgery and amount_fen != event.amount_fen else ""


def place(world: World, event: Happening) -> str:
    if event.kind == Kind.SUBSCRIPTION:
        return "AUTO_DEBIT"
    if event.merchant < 0:
        return ""
    is_online = event.shop != Shop.NONE or bool(world.shops.is_online[event.merchant])
    return "ONLINE" if is_online else "OFFLINE"


def write_world(world: World, folder: Path) -> None:
    """People, months, debts, subscriptions, rings, and who sent whom money."""
    people(world, folder)
    months(world, folder)
    debts(world, folder)
    groups(world, folder)
    edges(world, folder)
    report = {each.name: round(each.value, 4) for each in figures(world)}
    words = json.dumps(report, indent=1, ensure_ascii=False)
    (folder / "figures.json").write_text(f"{words}\n", encoding="utf-8")


def people(world: World, folder: Path) -> None:
    rows = (
        (
            faces.code(person),
            Persona(int(world.people.persona[person])).name,
            *(plain(getattr(world.people, name)[person]) for name in LATENTS),
        )
        for person in range(len(world.people))
    )
    table(folder / "people.csv", ("person", "persona", *LATENTS), rows)


def plain(value: np.generic) -> object:
    one = value.item()
    return round(one, 6) if isinstance(one, float) else int(one)


def months(world: World, folder: Path) -> None:
    earned = world.earnings
    rows = (
        (
            faces.code(person),
            f"{first:%Y-%m}",
            int(earned.has_work[person, month]),
            round(float(earned.income_fen[person, month])),
            int(earned.insured_base_fen[person, month]),
        )
        for person in range(len(world.people))
        for month, first in enumerate(world.days.first_of_month)
    )
    names = ("person", "month", "has_work", "income_fen", "insured_base_fen")
    table(folder / "months.csv", names, rows)


def debts(world: World, folder: Path) -> None:
    rows = (
        (
            faces.code(person), debt.at, debt.principal_fen, debt.instalment_fen, debt.term,
            len(debt.due_at), len(debt.paid_at), worst_days(debt, world),
            " ".join(map(str, debt.due_at)), " ".join(map(str, debt.paid_at)),
        )
        for person, debt in enumerate(world.debts)
        if debt is not None
    )  # fmt: skip
    names = (
        "person", "at", "principal_fen", "instalment_fen", "term", "due", "paid",
        "worst_days_late", "due_at", "paid_at",
    )  # fmt: skip
    table(folder / "debts.csv", names, rows)


def groups(world: World, folder: Path) -> None:
    graph = world.graph
    rows = (
        (
            faces.code(person),
            number(graph.ring[person]),
            RingKind(int(graph.ring_kind[graph.ring[person]])).name
            if graph.ring[person] >= 0
            else "",
            number(graph.family[person]),
            number(graph.dormitory[person]),
        )
        for person in range(len(world.people))
        if max(graph.ring[person], graph.family[person], graph.dormitory[person]) >= 0
    )
    table(folder / "groups.csv", ("person", "ring", "ring_kind", "family", "dormitory"), rows)


def number(group: np.integer) -> object:
    return int(group) if group >= 0 else ""


def edges(world: World, folder: Path) -> None:
    sent = world.events.taken((world.events.kind == Kind.TRANSFER_OUT) & (world.events.peer >= 0))
    rows = zip(
        map(faces.code, sent.person.tolist()),
        map(faces.code, sent.peer.tolist()),
        sent.seconds.tolist(),
        sent.amount_fen.tolist(),
        strict=True,
    )
    table(folder / "transfers.csv", ("giver", "taker", "at", "amount_fen"), rows)


def write_forgeries(found: Iterable[tuple[int, Written]], folder: Path) -> None:
    rows = (
        (
            faces.code(person),
            each.name,
            each.source,
            each.layout,
            each.forgery.trick,
            " ".join(map(str, each.forgery.touched)),
        )
        for person, each in found
        if each.forgery
    )
    table(folder / "forged.csv", ("person", "file", "source", "layout", "trick", "events"), rows)


def table(path: Path, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(names)
        lines.writerows(rows)
