"""Single rooms from inside: sealing a value, posting an entry; each against its bare floor.

Runs in a process of its own with the settings of the running installation.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.figures import Result, ratio, times
from config.services.layout import ROOT
from tests.machinery.running import Platform

CELLS = 2_000
ENTRIES = 300


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.rooms"],
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


def _main() -> None:
    import django  # noqa: PLC0415 (only this process has settings)

    django.setup()
    sys.stdout.write(json.dumps(_cells() | _entries()))


def _cells() -> dict[str, list[float]]:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    from common.crypto import cells, keys  # noqa: PLC0415

    bare = Fernet(Fernet.generate_key())
    key_id = keys.create(subject="bench:cell", scope="STATUTORY")
    text = "990101199001011234"
    cell = cells.seal(text, key_id=key_id, context="bench.cell")
    token = bare.encrypt(text.encode())
    works: dict[str, Callable[[], Any]] = {
        "seal": lambda: cells.seal(text, key_id=key_id, context="bench.cell"),
        "fernet_encrypt": lambda: bare.encrypt(text.encode()),
        "unseal": lambda: cells.read(cell, context="bench.cell"),
        "fernet_decrypt": lambda: bare.decrypt(token),
    }
    return _in_turns(works, CELLS)


def _entries() -> dict[str, list[float]]:
    from itertools import count  # noqa: PLC0415

    from django.db import connection, transaction  # noqa: PLC0415

    from common.business_date import queries as business_dates  # noqa: PLC0415
    from lending.ledger import actions as ledger  # noqa: PLC0415
    from lending.ledger.contracts import Line  # noqa: PLC0415

    on, numbers = business_dates.today(), count()
    lines = (Line("1303", 100, None), Line("1002", -100, None))

    def post() -> None:
        with transaction.atomic():
            ledger.post(
                entry_key=f"bench:{next(numbers)}", business_date=on, kind="BENCH", lines=lines
            )

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lending_ledgerentry (entry_key, business_date, kind)"
                " VALUES (%s, %s, 'BENCH') RETURNING id",
                [f"bare:{next(numbers)}", on],
            )
            (entry,) = cursor.fetchone()
            for code, fen in (("1303", 100), ("1002", -100)):
                cursor.execute(
                    "INSERT INTO lending_ledgerposting (entry_id, account_id, amount_fen)"
                    " VALUES (%s, %s, %s)",
                    [entry, code, fen],
                )

    return _in_turns({"ledger_post": post, "three_inserts": insert}, ENTRIES)


def _in_turns(works: dict[str, Callable[[], Any]], runs: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    _main()
