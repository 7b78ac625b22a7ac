"""The day opens: what falls due within the notice days is announced and planned, by ranges."""

from datetime import date, timedelta

from django.db import connection

from borrowers.messages import actions as messages
from borrowers.messages.contracts import Note
from common.transactions import required
from lending.mandates.rhythm import limits

TEMPLATE = "DEBIT_ANNOUNCED"

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
          (SELECT public_id FROM lending_loan AS told WHERE told.id = loan_id)
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
    messages.send_many(
        template=TEMPLATE,
        notes=[
            Note(
                borrower_id=borrower_id,
                facts={"loan": public_id, "amount_fen": fen, "next_on": next_on.isoformat()},
                message_key=f"debit:{debit_id}",
            )
            for debit_id, _, fen, next_on, borrower_id, public_id in rows
        ],
    )
    return len(rows)
