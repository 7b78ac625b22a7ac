"""Ingest of typed, already sealed columns, against a bare COPY and against Django's bulk_create.

The floor is a COPY of the same rows into a table without any index. Sealing stands beside it: it
costs more than all of the storing, and is done before anything is locked. Runs in a process of
its own beside the platform.
"""

import json
import subprocess
import sys

from bench.figures import Result, Target
from bench.sizes import ROWS, ROWS_OF_DJANGO, RUNS
from config.services.layout import ROOT
from tests.machinery.running import Platform

MOST_TO_FLOOR = 12.0
MOST_TO_DJANGO = 1 / 8
MOST_TO_SEND_AGAIN = 2.0


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.inside.ingest"],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    rates: dict[str, float] = json.loads(answer.stdout)
    return Result(
        figures={f"{name}_rows_a_second": round(rate) for name, rate in rates.items()},
        targets=(
            Target("ingest to bare COPY, times", rates["copy"] / rates["ingest"], MOST_TO_FLOOR),
            Target(
                "ingest to bulk_create, times", rates["bulk_create"] / rates["ingest"],
                MOST_TO_DJANGO,
            ),
            Target(
                "ingest of all again to ingest, times", rates["ingest"] / rates["again"],
                MOST_TO_SEND_AGAIN,
            ),
        ),
        notes=(
            f"{ROWS} rows ({ROWS_OF_DJANGO} by bulk_create), the best of {RUNS} runs in turns",
            "ingest and bulk_create write two tables, with the same two indexes; the floor is one",
        ),
    )  # fmt: skip
