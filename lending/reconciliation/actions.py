"""A day's reconciliation: the statement is kept line by line, compared, and its figures noted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from common.transactions import durable, required
from lending.channels.contracts import StatementLine, Told, readable, unread
from lending.channels.models import ChannelCode
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.reconciliation import matching, queries
from lending.reconciliation.matching import NOWHERE, Again, News
from lending.reconciliation.models import ReconciledDay

# One comparison of a bank at a time: two would find the same breaks twice and wait for each other.
RECONCILING_LOCK = 4_201_003

_KEEP = """
WITH kept AS (
    INSERT INTO lending_bankline (bank, line_no, out_trade_no, bank_reference, effect_fen, fee_fen,
                                  account, moved_at, day)
    SELECT %(bank)s, line.number, line.ours, line.theirs, line.fen, line.fee, line.account,
           line.moved, %(day)s
      FROM unnest(%(numbers)s::bigint[], %(ours)s::text[], %(theirs)s::text[], %(fens)s::bigint[],
                  %(fees)s::bigint[], %(accounts)s::text[], %(moved)s::timestamptz[])
           AS line (number, ours, theirs, fen, fee, account, moved)
    ON CONFLICT (bank, line_no) DO NOTHING
    RETURNING line_no, fee_fen
)
SELECT coalesce(sum(fee_fen), 0), coalesce(max(line_no), 0) FROM kept
"""
# Of a line that was kept before, and says something else now: the last word is known by its digest.
_AGAIN = """
SELECT kept.id,
       kept.line_no || ':' || left(md5(told.ours || ' ' || told.fen || ' ' || told.fee), 12),
       kept.effect_fen - kept.fee_fen, told.fen - told.fee
  FROM unnest(%(numbers)s::bigint[], %(ours)s::text[], %(fens)s::bigint[], %(fees)s::bigint[])
       AS told (number, ours, fen, fee)
  JOIN lending_bankline AS kept ON kept.bank = %(bank)s AND kept.line_no = told.number
 WHERE (kept.out_trade_no, kept.effect_fen, kept.fee_fen) <> (told.ours, told.fen, told.fee)
 ORDER BY kept.line_no
"""
_FIGURES = """
SELECT count(*), coalesce(sum(effect_fen) FILTER (WHERE effect_fen > 0), 0),
       coalesce(-sum(effect_fen) FILTER (WHERE effect_fen < 0), 0), coalesce(sum(fee_fen), 0)
  FROM lending_bankline WHERE bank = %s AND day = %s
"""


@durable
def reconcile(
    *, day: date, lines: Sequence[Told], bank: str = ChannelCode.SANDBOX, asked: str = NOWHERE
) -> ReconciledDay:
    """Keep what the statement brought for a day and compare all that is not matched yet.

    `lines` are what came after the last line that is kept, with what of it could not be read;
    lines that are kept already change nothing, and are a break where they are told differently.
    The same day again is compared anew. Fees of new lines are booked with them. `asked` is the
    pattern of the places that were asked for: a hole there that is not told any more is closed.
    """
    read = readable(lines)
    with connection.cursor() as cursor:
        take_turns()
        cursor.execute(_KEEP, columns := _columns(bank, day, read))
        new_fee_fen, last_new = cursor.fetchone()
        cursor.execute(_AGAIN, columns)
        again = tuple(Again(*row) for row in cursor.fetchall())
        holes = tuple(sorted({each.place for each in unread(lines)}))
        outcome = matching.compare(
            bank=bank, day=day, news=News(holes=holes, again=again, asked=asked)
        )
        cursor.execute(_FIGURES, [bank, day])
        counted, in_fen, out_fen, fee_fen = cursor.fetchone()
    _book_fees(bank, day, int(new_fee_fen), last_new)
    row, _ = ReconciledDay.objects.get_or_create(bank=bank, day=day)
    row.lines, row.fee_fen = int(counted), int(fee_fen)
    row.in_fen, row.out_fen = int(in_fen), int(out_fen)
    row.matched += outcome.matched
    row.late += outcome.late
    row.opened += outcome.opened
    row.still_open = queries.open_count(bank=bank)
    row.save(update_fields=["lines", "in_fen", "out_fen", "fee_fen", "matched", "late", "opened",
                            "still_open"])  # fmt: skip
    ReconciledDay.objects.filter(pk=row.pk).update(compared_at=Now())
    return row


@required
def take_turns() -> None:
    """Wait for whoever compares now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECONCILING_LOCK])


def _book_fees(bank: str, day: date, fee_fen: int, last_new: int) -> None:
    """What the bank kept of its lines is gone from our account there: an expense of the day."""
    ledger.post(
        entry_key=f"fee:{bank}:{last_new}",
        business_date=day,
        kind="CHANNEL_FEE",
        lines=both(debit=chart.CHANNEL_FEES, credit=chart.BANK, amount_fen=fee_fen, loan_id=None),
    )


def _columns(bank: str, day: date, lines: Sequence[StatementLine]) -> dict[str, Any]:
    return {
        "bank": bank,
        "day": day,
        "numbers": [line.id for line in lines],
        "ours": [line.out_trade_no for line in lines],
        "theirs": [line.bank_reference for line in lines],
        "fees": [line.fee_fen for line in lines],
        "fens": [line.effect_fen for line in lines],
        "accounts": [line.account for line in lines],
        "moved": [line.moved_at for line in lines],
    }
