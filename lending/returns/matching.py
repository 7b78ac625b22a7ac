"""Which loan returned money belongs to, and why it cannot be booked there.

A bank names what a seller sends back by its own letters, a count, and the payout's number or the
seller's number of the order: `MR-1-D-…`, `MR-2-INV-7`.
"""

import re

from lending.calc.fold import returned_fen
from lending.channels import queries as transfers
from lending.channels.contracts import TransferAnswer
from lending.channels.models import ParkedReason
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState
from lending.products.merchants import orders

NUMBER = re.compile(r"MR-\d{1,6}-([A-Za-z0-9_-]{1,60})")
RUNNING = {LoanState.ACTIVE, LoanState.SETTLED, LoanState.WRITTEN_OFF}


def is_return(number: str) -> bool:
    """Whether the bank's number says that a seller sent money back."""
    return NUMBER.fullmatch(number) is not None


def loan_of(number: str, *, account: str) -> Loan | None:
    """The loan whose payout or whose order the number names."""
    found = NUMBER.fullmatch(number)
    assert found is not None
    reference = found[1]
    payout = transfers.payout_by_number(reference)
    if payout is not None and payout.loan_id is not None:
        return Loan.objects.filter(pk=payout.loan_id).first()
    application_id = orders.financed_by(account=account, number=reference)
    return None if application_id is None else loans.of_application(application_id)


def why_not(loan: Loan, answer: TransferAnswer, *, is_assigned: bool) -> ParkedReason | None:
    """Why the bank's money cannot be booked on a locked loan; None where it can.

    Whom two people have looked at may have sent it from another account.
    """
    left_fen = loan.principal_fen - coming_back_fen(loan)
    amount_fen = answer.amount_fen or 0
    tried = (
        (loan.state not in RUNNING, ParkedReason.LOAN_NOT_OPEN),
        (not _is_from_payee(loan, answer) and not is_assigned, ParkedReason.PAYEE_DIFFERS),
        (left_fen <= 0, ParkedReason.RETURNED_ALREADY),
        (amount_fen > left_fen, ParkedReason.ABOVE_FINANCED),
    )
    return next((reason for holds, reason in tried if holds), None)


def coming_back_fen(loan: Loan) -> int:
    """What came back from the seller, and what is being asked back from there."""
    asked_fen = transfers.returning_fen(loan.pk, payee_account=loan.payee_account)
    return returned_fen(loans.log_of(loan)) + asked_fen


def _is_from_payee(loan: Loan, answer: TransferAnswer) -> bool:
    return answer.account == loan.payee_account != loan.payer_account
