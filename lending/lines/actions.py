"""What takes of a line and gives back to it, under the one lock of the line.

Every verb joins its caller's transaction: first the line is locked, then the application or the
loan. What the code refuses in words, PostgreSQL refuses once more (migration `line_guards`).
"""

from django.db import connection

from borrowers.messages import actions as messages
from common import rows
from common.errors import NotFound, Refused
from common.locking import Rank, lock_row
from common.money import yuan
from common.texts import gettext_noop
from common.transactions import required
from lending.lines import queries
from lending.lines.contracts import Decided, Taken
from lending.lines.models import CreditLine, LineMovement, LineState, MovementKind

_FIND = "SELECT id FROM lending_creditline WHERE borrower_id = %s"
_OF_APPLICATION = """
SELECT lending_creditline.id, application.borrower_id
  FROM lending_loanapplication AS application
  LEFT JOIN lending_creditline ON lending_creditline.borrower_id = application.borrower_id
 WHERE application.id = %s
"""
_OPEN = """
INSERT INTO lending_creditline (borrower_id) VALUES (%s)
    ON CONFLICT (borrower_id) DO NOTHING RETURNING id
"""


class LineNotInUse(Refused):
    """The line was frozen or closed."""

    code = "LINE_NOT_IN_USE"
    message = gettext_noop("Your credit line is not in use at present.")
    advice = gettext_noop("Loans that run go on as agreed. Write to us if you want to know why.")


class LineTooSmall(Refused):
    """What is free does not suffice."""

    code = "LINE_TOO_SMALL"
    message = gettext_noop("Only ¥%(free)s of your limit is free.")
    advice = gettext_noop("Choose a smaller amount. What you pay back becomes free again.")


@required
def lock_of(*, borrower_id: int) -> CreditLine:
    """Lock a borrower's line for the rest of the transaction; one that is not there opens empty."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [borrower_id])
        found = cursor.fetchone()
    return _locked(found[0] if found else None, borrower_id)


@required
def lock_of_application(*, application_id: int) -> CreditLine:
    """The same for the borrower of an application. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_APPLICATION, [application_id])
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return _locked(*found)


def _locked(line_id: int | None, borrower_id: int) -> CreditLine:
    return lock_row(CreditLine, rank=Rank.LINE, pk=line_id or _opened(borrower_id))


def _opened(borrower_id: int) -> int:
    """Two that open the line at once open one."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [borrower_id])
        if (found := cursor.fetchone()) is None:
            cursor.execute(_FIND, [borrower_id])
            found = cursor.fetchone()
    assert found is not None
    return int(found[0])


@required
def decide(*, line: CreditLine, said: Decided, subject: str) -> None:
    """Set, raise or lower the limit by a decision, once for each; loans that run stay lawful."""
    _set_limit(line, MovementKind.DECIDED, said.limit_fen, subject)
    floor_rate_ppm = min(said.floor_rate_ppm, said.annual_rate_ppm)
    stood = (line.tier, line.annual_rate_ppm, line.floor_rate_ppm, line.review_on)
    if stood != (said.tier, said.annual_rate_ppm, floor_rate_ppm, said.review_on):
        rows.change(
            line,
            tier=said.tier,
            annual_rate_ppm=said.annual_rate_ppm,
            floor_rate_ppm=floor_rate_ppm,
            review_on=said.review_on,
        )


@required
def change(*, line: CreditLine, limit_fen: int, subject: str) -> None:
    """Another limit by hand, whether higher or lower than what is taken."""
    _set_limit(line, MovementKind.CHANGED, limit_fen, subject)


@required
def turn(*, line: CreditLine, kind: MovementKind) -> None:
    """Freeze the line, or let it be used again."""
    steps = queries.movements(line.pk).filter(kind=kind).count()
    _move(line, kind, f"turn:{steps}")
    line.refresh_from_db(fields=["state"])


@required
def hold(*, line: CreditLine, application_id: int, amount_fen: int) -> None:
    """Hold an amount for an offer, in place of what the application took before.

    Raises LineNotInUse, LineTooSmall.
    """
    taken = queries.taken(line.pk, application_id)
    if (taken.held_fen, taken.reserved_fen) == (amount_fen, 0):
        return
    _insist_on_room(line, amount_fen, taken)
    _move(
        line,
        MovementKind.HELD,
        f"application:{application_id}:{taken.steps}",
        application_id=application_id,
        held_change_fen=amount_fen - taken.held_fen,
        reserved_change_fen=-taken.reserved_fen,
    )


@required
def reserve(*, line: CreditLine, application_id: int, amount_fen: int) -> None:
    """Turn what was held into a reservation; reserving as much again changes nothing.

    Raises LineNotInUse, LineTooSmall.
    """
    taken = queries.taken(line.pk, application_id)
    if taken.reserved_fen == amount_fen:
        return
    _insist_on_room(line, amount_fen, taken)
    _move(
        line,
        MovementKind.RESERVED,
        f"application:{application_id}:{taken.steps}",
        application_id=application_id,
        held_change_fen=-taken.held_fen,
        reserved_change_fen=amount_fen - taken.reserved_fen,
    )


@required
def draw(*, line: CreditLine, application_id: int, subject: str) -> None:
    """The loan was paid out: from now on it is counted by what it owes, no more as reserved."""
    _give_up(line, MovementKind.DRAWN, application_id, subject)


@required
def release(*, line: CreditLine, application_id: int, subject: str = "") -> None:
    """Give back what an application took; nothing where it took nothing, or the subject gave it."""
    taken = queries.taken(line.pk, application_id)
    if not (taken.held_fen or taken.reserved_fen):
        return
    if subject and queries.has_happened(line.pk, MovementKind.RELEASED, subject):
        return
    own_subject = f"application:{application_id}:{taken.steps}"
    _give_up(line, MovementKind.RELEASED, application_id, subject or own_subject)


@required
def insist_on_use(*, line: CreditLine) -> None:
    """Before a signature binds both sides. Raises LineNotInUse."""
    if line.state != LineState.ACTIVE:
        raise LineNotInUse


def _insist_on_room(line: CreditLine, amount_fen: int, taken: Taken) -> None:
    """What the application holds itself is room for it, too."""
    insist_on_use(line=line)
    free_fen = queries.free_for(line, taken)
    if amount_fen > free_fen:
        raise LineTooSmall(free=yuan(free_fen))


def _set_limit(line: CreditLine, kind: MovementKind, limit_fen: int, subject: str) -> None:
    """Who has less than before is told, with where to read why."""
    before_fen = line.limit_fen
    _move(line, kind, subject, limit_change_fen=limit_fen - before_fen)
    if limit_fen < before_fen:
        messages.send(
            borrower_id=line.borrower_id,
            template="LINE_LOWERED",
            facts={"before_fen": before_fen, "limit_fen": limit_fen},
            message_key=f"line:{line.pk}:{subject}",
        )


def _give_up(line: CreditLine, kind: MovementKind, application_id: int, subject: str) -> None:
    taken = queries.taken(line.pk, application_id)
    _move(
        line,
        kind,
        subject,
        application_id=application_id,
        held_change_fen=-taken.held_fen,
        reserved_change_fen=-taken.reserved_fen,
    )


def _move(line: CreditLine, kind: MovementKind, subject: str, **changes: int) -> None:
    """Write the step; PostgreSQL adds it to the line, and here it is added to the locked row."""
    rows.insert(LineMovement, {"line_id": line.pk, "kind": kind, "subject": subject, **changes})
    line.limit_fen += changes.get("limit_change_fen", 0)
    line.held_fen += changes.get("held_change_fen", 0)
    line.reserved_fen += changes.get("reserved_change_fen", 0)
