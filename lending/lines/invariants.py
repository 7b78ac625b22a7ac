"""Checks over every line: totals are what the steps say, and each application holds what it may."""

from collections.abc import Iterator

from django.db import connection

_TOTALS = """
SELECT line.id, line.limit_fen, line.held_fen, line.reserved_fen,
       COALESCE(sum(step.limit_change_fen), 0), COALESCE(sum(step.held_change_fen), 0),
       COALESCE(sum(step.reserved_change_fen), 0)
  FROM lending_creditline AS line
  LEFT JOIN lending_linemovement AS step ON step.line_id = line.id
 GROUP BY line.id
HAVING (line.limit_fen, line.held_fen, line.reserved_fen) IS DISTINCT FROM
       (COALESCE(sum(step.limit_change_fen), 0)::bigint,
        COALESCE(sum(step.held_change_fen), 0)::bigint,
        COALESCE(sum(step.reserved_change_fen), 0)::bigint)
 ORDER BY line.id
"""
# Who may hold: an offer that stands. Who may reserve: an accepted one, or a loan to be paid out.
_TAKEN = """
SELECT application.public_id, application.state, loan.state,
       sum(step.held_change_fen), sum(step.reserved_change_fen)
  FROM lending_linemovement AS step
  JOIN lending_loanapplication AS application ON application.id = step.application_id
  LEFT JOIN lending_loancontract AS contract ON contract.application_id = application.id
  LEFT JOIN lending_loan AS loan ON loan.contract_id = contract.id
 GROUP BY application.id, application.public_id, application.state, loan.state
HAVING (sum(step.held_change_fen) > 0 AND application.state NOT IN ('OFFERED', 'REFERRED'))
    OR (sum(step.reserved_change_fen) > 0 AND application.state <> 'ACCEPTED'
        AND COALESCE(loan.state, '') <> 'PENDING_DISBURSEMENT')
    OR (application.state = 'ACCEPTED' AND sum(step.reserved_change_fen) = 0)
 ORDER BY application.id
"""


def breaches() -> Iterator[str]:
    """One sentence for every line or application that does not agree with its steps."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS)
        for line_id, *figures in cursor.fetchall():
            said, stepped = tuple(figures[:3]), tuple(map(int, figures[3:]))
            yield f"line {line_id}: its totals say {said}, its steps say {stepped}"
        cursor.execute(_TAKEN)
        for public_id, state, loan, held_fen, reserved_fen in cursor.fetchall():
            where = state if loan is None else f"{state} and its loan {loan}"
            yield (
                f"application {public_id} is {where}, and holds {int(held_fen)} and reserves "
                f"{int(reserved_fen)} of its line"
            )
