"""What falls due within three days is said on the day that opens, once for each instalment."""

from datetime import timedelta

from borrowers.messages import actions as messages
from common.transactions import required
from lending.closing.models import ClosingRange

DUE_SOON_DAYS = 3
TEMPLATE = "INSTALMENT_DUE_SOON"

# The first instalment ahead that is not fully paid, and for which no debit has been announced. A
# payment may have carried the loan past one closing; the next one then still says it.
_AHEAD = """
SELECT borrower_id,
       jsonb_build_object('loan', public_id, 'amount_fen', amount_fen, 'due_on', due_on::text),
       'due-soon:' || loan_id || ':' || number
  FROM (SELECT DISTINCT ON (instalment.loan_id)
               loan.borrower_id, loan.public_id, instalment.loan_id, instalment.number,
               instalment.due_on,
               instalment.principal_fen - instalment.principal_paid_fen
               + instalment.interest_due_fen - instalment.interest_paid_fen
               + instalment.penalty_fen - instalment.penalty_paid_fen AS amount_fen
          FROM lending_instalment AS instalment
          JOIN lending_loan AS loan ON loan.id = instalment.loan_id
         WHERE instalment.paid_on IS NULL AND instalment.due_on = ANY(%(days)s)
           AND instalment.loan_id BETWEEN %(first_loan)s AND %(last_loan)s
           AND loan.id BETWEEN %(first_loan)s AND %(last_loan)s AND loan.state = 'ACTIVE'
           AND loan.carried_through >= %(day)s
           AND NOT EXISTS (SELECT 1 FROM lending_directdebit AS debit
                            WHERE debit.loan_id = instalment.loan_id
                              AND debit.due_on = instalment.due_on
                              AND debit.state IN ('WAITING', 'ASKED'))
         ORDER BY instalment.loan_id, instalment.number) AS ahead
"""


@required
def send(claimed: ClosingRange) -> None:
    """Write to the borrowers of a range; what was said before is not said again."""
    opening = claimed.day + timedelta(days=1)
    messages.send_rows(
        template=TEMPLATE,
        rows=_AHEAD,
        values={
            "day": claimed.day,
            # Named one by one, so that each is one step into the index for just these loans.
            "days": [opening + timedelta(days=ahead) for ahead in range(DUE_SOON_DAYS + 1)],
            "first_loan": claimed.first_loan_id,
            "last_loan": claimed.last_loan_id,
        },
    )
