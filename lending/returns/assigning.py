"""Returned money that matched no loan: one person names the loan, another approves."""

from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.channels.models import ParkedNotice
from lending.loans.models import Loan
from lending.returns import actions, matching
from lending.returns.models import ReturnProposal


class ReturnFourEyesNeeded(Refused):
    """Money is put on a loan by two people."""

    code = "RETURN_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide this.")
    advice = gettext_noop("Ask a colleague who may assign money that shops returned.")
    status = 403


class ReturnNotAssignable(Refused):
    """No money that waits: it is resolved, or the notice tells of something else."""

    code = "RETURN_NOT_ASSIGNABLE"
    message = gettext_noop("This notice has no returned money that could be put on a loan.")
    advice = gettext_noop("Look at why it waits: it may be resolved, or be about another payment.")


class ReturnLoanDiffers(Refused):
    """The loan is not there, or takes less."""

    code = "RETURN_LOAN_DIFFERS"
    message = gettext_noop("This money cannot be put on that loan.")
    advice = gettext_noop("Enter a running loan of which at least so much has not come back yet.")
    status = 422


class ReturnDecided(Refused):
    """It was decided already."""

    code = "RETURN_DECIDED"
    message = gettext_noop("This assignment has been decided already.")
    advice = gettext_noop("Look at the notice. To assign it elsewhere, ask anew.")


@durable
def propose(*, parked_id: int, loan_public_id: str, by: Actor) -> ReturnProposal:
    """Name the loan; nothing happens until somebody else approves. The same again is once.

    Raises ReturnFourEyesNeeded, NotFound, ReturnNotAssignable, ReturnLoanDiffers, ReturnDecided.
    """
    if by.kind != "STAFF" or by.account_id is None:
        raise ReturnFourEyesNeeded
    parked = _open(parked_id)
    loan = Loan.objects.filter(public_id=loan_public_id).first()
    if loan is None or not _has_room(parked, loan):
        raise ReturnLoanDiffers
    if (waiting := parked.proposals.filter(state=ProposalState.PROPOSED).first()) is not None:
        if waiting.loan_id != loan.pk:
            raise ReturnDecided
        return waiting
    row = ReturnProposal.objects.create(parked=parked, loan=loan, author_id=by.account_id)
    _note("proposed", row, by)
    return row


@durable
def approve(*, proposal_id: int, by: Actor) -> None:
    """Let the bank be asked again and its money be booked there; the same again is once.

    Raises NotFound, ReturnFourEyesNeeded, ReturnDecided, ReturnNotAssignable.
    """
    parked = _locked_of(proposal_id)
    row = _decidable(proposal_id, by, ProposalState.APPROVED)
    if row is None:
        return
    _insist_waits(parked)
    approvals.decide(row=row, state=ProposalState.APPROVED, by=by)
    actions.ask_bank(event_id=parked.event_id, process_key=f"assigned-{row.pk}")
    _note("approved", row, by)


@durable
def turn_down(*, proposal_id: int, by: Actor) -> None:
    """Leave what somebody else named. Raises NotFound, ReturnFourEyesNeeded, ReturnDecided."""
    row = _decidable(proposal_id, by, ProposalState.TURNED_DOWN)
    if row is not None:
        approvals.decide(row=row, state=ProposalState.TURNED_DOWN, by=by)
        _note("turned_down", row, by)


def can_be_assigned(parked: ParkedNotice) -> bool:
    """Whether it is returned money that still waits."""
    return parked.resolved_at is None and matching.is_return(parked.event.out_trade_no)


def _has_room(parked: ParkedNotice, loan: Loan) -> bool:
    left_fen = loan.principal_fen - matching.coming_back_fen(loan)
    return loan.state in matching.RUNNING and parked.event.amount_fen <= left_fen


def _decidable(proposal_id: int, by: Actor, wanted: ProposalState) -> ReturnProposal | None:
    return approvals.decidable(
        rows=ReturnProposal.objects.select_related("loan"),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=ReturnFourEyesNeeded,
        decided=ReturnDecided,
    )


@required
def _open(parked_id: int) -> ParkedNotice:
    parked = _locked(parked_id)
    _insist_waits(parked)
    return parked


@required
def _locked(parked_id: int) -> ParkedNotice:
    """The notice, before any of its proposals: a number of its own table says nothing of theirs."""
    rows = ParkedNotice.objects.select_related("event")
    return lock_one(rows, rank=Rank.TRANSFER, pk=parked_id)


@required
def _locked_of(proposal_id: int) -> ParkedNotice:
    told = ReturnProposal.objects.filter(pk=proposal_id).values_list("parked_id", flat=True)
    if (parked_id := told.first()) is None:
        raise NotFound
    return _locked(parked_id)


def _insist_waits(parked: ParkedNotice) -> None:
    if not can_be_assigned(parked):
        raise ReturnNotAssignable


def _note(what: str, row: ReturnProposal, by: Actor) -> None:
    audit.append(
        action=f"lending.return.{what}",
        subject=f"loan:{row.loan.public_id}",
        by=by,
        facts={"notice": row.parked_id},
    )
