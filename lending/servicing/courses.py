"""Keeping what the fold says of the days to come, so that closing need not fold every loan."""

import json
from collections.abc import Mapping
from datetime import date, timedelta

from common.rows import Statement
from lending.calc.contracts import LoanState
from lending.servicing.course import Course, course_of

_KEEP = """
INSERT INTO lending_loancourse
       (loan_id, since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
SELECT loan_id, since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
       interest_else_fen, penalty_else_fen, penalty_rate_ppm, late
  FROM jsonb_populate_recordset(NULL::lending_loancourse, %s)
ON CONFLICT (loan_id) DO UPDATE
   SET (since, through, starts_on, length_days, interest_fen, least_fen, most_fen,
        interest_else_fen, penalty_else_fen, penalty_rate_ppm, late)
     = (EXCLUDED.since, EXCLUDED.through, EXCLUDED.starts_on, EXCLUDED.length_days,
        EXCLUDED.interest_fen, EXCLUDED.least_fen, EXCLUDED.most_fen, EXCLUDED.interest_else_fen,
        EXCLUDED.penalty_else_fen, EXCLUDED.penalty_rate_ppm, EXCLUDED.late)
"""
_FORGET = "DELETE FROM lending_loancourse WHERE loan_id = ANY(%s)"


def read(*, state: LoanState, next_event_on: date | None) -> Course | None:
    """The course up to the day before the next event that is known already, if there is one."""
    if state.is_settled or not state.instalments:
        return None
    until = date.max if next_event_on is None else next_event_on - timedelta(days=1)
    return course_of(state, until=until)


def kept(found: Mapping[int, Course | None]) -> list[Statement]:
    """The courses of some loans as statements to be sent; one without is folded day by day."""
    ended = [loan_id for loan_id, course in found.items() if course is None]
    known = [_columns(loan_id, course) for loan_id, course in found.items() if course is not None]
    statements = [Statement(_KEEP, [json.dumps(known)])] if known else []
    return [*statements, Statement(_FORGET, [ended])] if ended else statements


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
