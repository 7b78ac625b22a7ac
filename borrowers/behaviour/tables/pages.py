"""Events one page at a time, newest first, for the person whose they are."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from borrowers.behaviour.contracts import EventKey
from borrowers.behaviour.imports import EventSeen
from borrowers.behaviour.models import BasisKind
from borrowers.behaviour.tables.links import instant
from borrowers.behaviour.tables.rows import microseconds_of
from common.crypto.cells import unseal

WORDS_CONTEXT = "event.words"

# By the primary key, backwards: the cost of a page does not grow with how far back it lies.
_PAGE = """
SELECT occurred_at, ext, amount_fen, refunded_fen, direction, category, source, assurance,
       precision, words
  FROM borrowers_event AS event
  LEFT JOIN borrowers_event_text USING (borrower_id, occurred_at, ext)
 WHERE borrower_id = %(borrower)s
   AND (basis_kind = %(contract)s OR basis_kind = %(consent)s AND basis_id = ANY(%(consents)s))
   AND (%(at)s::timestamptz IS NULL OR (occurred_at, ext) < (%(at)s::timestamptz, %(ext)s))
 ORDER BY occurred_at DESC, ext DESC LIMIT %(limit)s
"""
_WORDS = """
SELECT occurred_at, ext, words FROM borrowers_event_text
 WHERE borrower_id = %s AND (occurred_at, ext) IN (
       SELECT * FROM unnest(%s::timestamptz[], %s::bigint[]))
"""


def page(
    *, borrower_id: int, consent_ids: Collection[int], before: EventKey | None, limit: int
) -> tuple[EventSeen, ...]:
    """The next events that lie before a key."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PAGE,
            {
                "borrower": borrower_id,
                "contract": BasisKind.CONTRACT,
                "consent": BasisKind.CONSENT,
                "consents": list(consent_ids),
                "at": instant(before.microseconds) if before else None,
                "ext": before.ext if before else 0,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    return tuple(_seen(*row) for row in rows)


def parties(borrower_id: int, keys: Collection[EventKey]) -> dict[EventKey, str]:
    """Merchant or counterparty of single events, for those that have words."""
    with connection.cursor() as cursor:
        times = [instant(each.microseconds) for each in keys]
        cursor.execute(_WORDS, [borrower_id, times, [each.ext for each in keys]])
        rows = cursor.fetchall()
    found = {EventKey(microseconds_of(at), ext): _words(sealed) for at, ext, sealed in rows}
    return {
        key: words.get("merchant") or words.get("counterparty") or ""
        for key, words in found.items()
    }


def _seen(occurred_at: datetime, ext: int, *figures: Any) -> EventSeen:
    amount_fen, refunded_fen, direction, category, source, assurance, precision, sealed = figures
    words = _words(sealed) if sealed else {}
    return EventSeen(
        key=EventKey(microseconds_of(occurred_at), ext),
        occurred_at=occurred_at,
        amount_fen=amount_fen,
        refunded_fen=refunded_fen,
        direction=direction,
        category=category,
        source=source,
        assurance=assurance,
        precision=precision,
        merchant=words.get("merchant", ""),
        counterparty=words.get("counterparty", ""),
        memo=words.get("memo", ""),
        metrics=words.get("metrics", {}),
    )


def _words(sealed: str) -> dict[str, Any]:
    """The words of an event; none once its key has been destroyed."""
    text = unseal(sealed, context=WORDS_CONTEXT)
    return dict(json.loads(text)) if text else {}
