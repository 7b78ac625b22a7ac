"""Giving a loan back: called off before its payout, undone within its days after it.

Inside those days nothing is charged: neither interest nor a fee. What was paid to a school or a
shop is asked back from there.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from borrowers.messages import actions as messages
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_one
from common.money import yuan
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc import settlement
from lending.calc.fold import fold, returned_fen
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.models import Transfer, TransferPurpose, TransferState
from lending.lines import actions as lines
from lending.loans import queries
from lending.loans.models import Loan, LoanState
from lending.repayments.actions import QuoteChanged, TooMuch, asked_before
from lending.rewards import actions as rewards

CALLED_OFF = "WITHDRAWN"


class TooLateToGiveBack(Refused):
    """The days are over, there were none, or the loan has ended."""

    code = "TOO_LATE_TO_GIVE_BACK"
    message = gettext_noop("This loan cannot be given back any more.")
    advice = gettext_noop("You may pay it off at any time, without a fee.")


class PayoutUnderWay(Refused):
    """The bank may be moving the money at this moment."""

    code = "PAYOUT_UNDER_WAY"
    message = gettext_noop("The bank is paying this loan out at this moment.")
    advice = gettext_noop("Look again in a few minutes: then you can give it back.")


class MerchantGaveBack(Refused):
    """The purchase was undone already: there is nothing left to ask of the merchant."""

    code = "MERCHANT_GAVE_BACK"
    message = gettext_noop("The merchant has given back already all that it was paid.")
    advice = gettext_noop("Look at the loan's page to see what is left of it.")


@dataclass(frozen=True, slots=True)
class GivingBack:
    """What giving the loan back means on a day; nothing moves where it was not paid out yet."""

    is_before_payout: bool
    amount_fen: int
    until: date | None
    is_by_merchant: bool


def giving_back(loan: Loan, *, on: date) -> GivingBack:
    """What it means today. Raises TooLateToGiveBack, MerchantGaveBack.

    Whoever asked in time asks again after a seller who did not give the money back.
    """
    is_by_merchant = loan.payee_account != loan.payer_account
    if loan.state == LoanState.PENDING_DISBURSEMENT:
        return GivingBack(True, 0, None, is_by_merchant)  # noqa: FBT003 (the first field says it)
    until = last_day(loan)
    if loan.state != LoanState.ACTIVE or until is None:
        raise TooLateToGiveBack
    if on > until and not (is_by_merchant and _asked_in_time(loan, until)):
        raise TooLateToGiveBack
    log = queries.log_of(loan)
    state = fold(queries.terms_of(loan), log, on)
    # Interest that was paid already counts; where it is more than is left, it comes back after.
    owed_fen = settlement.without_charges(state).outstanding_fen or state.principal_outstanding_fen
    amount_fen = loan.principal_fen - returned_fen(log) if is_by_merchant else owed_fen
    if amount_fen <= 0:
        raise MerchantGaveBack
    return GivingBack(False, amount_fen, until, is_by_merchant)  # noqa: FBT003 (the same)


def last_day(loan: Loan) -> date | None:
    """The last day on which it may be given back; none where that was not promised."""
    if loan.disbursed_on is None or not loan.cooling_off_days:
        return None
    return loan.disbursed_on + timedelta(days=loan.cooling_off_days)


@durable
def call_off(*, loan_id: int, on: date, by: Actor) -> Loan:
    """End a loan that was signed and not paid out; again is the same.

    Raises PayoutUnderWay once the bank may have the money in its hands, and TooLateToGiveBack.
    """
    line = lines.lock_of_application(application_id=queries.application_of(loan_id))
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    if loan.state == LoanState.CANCELLED:
        return loan
    if loan.state != LoanState.PENDING_DISBURSEMENT:
        raise TooLateToGiveBack
    for each in _payouts(loan):
        if not channels.call_off(transfer=each, code=CALLED_OFF):
            raise PayoutUnderWay
    loan.state = LoanState.CANCELLED
    loan.save(update_fields=["state"])
    lines.release(line=line, application_id=loan.contract.application_id)
    rewards.give_used_back(borrower_id=loan.borrower_id, loan_id=loan.pk, on=on)
    audit.append(
        action="lending.loan.called_off",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"on": on.isoformat()},
    )
    messages.send(
        borrower_id=loan.borrower_id,
        template="LOAN_GIVEN_BACK",
        facts={"loan": loan.public_id},
        message_key=f"given-back:{loan.pk}",
    )
    return loan


@durable
def request(*, loan_id: int, amount_fen: int, request_key: str, on: date, by: Actor) -> Transfer:
    """Ask the bank to collect what undoes the loan, from the borrower or from the merchant.

    Once per key. `amount_fen` is what the borrower saw. Raises KeyReused, TooLateToGiveBack,
    MerchantGaveBack, QuoteChanged, TooMuch while other money is on its way.
    """
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    purpose = TransferPurpose.WITHDRAWAL
    if seen := asked_before(
        loan=loan, purpose=purpose, amount_fen=amount_fen, request_key=request_key
    ):
        return seen
    found = giving_back(loan, on=on)
    if found.is_before_payout:
        raise PayoutUnderWay
    if transfers.collecting_fen(loan.pk) or transfers.returning_fen(
        loan.pk, payee_account=loan.payee_account
    ):
        raise TooMuch(most=yuan(0))
    if amount_fen != found.amount_fen:
        raise QuoteChanged(quote=yuan(found.amount_fen))
    audit.append(
        action="lending.loan.given_back",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"amount_fen": amount_fen, "by_merchant": found.is_by_merchant},
    )
    return channels.intend(
        purpose=purpose,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=loan.payee_account if found.is_by_merchant else loan.payer_account,
        amount_fen=amount_fen,
        request_key=request_key,
        on=on,
    )


def _asked_in_time(loan: Loan, until: date) -> bool:
    """Whether the seller was asked for the money within the days, and did not give it."""
    return Transfer.objects.filter(
        loan_id=loan.pk,
        purpose=TransferPurpose.WITHDRAWAL,
        account=loan.payee_account,
        state=TransferState.FAILED,
        intended_on__lte=until,
    ).exists()


def _payouts(loan: Loan) -> list[Transfer]:
    """Payouts that have not failed, locked."""
    rows = Transfer.objects.filter(loan_id=loan.pk, purpose=TransferPurpose.DISBURSEMENT)
    waiting = rows.exclude(state=TransferState.FAILED).order_by("pk").values_list("pk", flat=True)
    return [lock_one(Transfer.objects.all(), rank=Rank.TRANSFER, pk=each) for each in waiting]
