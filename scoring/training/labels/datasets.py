"""Training tables: matured labels, and what might be read of each person before the moment.

Features come from the one kernel, in chunks of people; they see events strictly before `as_of`,
and only of people who may be read now.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.contracts import EventColumns, Source
from common.canonical import sha256_of
from scoring.features import kernel
from scoring.training import refusals
from scoring.training.labels.models import TrainingLabel

CHUNK_PEOPLE = 200
Whole = npt.NDArray[np.int64]
Told = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Dataset:
    """One row for each label, in the order of their moments."""

    frame: pandas.DataFrame
    is_bad: npt.NDArray[np.int8]
    as_of: Whole
    borrower: Whole
    cause: npt.NDArray[Any]
    sha256: str

    def __len__(self) -> int:
        return len(self.is_bad)

    @property
    def bads(self) -> int:
        return int(self.is_bad.sum())

    def taken(self, rows: npt.NDArray[np.bool_]) -> "Dataset":
        """Some of the rows, under the hash of the whole."""
        return Dataset(
            frame=pandas.DataFrame(self.frame[rows]).reset_index(drop=True),
            is_bad=self.is_bad[rows],
            as_of=self.as_of[rows],
            borrower=self.borrower[rows],
            cause=self.cause[rows],
            sha256=self.sha256,
        )


def dataset(
    *,
    labels_until: date,
    horizon_days: int | None = None,
    sources: Collection[Source] | None = None,
    tell: Told = lambda _people: None,
) -> Dataset:
    """Everything that may be learned from on a day. `sources` narrows the events to some files.

    Raises NoLoansMatured when no label has matured for anybody who may be read.
    """
    labels = TrainingLabel.objects.filter(matured_on__lte=labels_until)
    if horizon_days is not None:
        labels = labels.filter(horizon_days=horizon_days)
    rows = list(labels.order_by("borrower_id", "as_of", "pk"))
    parts = list(_parts(rows, sources, tell))
    if not parts:
        raise refusals.NoLoansMatured(until=labels_until)
    frame = pandas.concat([frame for frame, _ in parts], ignore_index=True)
    used = [label for _, kept in parts for label in kept]
    return _in_order(frame, used)


def _in_order(frame: pandas.DataFrame, used: Sequence[TrainingLabel]) -> Dataset:
    seconds = np.array([int(label.as_of.timestamp()) for label in used], dtype=np.int64)
    order = np.lexsort((np.array([label.pk for label in used]), seconds))
    frame = frame.iloc[order].reset_index(drop=True)
    is_bad = np.array([label.is_bad for label in used], dtype=np.int8)[order]
    return Dataset(
        frame=frame,
        is_bad=is_bad,
        as_of=seconds[order],
        borrower=np.array([label.borrower_id for label in used], dtype=np.int64)[order],
        cause=np.array([label.cause for label in used], dtype=object)[order],
        sha256=hash_of(frame, is_bad, seconds[order]),
    )


def hash_of(frame: pandas.DataFrame, is_bad: npt.NDArray[np.int8], as_of: Whole) -> str:
    """The SHA-256 of a table: the same rows in the same order give the same hash, and no other."""
    values = frame.to_numpy(dtype="<f8")
    content = values.tobytes() + is_bad.astype("<i1").tobytes() + as_of.astype("<i8").tobytes()
    return sha256_of({"columns": list(frame.columns), "rows": content.hex()})


def _parts(
    rows: Sequence[TrainingLabel], sources: Collection[Source] | None, tell: Told
) -> Iterator[tuple[pandas.DataFrame, list[TrainingLabel]]]:
    """The features of the labels of some people at a time."""
    by_person: dict[int, list[TrainingLabel]] = {}
    for label in rows:
        by_person.setdefault(label.borrower_id, []).append(label)
    everybody = sorted(by_person)
    for start in range(0, len(everybody), CHUNK_PEOPLE):
        chunk = everybody[start : start + CHUNK_PEOPLE]
        readable = behaviour.readable_borrowers(chunk)
        kept = [label for each in readable for label in by_person[each]]
        if kept:
            columns = behaviour.columns_of_many(readable)
            yield _frame(only(columns, sources), readable, kept), kept
        tell(len(chunk))


def only(columns: EventColumns, sources: Collection[Source] | None) -> EventColumns:
    """The events of some sources alone."""
    if sources is None:
        return columns
    chosen = np.isin(columns.source, [int(each) for each in sources])
    return _taken(columns, np.flatnonzero(chosen))


def _frame(
    columns: EventColumns, people: Sequence[int], labels: Sequence[TrainingLabel]
) -> pandas.DataFrame:
    """One row for each label; a person with several labels stands in several segments."""
    as_of = np.array([int(label.as_of.timestamp()) for label in labels], dtype=np.int64)
    person = np.searchsorted(people, [label.borrower_id for label in labels])
    found = kernel.features(by_label(columns, person, as_of), len(labels), as_of)
    return pandas.DataFrame(found)


def by_label(columns: EventColumns, person: Whole, as_of: Whole) -> EventColumns:
    """The events of each label's person, strictly before its moment, as a segment of their own."""
    starts = np.searchsorted(columns.segment, person)
    counts = np.searchsorted(columns.segment, person, side="right") - starts
    segment = np.repeat(np.arange(len(person)), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.repeat(starts, counts) + place
    before = columns.seconds[rows] < as_of[segment]
    chosen = _taken(columns, rows[before])
    return EventColumns(
        **{
            each.name: getattr(chosen, each.name)
            for each in fields(EventColumns)
            if each.name != "segment"
        },
        segment=segment[before],
    )


def _taken(columns: EventColumns, rows: npt.NDArray[np.int64]) -> EventColumns:
    return EventColumns(
        **{each.name: getattr(columns, each.name)[rows] for each in fields(EventColumns)}
    )
