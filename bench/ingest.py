"""Ingest of typed, already sealed columns, against a bare COPY and against Django's bulk_create.

The floor is a COPY of the same rows into a table without any index. Sealing stands beside it: it
costs more than all of the storing, and is done before anything is locked. Runs in a process of
its own beside the platform.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from bench.figures import Result, Target
from config.services.layout import ROOT
from tests.machinery.running import Platform

ROWS = 100_000
ROWS_OF_DJANGO = 20_000
ROWS_TO_SEAL = 10_000
ROWS_AT_ONCE = 1_000
RUNS = 5
MOST_TO_FLOOR = 12.0
MOST_TO_DJANGO = 1 / 8
MOST_TO_SEND_AGAIN = 2.0


def measure(platform: Platform) -> Result:
    """Ask the process that this file is when it is run."""
    answer = subprocess.run(
        [sys.executable, "-m", "bench.ingest"],
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


def _main() -> None:
    import django  # noqa: PLC0415 (only this process has settings)

    django.setup()
    sys.stdout.write(json.dumps(_rates()))


def _rates() -> dict[str, float]:
    import psycopg2  # noqa: PLC0415

    from config.services import endpoints  # noqa: PLC0415

    owner = psycopg2.connect(endpoints.current().owner_url)
    owner.autocommit = True
    try:
        return _in_turns(owner)
    finally:
        with owner.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_floor, bench_naive, bench_naive_text")
        owner.close()


def _in_turns(owner: Any) -> dict[str, float]:
    from django.db import transaction  # noqa: PLC0415

    from borrowers.behaviour.tables import events, rows  # noqa: PLC0415

    with owner.cursor() as cursor:
        _make_tables(cursor)
    ground = _ground()
    taken: dict[str, list[float]] = {}

    def timed(name: str, count: int, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        taken.setdefault(name, []).append(count / (time.perf_counter() - began))

    def ingest(kept: Any) -> None:
        with transaction.atomic():
            events.merge(kept, ground)

    for run in range(RUNS):
        kept = _rows(run, ground.key_id)
        stream = b"".join(rows.encoded(kept))
        naive = _naive(kept, ground.borrower_id)
        with owner.cursor() as cursor:
            cursor.execute("TRUNCATE bench_floor")
            copy = "COPY bench_floor FROM STDIN (FORMAT binary)"
            timed("copy", ROWS, lambda: cursor.copy_expert(copy, BytesIO(stream)))  # noqa: B023
        timed("ingest", ROWS, lambda: ingest(kept))  # noqa: B023
        timed("again", ROWS, lambda: ingest(kept))  # noqa: B023
        timed("bulk_create", ROWS_OF_DJANGO, naive)
        timed("seal", ROWS_TO_SEAL, lambda: _seal(ground.key_id))
    return {name: max(rates) for name, rates in taken.items()}


def _make_tables(cursor: Any) -> None:
    """The floor has no index; the table for Django has the one that ours has."""
    from borrowers.behaviour.tables.rows import NUMBERS  # noqa: PLC0415

    kinds = dict.fromkeys(NUMBERS[NUMBERS.index("category") :], "smallint")
    columns = ", ".join(
        f"{name} {'timestamptz' if name == 'occurred_at' else kinds.get(name, 'bigint')}"
        for name in NUMBERS
    )
    cursor.execute("DROP TABLE IF EXISTS bench_floor, bench_naive, bench_naive_text")
    cursor.execute(f"CREATE TABLE bench_floor ({columns}, words text)")
    cursor.execute(
        f"CREATE TABLE bench_naive (borrower_id bigint, {columns},"
        " PRIMARY KEY (borrower_id, occurred_at, ext)"
        " INCLUDE (amount_fen, merchant, category, direction, source, channel))"
    )
    cursor.execute(
        "CREATE TABLE bench_naive_text (borrower_id bigint, occurred_at timestamptz, ext bigint,"
        " words text, PRIMARY KEY (borrower_id, occurred_at, ext))"
    )
    cursor.execute("GRANT ALL ON bench_naive, bench_naive_text TO PUBLIC")


def _ground() -> Any:
    """Somebody who allows it, and an empty bill of theirs."""

    from borrowers.behaviour.actions import upload_bill  # noqa: PLC0415
    from borrowers.behaviour.tables.events import Ground  # noqa: PLC0415
    from borrowers.people import actions as people  # noqa: PLC0415
    from borrowers.people import queries  # noqa: PLC0415
    from borrowers.tests import cast  # noqa: PLC0415

    account = people.open_account(phone="+8613900007001", language="en")
    card = queries.borrower_of(account.pk)
    assert card is not None
    consent_id = cast.allow(card)
    outcome = upload_bill(
        borrower_id=card.id, reading=cast.reading([cast.event(1)]), content=b"a bill of the bench",
        media_type="text/csv", by=cast.self_of(card),
    )  # fmt: skip
    return Ground(
        borrower_id=card.id,
        consent_id=consent_id,
        batch_id=outcome.batch_id,
        key_id=card.consented_key_id,
    )


def _rows(run: int, key_id: int) -> Any:
    """New events of one person, in the order of time, as a reader hands them over."""
    import numpy as np  # noqa: PLC0415

    from borrowers.behaviour.tables.rows import NUMBERS, ToKeep  # noqa: PLC0415

    chance = np.random.default_rng(run)
    numbers = np.ones((ROWS, len(NUMBERS)), dtype=np.int64)
    for name, most in (("amount_fen", 100_000), ("merchant", 2**62), ("native", 2**62)):
        numbers[:, NUMBERS.index(name)] = chance.integers(1, most, ROWS)
    numbers[:, NUMBERS.index("ext")] = chance.integers(-(2**62), 2**62, ROWS)
    start = (1_500_000_000 + run * 10**8) * 10**6
    numbers[:, NUMBERS.index("occurred_at")] = start + np.arange(ROWS) * 60 * 10**6
    return ToKeep(numbers, [_sealed_words(key_id)] * ROWS)


def _sealed_words(key_id: int) -> str:
    from common.crypto.cells import seal  # noqa: PLC0415

    return seal(WORDS, key_id=key_id, context="event.words")


def _seal(key_id: int) -> None:
    for _ in range(ROWS_TO_SEAL):
        _sealed_words(key_id)


WORDS = '{"merchant":"Green Bowl Noodles","counterparty":"","memo":"lunch","type":"商户消费"}'


def _naive(kept: Any, borrower_id: int) -> Callable[[], object]:
    """The same rows as objects for the same two kinds of table, ready to be written."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from django.db import transaction  # noqa: PLC0415

    from borrowers.behaviour.tables.rows import NUMBERS  # noqa: PLC0415

    event, text = _models()
    events, texts = [], []
    for row, words in zip(
        kept.numbers[:ROWS_OF_DJANGO].tolist(), kept.words[:ROWS_OF_DJANGO], strict=True
    ):
        at = datetime.fromtimestamp(row[0] / 10**6, UTC)
        named = dict(zip(NUMBERS, row, strict=True)) | {"occurred_at": at}
        events.append(event(borrower_id=borrower_id, **named))
        texts.append(text(borrower_id=borrower_id, occurred_at=at, ext=row[1], words=words))

    def write() -> None:
        with transaction.atomic():
            event.objects.bulk_create(events, ignore_conflicts=True, batch_size=ROWS_AT_ONCE)
            text.objects.bulk_create(texts, ignore_conflicts=True, batch_size=ROWS_AT_ONCE)

    return write


def _models() -> tuple[Any, Any]:
    """Tables as Django sees them, made once: a name can be registered only once."""
    from django.db import models  # noqa: PLC0415

    from borrowers.behaviour.tables.rows import NUMBERS  # noqa: PLC0415

    if not NAIVE:
        key: dict[str, Any] = {"ext": models.BigIntegerField}
        numbers = {name: models.BigIntegerField for name in NUMBERS if name != "occurred_at"}
        for table, kinds in (
            ("bench_naive", numbers),
            ("bench_naive_text", key | {"words": models.TextField}),
        ):
            meta = type("Meta", (), {"managed": False, "app_label": "bench", "db_table": table})
            fields: dict[str, Any] = {name: kind() for name, kind in kinds.items()}
            fields |= {
                "borrower_id": models.BigIntegerField(),
                "occurred_at": models.DateTimeField(),
                "pk": models.CompositePrimaryKey("borrower_id", "occurred_at", "ext"),
                "__module__": __name__,
                "Meta": meta,
            }
            NAIVE.append(type(table, (models.Model,), fields))
    event, text = NAIVE
    return event, text


NAIVE: list[Any] = []

if __name__ == "__main__":
    _main()
