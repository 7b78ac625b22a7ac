"""Keeping what the fold says of the days to come, so that closing need not fold every loan."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import connection

from common.transactions import required
from lending.calc.contracts import LoanState
from lending.servicing.course import Course, course_of

_KEEP = """
INSERT INTO lending_loancourse
       (loan_id, since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
SELECT loan_id, since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
       interest_else_fen, penalty_else_fen, penalty_rate_ppm, late
  FROM jsonb_populate_recordset(NULL::lending_loancourse, %(courses)s)
ON CONFLICT (loan_id) DO UPDATE
   SET (since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
     = (EXCLUDED.since, EXCLUDED.through, EXCLUDED.starts_on, EXCLUDED.length_days,
        EXCLUDED.interest_fen, EXCLUDED.least_fen, EXCLUDED.most_fen, EXCLUDED.interest_else_fen,
        EXCLUDED.penalty_else_fen, EXCLUDED.penalty_rate_ppm, EXCLUDED.late)
"""
_FORGET = "DELETE FROM lending_loancourse WHERE loan_id = ANY(%(loans)s)"


def read(*, state: LoanState, next_event_on: date | None) -> Course | None:
    """The course up to the day before the next event that is known already, if there is one."""
    if state.is_settled or not state.instalments:
        return None
    until = date.max if next_event_on is None else next_event_on - timedelta(days=1)
    return course_of(state, until=until)


@required
def keep(found: Mapping[int, Course | None]) -> None:
    """Write the courses of some loans anew, by loan; one that has none is folded day by day."""
    kept = [_columns(loan_id, course) for loan_id, course in found.items() if course is not None]
    ended = [loan_id for loan_id, course in found.items() if course is None]
    with connection.cursor() as cursor:
        if kept:
            cursor.execute(_KEEP, {"courses": json.dumps(kept)})
        if ended:
            cursor.execute(_FORGET, {"loans": ended})


def _columns(loan_id: int, course: Course) -> dict[str, object]:
    return {
        "loan_id": loan_id,
        "since": course.since.isoformat(),
        "through": course.through.isoformat(),
        "starts_on": course.starts_on.isoformat(),
        "length_days": course.length_days,
        "interest_fen": course.interest_fen,
        "least_fen": course.least_fen,
        "most_fen": course.most_fen,
        "interest_else_fen": course.interest_else_fen,
        "penalty_else_fen": course.penalty_else_fen,
        "penalty_rate_ppm": course.penalty_rate_ppm,
        "late": [
            [each.number, each.principal_fen, each.fen_days, each.carried_fen]
            for each in course.late
        ],
    }
