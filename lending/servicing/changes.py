"""Staff change a loan: one asks, another approves, and only then the loan's log has it.

Where money has to move, the approval starts the transfer, and the bank's word writes the log.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from common.actors import Actor
from common.approvals import actions as approvals
from common.approvals.models import ProposalState
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc.contracts import UNDOING, Change, Transaction, TransactionKind
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.models import TransferPurpose
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import Line, both
from lending.loans import log
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState, LoanTransaction
from lending.products import law
from lending.rewards import accounts as points
from lending.rewards import actions as rewards
from lending.servicing import actions as servicing
from lending.servicing.asking import answers
from lending.servicing.models import LoanChange
from lending.servicing.refusals import Asked, NoSellerPaid, NotPaidOutYet, insist, insist_on_whole
from lending.servicing.waiving import beyond_the_cap

# Kinds whose money moves through a bank, and from or to whom.
MOVING: Mapping[str, TransferPurpose] = {
    TransactionKind.CREDIT_BALANCE_REFUND: TransferPurpose.REFUND,
    TransactionKind.MERCHANT_REFUND: TransferPurpose.RETURN,
}
BY_STAFF = frozenset(
    {
        TransactionKind.RATE_CHANGE,
        TransactionKind.DUE_DATE_CHANGE,
        TransactionKind.HOLIDAY,
        TransactionKind.EXTENSION,
        TransactionKind.RESTRUCTURE,
        TransactionKind.CHARGE,
        TransactionKind.WAIVER,
        TransactionKind.WRITE_OFF,
        TransactionKind.REVERSAL,
        TransactionKind.CHARGEBACK,
        *MOVING,
    }
)


class FourEyesNeeded(Refused):
    """A change is decided by a colleague of the one who asked for it."""

    code = "SERVICING_FOUR_EYES_NEEDED"
    message = gettext_noop("Somebody else has to decide this.")
    advice = gettext_noop("Ask a colleague who may approve changes of loans.")
    status = 403


class ChangeKeyReused(Refused):
    """The key has asked for something else."""

    code = "LOAN_CHANGE_KEY_REUSED"
    message = gettext_noop("This form has already asked for another change of the loan.")
    advice = gettext_noop("Look at the loan's changes, then open the form again.")


class ChangeDecided(Refused):
    """It was decided the other way."""

    code = "LOAN_CHANGE_DECIDED"
    message = gettext_noop("This change has been decided already.")
    advice = gettext_noop("Look at the loan. To change it again, ask anew.")


@durable
def propose(
    *,
    loan_id: int,
    kind: TransactionKind,
    reason: str,
    request_key: str,
    on: date,
    by: Actor,
    value_date: date | None = None,
    amount_fen: int = 0,
    reverses: int | None = None,
    change: Change | None = None,
) -> LoanChange:
    """Ask for a change of a loan, once per key. Nothing happens until somebody else approves.

    `on` is the business date, and the day it counts for unless `value_date` names an earlier one.
    Raises FourEyesNeeded for anybody but staff, ChangeKeyReused, NotPaidOutYet, and what
    `refusals` raises.
    """
    assert kind in BY_STAFF
    if by.kind != "STAFF" or by.account_id is None:
        raise FourEyesNeeded
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    row = LoanChange(
        loan=loan,
        request_key=request_key,
        kind=kind,
        value_date=value_date or on,
        amount_fen=amount_fen,
        reverses_sequence=reverses,
        terms=log.kept_change(change or Change()),
        reason=reason,
        author_id=by.account_id,
    )
    if (seen := LoanChange.objects.filter(loan=loan, request_key=request_key).first()) is not None:
        return _the_same(seen, row, is_for_a_day=value_date is not None)
    insist_on_possible(row, on)
    row.save()
    _note("proposed", row, by)
    return row


def _the_same(seen: LoanChange, asked: LoanChange, *, is_for_a_day: bool) -> LoanChange:
    """A colleague approves what stands there: it must be what this form says, too."""
    told = ("kind", "amount_fen", "reverses_sequence", "terms")
    names = (*told, "value_date") if is_for_a_day else told
    if any(getattr(seen, name) != getattr(asked, name) for name in names):
        raise ChangeKeyReused
    return seen


@durable
def approve(*, change_id: int, on: date, by: Actor) -> LoanChange:
    """Do what somebody else asked for, if it is still possible; the same again is once.

    Raises NotFound, FourEyesNeeded, ChangeDecided, and what `refusals` raises.
    """
    row = _decidable(change_id, by, wanted=ProposalState.APPROVED)
    if row.state == ProposalState.APPROVED:
        return row
    insist_on_possible(row, on)
    _decide(row, ProposalState.APPROVED, by)
    if row.kind in MOVING:
        _start_transfer(row, on)
    else:
        _write(row, on)
    if row.kind in UNDOING:
        answers.tell_undone(row)
    answers.tell_approved(row, on=on)
    return row


@durable
def turn_down(*, change_id: int, by: Actor) -> LoanChange:
    """Leave what somebody else asked for. Raises NotFound, FourEyesNeeded, ChangeDecided."""
    row = _decidable(change_id, by, wanted=ProposalState.TURNED_DOWN)
    if row.state == ProposalState.PROPOSED:
        _decide(row, ProposalState.TURNED_DOWN, by)
        answers.tell_turned_down(row)
    return row


def insist_on_possible(row: LoanChange, on: date) -> None:
    """Raises NotPaidOutYet, NoSellerPaid, and the other refusal of `refusals` that fits."""
    loan = row.loan
    kind = TransactionKind(row.kind)
    # What gave a loan back may be taken back too: the loan then runs again.
    is_over = loan.state == LoanState.CANCELLED and kind not in UNDOING
    if loan.disbursed_on is None or is_over:
        raise NotPaidOutYet
    insist_on_whole(kind, amount_fen=row.amount_fen, reverses=row.reverses_sequence)
    # Nobody is asked for money back but the seller who had it: never the borrower's own account.
    if kind is TransactionKind.MERCHANT_REFUND and loan.payee_account == loan.payer_account:
        raise NoSellerPaid
    insist(
        Asked(
            transaction=Transaction(
                kind=kind,
                sequence=loans.next_sequence(loan),
                value_date=row.value_date,
                amount_fen=row.amount_fen,
                reverses=row.reverses_sequence,
                change=log.change_of(row.terms),
            ),
            terms=loans.terms_of(loan),
            log=loans.log_of(loan),
            on=max(on, loan.carried_through or on),
            cap_ppm=beyond_the_cap.cap_ppm(loan),
            longest_months=law.longest_months(loan.product, on=loan.disbursed_on),
            on_its_way_fen=_on_its_way_fen(row),
        )
    )


def _on_its_way_fen(row: LoanChange) -> int:
    """What was agreed before and has not arrived yet: it must not move twice."""
    match row.kind:
        case TransactionKind.CREDIT_BALANCE_REFUND:
            return transfers.going_back_fen(row.loan.pk)
        case TransactionKind.MERCHANT_REFUND:
            return transfers.returning_fen(row.loan.pk, payee_account=row.loan.payee_account)
        case _:
            return 0


def _decidable(change_id: int, by: Actor, *, wanted: ProposalState) -> LoanChange:
    found = LoanChange.objects.filter(pk=change_id).values_list("loan_id", "author_id", "kind")
    if (told := found.first()) is None:
        raise NotFound
    loan_id, author_id, kind = told
    if by.kind != "STAFF" or by.account_id is None or by.account_id == author_id:
        raise FourEyesNeeded
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    if kind in UNDOING:
        points.lock(loan.borrower_id)
    row = lock_one(LoanChange.objects.all(), rank=Rank.APPROVAL, pk=change_id)
    row.loan = loan
    if row.state not in {ProposalState.PROPOSED, wanted}:
        raise ChangeDecided
    return row


def _decide(row: LoanChange, state: ProposalState, by: Actor) -> None:
    row.state, row.approver_id = state, by.account_id
    approvals.decide(row=row, state=state, by=by)
    _note(state.lower(), row, by)


def _write(row: LoanChange, on: date) -> None:
    loan, was_given_back = row.loan, row.loan.state == LoanState.CANCELLED
    servicing.catch_up(loan=loan, through=on - timedelta(days=1))
    paid_before = _paid(loan)
    LoanTransaction.objects.create(
        loan=loan,
        sequence=loans.next_sequence(loan),
        kind=row.kind,
        value_date=row.value_date,
        booked_on=on,
        amount_fen=row.amount_fen,
        reverses_sequence=row.reverses_sequence,
        terms=row.terms,
    )
    carried = servicing.bring_forward(loan=loan, through=on)
    ledger.post(
        entry_key=f"change:{row.pk}",
        business_date=on,
        kind=row.kind,
        lines=(*carried.lines, *_still_here(row, carried.lines)),
    )
    if row.kind in UNDOING:
        _take_points_back(loan, paid_before, on)
    if was_given_back and loan.state != LoanState.CANCELLED:
        _take_discount_again(loan, on)


def _still_here(row: LoanChange, lines: Iterable[Line]) -> tuple[Line, ...]:
    """What a reversal takes out of the loan no bank has moved: it is ours to account for.

    A charge-back is the bank's own doing, and takes the money with it.
    """
    if row.kind != TransactionKind.REVERSAL:
        return ()
    gone_fen = -sum(line.amount_fen for line in lines if line.account_code == chart.BANK)
    return both(debit=chart.BANK, credit=chart.SET_ASIDE, amount_fen=gone_fen, loan_id=None)


def _paid(loan: Loan) -> dict[int, date]:
    """The instalments that are fully paid, and since when."""
    return {row.pk: row.paid_on for row in loan.instalments.all() if row.paid_on is not None}


def _take_points_back(loan: Loan, paid_before: Mapping[int, date], on: date) -> None:
    """What a payment earned goes with it: instalments that are open again, or were paid later."""
    paid_now = _paid(loan)
    lost = [pk for pk, day in paid_before.items() if paid_now.get(pk, date.max) > day]
    if lost:
        rewards.reverse(borrower_id=loan.borrower_id, instalment_ids=lost, on=on)


def _take_discount_again(loan: Loan, on: date) -> None:
    """The loan runs again at the rate of its contract: what was bought for it serves it again."""
    bought_id = loans.bought_discount_of(loan)
    if bought_id is not None:
        rewards.use_again(
            entitlement_id=bought_id,
            borrower_id=loan.borrower_id,
            application_id=loan.contract.application_id,
            loan_id=loan.pk,
            on=on,
        )


def _start_transfer(row: LoanChange, on: date) -> None:
    loan = row.loan
    purpose = MOVING[row.kind]
    is_out = purpose == TransferPurpose.REFUND
    channels.intend(
        purpose=purpose,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=loan.payer_account if is_out else loan.payee_account,
        amount_fen=row.amount_fen,
        request_key=f"change-{row.pk}",
        on=on,
        terms=row.terms,
    )


def _note(what: str, row: LoanChange, by: Actor) -> None:
    audit.append(
        action=f"lending.change.{what}",
        subject=f"loan:{row.loan.public_id}",
        by=by,
        facts={"change": row.pk, "kind": row.kind, "amount_fen": row.amount_fen},
    )
