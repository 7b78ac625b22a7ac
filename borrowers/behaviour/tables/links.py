"""Links between events: what they are looked for in, and the table that keeps them."""

import dataclasses
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from borrowers.behaviour.contracts import (
    EventKey,
    Link,
    LinkKind,
    LinkMethod,
    MarkKind,
    MarkState,
    MatchColumns,
)
from borrowers.behaviour.models import BasisKind
from borrowers.behaviour.tables.events import copied
from borrowers.behaviour.tables.rows import microseconds_of
from common.transactions import required

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# How the columns of a match are called in the table, where that is another name.
_NAMED = {"microseconds": "occurred_at", "batch": "coalesce(batch_id, 0)"}
_READ_COLUMNS = ", ".join(_NAMED.get(each.name, each.name) for each in fields(MatchColumns))
# Literals are numbers checked by Python: COPY takes no parameters.
_READ = """
COPY (SELECT {columns} FROM borrowers_event
       WHERE borrower_id = {borrower}
         AND (basis_kind = {contract} OR basis_kind = {consent_kind}
              AND basis_id = ANY ('{{{consents}}}'::bigint[]))
       ORDER BY occurred_at, ext)
  TO STDOUT (FORMAT binary)
"""

# One statement, so that no reader ever sees the links half replaced. What stays the same is not
# written again.
_REPLACE = """
WITH wanted AS (
    SELECT * FROM unnest(%(occurred_at)s::timestamptz[], %(ext)s::bigint[],
                         %(other_at)s::timestamptz[], %(other_ext)s::bigint[],
                         %(netted_fen)s::bigint[], %(score_ppm)s::integer[],
                         %(kind)s::smallint[], %(method)s::smallint[])
        AS row (occurred_at, ext, other_at, other_ext, netted_fen, score_ppm, kind, method)
), gone AS (
    DELETE FROM borrowers_eventlink AS stored
     WHERE borrower_id = %(borrower)s
       AND NOT EXISTS (SELECT FROM wanted WHERE wanted.occurred_at = stored.occurred_at
                          AND wanted.ext = stored.ext)
    RETURNING 1
), kept AS (
    INSERT INTO borrowers_eventlink AS stored
           (borrower_id, occurred_at, ext, other_at, other_ext, netted_fen, score_ppm, kind, method,
            event_basis, other_basis)
    SELECT %(borrower)s, wanted.*,
           CASE event.basis_kind WHEN 1 THEN event.basis_id ELSE 0 END,
           CASE other.basis_kind WHEN 1 THEN other.basis_id ELSE 0 END
      FROM wanted
      LEFT JOIN borrowers_event AS event ON event.borrower_id = %(borrower)s
           AND event.occurred_at = wanted.occurred_at AND event.ext = wanted.ext
      LEFT JOIN borrowers_event AS other ON other.borrower_id = %(borrower)s
           AND other.occurred_at = wanted.other_at AND other.ext = wanted.other_ext
     ORDER BY wanted.occurred_at, wanted.ext
    ON CONFLICT (borrower_id, occurred_at, ext) DO UPDATE
       SET other_at = EXCLUDED.other_at, other_ext = EXCLUDED.other_ext,
           netted_fen = EXCLUDED.netted_fen, score_ppm = EXCLUDED.score_ppm,
           kind = EXCLUDED.kind, method = EXCLUDED.method,
           event_basis = EXCLUDED.event_basis, other_basis = EXCLUDED.other_basis
     WHERE (stored.other_at, stored.other_ext, stored.netted_fen, stored.score_ppm, stored.kind,
            stored.method, stored.event_basis, stored.other_basis)
        <> (EXCLUDED.other_at, EXCLUDED.other_ext, EXCLUDED.netted_fen, EXCLUDED.score_ppm,
            EXCLUDED.kind, EXCLUDED.method, EXCLUDED.event_basis, EXCLUDED.other_basis)
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM kept)
"""
_LEFT_OUT = """
SELECT occurred_at, ext FROM borrowers_eventmark
 WHERE borrower_id = %s AND kind = ANY(%s) AND (state = %s OR state = %s AND is_at_once)
"""
_STORED = """
SELECT kind, occurred_at, ext, other_at, other_ext, score_ppm, method, netted_fen
  FROM borrowers_eventlink WHERE borrower_id = %s ORDER BY occurred_at, ext
"""


def read(*, borrower_id: int, consent_ids: Iterable[int]) -> bytes:
    """Every event of a person that stands on a contract or on one of these consents."""
    statement = _READ.format(
        columns=_READ_COLUMNS,
        borrower=int(borrower_id),
        contract=int(BasisKind.CONTRACT),
        consent_kind=int(BasisKind.CONSENT),
        consents=",".join(str(int(each)) for each in consent_ids),
    )
    return copied(statement)


@required
def replace(borrower_id: int, links: Iterable[Link]) -> int:
    """Make these the person's links, and no other; how many rows that changed."""
    rows = {link.event: link for link in _both_ways(links)}
    columns: dict[str, Any] = {
        "occurred_at": [instant(link.event.microseconds) for link in rows.values()],
        "ext": [link.event.ext for link in rows.values()],
        "other_at": [instant(link.other.microseconds) for link in rows.values()],
        "other_ext": [link.other.ext for link in rows.values()],
        "netted_fen": [link.netted_fen for link in rows.values()],
        "score_ppm": [link.score_ppm for link in rows.values()],
        "kind": [int(link.kind) for link in rows.values()],
        "method": [int(link.method) for link in rows.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, {"borrower": borrower_id, **columns})
        (changed,) = cursor.fetchone()
    return int(changed)


def stored(borrower_id: int) -> tuple[Link, ...]:
    """The person's links as they are kept; a transfer between own accounts stands there twice."""
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [borrower_id])
        rows = cursor.fetchall()
    return tuple(
        Link(
            kind=LinkKind(kind),
            event=EventKey(microseconds_of(occurred_at), ext),
            other=EventKey(microseconds_of(other_at), other_ext),
            score_ppm=score_ppm,
            method=LinkMethod(method),
            netted_fen=netted_fen,
        )
        for kind, occurred_at, ext, other_at, other_ext, score_ppm, method, netted_fen in rows
    )


def left_out(borrower_id: int) -> frozenset[EventKey]:
    """The lines that the person's own word has taken out of the count."""
    kinds = [int(MarkKind.EXCLUDED), int(MarkKind.DUPLICATE)]
    states = (int(MarkState.GRANTED), int(MarkState.ASKED))
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OUT, [borrower_id, kinds, *states])
        return frozenset(EventKey(microseconds_of(at), ext) for at, ext in cursor.fetchall())


def _both_ways(links: Iterable[Link]) -> Iterable[Link]:
    """A transfer between own accounts takes both of its legs out; the link that a leg has of its
    own comes last and stays."""
    given = list(links)
    turned = [
        dataclasses.replace(link, event=link.other, other=link.event)
        for link in given
        if link.kind is LinkKind.TRANSFER_LEG
    ]
    return [*turned, *given]


def instant(microseconds: int) -> datetime:
    """The time of an event's key."""
    return _EPOCH + timedelta(microseconds=microseconds)
