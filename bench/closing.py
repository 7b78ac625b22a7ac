"""The end of a day over very many loans, ledger included, against the least and the usual.

The least is a bare INSERT … SELECT of the rows that the closing wrote, postings and pictures, into
tables with nothing but a key. The usual is the ORM: a lock, a fold, a save and an entry per loan.
"""

import json
import subprocess
import sys

from bench.figures import AtLeast, Result, Target
from bench.sizes import LOANS, LOANS_OF_THE_ORM, RUNS
from config.services.layout import ROOT
from tests.machinery.running import Platform

MOST_TO_FLOOR = 8.0
LEAST_TO_ORM = 100.0


def measure(platform: Platform) -> Result:
    """Ask a process with the settings of the running installation."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.inside.closing"],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    rates: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return Result(
        figures={f"{name}_loans_a_second": round(rate) for name, rate in rates.items()},
        targets=(
            Target(
                "closing to a bare INSERT … SELECT of the same rows, times",
                rates["insert_select"] / rates["closing"],
                MOST_TO_FLOOR,
            ),
            AtLeast("closing to the ORM, times", rates["closing"] / rates["orm"], LEAST_TO_ORM),
        ),
        notes=(
            f"{LOANS} loans ({LOANS_OF_THE_ORM} by the ORM), the best of {RUNS} days, one worker",
            "5 in 100 are late; each day 5 to 10 in 1,000 pass a due date unpaid and are folded",
            "closing writes rows, courses, pictures, postings and entries, and checks balances",
        ),
    )
