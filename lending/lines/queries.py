"""How a line stands, in plain SQL: every offer and every acceptance asks."""

from django.db import connection
from django.db.models import QuerySet

from lending.lines import reasons
from lending.lines.contracts import Lowered, Standing, Taken
from lending.lines.models import CreditLine, LineMovement, LineProposal

# How the step of a limit by hand names what it follows.
PROPOSAL = "proposal"

_STANDING = """
SELECT id, state, limit_fen, lending_line_drawn_fen(borrower_id), reserved_fen, held_fen,
       tier, annual_rate_ppm, floor_rate_ppm, review_on
  FROM lending_creditline WHERE borrower_id = %s
"""
_DRAWN = "SELECT lending_line_drawn_fen(%s)"
_TAKEN = """
SELECT COALESCE(sum(held_change_fen), 0), COALESCE(sum(reserved_change_fen), 0), count(*),
       (SELECT lending_line_drawn_fen(borrower_id) FROM lending_creditline WHERE id = %(line)s)
  FROM lending_linemovement WHERE line_id = %(line)s AND application_id = %(application)s
"""


def standing_of(borrower_id: int) -> Standing | None:
    """A borrower's line; None before anything was decided."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [borrower_id])
        found = cursor.fetchone()
    return None if found is None else Standing(*found)


def taken(line_id: int, application_id: int) -> Taken:
    """What an application holds of the line. For a locked line, what is drawn can only get less."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, {"line": line_id, "application": application_id})
        return Taken(*map(int, cursor.fetchone()))


def drawn_fen(line: CreditLine) -> int:
    """The principal that the borrower's loans owe. For a locked line it can only get less."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, [line.borrower_id])
        return int(cursor.fetchone()[0])


def free_for(line: CreditLine, taken: Taken) -> int:
    """What an application may take of a locked line, what it took already included."""
    others_fen = line.held_fen + line.reserved_fen - taken.held_fen - taken.reserved_fen
    return max(line.limit_fen - taken.drawn_fen - others_fen, 0)


def has_happened(line_id: int, kind: str, subject: str) -> bool:
    """Whether a step is on the line already."""
    rows = LineMovement.objects.filter(line_id=line_id, kind=kind, subject=subject)
    return rows.exists()


def movements(line_id: int) -> QuerySet[LineMovement]:
    """The steps of a line, newest first."""
    return LineMovement.objects.filter(line_id=line_id).order_by("-pk")


def lowered(line_id: int) -> Lowered | None:
    """The last change of the limit where that lowered it; None after it was raised again."""
    rows = LineMovement.objects.filter(line_id=line_id).exclude(limit_change_fen=0)
    last = rows.order_by("-pk").first()
    if last is None or last.limit_change_fen > 0:
        return None
    return Lowered(
        before_fen=last.limit_fen - last.limit_change_fen,
        limit_fen=last.limit_fen,
        reason=_reason_of(last),
    )


def _reason_of(step: LineMovement) -> str:
    """What staff named for a limit by hand; else it was a decision."""
    kind, _, number = step.subject.partition(":")
    if kind != PROPOSAL:
        return reasons.DECISION
    asked = LineProposal.objects.filter(pk=int(number))
    return asked.values_list("reason", flat=True).first() or reasons.DECISION


def of_borrower(borrower_id: int) -> CreditLine | None:
    """The line itself, for staff."""
    return CreditLine.objects.filter(borrower_id=borrower_id).first()
