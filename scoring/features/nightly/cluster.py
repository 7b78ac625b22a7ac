"""A day's run on a cluster: events out under numbers that are nobody's, vectors back and kept."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import EventColumns
from common.crypto.blind_index import truncated
from common.transactions import durable
from scoring.features.catalogue import OPTIONAL_PURPOSES
from scoring.features.nightly import actions, queries, spark
from scoring.features.nightly.outcomes import Outcome, outcomes, start_of

if TYPE_CHECKING:  # Spark and Arrow are there only where a cluster is.
    import pyarrow as pa
    from pyspark.sql import SparkSession

CONTEXT = "features.person"


class NumbersMet(RuntimeError):
    """Two borrowers got one number: nothing was written. Once in billions of installations."""


def run(
    session: "SparkSession", *, folder: Path, day: date, tell: Callable[[], object] = lambda: None
) -> int:
    """Export, compute on the cluster, keep; how many people are new. `folder` must be empty.

    `tell` is called after each range of ids that was written out.
    """
    numbers = write_events(folder / "events", day=day, tell=tell)
    if any((folder / "events").iterdir()):
        events = session.read.parquet(str(folder / "events"))
        found = spark.features_of(events, as_of=start_of(day))
        found.write.parquet(str(folder / "features"))
    return keep_features(folder / "features", numbers=numbers, day=day)


def write_events(folder: Path, *, day: date, tell: Callable[[], object]) -> Mapping[int, int]:
    """Write out what may be read of those who are owed; whose number is which borrower."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (only where Arrow is)

    folder.mkdir(parents=True)
    numbers: dict[int, int] = {}
    people = 0
    for number in queries.ranges():
        owed = queries.still_owed(number, day)
        named = [truncated(CONTEXT, str(each)) for each in owed]
        people += len(owed)
        numbers |= dict(zip(named, owed, strict=True))
        columns = behaviour.columns_of_many(owed, also=OPTIONAL_PURPOSES)
        if len(columns):
            pq.write_table(_table(columns, named), folder / f"range-{number}.parquet")
        tell()
    if len(numbers) != people:
        raise NumbersMet
    return numbers


def _table(columns: EventColumns, named: list[int]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 (only where Arrow is)

    stored = {
        each.name: getattr(columns, each.name)
        for each in fields(EventColumns)
        if each.name != "segment"
    }
    person = np.array(named, dtype=np.int64)[columns.segment]
    return pa.table({spark.PERSON: person, **stored})


def keep_features(folder: Path, *, numbers: Mapping[int, int], day: date) -> int:
    """Keep what the cluster computed, and the same vector for everybody without an event."""
    waiting = dict(numbers)
    kept = 0
    for found in _read(folder):
        kept += keep_slice(
            found={waiting.pop(person): each for person, each in found.items()}, day=day
        )
    if waiting:
        (silent,) = outcomes(behaviour.columns_of_many([]), 1, start_of(day))
        kept += keep_slice(found=dict.fromkeys(waiting.values(), silent), day=day)
    return kept


def _read(folder: Path) -> Iterator[dict[int, Outcome]]:
    import pyarrow.parquet as pq  # noqa: PLC0415 (only where Arrow is)

    for file in sorted(folder.glob("*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(batch_size=actions.SLICE_PEOPLE):
            yield dict(map(spark.outcome_of, batch.to_pylist()))


@durable
def keep_slice(*, found: Mapping[int, Outcome], day: date) -> int:
    """Keep some people's vectors as one; who withdrew meanwhile is left out."""
    readable = set(behaviour.readable_borrowers(list(found)))
    return actions.keep(found={key: found[key] for key in found if key in readable}, day=day)
