"""Posting and reversing. An entry is written once and never touched again.

PostgreSQL refuses what is unbalanced at commit, and any later change (migration 0002_guards).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from common import rows as plain_rows
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import required
from lending.ledger.contracts import Line
from lending.ledger.models import LedgerEntry, LedgerPosting

# Entry and lines in one journey to the database: every payment posts. A known key posts nothing.
_POST = """
WITH entry AS (
  INSERT INTO lending_ledgerentry (entry_key, business_date, kind) VALUES (%s, %s, %s)
  ON CONFLICT (entry_key) DO NOTHING RETURNING id
), posted AS (
  INSERT INTO lending_ledgerposting (entry_id, account_id, loan_id, amount_fen)
  SELECT entry.id, line.account, line.loan_id, line.amount_fen
    FROM entry, unnest(%s::text[], %s::bigint[], %s::bigint[])
         AS line (account, loan_id, amount_fen)
)
SELECT id FROM entry
"""
_OPEN = """
INSERT INTO lending_ledgerentry (entry_key, business_date, kind) VALUES (%s, %s, %s)
ON CONFLICT (entry_key) DO NOTHING RETURNING id
"""
_WRITE_ROWS = """
INSERT INTO lending_ledgerposting (entry_id, account_id, loan_id, amount_fen)
SELECT %(entry)s, line.account, line.loan_id, line.amount_fen
  FROM ({rows}) AS line (account, loan_id, amount_fen)
"""


class LedgerKeyReused(Refused):
    """The same key was posted with other figures: a programming error that must not pass."""

    code = "LEDGER_KEY_REUSED"
    message = gettext_noop("This event is already in the books with other figures.")
    advice = gettext_noop("Tell the finance team; nothing was posted.")


@required
def post(*, entry_key: str, business_date: date, kind: str, lines: Sequence[Line]) -> int:
    """Write one balanced entry and return its id; the same key and figures again is the same entry.

    Lines of one account and loan are added up; what cancels out is left away, and an entry of
    nothing is not written (the answer is then 0). Raises LedgerKeyReused for other figures under
    a known key.
    """
    figures = _added_up(lines)
    if not figures:
        return 0
    assert sum(figures.values()) == 0, f"{entry_key} is not balanced"
    places = sorted(figures, key=str)
    columns: list[list[Any]] = [
        [code for code, _ in places],
        [loan_id for _, loan_id in places],
        [figures[place] for place in places],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, [entry_key, business_date, kind, *columns])
        posted = cursor.fetchone()
    if posted is None:
        known = LedgerEntry.objects.get(entry_key=entry_key)
        if _figures_of(known.pk) != figures:
            raise LedgerKeyReused
        return known.pk
    return int(posted[0])


@required
def post_rows(
    *,
    entry_key: str,
    business_date: date,
    kind: str,
    rows: str,
    values: Mapping[str, int | str | date],
    lines: Sequence[Line] = (),
) -> int:
    """The same for very many lines: those that a statement answers, and some more beside them.

    `rows` is SQL of our own that selects account, loan and fen, each place once and none of the
    places of `lines`. An entry of nothing is not written (the answer is then 0). Raises
    LedgerKeyReused for a known key.
    """
    figures = _added_up(lines)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN, [entry_key, business_date, kind])
        opened = cursor.fetchone()
        if opened is None:
            raise LedgerKeyReused
        entry_id: int = opened[0]
        cursor.execute(_WRITE_ROWS.format(rows=rows), {"entry": entry_id, **values})
        if not cursor.rowcount and not figures:
            transaction.set_rollback(True)
            return 0
        _write(entry_id, figures)
    return entry_id


@required
def reverse(*, entry_id: int, loan_id: int | None, business_date: date) -> int:
    """Post the mirror image of one loan's part of an entry, once; the same again is the same entry.

    `loan_id` None reverses a whole entry.
    """
    entry, is_new = LedgerEntry.objects.get_or_create(
        entry_key=f"reverse:{entry_id}:{loan_id or 'all'}",
        defaults={
            "business_date": business_date,
            "kind": "REVERSAL",
            "reverses_id": entry_id,
            "reversed_loan_id": loan_id,
        },
    )
    if is_new:
        original = _figures_of(entry_id, loan_id=loan_id)
        _write(entry.pk, {place: -amount for place, amount in original.items()})
    return entry.pk


def _added_up(lines: Sequence[Line]) -> dict[tuple[str, int | None], int]:
    figures: dict[tuple[str, int | None], int] = defaultdict(int)
    for line in lines:
        figures[line.account_code, line.loan_id] += line.amount_fen
    return {place: amount for place, amount in figures.items() if amount}


def _figures_of(entry_id: int, *, loan_id: int | None = None) -> dict[tuple[str, int | None], int]:
    postings = LedgerPosting.objects.filter(entry_id=entry_id)
    if loan_id is not None:
        postings = postings.filter(loan_id=loan_id)
    return {(row.account_id, row.loan_id): row.amount_fen for row in postings}


def _write(entry_id: int, figures: dict[tuple[str, int | None], int]) -> None:
    plain_rows.insert_many(
        LedgerPosting,
        [
            {"entry_id": entry_id, "account_id": code, "loan_id": loan_id, "amount_fen": amount}
            for (code, loan_id), amount in sorted(figures.items(), key=str)
        ],
    )
