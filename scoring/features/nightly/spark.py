"""The same kernel on a cluster: Spark brings each person's events together, numpy computes. Pure.

Needs requirements-spark.txt and Java 17. The events are a table of one row each: `person`, a
number that is no borrower's, and the columns of EventColumns but the segment.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from borrowers.behaviour.contracts import EventColumns
from scoring.features.nightly.outcomes import Failure, Outcome, names, outcomes

if TYPE_CHECKING:  # Spark and Arrow are there only where a cluster is.
    import pyarrow as pa
    from pyspark.sql import DataFrame

PERSON = "person"
FAILURE = ("failed_feature", "failure")


def features_of(events: "DataFrame", *, as_of: datetime) -> "DataFrame":
    """One row for each person who has an event: every feature, or which one failed and why."""
    order = [PERSON, "seconds", "amount_fen", "merchant"]
    together = events.repartition(PERSON).sortWithinPartitions(*order)
    columns = [f"{PERSON} bigint", *(f"`{name}` double" for name in names())]
    schema = ", ".join([*columns, *(f"{name} string" for name in FAILURE)])
    return together.mapInArrow(partial(computed, as_of=as_of), schema)


def computed(batches: "Iterable[pa.RecordBatch]", *, as_of: datetime) -> "Iterator[pa.RecordBatch]":
    """What a worker does with its part of the events, which stand person by person."""
    for people in _whole_people(batches):
        numbers, segment = np.unique(people.pop(PERSON), return_inverse=True)
        columns = EventColumns(segment=segment.astype(np.int64), **people).ordered()
        yield _batch(numbers.tolist(), outcomes(columns, len(numbers), as_of))


def _whole_people(batches: "Iterable[pa.RecordBatch]") -> Iterator[dict[str, Any]]:
    """Batches cut anew, so that nobody's events stand in two of them."""
    rest: dict[str, Any] = {}
    for batch in batches:
        if not batch.num_rows:
            continue
        rows = _joined(rest, {name: batch.column(name).to_numpy() for name in stored()})
        last = int(np.searchsorted(rows[PERSON], rows[PERSON][-1]))
        rest = {name: column[last:] for name, column in rows.items()}
        if last:
            yield {name: column[:last] for name, column in rows.items()}
    if rest:
        yield rest


def stored() -> list[str]:
    """The columns of the table of events."""
    return [PERSON, *(each.name for each in fields(EventColumns) if each.name != "segment")]


def _joined(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {name: np.concatenate([first[name], then[name]]) for name in then} if first else then


def _batch(people: list[int], found: list[Outcome]) -> "pa.RecordBatch":
    import pyarrow as pa  # noqa: PLC0415 (only where Arrow is)

    vectors = [{} if isinstance(each, Failure) else each for each in found]
    failures = [each if isinstance(each, Failure) else Failure("", "") for each in found]
    columns = {PERSON: pa.array(people, pa.int64())}
    for name in names():
        columns[name] = pa.array([each.get(name) for each in vectors], pa.float64())
    columns["failed_feature"] = pa.array([each.feature for each in failures], pa.string())
    columns["failure"] = pa.array([each.error for each in failures], pa.string())
    return pa.RecordBatch.from_pydict(columns)


def outcome_of(row: dict[str, Any]) -> tuple[int, Outcome]:
    """A row of what a cluster computed, as the nightly run would have it."""
    if row["failure"]:
        return row[PERSON], Failure(feature=row["failed_feature"], error=row["failure"])
    return row[PERSON], {name: row[name] for name in names()}
