"""One person's features for a decision: read from the table and computed, against the bare read."""

import json
import subprocess
import sys

from bench.figures import Result, Target, ratio, times
from config.services.layout import ROOT
from tests.machinery.running import Platform

TIMES_BARE = 5.0


def measure(platform: Platform) -> Result:
    """Ask a process with the settings of the running installation."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.inside.online"],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    taken: dict[str, list[float]] = json.loads(answer.stdout.splitlines()[-1])
    found = {name: times(seconds) for name, seconds in taken.items()}
    whole = ratio(found["read_and_computed"].p50_ms, found["bare_read"].p50_ms)
    return Result(
        figures={**found, "read_and_computed_to_bare_read": whole},
        targets=(Target("5,000 events read and computed, times the bare read", whole, TIMES_BARE),),
        notes=(
            "bare: one COPY of the person's rows in binary form, not even parsed",
            "ours asks for consent, leaves out what links and marks take away, and computes all",
        ),
    )
