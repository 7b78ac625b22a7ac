"""Reading bills of a hundred thousand rows, beside the libraries that only walk them; one world.

The rows of cells are what csv and openpyxl make too; whole events (times, amounts, categories,
refunds, keys) are what nobody else makes, so they stand beside and are judged by nothing.
"""

import csv
import gc
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl

from bench.figures import Result, Target, ratio
from borrowers.connectors.containers.opening import documents
from borrowers.connectors.registry import MEMORY_BYTES, read_bill
from common.files import child
from config.services.layout import ROOT
from simulation.bills.layouts import Layout, write
from simulation.bills.months import ordinary_months

ROWS = 100_000
ROUNDS = 3
PEOPLE, MONTHS, SEED = 1_000, 18, 7
MOST_SIMULATED_SECONDS = 90.0
MEGABYTE = 2**20
# At least half of openpyxl's speed, a fifth of csv's: told as times, at most.
TIMES_OPENPYXL, TIMES_CSV = 2.0, 5.0
# The child is the only child of the process that asks here, so its peak is the largest.
ASKS_FOR_A_CHILD = """
import resource, sys
from pathlib import Path
from borrowers.connectors.registry import read_bill_bounded
reading = read_bill_bounded(Path(sys.argv[1]).read_bytes(), "")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(len(reading.events), peak)
"""


def measure(*, rows: int = ROWS, people: int = PEOPLE, rounds: int = ROUNDS) -> Result:
    """In one process and in turns; each reader's best round counts, for noise only adds."""
    bills = bills_of(rows)
    seconds = in_turns(readers(bills[Layout.WECHAT_CSV], bills[Layout.WECHAT_XLSX_2026]), rounds)
    peaks = {layout.value: peak_megabytes(content, rows) for layout, content in bills.items()}
    world_seconds, world_cpu_seconds = simulated_seconds(people)
    csv_times = ratio(seconds["csv_rows"], seconds["csv_module"])
    xlsx_times = ratio(seconds["xlsx_rows"], seconds["openpyxl"])
    return Result(
        figures={
            "rows": rows,
            "seconds": {name: round(each, 3) for name, each in seconds.items()},
            "speed_of_csv_module": speeds(seconds, "csv_module", "csv"),
            "speed_of_openpyxl": speeds(seconds, "openpyxl", "xlsx"),
            "reader_child_peak_mb": peaks,
            "simulate": {
                "people": people,
                "months": MONTHS,
                "seconds": round(world_seconds, 1),
                "cpu_seconds": round(world_cpu_seconds, 1),
                "seconds_per_1000_people": round(world_seconds / people * 1_000, 1),
            },
        },
        targets=(
            Target("rows of a CSV bill, times csv's own iteration", csv_times, TIMES_CSV),
            Target("rows of an XLSX bill, times openpyxl's", xlsx_times, TIMES_OPENPYXL),
            Target(
                "peak memory of the reader's child, MB",
                max(peaks.values()),
                MEMORY_BYTES // MEGABYTE,
            ),
            Target(
                f"simulate {people} people for {MONTHS} months, in s",
                world_seconds,
                MOST_SIMULATED_SECONDS,
            ),
        ),
        notes=(
            f"{rows} rows; CPU seconds, best of {rounds} rounds in turns in one process",
            "csv over a stream of text, openpyxl read_only and values_only; both drop their rows",
            "ours keeps all rows, as its callers need them; events are the rows fully understood",
        ),
    )


def bills_of(rows: int) -> dict[Layout, bytes]:
    """The same life as CSV and as XLSX: no two rows alike, as many as one file may have."""
    months = 24
    records = ordinary_months(
        seed=SEED,
        first_day=date(2024, 1, 1),
        months=months,
        monthly_income_fen=1_150_000,
        payments_per_day=rows / months / 28,
    )[-rows:]
    assert len(records) == rows
    layouts = (Layout.WECHAT_CSV, Layout.WECHAT_XLSX_2026)
    return {layout: write(records, layout=layout) for layout in layouts}


def readers(separated: bytes, workbook: bytes) -> dict[str, Callable[[], object]]:
    """Ours and theirs, each on the same bytes."""
    return {
        "csv_module": lambda: walk_csv(separated),
        "csv_rows": lambda: documents(separated),
        "csv_events": lambda: read_bill(separated, ""),
        "openpyxl": lambda: walk_workbook(workbook),
        "xlsx_rows": lambda: documents(workbook),
        "xlsx_events": lambda: read_bill(workbook, ""),
    }


def walk_csv(content: bytes) -> None:
    with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="") as lines:
        for _ in csv.reader(lines):
            pass


def walk_workbook(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    for _ in book.worksheets[0].iter_rows(values_only=True):
        pass
    book.close()


def in_turns(asked: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU seconds of the best round of each."""
    best = dict.fromkeys(asked, float("inf"))
    with rare_collections():
        for _ in range(rounds):
            for name, ask in asked.items():
                began = time.process_time()
                answer = ask()
                best[name] = min(best[name], time.process_time() - began)
                del answer
                gc.collect()
    return best


@contextmanager
def rare_collections() -> Iterator[None]:
    """Rubbish is looked for as seldom as in the child that reads bills; for the peers, too."""
    usual = gc.get_threshold()
    gc.set_threshold(child.LASTING_THINGS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def speeds(seconds: dict[str, float], peer: str, ours: str) -> dict[str, float]:
    """Our speed as a share of the peer's."""
    return {
        name: round(seconds[peer] / seconds[f"{ours}_{name}"], 3) for name in ("rows", "events")
    }


def peak_megabytes(content: bytes, rows: int) -> float:
    """The most memory that the child held while it read this bill."""
    with tempfile.TemporaryDirectory() as folder:
        bill = Path(folder) / "bill"
        bill.write_bytes(content)
        answer = subprocess.run(  # noqa: S603 (our own interpreter, a list, no shell)
            [sys.executable, "-c", ASKS_FOR_A_CHILD, str(bill)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    read, kilobytes = map(int, answer.split())
    assert read == rows, f"{read} events of {rows} rows"
    return round(kilobytes / 1024, 1)


def simulated_seconds(people: int) -> tuple[float, float]:
    """The whole command, with the files that it writes: by the clock, and of a core's time."""
    with tempfile.TemporaryDirectory() as folder:
        world = ["--people", str(people), "--months", str(MONTHS), "--seed", str(SEED)]
        command = [sys.executable, "manage.py", "simulate", *world, "--out", f"{folder}/world"]
        began, used = time.perf_counter(), children_seconds()
        subprocess.run(  # noqa: S603 (our own interpreter, a list, no shell)
            command,
            cwd=ROOT,
            env={**os.environ, "MINGZHANG_ENV": "test"},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - began, children_seconds() - used


def children_seconds() -> float:
    """What the children that have ended took of a core."""
    times = os.times()
    return times.children_user + times.children_system
