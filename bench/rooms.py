"""Single rooms from inside: sealing a value, posting an entry; each against its bare floor.

Runs in a process of its own with the settings of the running installation.
"""

import json
import subprocess
import sys

from bench.figures import Result, ratio, times
from config.services.layout import ROOT
from tests.machinery.running import Platform


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.inside.rooms"],
        cwd=ROOT,
        env={**platform.variables, "DJANGO_SETTINGS_MODULE": "bench.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    taken: dict[str, list[float]] = json.loads(answer.stdout)
    found = {name: times(seconds) for name, seconds in taken.items()}
    return Result(
        figures={
            **found,
            "seal_to_fernet": ratio(found["seal"].p50_ms, found["fernet_encrypt"].p50_ms),
            "unseal_to_fernet": ratio(found["unseal"].p50_ms, found["fernet_decrypt"].p50_ms),
            "post_to_inserts": ratio(found["ledger_post"].p50_ms, found["three_inserts"].p50_ms),
        },
        notes=("a value of 18 characters; an entry of two postings, each in its own transaction",),
    )
