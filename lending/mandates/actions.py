"""Giving leave to debit and taking it back: explicit, kept as it was read, never a condition."""

from datetime import date

from django.db.models.functions import Now

from borrowers.messages import actions as messages
from borrowers.messages.contracts import Note
from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.channels import actions as channels
from lending.channels.models import ChannelCode, Transfer
from lending.loans.models import Loan, LoanState
from lending.mandates import queries
from lending.mandates.models import DebitState, DirectDebit, Mandate, MandateEnd
from lending.mandates.wording import Wish, text_of

LONGEST_DAYS = 3_700
# Who collects without anybody opening a wallet.
CAN_DEBIT = {ChannelCode.SANDBOX.value}


class MandateGiven(Refused):
    """There is one already."""

    code = "MANDATE_GIVEN_ALREADY"
    message = gettext_noop("Automatic debit is already on for this loan.")
    advice = gettext_noop("To change it, withdraw it first and give it again.")


class MandateTextChanged(Refused):
    """What was agreed to is not what would be kept."""

    code = "MANDATE_TEXT_CHANGED"
    message = gettext_noop("The text has changed since you read it.")
    advice = gettext_noop("Read it once more, then agree.")


class MandateOutOfRange(Refused):
    """An amount or a day that makes no sense."""

    code = "MANDATE_OUT_OF_RANGE"
    message = gettext_noop("Automatic debit cannot be given like this.")
    advice = gettext_noop("Enter an amount above zero, and a last day that is still to come.")
    status = 422


class BankCannotDebit(Refused):
    """An order at a gateway waits for a hand; a debit has none."""

    code = "BANK_CANNOT_DEBIT"
    message = gettext_noop("Automatic debit is not possible through this channel.")
    advice = gettext_noop("Allow it through the bank, or pay by hand.")
    status = 422


class LoanTakesNoDebit(Refused):
    """Nothing will fall due: the loan is over, or was never paid out."""

    code = "LOAN_TAKES_NO_DEBIT"
    message = gettext_noop("Nothing will fall due on this loan.")
    advice = gettext_noop("Look at the loan's page to see where it stands.")


def wish_for(*, loan: Loan, most_fen: int, on: date, ends_on: date, pay_day: int | None) -> Wish:
    """What would be allowed. Raises MandateOutOfRange."""
    is_day = pay_day is None or 1 <= pay_day <= 31
    if most_fen <= 0 or not 0 <= (ends_on - on).days <= LONGEST_DAYS or not is_day:
        raise MandateOutOfRange
    return Wish(
        loan_public_id=loan.public_id,
        account=loan.payer_account,
        most_fen=most_fen,
        starts_on=on,
        ends_on=ends_on,
        pay_day=pay_day,
    )


@durable
def give(
    *,
    loan_id: int,
    most_fen: int,
    ends_on: date,
    pay_day: int | None,
    text_sha256: str,
    language: str,
    channel: str,
    request_key: str,
    on: date,
    by: Actor,
    bank: str = ChannelCode.SANDBOX.value,
) -> Mandate:
    """Keep that the borrower allows debits, with the text that was read; once for each key.

    `channel` is the door through which it was given, `bank` through whom it is collected.
    Raises LoanTakesNoDebit, MandateGiven, MandateOutOfRange, MandateTextChanged, BankCannotDebit.
    """
    if bank not in CAN_DEBIT:
        raise BankCannotDebit
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    if (seen := loan.mandates.filter(request_key=request_key).first()) is not None:
        return seen
    if loan.state != LoanState.ACTIVE:
        raise LoanTakesNoDebit
    if queries.live(loan.pk) is not None:
        raise MandateGiven
    wish = wish_for(loan=loan, most_fen=most_fen, on=on, ends_on=ends_on, pay_day=pay_day)
    text = text_of(wish, language=language)
    if text.sha256 != text_sha256:
        raise MandateTextChanged
    mandate = Mandate.objects.create(
        borrower_id=loan.borrower_id,
        loan=loan,
        account=wish.account,
        most_fen=most_fen,
        starts_on=on,
        ends_on=ends_on,
        pay_day=pay_day,
        text=text.content,
        text_sha256=text.sha256,
        language=language,
        channel=channel,
        bank=bank,
        request_key=request_key,
    )
    _tell(mandate, "MANDATE_GIVEN")
    _note("given", mandate, by)
    return mandate


@durable
def withdraw(*, loan_id: int, by: Actor) -> Mandate:
    """Take the leave back. What was not yet asked of the bank is not asked any more.

    The same again is the same mandate. Raises NotFound where there never was one.
    """
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    mandate = queries.live(loan.pk)
    if mandate is None:
        last = queries.latest(loan.pk)
        if last is None:
            raise NotFound
        return last
    end(mandate=mandate, code=MandateEnd.WITHDRAWN, by=by)
    return mandate


@required
def end(*, mandate: Mandate, code: MandateEnd, by: Actor) -> None:
    """End a mandate and all that was announced under it; the caller holds the loan's lock.

    The bank's own word goes before: what it has been asked already is booked as it comes out.
    """
    mandate.end_code = code
    Mandate.objects.filter(pk=mandate.pk, ended_at=None).update(ended_at=Now(), end_code=code)
    open_debits = DirectDebit.objects.filter(mandate=mandate)
    open_debits.filter(state=DebitState.WAITING).update(
        state=DebitState.STOPPED, stop_code=code, next_on=None, ended_at=Now()
    )
    for debit in open_debits.filter(state=DebitState.ASKED):
        call_off(debit=debit, code=code)
    _tell(mandate, "MANDATE_ENDED")
    _note("ended", mandate, by)


@required
def call_off(*, debit: DirectDebit, code: str) -> bool:
    """Keep a try from being sent; False where the bank may have it already."""
    last = debit.history.order_by("-number").first()
    assert last is not None
    transfer = lock_one(Transfer.objects.all(), rank=Rank.TRANSFER, pk=last.transfer_id)
    return channels.call_off(transfer=transfer, code=code)


def _tell(mandate: Mandate, template: str) -> None:
    messages.send_many(
        template=template,
        notes=[
            Note(
                borrower_id=mandate.borrower_id,
                facts={"loan": mandate.loan.public_id, "most_fen": mandate.most_fen},
                message_key=f"{template.lower()}:{mandate.pk}",
            )
        ],
    )


def _note(what: str, mandate: Mandate, by: Actor) -> None:
    audit.append(
        action=f"lending.mandate.{what}",
        subject=f"loan:{mandate.loan.public_id}",
        by=by,
        facts={"mandate": mandate.public_id, "text_sha256": mandate.text_sha256},
    )
