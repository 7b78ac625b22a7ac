"""Staff on a line: freezing and lifting it, closing it, and another limit by four eyes."""

from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_row
from common.texts import gettext_noop
from common.transactions import durable
from lending.lines import actions as lines
from lending.lines.models import CreditLine, LineProposal, LineState, MovementKind
from lending.lines.queries import PROPOSAL


class LineFourEyesNeeded(Refused):
    """A limit by hand is decided by a colleague of the one who asked for it."""

    code = "LINE_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide about this limit.")
    advice = gettext_noop("Ask a colleague who may approve limits.")
    status = 403


class LineProposalDecided(Refused):
    """It was decided the other way, or by somebody else."""

    code = "LINE_PROPOSAL_DECIDED"
    message = gettext_noop("This limit has been decided already.")
    advice = gettext_noop("Look at the line. To change it again, ask anew.")


class LineStepNotPossible(Refused):
    """The line stands somewhere else."""

    code = "LINE_STEP_NOT_POSSIBLE"
    message = gettext_noop("This step is not possible for this line now.")
    advice = gettext_noop("Look at the line to see where it stands.")


STEPS = {
    MovementKind.FROZEN: (LineState.ACTIVE, LineState.FROZEN),
    MovementKind.UNFROZEN: (LineState.FROZEN, LineState.ACTIVE),
    MovementKind.CLOSED: (LineState.FROZEN, LineState.CLOSED),
}


@durable
def freeze(*, line_id: int, reason: str, by: Actor) -> CreditLine:
    """Let nothing more be taken; what was given stays given. Freezing again changes nothing.

    Raises NotFound, LineFourEyesNeeded for anybody but staff, LineStepNotPossible.
    """
    return _turn(line_id, MovementKind.FROZEN, reason, by)


@durable
def unfreeze(*, line_id: int, reason: str, by: Actor) -> CreditLine:
    """Let the line be used again, at the limit it has. Raises what `freeze` raises."""
    return _turn(line_id, MovementKind.UNFROZEN, reason, by)


@durable
def close(*, line_id: int, reason: str, by: Actor) -> CreditLine:
    """End a frozen line for good; loans that run go on. Raises what `freeze` raises."""
    return _turn(line_id, MovementKind.CLOSED, reason, by)


@durable
def propose(
    *, line_id: int, limit_fen: int, reason: str, request_key: str, by: Actor
) -> LineProposal:
    """Ask for another limit, once per key; nothing happens until somebody else approves.

    Raises NotFound, LineFourEyesNeeded for anybody but staff, LineStepNotPossible.
    """
    line = _lock(line_id, by)
    seen = LineProposal.objects.filter(line=line, request_key=request_key).first()
    if seen is not None:
        return seen
    if line.state == LineState.CLOSED or limit_fen < 0:
        raise LineStepNotPossible
    assert by.account_id is not None
    row = LineProposal.objects.create(
        line=line,
        limit_fen=limit_fen,
        reason=reason,
        request_key=request_key,
        author_id=by.account_id,
    )
    _note("proposed", line, by, {"proposal": row.pk, "limit_fen": limit_fen, "reason": reason})
    return row


@durable
def approve(*, proposal_id: int, by: Actor) -> LineProposal:
    """Set the limit that somebody else asked for; the same again is once.

    Raises NotFound, LineFourEyesNeeded, LineProposalDecided, LineStepNotPossible where the line
    has ended meanwhile.
    """
    line, row, is_open = _decidable(proposal_id, by, ProposalState.APPROVED)
    if is_open:
        if line.state == LineState.CLOSED:
            raise LineStepNotPossible
        approvals.decide(row=row, state=ProposalState.APPROVED, by=by)
        lines.change(line=line, limit_fen=row.limit_fen, subject=f"{PROPOSAL}:{row.pk}")
        _note("limit_changed", line, by, {"proposal": row.pk, "limit_fen": row.limit_fen})
    return row


@durable
def turn_down(*, proposal_id: int, by: Actor) -> LineProposal:
    """Leave the limit. Raises NotFound, LineFourEyesNeeded, LineProposalDecided."""
    line, row, is_open = _decidable(proposal_id, by, ProposalState.TURNED_DOWN)
    if is_open:
        approvals.decide(row=row, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", line, by, {"proposal": row.pk})
    return row


def _turn(line_id: int, kind: MovementKind, reason: str, by: Actor) -> CreditLine:
    line = _lock(line_id, by)
    before, after = STEPS[kind]
    if line.state == after:
        return line
    if line.state != before:
        raise LineStepNotPossible
    lines.turn(line=line, kind=kind)
    _note(kind.lower(), line, by, {"reason": reason})
    return line


def _lock(line_id: int, by: Actor) -> CreditLine:
    if by.kind != "STAFF" or by.account_id is None:
        raise LineFourEyesNeeded
    return lock_row(CreditLine, rank=Rank.LINE, pk=line_id)


def _decidable(
    proposal_id: int, by: Actor, wanted: ProposalState
) -> tuple[CreditLine, LineProposal, bool]:
    """The locked line, what was asked, and whether it waits still."""
    asked = LineProposal.objects.filter(pk=proposal_id).first()
    if asked is None:
        raise NotFound
    line = _lock(asked.line_id, by)
    row = approvals.decidable(
        rows=LineProposal.objects.all(),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=LineFourEyesNeeded,
        decided=LineProposalDecided,
    )
    return line, row or asked, row is not None


def _note(what: str, line: CreditLine, by: Actor, facts: dict[str, object]) -> None:
    audit.append(action=f"lending.line.{what}", subject=f"line:{line.pk}", by=by, facts=facts)
