"""Working a break off: somebody takes it and notes what they find, and two people move money."""

from datetime import date, datetime

from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.errors import NotFound
from common.locking import Rank, lock_one
from common.processes import actions as processes
from common.processes import queries as process_queries
from common.transactions import durable
from lending.channels import actions as channels
from lending.channels.models import Transfer, TransferPurpose, TransferState
from lending.loans.models import Loan
from lending.reconciliation import putting_right
from lending.reconciliation.models import (
    BreakAction,
    BreakProposal,
    BreakState,
    StatementBreak,
)
from lending.reconciliation.putting_right import (
    book_sent_back,
    correction_fen,
    fitting,
    insist_fits,
    proposal_of,
    resolve,
    step,
)
from lending.reconciliation.reading import Reading, reading_of
from lending.reconciliation.refusals import (
    BreakActionDoesNotFit,
    BreakFourEyesNeeded,
    BreakLoanDiffers,
    BreakNotOpen,
    BreakProposalDecided,
    BreakProposalWaits,
    BreakReadingUnclear,
)

__all__ = [
    "BreakActionDoesNotFit",
    "BreakFourEyesNeeded",
    "BreakLoanDiffers",
    "BreakNotOpen",
    "BreakProposalDecided",
    "BreakProposalWaits",
    "BreakReadingUnclear",
    "Reading",
    "approve",
    "ask_again",
    "assign",
    "book_sent_back",
    "correction_fen",
    "fitting",
    "note",
    "propose",
    "reading_of",
    "turn_down",
]

LONGEST_NOTE = 500


@durable
def assign(*, break_id: int, assignee_id: int, by: Actor) -> None:
    """Give a break to somebody. Raises NotFound, BreakNotOpen."""
    broken = _locked(break_id)
    _insist_open(broken)
    StatementBreak.objects.filter(pk=broken.pk).update(assignee_id=assignee_id)
    step(broken, "ASSIGNED", by)


@durable
def note(*, break_id: int, text: str, by: Actor) -> None:
    """Keep what somebody found out. Raises NotFound."""
    assert 0 < len(text) <= LONGEST_NOTE
    step(_locked(break_id), "NOTED", by, text)


def ask_again(*, break_id: int, by: Actor) -> None:
    """Let the bank be asked once more about a transfer whose outcome is open here.

    No money moves that was not asked for before. Raises NotFound, BreakNotOpen,
    BreakActionDoesNotFit.
    """
    transfer_id = _noted_to_ask(break_id=break_id, by=by)
    for process_id in process_queries.quarantined(
        kind=channels.PROCESS_KIND, subject_id=transfer_id
    ):
        processes.try_again(process_id=process_id, by=by)


@durable
def _noted_to_ask(*, break_id: int, by: Actor) -> int:
    broken = _locked(break_id)
    _insist_open(broken)
    if broken.transfer is None or broken.transfer.booked_at or broken.here_state == "FAILED":
        raise BreakActionDoesNotFit
    step(broken, "ASKED_AGAIN", by)
    processes.hasten(kind=channels.PROCESS_KIND, subject_id=broken.transfer.pk)
    return broken.transfer.pk


@durable
def propose(
    *,
    break_id: int,
    action: BreakAction,
    loan_public_id: str,
    by: Actor,
    reading: Reading | None = None,
) -> BreakProposal:
    """Say how a break shall be resolved; nothing happens until somebody else approves.

    `reading` is what a line says that cannot be read. Raises NotFound, BreakFourEyesNeeded for
    anybody but staff, BreakNotOpen, BreakProposalWaits, BreakLoanDiffers, BreakActionDoesNotFit,
    BreakReadingUnclear.
    """
    if by.kind != "STAFF" or by.account_id is None:
        raise BreakFourEyesNeeded
    broken = _locked(break_id)
    _insist_open(broken)
    if broken.proposals.filter(state=ProposalState.PROPOSED).exists() or _is_sending(broken):
        raise BreakProposalWaits
    loan = _loan_named(broken, loan_public_id)
    insist_fits(broken, action, loan)
    if (action == BreakAction.READ_AS) != bool(reading):
        raise BreakReadingUnclear
    proposal = BreakProposal.objects.create(
        broken=broken,
        action=action,
        loan_id=None if loan is None else loan.pk,
        amount_fen=_amount_fen(broken, action, reading or {}),
        reading=reading or {},
        author_id=by.account_id,
    )
    step(broken, "PROPOSED", by)
    return proposal


@durable
def approve(*, proposal_id: int, on: date, at: datetime, by: Actor) -> BreakProposal:
    """Do what somebody else proposed, if it still fits; the same again is once.

    Raises NotFound, BreakFourEyesNeeded, BreakProposalDecided, BreakNotOpen, BreakLoanDiffers,
    BreakActionDoesNotFit.
    """
    proposal = proposal_of(proposal_id)
    broken, loan = proposal.broken, None
    if proposal.loan_id is not None:
        loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=proposal.loan_id)
    if proposal.state == ProposalState.PROPOSED and proposal.author_id != by.account_id:
        _insist_open(broken)
        insist_fits(broken, BreakAction(proposal.action), loan)
        putting_right.DO[proposal.action](proposal, loan, on, at)
    if (row := _decidable(proposal_id, ProposalState.APPROVED, by)) is None:
        return proposal
    approvals.decide(row=row, state=ProposalState.APPROVED, by=by)
    step(broken, "APPROVED", by)
    if proposal.action != BreakAction.SEND_BACK:
        resolve(broken, proposal.action, by)
    return proposal


@durable
def turn_down(*, proposal_id: int, by: Actor) -> BreakProposal:
    """Leave what somebody else proposed.

    Raises NotFound, BreakFourEyesNeeded, BreakProposalDecided.
    """
    proposal = proposal_of(proposal_id)
    if (row := _decidable(proposal_id, ProposalState.TURNED_DOWN, by)) is not None:
        approvals.decide(row=row, state=ProposalState.TURNED_DOWN, by=by)
        step(proposal.broken, "TURNED_DOWN", by)
    return proposal


def _amount_fen(broken: StatementBreak, action: BreakAction, reading: Reading) -> int:
    if action == BreakAction.NOTHING_MOVED:
        return 0
    if action == BreakAction.READ_AS:
        return abs(int(reading["effect_fen"]))
    return abs(correction_fen(broken)) or abs(broken.there_fen)


def _locked(break_id: int) -> StatementBreak:
    if not StatementBreak.objects.filter(pk=break_id).exists():
        raise NotFound
    return lock_one(StatementBreak.objects.all(), rank=Rank.APPROVAL, pk=break_id)


def _insist_open(broken: StatementBreak) -> None:
    if broken.state != BreakState.OPEN:
        raise BreakNotOpen


def _is_sending(broken: StatementBreak) -> bool:
    keys = [f"break-{number}" for number in broken.proposals.values_list("pk", flat=True)]
    on_its_way = Transfer.objects.filter(purpose=TransferPurpose.SEND_BACK, request_key__in=keys)
    return on_its_way.exclude(state=TransferState.FAILED).exists()


def _loan_named(broken: StatementBreak, loan_public_id: str) -> Loan | None:
    if loan_public_id:
        return Loan.objects.filter(public_id=loan_public_id).first()
    return None if broken.loan_id is None else Loan.objects.get(pk=broken.loan_id)


def _decidable(proposal_id: int, wanted: ProposalState, by: Actor) -> BreakProposal | None:
    return approvals.decidable(
        rows=BreakProposal.objects.all(),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=BreakFourEyesNeeded,
        decided=BreakProposalDecided,
    )
