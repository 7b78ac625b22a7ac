"""`manage.py assess` on a bill of 500 rows, against a Python that only imports Django."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Result, ratio, times
from bench.lives import bill_of
from config.services.layout import ROOT

RUNS = 10
ROWS = 500
FLOORS = {
    "python_nothing": ["-c", ""],
    "import_django": ["-c", "import django"],
    "django_setup": ["manage.py", "assess", "--help"],
}


def measure(runs: int = RUNS) -> Result:
    """Whole processes, one after another, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        bill = Path(folder) / "bill.xlsx"
        bill.write_bytes(bill_of(rows=ROWS, seed=1))
        asked = ["--bill", str(bill), "--amount", "5000", "--term", "6", "--json"]
        commands = {**FLOORS, "assess": ["manage.py", "assess", *asked]}
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, words in commands.items():
                taken[name].append(_seconds(words))
    found = {name: times(seconds) for name, seconds in taken.items()}
    return Result(
        figures={
            **found,
            "assess_to_import_django": ratio(found["assess"].p50_ms, found["import_django"].p50_ms),
            "assess_to_django_setup": ratio(found["assess"].p50_ms, found["django_setup"].p50_ms),
        },
        notes=(f"{ROWS} rows, {runs} runs each, in turns; django_setup is `assess --help`",),
    )


def _seconds(words: list[str]) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "MINGZHANG_ENV": "test"}
    command = [sys.executable, *words]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 (our own interpreter)
    return time.perf_counter() - began
