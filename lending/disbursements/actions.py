"""Paying a loan out: one live disbursement a loan, booked with the bank's final word."""

from datetime import date

from borrowers.messages import actions as messages
from common import rows
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc.methods import manner as manners
from lending.channels import actions as channels
from lending.channels.contracts import TransferAnswer
from lending.channels.models import Transfer, TransferPurpose, TransferState
from lending.ledger import actions as ledger
from lending.lines import actions as lines
from lending.lines.models import CreditLine
from lending.loans import log
from lending.loans.models import AssetOwnership, Instalment, Loan, LoanState, LoanTransaction
from lending.servicing import actions as servicing

OURSELVES = "LENDER"


class NothingToRetry(Refused):
    """The loan is not waiting for a payout that failed."""

    code = "NO_FAILED_PAYOUT"
    message = gettext_noop("This loan has no failed payout.")
    advice = gettext_noop("Look at its transfers: one may still be on its way.")


@durable
def book(*, transfer_id: int, answer: TransferAnswer, on: date, claim: Claim | None) -> None:
    """Write the bank's final word on a payout: the loan opens, or waits for another try.

    Booked once, however often it is told. The loan starts on the business date `on`.
    """
    line, loan = _lock_loan_of(transfer_id)
    transfer = channels.settle(transfer_id=transfer_id, answer=answer)
    if transfer.state == TransferState.FAILED:
        _give_back(line, loan, transfer)
        if loan.state != LoanState.CANCELLED:
            _say_it_failed(loan, transfer)
    elif transfer.booked_at is None:
        _open(loan, transfer, on)
        lines.draw(
            line=line, application_id=_application_of(loan), subject=f"loan:{loan.public_id}"
        )
    if claim is not None:
        processes.finish(claim=claim)


@durable
def try_again(*, loan_id: int, on: date, by: Actor) -> Transfer:
    """A new payout after a confirmed failure, under a new number, for what is reserved anew.

    Raises NothingToRetry, LineNotInUse, LineTooSmall.
    """
    line, loan = _lock(loan_id)
    tries = Transfer.objects.filter(loan_id=loan.pk, purpose=TransferPurpose.DISBURSEMENT)
    open_ones = tries.exclude(state=TransferState.FAILED)
    if loan.state != LoanState.PENDING_DISBURSEMENT or open_ones.exists() or not tries.exists():
        raise NothingToRetry
    lines.reserve(line=line, application_id=_application_of(loan), amount_fen=loan.principal_fen)
    audit.append(
        action="lending.disbursement.retried", subject=f"loan:{loan.public_id}", by=by, facts={}
    )
    return channels.intend(
        purpose=TransferPurpose.DISBURSEMENT,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=loan.payee_account,
        amount_fen=loan.principal_fen,
        request_key=f"try-{tries.count() + 1}",
        on=on,
    )


def _lock_loan_of(transfer_id: int) -> tuple[CreditLine, Loan]:
    loan_id = Transfer.objects.values_list("loan_id", flat=True).get(pk=transfer_id)
    assert loan_id is not None, "the database knows no payout without its loan"
    return _lock(loan_id)


def _lock(loan_id: int) -> tuple[CreditLine, Loan]:
    """The line first, then the loan. Raises NotFound."""
    borrower_id = Loan.objects.filter(pk=loan_id).values_list("borrower_id", flat=True).first()
    if borrower_id is None:
        raise NotFound
    line = lines.lock_of(borrower_id=borrower_id)
    return line, lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)


def _application_of(loan: Loan) -> int:
    return int(loan.contract.application_id)


def _give_back(line: CreditLine, loan: Loan, transfer: Transfer) -> None:
    """Nothing is on its way any more: what was reserved is free until somebody tries again."""
    lines.release(
        line=line, application_id=_application_of(loan), subject=f"transfer:{transfer.pk}"
    )


def _open(loan: Loan, transfer: Transfer, on: date) -> None:
    """Schedule, transaction, books, owner: all of a loan's beginning at once."""
    rows.change(loan, disbursed_on=on)
    manner = manners.read(loan.contract.terms.get("manner", {}))
    schedule = manners.scheduled(
        principal_fen=loan.principal_fen,
        annual_rate_ppm=loan.annual_rate_ppm,
        months=loan.term_months,
        starts_on=on,
        manner=manner,
    )
    Instalment.objects.bulk_create(
        Instalment(
            loan=loan,
            number=row.number,
            starts_on=row.starts_on,
            due_on=row.due_on,
            principal_fen=row.principal_fen,
            interest_fen=row.interest_fen,
            interest_due_fen=row.interest_fen,
            fee_fen=row.fee_fen,
        )
        for row in schedule
    )
    LoanTransaction.objects.create(
        loan=loan,
        sequence=1,
        kind="DISBURSEMENT",
        value_date=on,
        booked_on=on,
        amount_fen=loan.principal_fen,
        terms=log.kept_schedule(schedule) | manners.kept(manner),
        transfer=transfer,
    )
    carried = servicing.bring_forward(loan=loan, through=on)
    ledger.post(
        entry_key=f"transfer:{transfer.pk}",
        business_date=on,
        kind="DISBURSEMENT",
        lines=carried.lines,
    )
    AssetOwnership.objects.create(loan=loan, owner=OURSELVES, from_date=on)
    channels.mark_booked(transfer=transfer)
    _tell(loan, "LOAN_PAID_OUT", f"paid-out:{transfer.pk}")
    audit.append(
        action="lending.loan.disbursed",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"amount_fen": loan.principal_fen, "on": on.isoformat(), "transfer": transfer.pk},
    )


def _say_it_failed(loan: Loan, transfer: Transfer) -> None:
    audit.append(
        action="lending.disbursement.failed",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"transfer": transfer.pk, "code": transfer.failure_code},
    )
    _tell(loan, "PAYOUT_FAILED", f"payout-failed:{transfer.pk}")


def _tell(loan: Loan, template: str, message_key: str) -> None:
    messages.send(
        borrower_id=loan.borrower_id,
        template=template,
        facts={"loan": loan.public_id, "amount_fen": loan.principal_fen},
        message_key=message_key,
    )
