"""Events in and out: one COPY in, one COPY out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, NamedTuple

from django.db import connection

from borrowers.behaviour.contracts import (
    Assurance,
    Category,
    Direction,
    MarkKind,
    MarkState,
    Method,
    Source,
)
from borrowers.behaviour.models import BasisKind
from borrowers.behaviour.tables.rows import INCOMING, NUMBERS, ToKeep, encoded
from common.transactions import required

# Lives as long as the session and is empty between transactions: making it anew for every upload
# would fill the catalogue with dead rows.
_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_event (
    occurred_at timestamptz, ext bigint, amount_fen bigint, refunded_fen bigint,
    merchant bigint, counterparty bigint, account bigint, native bigint, parent bigint,
    balance_fen bigint, measure bigint,
    category smallint, source smallint, direction smallint, channel smallint, via smallint,
    place smallint, assurance smallint, precision smallint, status smallint, method smallint,
    confidence_percent smallint, words text
) ON COMMIT DELETE ROWS
"""
_COPY_IN = f"COPY pg_temp.incoming_event ({', '.join(INCOMING)}) FROM STDIN (FORMAT binary)"
_EVENT_COLUMNS = ", ".join(NUMBERS)

_TAKEN_OVER = ", ".join(
    f"{name} = EXCLUDED.{name}" for name in NUMBERS if name not in {"occurred_at", "ext"}
)
# A row that came under a consent which has ended is taken over when the person gives the bill
# again under a new one. A row under the present consent is a duplicate and stays as it is.
# The rows come in the order of the key, and are read in the order in which they came.
# Names of columns only, from the code.
_MERGE = f"""
INSERT INTO borrowers_event AS stored
       (borrower_id, {_EVENT_COLUMNS}, basis_kind, basis_id, batch_id)
SELECT %(borrower)s, {_EVENT_COLUMNS}, %(basis_kind)s, %(basis)s, %(batch)s
  FROM pg_temp.incoming_event
ON CONFLICT (borrower_id, occurred_at, ext) DO UPDATE
   SET {_TAKEN_OVER}, basis_id = EXCLUDED.basis_id, batch_id = EXCLUDED.batch_id
 WHERE stored.basis_kind = %(basis_kind)s AND stored.basis_id <> EXCLUDED.basis_id
"""  # noqa: S608 (names of our own columns; values are parameters)
# Words that are there stay, unless the key that sealed them has given way to another.
_WORDS = """
INSERT INTO borrowers_event_text AS stored (borrower_id, occurred_at, ext, key_id, words)
SELECT %(borrower)s, occurred_at, ext, %(key)s, words
  FROM pg_temp.incoming_event
ON CONFLICT (borrower_id, occurred_at, ext) DO UPDATE
   SET key_id = EXCLUDED.key_id, words = EXCLUDED.words
 WHERE stored.key_id <> EXCLUDED.key_id
"""
_OWN = """
INSERT INTO borrowers_event
       (borrower_id, occurred_at, ext, amount_fen, merchant, category, source, direction, channel,
        assurance, basis_kind, basis_id)
VALUES (%(borrower)s, %(occurred_at)s, %(ext)s, %(amount)s, 0, %(category)s, %(source)s,
        %(direction)s, 0, %(assurance)s, %(basis_kind)s, %(basis)s)
ON CONFLICT (borrower_id, occurred_at, ext) DO NOTHING
"""
_ONE = """
SELECT category, direction, source FROM borrowers_event
 WHERE borrower_id = %s AND occurred_at = %s AND ext = %s
"""
_RECATEGORISE = """
UPDATE borrowers_event SET category = %s, method = %s, confidence_percent = 100
 WHERE borrower_id = %s AND occurred_at = %s AND ext = %s
"""
_ON_CONTRACT = """
SELECT borrower_id FROM unnest(%s::bigint[]) AS asked (borrower_id)
 WHERE EXISTS (SELECT FROM borrowers_event AS event
                WHERE event.borrower_id = asked.borrower_id AND basis_kind = %s)
"""
# Literals are numbers checked by Python: COPY takes no parameters. The event of a link is not
# counted, nor is a line that was granted to be excluded or called a duplicate; a purchase counts
# less what its refunds took off. NOT IN, of columns that are never null, is looked up in a hash
# whatever the planner believes of a person's links; an anti-join is at times a loop in a loop.
# The short key alone settles nearly every row, and is the cheaper one to look up.
_READ = """
COPY (
    WITH gone AS (
        SELECT borrower_id, occurred_at, ext FROM borrowers_eventlink
         WHERE borrower_id = ANY ('{{{borrowers}}}'::bigint[]) AND {both}
         UNION ALL
        SELECT borrower_id, occurred_at, ext FROM borrowers_eventmark
         WHERE borrower_id = ANY ('{{{borrowers}}}'::bigint[])
           AND (state = {granted} OR state = {asked} AND is_at_once)
           AND kind IN ({excluded}, {duplicate})
    ), back AS (
        SELECT borrower_id, other_at AS occurred_at, other_ext AS ext, sum(netted_fen) AS fen
          FROM borrowers_eventlink
         WHERE borrower_id = ANY ('{{{borrowers}}}'::bigint[]) AND netted_fen > 0 AND {both}
         GROUP BY 1, 2, 3
    )
    SELECT borrower_id, occurred_at, amount_fen, {rest}
      FROM borrowers_event
     WHERE borrower_id = ANY ('{{{borrowers}}}'::bigint[]) AND {basis}
       AND (ext NOT IN (SELECT ext FROM gone UNION ALL SELECT ext FROM back)
            OR (borrower_id, occurred_at, ext) NOT IN (
                SELECT * FROM gone UNION ALL SELECT borrower_id, occurred_at, ext FROM back))
     UNION ALL
    SELECT borrower_id, occurred_at, greatest(amount_fen - fen, 0)::bigint, {rest}
      FROM back JOIN borrowers_event USING (borrower_id, occurred_at, ext)
     WHERE {basis} AND (borrower_id, occurred_at, ext) NOT IN (SELECT * FROM gone)
) TO STDOUT (FORMAT binary)
"""
_REST = """
merchant, category, direction, source, place, channel,
CASE merchant WHEN 0 THEN counterparty ELSE merchant END AS party, balance_fen, measure
"""
# A link holds while both of its ends may be read.
_BOTH = """
event_basis = ANY ('{{{consents}}}'::bigint[]) AND other_basis = ANY ('{{{consents}}}'::bigint[])
"""
_BASIS = """
(basis_kind = {contract} OR basis_kind = {consent} AND basis_id = ANY ('{{{consents}}}'::bigint[]))
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose events, under which consent, out of which bill, sealed with which key."""

    borrower_id: int
    consent_id: int
    batch_id: int
    key_id: int


@required
def merge(rows: ToKeep, ground: Ground) -> int:
    """Store what is new; how many rows that was."""
    values = {
        "borrower": ground.borrower_id,
        "basis_kind": BasisKind.CONSENT,
        "basis": ground.consent_id,
        "batch": ground.batch_id,
        "key": ground.key_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)
        _copy(cursor, _COPY_IN, BytesIO(b"".join(encoded(rows))))
        cursor.execute(_MERGE, values)
        kept = int(cursor.rowcount)
        if kept:
            cursor.execute(_WORDS, values)
        cursor.execute("TRUNCATE pg_temp.incoming_event")
    return kept


@required
def insert_own(
    *,
    borrower_id: int,
    contract_id: int,
    occurred_at: datetime,
    ext: int,
    amount_fen: int,
    category: int,
    source: int,
    direction: int,
) -> None:
    """Store one event that stands on a contract; the same again is nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OWN,
            {
                "borrower": borrower_id,
                "occurred_at": occurred_at,
                "ext": ext,
                "amount": amount_fen,
                "category": int(category),
                "source": int(source),
                "direction": int(direction),
                "assurance": Assurance.SIGNED,
                "basis_kind": BasisKind.CONTRACT,
                "basis": contract_id,
            },
        )


class Stored(NamedTuple):
    """What kind of line an event is."""

    category: Category
    direction: Direction
    source: Source


def one(borrower_id: int, occurred_at: datetime, ext: int) -> Stored | None:
    """The person's event under this key, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [borrower_id, occurred_at, ext])
        row = cursor.fetchone()
    return row and Stored(Category(row[0]), Direction(row[1]), Source(row[2]))


@required
def recategorise(borrower_id: int, occurred_at: datetime, ext: int, category: Category) -> None:
    """Write the category that a person found."""
    with connection.cursor() as cursor:
        key = (borrower_id, occurred_at, ext)
        cursor.execute(_RECATEGORISE, (int(category), int(Method.PERSON), *key))


def read(*, borrower_ids: Iterable[int], consent_ids: Iterable[int]) -> bytes:
    """The events of the borrowers that stand on a contract or on one of these consents."""
    # A link's end that stands on a contract has no consent: 0.
    consents = ",".join(["0", *(str(int(each)) for each in consent_ids)])
    basis = _BASIS.format(
        consents=consents,
        contract=int(BasisKind.CONTRACT),
        consent=int(BasisKind.CONSENT),
    )
    statement = _READ.format(
        borrowers=",".join(str(int(each)) for each in borrower_ids),
        basis=basis.strip(),
        rest=_REST.strip(),
        both=_BOTH.format(consents=consents).strip(),
        granted=int(MarkState.GRANTED),
        asked=int(MarkState.ASKED),
        excluded=int(MarkKind.EXCLUDED),
        duplicate=int(MarkKind.DUPLICATE),
    )
    return copied(statement)


def on_contract(borrower_ids: Collection[int]) -> set[int]:
    """Those who have an event that stands on a contract."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_CONTRACT, [list(borrower_ids), BasisKind.CONTRACT])
        return {borrower_id for (borrower_id,) in cursor.fetchall()}


def copied(statement: str) -> bytes:
    """What a COPY to standard output gives."""
    stream = BytesIO()
    with connection.cursor() as cursor:
        _copy(cursor, statement, stream)
    return stream.getvalue()


def _copy(cursor: Any, statement: str, stream: BytesIO) -> None:
    """psycopg2's own method, which Django's cursor passes through."""
    cursor.copy_expert(statement, stream)
