"""A person's files written, read by the platform, and each event beside the row it came from."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.columns import counted
from borrowers.behaviour.contracts import EventKey, MatchColumns, RawEvent
from borrowers.behaviour.tables.rows import ToKeep, ext_of, microseconds_of, to_keep
from borrowers.connectors.contracts import BillReading
from borrowers.connectors.registry import read_bill
from simulation.folders.people import faces
from simulation.folders.rows import Happening
from simulation.folders.writing import Written, files_of
from simulation.world import World


@dataclass(frozen=True, slots=True)
class Told:
    """What a row of a file became: the event, what really happened, and whether it is kept."""

    event: RawEvent
    happening: Happening
    file: int
    is_kept: bool

    @property
    def key(self) -> EventKey:
        return EventKey(microseconds_of(self.event.occurred_at), ext_of(self.event.event_key))


@dataclass(frozen=True, slots=True)
class File:
    """One file with its reading."""

    written: Written
    reading: BillReading


@dataclass(frozen=True, eq=False)
class Person:
    """All that the platform knows of one person, beside the truth."""

    number: int
    files: tuple[File, ...]
    told: tuple[Told, ...]
    columns: MatchColumns
    lost_rows: int
    forged: tuple[File, ...]


def person_of(world: World, number: int) -> Person:
    """Through the real files: written as bytes, read as any upload is, kept as the store keeps."""
    password = faces.password(world, number)
    files = tuple(
        File(each, read_bill(each.content, each.name, password if is_locked(each) else ""))
        for each in files_of(world, number)
    )
    told: list[Told] = []
    lost_rows = 0
    for at, file in enumerate(files):
        kept = {id(event) for event, _ in counted(file.reading.events)}
        pairs = list(beside_truth(file)) if file.written.rows else []
        lost_rows += len(file.written.rows) - len(pairs)
        told += [Told(event, row, at, id(event) in kept) for event, row in pairs]
    forged = tuple(as_a_cheat(world, number, password))
    return Person(number, files, tuple(told), columns_of(files), lost_rows, forged)


def as_a_cheat(world: World, number: int, password: str) -> Iterator[File]:
    """The files that the same person would hand in with the mind to cheat: the forged of them."""
    everybody = np.ones_like(world.people.has_fraud_intent)
    other = replace(world, people=replace(world.people, has_fraud_intent=everybody))
    for each in files_of(other, number):
        if each.forgery is not None:
            yield File(
                each, read_bill(each.content, each.name, password if is_locked(each) else "")
            )


def is_locked(written: Written) -> bool:
    return written.name.endswith(".zip")


def beside_truth(file: File) -> Iterator[tuple[RawEvent, Happening]]:
    """Events and happenings in the file's own order; where rows were left out, by their amounts."""
    events = sorted(file.reading.events, key=lambda event: event.row_number)
    rows = file.written.rows
    if len(events) == len(rows):
        yield from zip(events, (happening for _, happening in rows), strict=True)
        return
    amounts = [event.amount_fen for event in events]
    truths = [row.amount_fen for row, _ in rows]
    for block in SequenceMatcher(None, amounts, truths, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            yield events[block.a + step], rows[block.b + step][1]


@lru_cache(maxsize=200_000)
def code(context: str, text: str) -> int:
    """A number for a text, as the platform's keyed codes are."""
    if not text:
        return 0
    digest = hashlib.sha256(f"{context}|{text}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def columns_of(files: Sequence[File]) -> MatchColumns:
    """All kept events of all files, as matching gets them from the store."""
    parts = [
        (to_keep(counted(file.reading.events), code=code, seal=str), at)
        for at, file in enumerate(files, start=1)
        if file.written.rows
    ]
    columns: dict[str, Any] = {
        each.name: np.concatenate([column(kept, each.name, at) for kept, at in parts])
        if parts
        else np.zeros(0, np.int64)
        for each in fields(MatchColumns)
    }
    order = np.lexsort((columns["ext"], columns["microseconds"]))
    return MatchColumns(**{name: values[order] for name, values in columns.items()})


def column(kept: ToKeep, name: str, batch: int) -> npt.NDArray[np.int64]:
    if name == "batch":
        return np.full(len(kept), batch, dtype=np.int64)
    return kept.column({"microseconds": "occurred_at"}.get(name, name))
