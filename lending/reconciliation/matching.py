"""A day's statement against our transfers, by sets: what fits is matched, what does not is kept.

A line and a transfer fit when bank, number, direction and amount are the same and the money is in
our books. What one side has and the other has not yet is watched until the next statement: money
crosses midnight. Then it is a break; the last day on which the bank was compared decides, also
where an older day is compared anew. What of the statement cannot be read, or is told differently
than it was kept, is a break as well. What shows again keeps its one row, and is opened again unless
it was resolved by people and nothing about it has changed.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max

from common.transactions import required
from lending.calc.contracts import MONEY_IN
from lending.channels.models import PAID_OUT
from lending.reconciliation.models import ReconciledDay

Values = dict[str, str | date | list[str] | list[int]]
# What people have resolved by money, or by reading, is not opened again for the same.
SETTLED = ("TO_SUSPENSE", "SEND_BACK", "READ_AS", "NOTHING_MOVED")
# No place in a statement: what only a part of it can tell stays as it is.
NOWHERE = "^$"

_MATCH = """
INSERT INTO lending_bankmatch (line_id, transfer_id, day, days_late)
SELECT DISTINCT ON (transfer.id) line.id, transfer.id, %(day)s,
       coalesce(abs((line.moved_at AT TIME ZONE 'Asia/Shanghai')::date
                    - (transfer.settled_at AT TIME ZONE 'Asia/Shanghai')::date), 0)
  FROM lending_bankline AS line
  JOIN lending_transfer AS transfer
    ON transfer.out_trade_no = line.out_trade_no AND transfer.channel = line.bank
 WHERE line.bank = %(bank)s AND transfer.booked_at IS NOT NULL
   AND line.effect_fen = CASE WHEN transfer.purpose = ANY(%(paid_out)s)
                              THEN -transfer.amount_fen ELSE transfer.amount_fen END
   AND NOT EXISTS (SELECT 1 FROM lending_bankmatch AS seen WHERE seen.line_id = line.id)
   AND NOT EXISTS (SELECT 1 FROM lending_bankmatch AS seen WHERE seen.transfer_id = transfer.id)
   AND NOT EXISTS (SELECT 1 FROM lending_statementbreak AS settled
                    WHERE settled.bank = %(bank)s AND settled.kind = 'AMOUNT_DIFFERS'
                      AND settled.subject = transfer.out_trade_no
                      AND settled.resolution = 'TO_SUSPENSE')
 ORDER BY transfer.id, line.line_no
ON CONFLICT DO NOTHING
RETURNING days_late
"""

# Lines without a match, each with the transfer of its number; the line that fits, or else the first
# one of a number, is the transfer's, every other one is one too many. Then transfers that no line
# knows, and those that a line knows after all. What a bank takes back by itself stands under the
# payment's number with its own letters before it: its first line fits once the charge-back is in
# the loan's log, and needs no transfer; one that we have booked and the bank knows nothing of is
# missing there. What we have reversed by ourselves is still in our account there, on the channel on
# which it came: until the bank takes it back, somebody must say where it belongs.
_FOUND = """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
WITH own AS (
    SELECT id, out_trade_no, channel, loan_id, state, booked_at, intended_on,
           CASE WHEN purpose = ANY(%(paid_out)s) THEN -amount_fen ELSE amount_fen END AS fen
      FROM lending_transfer WHERE channel = %(bank)s
), taken_back AS (
    SELECT line.out_trade_no, -own.fen AS fen, min(line.line_no) AS line_no
      FROM lending_bankline AS line
      JOIN own ON own.out_trade_no = substr(line.out_trade_no, 4)
      JOIN lending_loantransaction AS payment ON payment.transfer_id = own.id
      JOIN lending_loantransaction AS undone
        ON undone.loan_id = payment.loan_id AND undone.reverses_sequence = payment.sequence
     WHERE line.bank = %(bank)s AND starts_with(line.out_trade_no, 'CB-')
       AND undone.kind = 'CHARGEBACK'
       AND NOT EXISTS (SELECT 1 FROM lending_statementbreak AS settled
                        WHERE settled.bank = %(bank)s AND settled.kind = 'MISSING_THERE'
                          AND settled.subject = line.out_trade_no
                          AND settled.resolution = 'TO_SUSPENSE')
     GROUP BY line.out_trade_no, own.fen
), set_aside AS (
    SELECT coalesce(transfer.id, came.id) AS transfer_id, undone.loan_id,
           payment.amount_fen AS fen,
           coalesce(transfer.out_trade_no, 'L-' || undone.loan_id || '-' || payment.sequence)
               AS subject,
           coalesce(transfer.state, came.state, '') AS here_state
      FROM lending_loantransaction AS undone
      JOIN lending_loantransaction AS payment
        ON payment.loan_id = undone.loan_id AND payment.sequence = undone.reverses_sequence
      LEFT JOIN lending_transfer AS transfer ON transfer.id = payment.transfer_id
      LEFT JOIN lending_transfer AS came
        ON came.id = (payment.terms ->> 'came_with')::bigint AND payment.transfer_id IS NULL
     WHERE undone.kind = 'REVERSAL' AND payment.kind = ANY(%(money_in)s)
       AND payment.amount_fen > 0
       AND coalesce(transfer.channel, came.channel, 'SANDBOX') = %(bank)s
       AND NOT EXISTS (SELECT 1 FROM lending_bankline AS line
                        WHERE line.bank = %(bank)s
                          AND line.out_trade_no = 'CB-' || transfer.out_trade_no
                          AND line.effect_fen = -payment.amount_fen)
), loose AS (
    SELECT line.id, line.line_no, line.out_trade_no, line.effect_fen,
           EXISTS (SELECT 1 FROM lending_bankline AS before
                    WHERE before.bank = line.bank AND before.out_trade_no = line.out_trade_no
                      AND before.line_no < line.line_no)
           OR EXISTS (SELECT 1 FROM lending_bankmatch AS seen
                        JOIN lending_bankline AS fits ON fits.id = seen.line_id
                       WHERE fits.bank = line.bank AND fits.out_trade_no = line.out_trade_no)
               AS is_second
      FROM lending_bankline AS line
     WHERE line.bank = %(bank)s
       AND NOT EXISTS (SELECT 1 FROM lending_bankmatch AS seen WHERE seen.line_id = line.id)
       AND NOT EXISTS (SELECT 1 FROM taken_back
                        WHERE taken_back.out_trade_no = line.out_trade_no
                          AND taken_back.fen = line.effect_fen
                          AND taken_back.line_no = line.line_no)
), told AS (
    SELECT loose.id AS line_id, own.id AS transfer_id, own.loan_id,
           CASE WHEN is_second THEN loose.out_trade_no || '#' || loose.line_no
                ELSE loose.out_trade_no END AS subject,
           CASE WHEN is_second THEN 0 ELSE coalesce(own.fen, 0) END AS here_fen,
           loose.effect_fen AS there_fen,
           coalesce(own.state, '') AS here_state,
           CASE WHEN is_second THEN 'DUPLICATE'
                WHEN own.id IS NULL THEN 'MISSING_HERE'
                WHEN own.fen <> loose.effect_fen THEN 'AMOUNT_DIFFERS'
                ELSE 'STATE_DIFFERS' END AS kind
      FROM loose LEFT JOIN own ON own.out_trade_no = loose.out_trade_no
    UNION ALL
    SELECT NULL, transfer_id, loan_id, subject, fen, fen, here_state, 'SET_ASIDE' FROM set_aside
    UNION ALL
    SELECT NULL, own.id, own.loan_id, 'CB-' || own.out_trade_no, -own.fen, 0, own.state,
           'MISSING_THERE'
      FROM lending_loantransaction AS undone
      JOIN lending_loantransaction AS payment
        ON payment.loan_id = undone.loan_id AND payment.sequence = undone.reverses_sequence
      JOIN own ON own.id = payment.transfer_id
     WHERE undone.kind = 'CHARGEBACK'
       AND NOT EXISTS (SELECT 1 FROM lending_bankline AS line
                        WHERE line.bank = %(bank)s AND line.effect_fen = -own.fen
                          AND line.out_trade_no = 'CB-' || own.out_trade_no)
    UNION ALL
    SELECT NULL, own.id, own.loan_id, own.out_trade_no, own.fen, 0, own.state, 'MISSING_THERE'
      FROM own
     WHERE own.state = 'SUCCEEDED'
       AND NOT EXISTS (SELECT 1 FROM lending_bankmatch AS seen WHERE seen.transfer_id = own.id)
       AND NOT EXISTS (SELECT 1 FROM lending_bankline AS line
                        WHERE line.bank = %(bank)s AND line.out_trade_no = own.out_trade_no)
    UNION ALL
    SELECT line.id, own.id, own.loan_id, own.out_trade_no, own.fen, own.fen, own.state,
           'MISSING_THERE'
      FROM lending_statementbreak AS given_up
      JOIN own ON own.out_trade_no = given_up.subject
      JOIN lending_bankmatch AS seen ON seen.transfer_id = own.id
      JOIN lending_bankline AS line ON line.id = seen.line_id
     WHERE given_up.bank = %(bank)s AND given_up.kind = 'MISSING_THERE'
       AND (given_up.there_fen <> 0 OR given_up.resolution = 'TO_SUSPENSE')
    UNION ALL
    SELECT NULL, NULL, NULL, hole, 0, 0, '', 'UNREADABLE' FROM unnest(%(holes)s::text[]) AS hole
    UNION ALL
    SELECT again.line_id, NULL, NULL, again.subject, again.here_fen, again.there_fen, '', 'RETOLD'
      FROM unnest(%(again)s::bigint[], %(places)s::text[], %(here)s::bigint[], %(there)s::bigint[])
           AS again (line_id, subject, here_fen, there_fen)
)
SELECT told.*,
       ((kind = 'MISSING_THERE' AND there_fen = 0)
        OR (kind = 'STATE_DIFFERS' AND here_state <> 'FAILED'))
       AND (NOT EXISTS (SELECT 1 FROM lending_statementbreak AS watched
                         WHERE watched.bank = %(bank)s AND watched.kind = 'LATE'
                           AND watched.subject = told.subject
                           AND watched.first_day < %(as_of)s)
            OR EXISTS (SELECT 1 FROM own WHERE own.out_trade_no = told.subject
                                           AND own.intended_on >= %(as_of)s)) AS is_late
  FROM told
"""
# A later line of a number stays resolved however our transfer goes: that is the first line's story.
_KEEP = """
INSERT INTO lending_statementbreak AS kept
       (bank, kind, subject, line_id, transfer_id, loan_id, here_fen, there_fen, here_state, state,
        first_day, last_day, times_seen, resolution)
SELECT %(bank)s, CASE WHEN is_late THEN 'LATE' ELSE kind END, subject, line_id, transfer_id,
       loan_id,
       here_fen, there_fen, here_state,
       CASE WHEN is_late THEN 'WATCHED' ELSE 'OPEN' END,
       CASE WHEN is_late THEN %(as_of)s ELSE %(day)s END,
       CASE WHEN is_late THEN %(as_of)s ELSE %(day)s END, 1, ''
  FROM found ORDER BY subject
ON CONFLICT (bank, kind, subject) DO UPDATE
   SET line_id = EXCLUDED.line_id, transfer_id = EXCLUDED.transfer_id, loan_id = EXCLUDED.loan_id,
       here_fen = EXCLUDED.here_fen, there_fen = EXCLUDED.there_fen,
       here_state = EXCLUDED.here_state, state = EXCLUDED.state,
       last_day = greatest(kept.last_day, EXCLUDED.last_day),
       times_seen = kept.times_seen + (kept.last_day < EXCLUDED.last_day)::int,
       resolution = '', resolved_at = NULL
 WHERE NOT (kept.state = 'RESOLVED' AND kept.resolution = ANY(%(settled)s)
            AND (kept.here_fen, kept.there_fen) = (EXCLUDED.here_fen, EXCLUDED.there_fen)
            AND (kept.kind = 'DUPLICATE' OR kept.here_state = EXCLUDED.here_state))
   AND NOT (kept.state = 'RESOLVED' AND kept.resolution = 'POST_REPAYMENT'
            AND kept.kind = 'SET_ASIDE')
RETURNING kept.id, kept.state, (xmax = 0)
"""
# What does not show any more has come right by itself, or has become another kind of break. Of the
# statement itself only a part was asked for: what stands elsewhere in it cannot have come right.
_CAME_RIGHT = """
UPDATE lending_statementbreak AS kept
   SET state = 'RESOLVED', resolution = 'CAME_RIGHT', resolved_at = statement_timestamp()
 WHERE kept.bank = %(bank)s AND kept.state <> 'RESOLVED'
   AND NOT EXISTS (SELECT 1 FROM found
                    WHERE found.subject = kept.subject
                      AND kept.kind = CASE WHEN found.is_late THEN 'LATE' ELSE found.kind END)
   AND (kept.kind NOT IN ('UNREADABLE', 'RETOLD') OR kept.subject ~ %(asked)s)
RETURNING kept.id
"""
_STEPS = """
INSERT INTO lending_breakstep (broken_id, step) SELECT unnest(%s::bigint[]), %s
"""
_WERE_RESOLVED = """
SELECT broken_id FROM (
    SELECT DISTINCT ON (broken_id) broken_id, step FROM lending_breakstep
     WHERE broken_id = ANY(%s) ORDER BY broken_id, id DESC) AS last
 WHERE step IN ('RESOLVED', 'CAME_RIGHT')
"""


@dataclass(frozen=True, slots=True)
class Again:
    """A line that is kept, told once more and differently: net of fees, then and now."""

    line_id: int
    place: str
    here_fen: int
    there_fen: int


@dataclass(frozen=True, slots=True)
class News:
    """What a statement brought beside its lines: where it was asked, as a pattern of places."""

    holes: tuple[str, ...] = ()
    again: tuple[Again, ...] = ()
    asked: str = NOWHERE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one comparison brought."""

    matched: int
    late: int
    opened: int


@required
def compare(*, bank: str, day: date, news: News = News()) -> Outcome:
    """Match all that fits by now and keep what does not, as of the day; again is the same."""
    values: Values = {
        "bank": bank,
        "day": day,
        "as_of": max(day, _last_compared(bank) or day),
        "paid_out": [each.value for each in PAID_OUT],
        "money_in": [each.value for each in MONEY_IN],
        "settled": list(SETTLED),
        "asked": news.asked,
        "holes": list(news.holes),
        "again": [each.line_id for each in news.again],
        "places": [each.place for each in news.again],
        "here": [each.here_fen for each in news.again],
        "there": [each.there_fen for each in news.again],
    }
    with connection.cursor() as cursor:
        cursor.execute(_MATCH, values)
        late = [row[0] > 0 for row in cursor.fetchall()]
        cursor.execute("DROP TABLE IF EXISTS found")
        cursor.execute(_FOUND, values)
        cursor.execute(_KEEP, values)
        kept = cursor.fetchall()
        cursor.execute(_CAME_RIGHT, values)
        righted = [row[0] for row in cursor.fetchall()]
        cursor.execute(_WERE_RESOLVED, [[row[0] for row in kept if not row[2]]])
        again = [row[0] for row in cursor.fetchall()]
        fresh = [row[0] for row in kept if row[2]]
        for numbers, step in ((fresh, "FOUND"), (again, "REOPENED"), (righted, "CAME_RIGHT")):
            cursor.execute(_STEPS, [numbers, step])
    opened = sum(state == "OPEN" for number, state, is_new in kept if is_new or number in again)
    return Outcome(matched=len(late), late=sum(late), opened=opened)


def _last_compared(bank: str) -> date | None:
    """The latest day of which the bank's statement was compared."""
    rows = ReconciledDay.objects.filter(bank=bank)
    found: date | None = rows.aggregate(last=Max("day"))["last"]
    return found
