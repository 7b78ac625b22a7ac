"""Working a break off: somebody takes it and notes what they find, and two people move money."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models.functions import Now

from common.actors import SYSTEM, Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.processes import actions as processes
from common.processes import queries as process_queries
from common.processes.contracts import Claim
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.channels import actions as channels
from lending.channels.contracts import TransferAnswer
from lending.channels.models import Transfer, TransferPurpose, TransferState
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger import queries as books
from lending.ledger.contracts import both
from lending.loans.models import Loan
from lending.reconciliation.models import (
    BreakAction,
    BreakKind,
    BreakProposal,
    BreakState,
    BreakStep,
    StatementBreak,
)
from lending.repayments import actions as repayments

LONGEST_NOTE = 500
ENTRY_KIND = "RECONCILIATION"


class BreakNotOpen(Refused):
    """It is resolved, or only watched so far."""

    code = "BREAK_NOT_OPEN"
    message = gettext_noop("This break is not open.")
    advice = gettext_noop("Look at its steps: it may have come right by itself.")


class BreakActionDoesNotFit(Refused):
    """The action would not make books and statement agree."""

    code = "BREAK_ACTION_DOES_NOT_FIT"
    message = gettext_noop("This does not resolve this kind of break.")
    advice = gettext_noop("Choose another way, or ask the bank again while the outcome is open.")
    status = 422


class BreakLoanDiffers(Refused):
    """The loan is not there, takes no money, or is not paid from the account of the line."""

    code = "BREAK_LOAN_DIFFERS"
    message = gettext_noop("This money does not come from that loan's account.")
    advice = gettext_noop("Enter the public number of a loan that is paid from the line's account.")
    status = 422


class BreakProposalWaits(Refused):
    """One wish at a time."""

    code = "BREAK_PROPOSAL_WAITS"
    message = gettext_noop("A resolution of this break waits for a decision already.")
    advice = gettext_noop("Decide that one first.")


class BreakFourEyesNeeded(Refused):
    """Money and books are moved by two people."""

    code = "BREAK_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide this.")
    advice = gettext_noop("Ask a colleague who may approve the resolution of breaks.")
    status = 403


class BreakProposalDecided(Refused):
    """It was decided the other way, or by somebody else."""

    code = "BREAK_PROPOSAL_DECIDED"
    message = gettext_noop("This resolution has been decided already.")
    advice = gettext_noop("Look at the break. To resolve it another way, ask anew.")


@durable
def assign(*, break_id: int, assignee_id: int, by: Actor) -> None:
    """Give a break to somebody. Raises NotFound, BreakNotOpen."""
    broken = _locked(break_id)
    _insist_open(broken)
    StatementBreak.objects.filter(pk=broken.pk).update(assignee_id=assignee_id)
    _step(broken, "ASSIGNED", by)


@durable
def note(*, break_id: int, text: str, by: Actor) -> None:
    """Keep what somebody found out. Raises NotFound."""
    assert 0 < len(text) <= LONGEST_NOTE
    _step(_locked(break_id), "NOTED", by, text)


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
    _step(broken, "ASKED_AGAIN", by)
    processes.hasten(kind=channels.PROCESS_KIND, subject_id=broken.transfer.pk)
    return broken.transfer.pk


@durable
def propose(*, break_id: int, action: BreakAction, loan_public_id: str, by: Actor) -> BreakProposal:
    """Say how a break shall be resolved; nothing happens until somebody else approves.

    Raises NotFound, BreakFourEyesNeeded for anybody but staff, BreakNotOpen, BreakProposalWaits,
    BreakLoanDiffers, BreakActionDoesNotFit.
    """
    if by.kind != "STAFF" or by.account_id is None:
        raise BreakFourEyesNeeded
    broken = _locked(break_id)
    _insist_open(broken)
    if broken.proposals.filter(state=ProposalState.PROPOSED).exists() or _is_sending(broken):
        raise BreakProposalWaits
    loan = _loan_named(broken, loan_public_id)
    _insist_fits(broken, action, loan)
    proposal = BreakProposal.objects.create(
        broken=broken,
        action=action,
        loan_id=None if loan is None else loan.pk,
        amount_fen=abs(correction_fen(broken)),
        author_id=by.account_id,
    )
    _step(broken, "PROPOSED", by)
    return proposal


@durable
def approve(*, proposal_id: int, on: date, at: datetime, by: Actor) -> BreakProposal:
    """Do what somebody else proposed, if it still fits; the same again is once.

    Raises NotFound, BreakFourEyesNeeded, BreakProposalDecided, BreakNotOpen, BreakLoanDiffers,
    BreakActionDoesNotFit.
    """
    proposal = _proposal(proposal_id)
    broken, loan = proposal.broken, None
    if proposal.loan_id is not None:
        loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=proposal.loan_id)
    if proposal.state == ProposalState.PROPOSED and proposal.author_id != by.account_id:
        _insist_open(broken)
        _insist_fits(broken, BreakAction(proposal.action), loan)
        DO[proposal.action](proposal, loan, on, at)
    if (row := _decidable(proposal_id, ProposalState.APPROVED, by)) is None:
        return proposal
    approvals.decide(row=row, state=ProposalState.APPROVED, by=by)
    _step(broken, "APPROVED", by)
    if proposal.action != BreakAction.SEND_BACK:
        _resolve(broken, proposal.action, by)
    return proposal


@durable
def turn_down(*, proposal_id: int, by: Actor) -> BreakProposal:
    """Leave what somebody else proposed.

    Raises NotFound, BreakFourEyesNeeded, BreakProposalDecided.
    """
    proposal = _proposal(proposal_id)
    if (row := _decidable(proposal_id, ProposalState.TURNED_DOWN, by)) is not None:
        approvals.decide(row=row, state=ProposalState.TURNED_DOWN, by=by)
        _step(proposal.broken, "TURNED_DOWN", by)
    return proposal


@durable
def book_sent_back(
    *, transfer_id: int, answer: TransferAnswer, on: date, claim: Claim | None
) -> None:
    """Write the bank's word on money that goes back: once gone, the break is resolved."""
    transfer = channels.settle(transfer_id=transfer_id, answer=answer)
    proposal = _proposal(int(transfer.request_key.removeprefix("break-")))
    broken = proposal.broken
    if transfer.state == TransferState.FAILED:
        if not broken.steps.filter(step=f"FAILED_{transfer.pk}"[:20]).exists():
            _step(broken, f"FAILED_{transfer.pk}"[:20], SYSTEM)
    elif transfer.booked_at is None:
        _post(proposal, transfer.amount_fen, on)
        ledger.post(
            entry_key=f"transfer:{transfer.pk}",
            business_date=on,
            kind=ENTRY_KIND,
            lines=both(
                debit=chart.BANK_DIFFERENCES,
                credit=chart.BANK,
                amount_fen=transfer.amount_fen,
                loan_id=None,
            ),
        )
        channels.mark_booked(transfer=transfer)
        _resolve(broken, BreakAction.SEND_BACK, SYSTEM)
    if claim is not None:
        processes.finish(claim=claim)


def correction_fen(broken: StatementBreak) -> int:
    """What the books' bank account lacks to say what the statement says."""
    booked_fen = books.written_fen(account_code=chart.BANK, key_prefix=f"break:{broken.pk}:")
    if broken.kind in {BreakKind.AMOUNT_DIFFERS, BreakKind.MISSING_THERE}:
        assert broken.transfer is not None
        booked_fen += broken.here_fen if broken.transfer.booked_at else 0
    return broken.there_fen - booked_fen


def fitting(broken: StatementBreak) -> list[BreakAction]:
    """What may be proposed for a break."""
    return [action for action in BreakAction if _fits(broken, action)]


def _fits(broken: StatementBreak, action: BreakAction) -> bool:
    is_final_here = broken.kind != BreakKind.STATE_DIFFERS or broken.here_state == "FAILED"
    is_only_there = broken.kind in {BreakKind.MISSING_HERE, BreakKind.DUPLICATE} or (
        broken.kind == BreakKind.STATE_DIFFERS and is_final_here
    )
    match action:
        case BreakAction.POST_REPAYMENT:
            return broken.kind == BreakKind.MISSING_HERE and broken.there_fen > 0
        case BreakAction.SEND_BACK:
            return is_only_there and broken.there_fen > 0
        case BreakAction.TO_SUSPENSE:
            return is_final_here and correction_fen(broken) != 0


def _insist_fits(broken: StatementBreak, action: BreakAction, loan: Loan | None) -> None:
    if not _fits(broken, action):
        raise BreakActionDoesNotFit
    if action == BreakAction.TO_SUSPENSE:
        return
    assert broken.line is not None
    if loan is None or loan.payer_account != broken.line.account:
        raise BreakLoanDiffers
    if action == BreakAction.POST_REPAYMENT and loan.state not in repayments.OPEN:
        raise BreakLoanDiffers


def _to_suspense(proposal: BreakProposal, _loan: Loan | None, on: date, _at: datetime) -> None:
    broken = proposal.broken
    if broken.kind == BreakKind.AMOUNT_DIFFERS and broken.transfer is not None:
        channels.give_up(transfer_id=broken.transfer.pk, code="AMOUNT_DIFFERS")
        # So that it shows as it was resolved, and is not opened again for our own change.
        broken.transfer.refresh_from_db()
        StatementBreak.objects.filter(pk=broken.pk).update(here_state=broken.transfer.state)
    _post(proposal, correction_fen(broken), on)


def _send_back(proposal: BreakProposal, loan: Loan | None, on: date, _at: datetime) -> None:
    line = proposal.broken.line
    assert loan is not None
    assert line is not None
    channels.intend(
        purpose=TransferPurpose.SEND_BACK,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=line.account,
        amount_fen=line.effect_fen,
        request_key=f"break-{proposal.pk}",
        on=on,
    )


def _post_repayment(proposal: BreakProposal, loan: Loan | None, on: date, at: datetime) -> None:
    """The bank's line becomes a transfer of ours, so that the next statement matches it."""
    line = proposal.broken.line
    assert loan is not None
    assert loan.disbursed_on is not None
    assert line is not None
    transfer = Transfer.objects.create(
        out_trade_no=line.out_trade_no,
        purpose=TransferPurpose.REPAYMENT,
        loan_id=loan.pk,
        request_key=f"break-{proposal.pk}",
        account=line.account,
        amount_fen=line.effect_fen,
        channel=line.bank,
        state=TransferState.SENT,
        intended_on=max(proposal.broken.first_day, loan.disbursed_on),
    )
    answer = TransferAnswer(
        out_trade_no=line.out_trade_no,
        outcome="SUCCEEDED",
        bank_reference=line.bank_reference,
        amount_fen=line.effect_fen,
    )
    repayments.write(loan=loan, transfer_id=transfer.pk, answer=answer, on=on, at=at)


DO: Mapping[str, Callable[[BreakProposal, Loan | None, date, datetime], None]] = {
    BreakAction.POST_REPAYMENT: _post_repayment,
    BreakAction.SEND_BACK: _send_back,
    BreakAction.TO_SUSPENSE: _to_suspense,
}


@required
def _post(proposal: BreakProposal, amount_fen: int, on: date) -> None:
    """The books' bank account says what the bank says; the difference stands by itself."""
    ledger.post(
        entry_key=f"break:{proposal.broken_id}:{proposal.pk}",
        business_date=on,
        kind=ENTRY_KIND,
        lines=both(
            debit=chart.BANK,
            credit=chart.BANK_DIFFERENCES,
            amount_fen=amount_fen,
            loan_id=None,
        ),
    )


def _resolve(broken: StatementBreak, resolution: str, by: Actor) -> None:
    StatementBreak.objects.filter(pk=broken.pk).update(
        state=BreakState.RESOLVED, resolution=resolution, resolved_at=Now()
    )
    _step(broken, "RESOLVED", by)


def _step(broken: StatementBreak, step: str, by: Actor, text: str = "") -> None:
    BreakStep.objects.create(
        broken=broken,
        step=step,
        by_id=by.account_id if by.kind == "STAFF" else None,
        note=text or None,
    )
    audit.append(
        action="lending.break.changed",
        subject=f"break:{broken.pk}",
        by=by,
        facts={"step": step, "kind": broken.kind},
    )


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


def _proposal(proposal_id: int) -> BreakProposal:
    rows = BreakProposal.objects.select_related("broken__line", "broken__transfer")
    found = rows.filter(pk=proposal_id).first()
    if found is None:
        raise NotFound
    return found


def _decidable(proposal_id: int, wanted: ProposalState, by: Actor) -> BreakProposal | None:
    return approvals.decidable(
        rows=BreakProposal.objects.all(),
        proposal_id=proposal_id,
        by=by,
        wanted=wanted,
        four_eyes_needed=BreakFourEyesNeeded,
        decided=BreakProposalDecided,
    )
