"""A whole world in one folder: people's files, the truth beside them, and a summary."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from simulation.folders import truth
from simulation.folders.writing import Written, write_person
from simulation.world import World

NOTICE = (
    "SPECIMEN. 虚构。Everybody and everything in this folder is invented by a program.\n"
    "`people` is what a platform may be given; `truth` is what only tests may look at.\n"
)
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the summary keeps of one file; the forgery's own words stay, the bytes do not."""

    person: int
    layout: str
    rows: int
    bytes: int
    forged: Written | None


@dataclass(slots=True)
class Summary:
    """What was written."""

    people: int
    months: int
    seed: int
    events: int
    files: int = 0
    rows: int = 0
    bytes: int = 0
    forged: int = 0
    layouts: Counter[str] = field(default_factory=Counter)

    def count(self, counted: Counted) -> None:
        self.files += 1
        self.rows += counted.rows
        self.bytes += counted.bytes
        self.forged += counted.forged is not None
        self.layouts[counted.layout] += 1


def write_world(
    world: World, folder: Path, *, tell: Told = lambda _person: None, hands: int = 1
) -> Summary:
    """Fill an empty folder with `hands` processes, the same bytes for any number of them.

    `tell` hears of each person whose files stand there.
    """
    rows = folder / "truth" / "rows"
    rows.mkdir(parents=True)
    (folder / "README.txt").write_text(NOTICE, encoding="utf-8")
    summary = Summary(len(world.people), world.days.months, world.seed, len(world.events))
    forged: list[tuple[int, Written]] = []
    for person, files in enumerate(_written(world, folder, hands)):
        for each in files:
            summary.count(each)
            if each.forged:
                forged.append((person, each.forged))
        tell(person)
    truth.write_forgeries(forged, folder / "truth")
    truth.write_world(world, folder / "truth")
    words = asdict(summary) | {"layouts": dict(sorted(summary.layouts.items()))}
    text = json.dumps(words, ensure_ascii=False, indent=1)
    (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    return summary


def _written(world: World, folder: Path, hands: int) -> Iterator[list[Counted]]:
    """Person by person in their order, whoever writes them."""
    write = partial(_write_one, world, folder)
    people = range(len(world.people))
    if hands == 1:
        yield from map(write, people)
        return
    # Forked, so that the world is shared and not sent: it may weigh a gigabyte.
    with get_context("fork").Pool(hands, initializer=_inherit, initargs=(write,)) as pool:
        yield from pool.imap(_write_inherited, people, chunksize=4)


_inherited: list[Callable[[int], list[Counted]]] = []


def _inherit(write: Callable[[int], list[Counted]]) -> None:
    _inherited[:] = [write]


def _write_inherited(person: int) -> list[Counted]:
    return _inherited[0](person)


def _write_one(world: World, folder: Path, person: int) -> list[Counted]:
    written = write_person(world, person, folder / "people")
    truth.write_rows(world, person, written, folder / "truth")
    return [
        Counted(
            person=person,
            layout=str(each.layout),
            rows=len(each.rows),
            bytes=len(each.content),
            forged=replace(each, content=b"", rows=()) if each.forgery else None,
        )
        for each in written
    ]
