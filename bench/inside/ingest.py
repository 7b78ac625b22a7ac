"""The work of the ingest benchmark, inside the platform: rows a second of each way, as JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
import psycopg2
from django.db import models, transaction

from bench.sizes import ROWS, ROWS_OF_DJANGO, RUNS
from borrowers.behaviour.actions import upload_bill
from borrowers.behaviour.tables import events, rows
from borrowers.behaviour.tables.events import Ground
from borrowers.behaviour.tables.rows import NUMBERS, ToKeep
from borrowers.people import actions as people
from borrowers.people import queries
from borrowers.tests import cast
from common.crypto.cells import seal
from config.services import endpoints

ROWS_TO_SEAL = 10_000
ROWS_AT_ONCE = 1_000


def _main() -> None:
    sys.stdout.write(json.dumps(_rates()))


def _rates() -> dict[str, float]:
    owner = psycopg2.connect(endpoints.current().owner_url)
    owner.autocommit = True
    try:
        return _in_turns(owner)
    finally:
        with owner.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_floor, bench_naive, bench_naive_text")
        owner.close()


def _in_turns(owner: Any) -> dict[str, float]:
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
        with owner.cursor() as cursor:
            cursor.execute("TRUNCATE bench_floor")
            timed("copy", ROWS, partial(_copy, cursor, b"".join(rows.encoded(kept))))
        timed("ingest", ROWS, partial(ingest, kept))
        timed("again", ROWS, partial(ingest, kept))
        timed("bulk_create", ROWS_OF_DJANGO, _naive(kept, ground.borrower_id))
        timed("seal", ROWS_TO_SEAL, partial(_seal, ground.key_id))
    return {name: max(rates) for name, rates in taken.items()}


def _copy(cursor: Any, stream: bytes) -> None:
    cursor.copy_expert("COPY bench_floor FROM STDIN (FORMAT binary)", BytesIO(stream))


def _make_tables(cursor: Any) -> None:
    """The floor has no index; the table for Django has the one that ours has."""
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
    chance = np.random.default_rng(run)
    numbers = np.ones((ROWS, len(NUMBERS)), dtype=np.int64)
    for name, most in (("amount_fen", 100_000), ("merchant", 2**62), ("native", 2**62)):
        numbers[:, NUMBERS.index(name)] = chance.integers(1, most, ROWS)
    numbers[:, NUMBERS.index("ext")] = chance.integers(-(2**62), 2**62, ROWS)
    start = (1_500_000_000 + run * 10**8) * 10**6
    numbers[:, NUMBERS.index("occurred_at")] = start + np.arange(ROWS) * 60 * 10**6
    return ToKeep(numbers, [_sealed_words(key_id)] * ROWS)


def _sealed_words(key_id: int) -> str:
    return seal(WORDS, key_id=key_id, context="event.words")


def _seal(key_id: int) -> None:
    for _ in range(ROWS_TO_SEAL):
        _sealed_words(key_id)


WORDS = '{"merchant":"Green Bowl Noodles","counterparty":"","memo":"lunch","type":"商户消费"}'


def _naive(kept: Any, borrower_id: int) -> Callable[[], object]:
    """The same rows as objects for the same two kinds of table, ready to be written."""
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
