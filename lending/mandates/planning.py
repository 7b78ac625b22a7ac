"""The day opens: what falls due within the notice days is announced and planned, by ranges."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from borrowers.messages import actions as messages
from borrowers.messages.contracts import Note
from common.transactions import required
from lending.mandates.rhythm import limits

TEMPLATE = "DEBIT_ANNOUNCED"
# More is due than was allowed: what is not collected is said before.
IN_PART = "DEBIT_ANNOUNCED_IN_PART"

_END = """
UPDATE lending_mandate AS mandate
   SET ended_at = statement_timestamp(),
       end_code = CASE WHEN loan.state = 'ACTIVE' THEN 'RAN_OUT' ELSE 'LOAN_OVER' END
  FROM lending_loan AS loan
 WHERE loan.id = mandate.loan_id AND mandate.ended_at IS NULL
   AND mandate.loan_id BETWEEN %(first_loan)s AND %(last_loan)s
   AND (loan.state <> 'ACTIVE' OR mandate.ends_on < %(opening)s)
"""
_STOP = """
UPDATE lending_directdebit AS debit
   SET state = 'STOPPED', stop_code = mandate.end_code, next_on = NULL,
       ended_at = statement_timestamp()
  FROM lending_mandate AS mandate
 WHERE mandate.id = debit.mandate_id AND mandate.ended_at IS NOT NULL
   AND debit.state = 'WAITING' AND debit.loan_id BETWEEN %(first_loan)s AND %(last_loan)s
"""
# Once for each due date, whatever is closed twice. The day is the due date, or as many days after
# the notice as the rulebook asks for.
_PLAN = """
INSERT INTO lending_directdebit (mandate_id, loan_id, due_on, announced_on, announced_fen, state,
                                 tries, next_on, stop_code)
SELECT mandate.id, instalment.loan_id, instalment.due_on, %(opening)s,
       least(mandate.most_fen,
             instalment.principal_fen - instalment.principal_paid_fen
             + instalment.interest_due_fen - instalment.interest_paid_fen
             + instalment.fee_fen - instalment.fee_paid_fen
             + instalment.penalty_fen - instalment.penalty_paid_fen),
       'WAITING', 0, greatest(instalment.due_on, %(told)s), ''
  FROM lending_mandate AS mandate
  JOIN lending_loan AS loan ON loan.id = mandate.loan_id AND loan.state = 'ACTIVE'
  JOIN lending_instalment AS instalment ON instalment.loan_id = mandate.loan_id
 WHERE mandate.ended_at IS NULL AND instalment.paid_on IS NULL
   AND mandate.loan_id BETWEEN %(first_loan)s AND %(last_loan)s
   AND instalment.due_on BETWEEN %(opening)s AND %(told)s
   AND instalment.due_on BETWEEN mandate.starts_on AND mandate.ends_on
ON CONFLICT DO NOTHING
RETURNING id, loan_id, announced_fen, next_on,
          (SELECT borrower_id FROM lending_mandate AS given WHERE given.id = mandate_id),
          (SELECT public_id FROM lending_loan AS told WHERE told.id = loan_id),
          (SELECT sum(told.principal_fen - told.principal_paid_fen
                      + told.interest_due_fen - told.interest_paid_fen
                      + told.fee_fen - told.fee_paid_fen
                      + told.penalty_fen - told.penalty_paid_fen)::bigint
             FROM lending_instalment AS told
            WHERE told.loan_id = lending_directdebit.loan_id
              AND told.due_on = lending_directdebit.due_on) - announced_fen
"""
# A change of terms may lift an instalment above what was allowed: told once for each change.
_TOO_LOW = """
SELECT mandate.borrower_id,
       jsonb_build_object('loan', loan.public_id, 'most_fen', mandate.most_fen,
                          'amount_fen', dearest.fen),
       'mandate-low:' || mandate.id || ':' || changed.sequence
  FROM lending_mandate AS mandate
  JOIN lending_loan AS loan ON loan.id = mandate.loan_id AND loan.state = 'ACTIVE'
  JOIN LATERAL (
       SELECT max(principal_fen + interest_due_fen + fee_fen) AS fen
         FROM lending_instalment
        WHERE loan_id = mandate.loan_id AND paid_on IS NULL
          AND due_on BETWEEN greatest(mandate.starts_on, %(opening)s) AND mandate.ends_on
       ) AS dearest ON dearest.fen > mandate.most_fen
  JOIN LATERAL (
       SELECT max(sequence) AS sequence FROM lending_loantransaction
        WHERE loan_id = mandate.loan_id AND booked_on >= mandate.starts_on
          AND kind IN ('RATE_CHANGE', 'DUE_DATE_CHANGE', 'HOLIDAY', 'EXTENSION', 'RESTRUCTURE')
       ) AS changed ON changed.sequence IS NOT NULL
 WHERE mandate.ended_at IS NULL AND mandate.loan_id BETWEEN %(first_loan)s AND %(last_loan)s
"""


@required
def plan(*, first_loan: int, last_loan: int, opening: date) -> int:
    """End what is over and announce what falls due, for the loans of a range; how many are new."""
    values: dict[str, int | date] = {
        "first_loan": first_loan,
        "last_loan": last_loan,
        "opening": opening,
        "told": opening + timedelta(days=limits(opening).notice_days),
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, values)
        cursor.execute(_STOP, values)
        cursor.execute(_PLAN, values)
        rows = cursor.fetchall()
    for template, is_short in ((TEMPLATE, False), (IN_PART, True)):
        told = [_note(row) for row in rows if (row[-1] > 0) is is_short]
        messages.send_many(template=template, notes=told)
    messages.send_rows(template="MANDATE_TOO_LOW", rows=_TOO_LOW, values=values)
    return len(rows)


def _note(row: tuple[Any, ...]) -> Note:
    """What is collected when, and what of that day is not."""
    debit_id, _, fen, next_on, borrower_id, public_id, rest_fen = row
    facts = {"loan": public_id, "amount_fen": fen, "next_on": next_on.isoformat()}
    return Note(
        borrower_id=borrower_id,
        facts=facts | {"rest_fen": rest_fen} if rest_fen > 0 else facts,
        message_key=f"debit:{debit_id}",
    )
