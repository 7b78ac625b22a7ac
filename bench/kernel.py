"""The kernel against polars and DuckDB: the same thirty features of the same events.

Runs in `.venv-bench`. Every engine has the events in memory in its own best form, sorted by
person; each in a process of its own, with one thread and with two; the best of its rounds counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bench.figures import AtLeast, Result, ratio
from borrowers.behaviour.contracts import EventColumns
from common.periods import SHANGHAI
from scoring.tests import lives, twin

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("ours", "polars", "duckdb")
THREADS = (1, 2)
TIMES_POLARS, TIMES_DUCKDB = 3.0, 4.0
CLOSE = 1e-12
LIVES, MONTHS, SEED = 100, 18, 7
AS_OF = int(datetime(2026, 8, 1, tzinfo=SHANGHAI).timestamp())


def measure(*, is_quick: bool = False) -> Result:
    """Rows a second of each, and how many times the others' are ours."""
    copies = 2 if is_quick else 16
    with tempfile.TemporaryDirectory() as folder:
        events = Path(folder) / "events.npz"
        rows, people = _write(events, copies)
        plan = [(engine, threads) for threads in THREADS for engine in ENGINES]
        taken: dict[tuple[str, int], dict[str, Any]] = {}
        for engine, threads in tqdm(plan, desc="kernel", disable=not sys.stderr.isatty()):
            taken[engine, threads] = _run(engine, threads, events)
        worst = {
            engine: _difference(events, engine, threads=2) for engine in ENGINES if engine != "ours"
        }
    best = {key: min(each["seconds"]) for key, each in taken.items()}
    ratios = {
        f"{engine}_{threads}": ratio(best[engine, threads], best["ours", threads])
        for engine, threads in plan
        if engine != "ours"
    }
    return Result(
        figures={
            "rows": rows,
            "people": people,
            "features": len(twin.NAMES),
            "rows_a_second": {
                f"{engine}_{threads}": round(rows / best[engine, threads])
                for engine, threads in plan
            },
            "times_ours": ratios,
            "largest_difference": worst,
        },
        targets=(
            *(
                AtLeast(f"time of {engine} with {threads} threads, times ours", found, goal)
                for engine, goal in (("polars", TIMES_POLARS), ("duckdb", TIMES_DUCKDB))
                for threads in THREADS
                for found in [ratios[f"{engine}_{threads}"]]
            ),
        ),
        notes=("events in memory, best of seven rounds; counts and sums are compared bit for bit",),
    )


def _write(events: Path, copies: int) -> tuple[int, int]:
    """Simulated people, each lived again some hours later, as many as are wanted."""
    once = lives.lived(LIVES, MONTHS, SEED)
    names = ("direction", "category", "merchant", "source")
    shift = np.repeat(np.arange(copies), len(once))
    columns = EventColumns(
        segment=np.tile(once.segment, copies) + shift * LIVES,
        seconds=np.tile(once.seconds, copies) - shift * 7_919,
        amount_fen=np.tile(once.amount_fen, copies) + shift,
        **{name: np.tile(getattr(once, name), copies) for name in names},
    ).ordered()
    stored = {name: getattr(columns, name) for name in ("segment", "seconds", "amount_fen", *names)}
    np.savez(events, people=LIVES * copies, as_of=AS_OF, **stored)
    return len(columns), LIVES * copies


def _run(engine: str, threads: int, events: Path) -> dict[str, Any]:
    one = {name: str(threads) for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")}
    words = [engine, str(threads), str(events), str(_out(events, engine, threads))]
    answer = subprocess.run(  # noqa: S603 (our own interpreter, a list, no shell)
        [sys.executable, "-m", "bench.engines.one", *words],
        cwd=ROOT,
        env={**os.environ, **one},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _out(events: Path, engine: str, threads: int) -> Path:
    return events.with_name(f"{engine}-{threads}.npz")


def _difference(events: Path, engine: str, *, threads: int) -> float:
    """The largest difference of any value, in its own size; exact features must have none."""
    ours, theirs = (np.load(_out(events, each, threads)) for each in ("ours", engine))
    worst = 0.0
    for name in twin.NAMES:
        mine, other = ours[name], theirs[name]
        assert np.array_equal(np.isnan(mine), np.isnan(other)), (engine, name)
        known = ~np.isnan(mine)
        apart = np.abs(mine[known] - other[known]) / np.maximum(np.abs(mine[known]), 1.0)
        assert name not in twin.EXACT or not apart.any(), (engine, name)
        worst = max(worst, float(apart.max(initial=0.0)))
    assert worst <= CLOSE, (engine, worst)
    return worst
