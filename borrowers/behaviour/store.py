"""The statements on the two event tables, which exist in plain SQL only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import connection

from borrowers.behaviour.models import BasisKind
from borrowers.behaviour.rows import READ_COLUMNS, EventToKeep, encoded
from common.transactions import required

# Lives as long as the session and is empty between transactions: making it anew for every upload
# would fill the catalogue with dead rows.
_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_event (
    occurred_at timestamptz, ext bigint, amount_fen bigint, merchant bigint,
    category smallint, source smallint, direction smallint, channel smallint, words text
) ON COMMIT DELETE ROWS
"""
_COPY_IN = "COPY pg_temp.incoming_event FROM STDIN (FORMAT binary)"

# A row that came under a consent which has ended is taken over when the person gives the bill
# again under a new one. A row under the present consent is a duplicate and stays as it is.
_MERGE = """
WITH kept AS (
    INSERT INTO borrowers_event AS stored
           (borrower_id, occurred_at, ext, amount_fen, merchant, category, source, direction,
            channel, basis_kind, basis_id, batch_id)
    SELECT %(borrower)s, occurred_at, ext, amount_fen, merchant, category, source, direction,
           channel, %(basis_kind)s, %(basis)s, %(batch)s
      FROM pg_temp.incoming_event ORDER BY occurred_at, ext
    ON CONFLICT (borrower_id, occurred_at, ext) DO UPDATE
       SET amount_fen = EXCLUDED.amount_fen, merchant = EXCLUDED.merchant,
           category = EXCLUDED.category, direction = EXCLUDED.direction,
           channel = EXCLUDED.channel, basis_id = EXCLUDED.basis_id,
           batch_id = EXCLUDED.batch_id
     WHERE stored.basis_kind = %(basis_kind)s AND stored.basis_id <> EXCLUDED.basis_id
    RETURNING occurred_at, ext
), worded AS (
    INSERT INTO borrowers_event_text (borrower_id, occurred_at, ext, key_id, words)
    SELECT %(borrower)s, occurred_at, ext, %(key)s, words
      FROM pg_temp.incoming_event JOIN kept USING (occurred_at, ext) ORDER BY occurred_at, ext
    ON CONFLICT (borrower_id, occurred_at, ext) DO UPDATE
       SET key_id = EXCLUDED.key_id, words = EXCLUDED.words
)
SELECT count(*) FROM kept
"""
_OWN = """
INSERT INTO borrowers_event
       (borrower_id, occurred_at, ext, amount_fen, merchant, category, source, direction, channel,
        basis_kind, basis_id)
VALUES (%(borrower)s, %(occurred_at)s, %(ext)s, %(amount)s, 0, %(category)s, %(source)s,
        %(direction)s, 0, %(basis_kind)s, %(basis)s)
ON CONFLICT (borrower_id, occurred_at, ext) DO NOTHING
"""
# Literals are numbers checked by Python: COPY takes no parameters.
_READ = """
COPY (SELECT {columns} FROM borrowers_event
       WHERE borrower_id = ANY ('{{{borrowers}}}'::bigint[])
         AND (basis_kind = {contract}
              OR basis_kind = {consent} AND basis_id = ANY ('{{{consents}}}'::bigint[])))
  TO STDOUT (FORMAT binary)
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose events, under which consent, out of which bill, sealed with which key."""

    borrower_id: int
    consent_id: int
    batch_id: int
    key_id: int


@required
def merge(rows: Iterable[EventToKeep], ground: Ground) -> int:
    """Store what is new; how many rows that was."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)
        _copy(cursor, _COPY_IN, BytesIO(b"".join(encoded(rows))))
        cursor.execute(
            _MERGE,
            {
                "borrower": ground.borrower_id,
                "basis_kind": BasisKind.CONSENT,
                "basis": ground.consent_id,
                "batch": ground.batch_id,
                "key": ground.key_id,
            },
        )
        (kept,) = cursor.fetchone()
        cursor.execute("DELETE FROM pg_temp.incoming_event")
    return int(kept)


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
                "basis_kind": BasisKind.CONTRACT,
                "basis": contract_id,
            },
        )


def read(*, borrower_ids: Iterable[int], consent_ids: Iterable[int]) -> bytes:
    """The events of the borrowers that stand on a contract or on one of these consents."""
    statement = _READ.format(
        columns=READ_COLUMNS,
        borrowers=",".join(str(int(each)) for each in borrower_ids),
        consents=",".join(str(int(each)) for each in consent_ids),
        contract=int(BasisKind.CONTRACT),
        consent=int(BasisKind.CONSENT),
    )
    stream = BytesIO()
    with connection.cursor() as cursor:
        _copy(cursor, statement, stream)
    return stream.getvalue()


def _copy(cursor: Any, statement: str, stream: BytesIO) -> None:
    """psycopg2's own method, which Django's cursor passes through."""
    cursor.copy_expert(statement, stream)
