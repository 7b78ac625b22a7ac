"""The work of the benchmark of closing, inside the platform: loans a second, as JSON."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import psycopg2

from bench.sizes import LOANS, LOANS_OF_THE_ORM, RUNS
from common.business_date import actions as business_date
from common.business_date import queries as business_dates
from common.transactions import durable
from config.services import endpoints
from lending.tests import closing_crowd as crowd

CHECK_EVERY = 997
FLOOR = (
    "CREATE TABLE bench_postings (LIKE lending_ledgerposting, PRIMARY KEY (id))",
    "CREATE TABLE bench_pictures (LIKE lending_loansnapshot, PRIMARY KEY (on_date, loan_id))",
)
SAME_ROWS = (
    """INSERT INTO bench_postings SELECT posting.* FROM lending_ledgerposting AS posting
         JOIN lending_ledgerentry AS entry ON entry.id = posting.entry_id
        WHERE entry.business_date = %(day)s AND entry.kind IN ('ACCRUAL', 'PENALTY')""",
    "INSERT INTO bench_pictures SELECT * FROM lending_loansnapshot WHERE on_date = %(day)s",
)
DROP = "DROP TABLE IF EXISTS bench_postings, bench_pictures"


def _main() -> None:
    owner = psycopg2.connect(endpoints.current().owner_url)
    owner.autocommit = True
    try:
        sys.stdout.write(json.dumps(_rates(owner)))
    finally:
        with owner.cursor() as cursor:
            cursor.execute(DROP)
        owner.close()


def _rates(owner: Any) -> dict[str, float]:
    taken: dict[str, list[float]] = {}

    def timed(name: str, count: int, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        taken.setdefault(name, []).append(count / (time.perf_counter() - began))

    through = (business_dates.current() or date(2027, 1, 15)) - timedelta(days=1)
    crowd.made(owner, count=LOANS, through=through)
    for run in range(1, RUNS + 1):
        day = through + run * timedelta(days=1)
        timed("orm", LOANS_OF_THE_ORM, partial(_fold, day))
        timed("closing", LOANS, partial(crowd.closed, day))
        with owner.cursor() as cursor:
            cursor.execute(DROP)
            for statement in FLOOR:
                cursor.execute(statement)
            timed("insert_select", LOANS, partial(_insert, cursor, day))
        _open(day + timedelta(days=1))
    assert not crowd.breaches(every=CHECK_EVERY)
    return {name: max(rates) for name, rates in taken.items()}


def _fold(day: date) -> None:
    crowd.folded_one_by_one(day, count=LOANS_OF_THE_ORM)


def _insert(cursor: Any, day: date) -> None:
    for statement in SAME_ROWS:
        cursor.execute(statement, {"day": day})


@durable
def _open(day: date) -> None:
    """The next day without asking who is behind: loans that the ORM took are ahead."""
    business_date.advance(to=day)


if __name__ == "__main__":
    _main()
