"""What each way of resolving a break does to money and books, once two people have agreed."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models.functions import Now

from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.transactions import durable, required
from lending.calc.contracts import TransactionKind
from lending.channels import actions as channels
from lending.channels.contracts import TransferAnswer
from lending.channels.models import ChannelCode, Transfer, TransferPurpose, TransferState
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger import queries as books
from lending.ledger.contracts import both
from lending.loans import queries as loans
from lending.loans.models import Loan
from lending.reconciliation import reading
from lending.reconciliation.models import (
    BreakAction,
    BreakKind,
    BreakProposal,
    BreakState,
    BreakStep,
    StatementBreak,
)
from lending.reconciliation.refusals import BreakActionDoesNotFit, BreakLoanDiffers
from lending.repayments import actions as repayments
from lending.repayments import held
from lending.repayments.after import tell

ENTRY_KIND = "RECONCILIATION"
TAKEN_BACK = "CB-"
STRANGER = "stranger"
# As long as a transfer's account may be: a longer name is nobody whom we can pay.
LONGEST_ACCOUNT = 64
# Where the bank moved what it says, and our own account there says so already.
BOOKED_HERE = {BreakKind.AMOUNT_DIFFERS, BreakKind.MISSING_THERE}


def correction_fen(broken: StatementBreak) -> int:
    """What the books' bank account lacks to say what the statement says.

    What was booked here may have been written off as missing there, and be told after all: then
    both count.
    """
    if broken.kind in {BreakKind.SET_ASIDE, BreakKind.UNREADABLE}:
        return 0
    written = [broken.pk]
    if broken.kind in BOOKED_HERE:
        same = StatementBreak.objects.filter(bank=broken.bank, subject=broken.subject)
        written = list(same.filter(kind__in=BOOKED_HERE).values_list("pk", flat=True))
    booked_fen = sum(
        books.written_fen(account_code=chart.BANK, key_prefix=f"break:{number}:")
        for number in written
    )
    if broken.kind in BOOKED_HERE:
        assert broken.transfer is not None
        booked_fen += broken.here_fen if broken.transfer.booked_at else 0
    if broken.kind == BreakKind.RETOLD:
        booked_fen += broken.here_fen
    return broken.there_fen - booked_fen


def fitting(broken: StatementBreak) -> list[BreakAction]:
    """What may be proposed for a break."""
    return [action for action in BreakAction if _fits(broken, action)]


def _fits(broken: StatementBreak, action: BreakAction) -> bool:
    is_final_here = broken.kind != BreakKind.STATE_DIFFERS or broken.here_state == "FAILED"
    is_loose = broken.kind in {
        BreakKind.MISSING_HERE,
        BreakKind.DUPLICATE,
        BreakKind.SET_ASIDE,
    } or (broken.kind == BreakKind.STATE_DIFFERS and is_final_here)
    match action:
        case BreakAction.POST_REPAYMENT:
            is_of_no_loan = broken.kind in {BreakKind.MISSING_HERE, BreakKind.SET_ASIDE}
            return is_of_no_loan and broken.there_fen > 0
        case BreakAction.SEND_BACK:
            return is_loose and broken.there_fen > 0 and _can_be_paid(broken)
        case BreakAction.TO_SUSPENSE:
            return is_final_here and correction_fen(broken) != 0
        case BreakAction.READ_AS:
            return reading.is_a_line(broken)
        case BreakAction.NOTHING_MOVED:
            return broken.kind in reading.OF_THE_STATEMENT and broken.here_fen == broken.there_fen


def insist_fits(broken: StatementBreak, action: BreakAction, loan: Loan | None) -> None:
    """Raises BreakActionDoesNotFit, BreakLoanDiffers."""
    if not _fits(broken, action):
        raise BreakActionDoesNotFit
    if action != BreakAction.POST_REPAYMENT:
        return
    if loan is None or loan.payer_account != account_of(broken):
        raise BreakLoanDiffers
    if loan.state not in repayments.OPEN:
        raise BreakLoanDiffers


def account_of(broken: StatementBreak) -> str:
    """Where its money came from, as the statement says, or else as we asked for it."""
    if broken.line is not None and broken.line.account:
        return broken.line.account
    if broken.transfer is not None:
        return broken.transfer.account
    if broken.loan_id is None:
        return ""
    # A payment that was booked out of money that was here already has its loan only.
    return Loan.objects.get(pk=broken.loan_id).payer_account


def _can_be_paid(broken: StatementBreak) -> bool:
    """Whether money can go back to where it came from: a gateway gives back by the order."""
    account = account_of(broken)
    is_far = broken.bank != ChannelCode.SANDBOX
    return is_far or 0 < len(account) <= LONGEST_ACCOUNT


def _held_on(broken: StatementBreak) -> str:
    """The account on which its money stands meanwhile.

    What was reversed here is set aside already, also where the bank then takes it back.
    """
    if broken.kind == BreakKind.SET_ASIDE:
        return chart.SET_ASIDE
    number = broken.subject.removeprefix(TAKEN_BACK)
    paid = Transfer.objects.filter(out_trade_no=number, channel=broken.bank).first()
    if broken.kind != BreakKind.MISSING_HERE or number == broken.subject or paid is None:
        return chart.BANK_DIFFERENCES
    is_ours = paid.amount_fen == -broken.there_fen and loans.is_undone(
        transfer_id=paid.pk, kind=TransactionKind.REVERSAL
    )
    is_there = is_ours and not _is_spent(number, bank=broken.bank)
    return chart.SET_ASIDE if is_there else chart.BANK_DIFFERENCES


def _is_spent(number: str, *, bank: str) -> bool:
    """Whether what was set aside under a number went on: to a loan, or back to its payer."""
    rows = StatementBreak.objects.filter(bank=bank, subject=number, kind=BreakKind.SET_ASIDE)
    gone = {BreakAction.POST_REPAYMENT, BreakAction.SEND_BACK}
    return rows.filter(state=BreakState.RESOLVED, resolution__in=gone).exists()


def _to_suspense(proposal: BreakProposal, _loan: Loan | None, on: date, _at: datetime) -> None:
    broken = proposal.broken
    if broken.kind == BreakKind.AMOUNT_DIFFERS and broken.transfer is not None:
        channels.give_up(transfer_id=broken.transfer.pk, code="AMOUNT_DIFFERS")
        # So that it shows as it was resolved, and is not opened again for our own change.
        broken.transfer.refresh_from_db()
        StatementBreak.objects.filter(pk=broken.pk).update(here_state=broken.transfer.state)
    _post(proposal, correction_fen(broken), on)


def _send_back(proposal: BreakProposal, loan: Loan | None, on: date, _at: datetime) -> None:
    """To the account that it came from and to no other, whether or not we know whose that is."""
    broken = proposal.broken
    channels.intend(
        purpose=TransferPurpose.SEND_BACK,
        loan_id=None if loan is None else loan.pk,
        loan_public_id=STRANGER if loan is None else loan.public_id,
        account=account_of(broken),
        amount_fen=broken.there_fen,
        request_key=f"break-{proposal.pk}",
        on=on,
        terms={"through": broken.bank, "returns": _order_of(broken), "paid_fen": broken.there_fen},
    )


def _order_of(broken: StatementBreak) -> str:
    """The number under which it came, so that a gateway can give it back by that."""
    if broken.line is not None:
        return broken.line.out_trade_no
    return "" if broken.transfer is None else broken.transfer.out_trade_no


def _post_repayment(proposal: BreakProposal, loan: Loan | None, on: date, at: datetime) -> None:
    """The bank's line becomes a transfer of ours, so that the next statement matches it."""
    line = proposal.broken.line
    assert loan is not None
    assert loan.disbursed_on is not None
    if proposal.broken.kind == BreakKind.SET_ASIDE:
        _post_held(proposal, loan, on, at)
        return
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


def _post_held(proposal: BreakProposal, loan: Loan, on: date, at: datetime) -> None:
    """Money that was set aside becomes a payment on a loan, for the day on which it was paid."""
    broken = proposal.broken
    paid_on = broken.first_day if broken.transfer is None else broken.transfer.intended_on
    assert loan.disbursed_on is not None
    held.book(
        loan=loan,
        amount_fen=broken.there_fen,
        value_date=max(paid_on, loan.disbursed_on),
        entry_key=f"break:{broken.pk}:{proposal.pk}",
        held_on=chart.SET_ASIDE,
        came_with=broken.transfer_id,
        on=on,
        at=at,
    )


def _read_as(proposal: BreakProposal, _loan: Loan | None, on: date, _at: datetime) -> None:
    reading.enter(proposal, on=on)


def _nothing(_proposal: BreakProposal, _loan: Loan | None, _on: date, _at: datetime) -> None:
    """Two people's word that no money moved is all there is to it."""


DO: Mapping[str, Callable[[BreakProposal, Loan | None, date, datetime], None]] = {
    BreakAction.POST_REPAYMENT: _post_repayment,
    BreakAction.SEND_BACK: _send_back,
    BreakAction.TO_SUSPENSE: _to_suspense,
    BreakAction.READ_AS: _read_as,
    BreakAction.NOTHING_MOVED: _nothing,
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
            credit=_held_on(proposal.broken),
            amount_fen=amount_fen,
            loan_id=None,
        ),
    )


@durable
def book_sent_back(
    *, transfer_id: int, answer: TransferAnswer, on: date, claim: Claim | None
) -> None:
    """Write the bank's word on money that goes back: once gone, the break is resolved."""
    transfer = channels.settle(transfer_id=transfer_id, answer=answer)
    proposal = proposal_of(int(transfer.request_key.removeprefix("break-")))
    broken = proposal.broken
    if transfer.state == TransferState.FAILED:
        if not broken.steps.filter(step=f"FAILED_{transfer.pk}"[:20]).exists():
            step(broken, f"FAILED_{transfer.pk}"[:20], SYSTEM)
    elif transfer.booked_at is None:
        held_on = _held_on(broken)
        if held_on != chart.SET_ASIDE:
            _post(proposal, transfer.amount_fen, on)
        ledger.post(
            entry_key=f"transfer:{transfer.pk}",
            business_date=on,
            kind=ENTRY_KIND,
            lines=both(
                debit=held_on,
                credit=chart.BANK,
                amount_fen=transfer.amount_fen,
                loan_id=None,
            ),
        )
        channels.mark_booked(transfer=transfer)
        _tell_sent_back(transfer)
        resolve(broken, BreakAction.SEND_BACK, SYSTEM)
    if claim is not None:
        processes.finish(claim=claim)


@required
def _tell_sent_back(transfer: Transfer) -> None:
    """To the borrower whose own money it is; where no loan was named, we do not know whose."""
    if transfer.loan_id is None:
        return
    loan = Loan.objects.get(pk=transfer.loan_id)
    if loan.payer_account == transfer.account:
        tell(loan, "MONEY_SENT_BACK", f"sent-back:{transfer.pk}", transfer.amount_fen)


@required
def resolve(broken: StatementBreak, resolution: str, by: Actor) -> None:
    """It is over, and how."""
    StatementBreak.objects.filter(pk=broken.pk).update(
        state=BreakState.RESOLVED, resolution=resolution, resolved_at=Now()
    )
    step(broken, "RESOLVED", by)


@required
def step(broken: StatementBreak, step: str, by: Actor, text: str = "") -> None:
    """Keep what was done about it."""
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


def proposal_of(proposal_id: int) -> BreakProposal:
    """The wish with its break. Raises NotFound."""
    rows = BreakProposal.objects.select_related("broken__line", "broken__transfer")
    found = rows.filter(pk=proposal_id).first()
    if found is None:
        raise NotFound
    return found
