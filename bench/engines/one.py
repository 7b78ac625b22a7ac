"""One engine, the thirty features, the same events: how long, and what came out.

`python -m bench.engines.one ENGINE THREADS EVENTS OUT`, in a process of its own, because engines
read their number of threads once.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from borrowers.behaviour.contracts import EventColumns
from scoring.features import kernel
from scoring.tests import twin

CHUNK_PEOPLE = 100
ROUNDS = 7
Found = Mapping[str, npt.NDArray[np.float64]]
STORED = ("segment", "seconds", "amount_fen", "direction", "category", "source")


def ours(columns: EventColumns, people: int, as_of: int, threads: int) -> Callable[[], Found]:
    """In chunks of people, as the nightly run has them."""
    chunks = [
        _chunk(columns, first, min(first + CHUNK_PEOPLE, people))
        for first in range(0, people, CHUNK_PEOPLE)
    ]

    def compute(chunk: tuple[EventColumns, int]) -> Found:
        part, count = chunk
        return kernel.features(part, count, np.full(count, as_of), names=twin.NAMES)

    def run() -> Found:
        if threads == 1:
            parts = [compute(each) for each in chunks]
        else:
            with ThreadPoolExecutor(threads) as pool:
                parts = list(pool.map(compute, chunks))
        return {name: np.concatenate([part[name] for part in parts]) for name in twin.NAMES}

    return run


def _chunk(columns: EventColumns, first: int, end: int) -> tuple[EventColumns, int]:
    start, stop = np.searchsorted(columns.segment, [first, end])
    part = {each.name: getattr(columns, each.name)[start:stop] for each in fields(EventColumns)}
    return EventColumns(**{**part, "segment": part["segment"] - first}), end - first


def duckdb(columns: EventColumns, people: int, as_of: int, threads: int) -> Callable[[], Found]:
    """Our SQL, over its own tables in memory."""
    import duckdb  # noqa: PLC0415 (only in the environment of benches)
    import pandas as pd  # noqa: PLC0415 (only in the environment of benches)

    base = duckdb.connect()
    base.execute(f"SET threads = {threads:d}")
    rows = pd.DataFrame({name: getattr(columns, name) for name in STORED})
    base.register("rows", rows.rename(columns={"segment": "person"}))
    base.execute("CREATE TABLE event AS SELECT * FROM rows")
    base.execute(
        "CREATE TABLE asked AS SELECT range AS person, $as_of::bigint AS as_of_seconds"
        " FROM range($people::bigint)",
        {"as_of": as_of, "people": people},
    )

    def run() -> Found:
        found = base.sql(twin.QUERY).fetchnumpy()
        return {name: np.ma.filled(found[name].astype(float), np.nan) for name in twin.NAMES}

    return run


def polars(columns: EventColumns, people: int, as_of: int, threads: int) -> Callable[[], Found]:
    """Lazy expressions over columns in memory; threads are read from the environment."""
    import polars as pl  # noqa: PLC0415 (only in the environment of benches)

    from bench.engines import expressions  # noqa: PLC0415 (needs polars)

    table = pl.DataFrame({name: getattr(columns, name) for name in STORED})
    plan = expressions.plan(table.rename({"segment": "person"}).lazy(), people, as_of)

    def run() -> Found:
        found = plan.collect()
        return {name: found[name].cast(float).fill_null(np.nan).to_numpy() for name in twin.NAMES}

    return run


ENGINES: Mapping[str, Callable[..., Callable[[], Found]]] = {
    "ours": ours,
    "duckdb": duckdb,
    "polars": polars,
}


def main(engine: str, threads: str, events: str, out: str) -> None:
    stored = np.load(events)
    columns = EventColumns(**{name: stored[name] for name in (*STORED, "merchant")})
    people, as_of = int(stored["people"]), int(stored["as_of"])
    run = ENGINES[engine](columns, people, as_of, int(threads))
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - began)
    arrays: dict[str, Any] = {name: np.asarray(each) for name, each in found.items()}
    np.savez(Path(out), **arrays)
    answer: dict[str, Any] = {"seconds": seconds, "rows": len(columns)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
