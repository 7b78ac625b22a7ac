"""A whole world in one folder: people's files, the truth beside them, and a summary."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from simulation.folders import truth
from simulation.folders.writing import Written, write_person
from simulation.world import World

NOTICE = (
    "SPECIMEN. 虚构。Everybody and everything in this folder is invented by a program.\n"
    "`people` is what a platform may be given; `truth` is what only tests may look at.\n"
)
Told = Callable[[int], None]


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

    def count(self, written: Written) -> None:
        self.files += 1
        self.rows += len(written.rows)
        self.bytes += len(written.content)
        self.forged += written.forgery is not None
        self.layouts[str(written.layout)] += 1


def write_world(world: World, folder: Path, *, tell: Told = lambda _person: None) -> Summary:
    """Fill an empty folder. `tell` hears of each person whose files stand there."""
    rows = folder / "truth" / "rows"
    rows.mkdir(parents=True)
    (folder / "README.txt").write_text(NOTICE, encoding="utf-8")
    summary = Summary(len(world.people), world.days.months, world.seed, len(world.events))
    forged: list[tuple[int, Written]] = []
    for person in range(len(world.people)):
        written = write_person(world, person, folder / "people")
        truth.write_rows(world, person, written, folder / "truth")
        forged += [(person, each) for each in written if each.forgery]
        for each in written:
            summary.count(each)
        tell(person)
    truth.write_forgeries(forged, folder / "truth")
    truth.write_world(world, folder / "truth")
    words = asdict(summary) | {"layouts": dict(sorted(summary.layouts.items()))}
    text = json.dumps(words, ensure_ascii=False, indent=1)
    (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    return summary
