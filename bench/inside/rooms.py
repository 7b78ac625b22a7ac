"""The work of the benchmark of rooms, inside the platform: seconds of each run, as JSON."""

import json
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from cryptography.fernet import Fernet
from django.db import connection, transaction

from common.business_date import queries as business_dates
from common.crypto import cells, keys
from lending.ledger import actions as ledger
from lending.ledger.contracts import Line

CELLS = 2_000
ENTRIES = 300


def _main() -> None:
    sys.stdout.write(json.dumps(_cells() | _entries()))


def _cells() -> dict[str, list[float]]:
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
