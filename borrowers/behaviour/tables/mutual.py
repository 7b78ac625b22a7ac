"""Transfers that stand in the records of two people, each naming the other."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from borrowers.behaviour.contracts import Category, Direction

# What one person's file says of the moment, the other's says within this.
APART_SECONDS = 300
MOST_PARTIES, MOST_TRANSFERS = 2_000, 5_000

_PARTIES = """
SELECT DISTINCT party FROM borrowers_event, unnest(ARRAY[merchant, counterparty]) AS party
 WHERE borrower_id = %(borrower)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
   AND category = %(transfer)s AND direction <> 0 AND basis_id = ANY(%(consents)s) AND party <> 0
 LIMIT %(most)s
"""
_MUTUAL = """
SELECT known.borrower_id, own.direction = %(out)s,
       CASE WHEN own.direction = %(out)s THEN own.occurred_at ELSE told.occurred_at END,
       own.amount_fen
  FROM borrowers_event AS own
  JOIN unnest(%(others)s::bigint[], %(codes)s::bigint[]) AS known (borrower_id, code)
    ON known.code IN (own.merchant, own.counterparty)
 CROSS JOIN LATERAL (
       SELECT theirs.occurred_at FROM borrowers_event AS theirs
        WHERE theirs.borrower_id = known.borrower_id
          AND theirs.occurred_at BETWEEN own.occurred_at - make_interval(secs => %(apart)s)
                                     AND own.occurred_at + make_interval(secs => %(apart)s)
          AND theirs.amount_fen = own.amount_fen AND theirs.category = %(transfer)s
          AND theirs.direction <> 0 AND theirs.direction <> own.direction
          AND theirs.basis_kind = 1 AND theirs.basis_id = ANY(%(consents)s)
          AND %(code)s IN (theirs.merchant, theirs.counterparty)
        ORDER BY greatest(theirs.occurred_at - own.occurred_at,
                          own.occurred_at - theirs.occurred_at), theirs.ext
        LIMIT 1) AS told
 WHERE own.borrower_id = %(borrower)s
   AND own.occurred_at >= %(since)s AND own.occurred_at < %(until)s
   AND own.category = %(transfer)s AND own.direction <> 0 AND own.amount_fen > 0
   AND own.basis_kind = 1 AND own.basis_id = ANY(%(consents)s)
 ORDER BY own.occurred_at DESC, known.borrower_id LIMIT %(most)s
"""


class Mutual(NamedTuple):
    """One transfer as both told of it; the giver's file says when."""

    other_id: int
    is_given: bool
    occurred_at: datetime
    amount_fen: int


def parties(
    *, borrower_id: int, consent_ids: Collection[int], since: datetime, until: datetime
) -> list[int]:
    """The codes of those with whom a person's records have transfers."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PARTIES,
            {
                "borrower": borrower_id,
                "consents": list(consent_ids),
                "since": since,
                "until": until,
                "transfer": Category.TRANSFER_SOCIAL,
                "most": MOST_PARTIES,
            },
        )
        return [code for (code,) in cursor.fetchall()]


def mutual(
    *,
    borrower_id: int,
    code: int,
    others: Mapping[int, int],
    consent_ids: Collection[int],
    since: datetime,
    until: datetime,
) -> list[Mutual]:
    """Transfers between a person and others, the newest first; `others` maps a person to a code."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MUTUAL,
            {
                "borrower": borrower_id,
                "code": code,
                "others": list(others),
                "codes": list(others.values()),
                "consents": list(consent_ids),
                "since": since,
                "until": until,
                "transfer": Category.TRANSFER_SOCIAL,
                "out": Direction.OUT,
                "apart": APART_SECONDS,
                "most": MOST_TRANSFERS,
            },
        )
        return [Mutual(*row) for row in cursor.fetchall()]
