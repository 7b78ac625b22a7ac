"""Keeping what the fold says of the days to come, so that closing need not fold every loan."""

import json
from datetime import date, timedelta

from django.db import connection

from common.transactions import required
from lending.calc.contracts import LoanState
from lending.servicing.course import Course, course_of

_KEEP = """
INSERT INTO lending_loancourse
       (loan_id, since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
VALUES (%(loan)s, %(since)s, %(through)s, %(starts_on)s, %(length_days)s, %(interest_fen)s,
        %(least_fen)s, %(most_fen)s, %(interest_else_fen)s, %(penalty_else_fen)s,
        %(penalty_rate_ppm)s, %(late)s)
ON CONFLICT (loan_id) DO UPDATE
   SET (since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
     = (EXCLUDED.since, EXCLUDED.through, EXCLUDED.starts_on, EXCLUDED.length_days,
        EXCLUDED.interest_fen, EXCLUDED.least_fen, EXCLUDED.most_fen, EXCLUDED.interest_else_fen,
        EXCLUDED.penalty_else_fen, EXCLUDED.penalty_rate_ppm, EXCLUDED.late)
"""
_FORGET = "DELETE FROM lending_loancourse WHERE loan_id = %(loan)s"


def read(*, state: LoanState, next_event_on: date | None) -> Course | None:
    """The course up to the day before the next event that is known already, if there is one."""
    if state.is_settled or not state.instalments:
        return None
    until = date.max if next_event_on is None else next_event_on - timedelta(days=1)
    return course_of(state, until=until)


@required
def keep(*, loan_id: int, course: Course | None) -> None:
    """Write the loan's course anew."""
    with connection.cursor() as cursor:
        if course is None:
            cursor.execute(_FORGET, {"loan": loan_id})
        else:
            cursor.execute(_KEEP, {"loan": loan_id, **_columns(course)})


def _columns(course: Course) -> dict[str, date | int | str]:
    return {
        "since": course.since,
        "through": course.through,
        "starts_on": course.starts_on,
        "length_days": course.length_days,
        "interest_fen": course.interest_fen,
        "least_fen": course.least_fen,
        "most_fen": course.most_fen,
        "interest_else_fen": course.interest_else_fen,
        "penalty_else_fen": course.penalty_else_fen,
        "penalty_rate_ppm": course.penalty_rate_ppm,
        "late": json.dumps(
            [
                [each.number, each.principal_fen, each.fen_days, each.carried_fen]
                for each in course.late
            ]
        ),
    }
