"""Repayments: asked for by the borrower, collected by the bank, booked once."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from common import rows
from common.actors import SYSTEM, Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_first, lock_row
from common.money import yuan
from common.processes import actions as processes
from common.processes.contracts import Claim
from common.rows import Statement
from common.texts import gettext_noop
from common.transactions import durable, required
from lending.calc import settlement
from lending.calc.contracts import TransactionKind
from lending.calc.fold import payable
from lending.channels import actions as channels
from lending.channels import queries as transfers
from lending.channels.contracts import TransferAnswer
from lending.channels.models import (
    FROM_BORROWERS,
    Transfer,
    TransferPurpose,
    TransferState,
)
from lending.ledger import actions as ledger
from lending.loans import actions as lent
from lending.loans.models import Instalment, Loan, LoanState
from lending.repayments.after import cheaper, paid_whole, remember, reward, send_back, tell, told
from lending.rewards import actions as rewards
from lending.servicing import actions as servicing
from lending.servicing.waiving import beyond_the_cap

# What the log calls each kind of money, and the books where it is no repayment.
KINDS = {
    TransferPurpose.REPAYMENT: TransactionKind.REPAYMENT,
    TransferPurpose.PAYOFF: TransactionKind.PAYOFF,
    TransferPurpose.PREPAYMENT: TransactionKind.PREPAYMENT,
    TransferPurpose.WITHDRAWAL: TransactionKind.WITHDRAWAL,
    TransferPurpose.REFUND: TransactionKind.CREDIT_BALANCE_REFUND,
    TransferPurpose.RETURN: TransactionKind.MERCHANT_REFUND,
    TransferPurpose.DEBIT: TransactionKind.REPAYMENT,
}
BOOKED_AS: dict[str, str] = {
    TransferPurpose.REFUND: "CREDIT_BALANCE_REFUND",
    TransferPurpose.RETURN: "MERCHANT_REFUND",
}
_PAID_BY = "id = (SELECT loan_id FROM lending_transfer WHERE id = %s)"
# A loan that was given up as lost may still be paid.
OPEN = {LoanState.ACTIVE, LoanState.WRITTEN_OFF}


class LoanNotOpen(Refused):
    """Nothing can be paid: the loan is settled, or was never paid out."""

    code = "LOAN_NOT_OPEN"
    message = gettext_noop("This loan takes no payments now.")
    advice = gettext_noop("Look at the loan's page to see where it stands.")


class TooMuch(Refused):
    """More than is due and running, counting what is already on its way."""

    code = "REPAYMENT_TOO_MUCH"
    message = gettext_noop("You can pay at most ¥%(most)s on this loan now.")
    advice = gettext_noop(
        "To pay more, pay the whole loan off: that costs interest only up to today. A payment "
        "that is on its way counts already."
    )
    status = 422


class NotAnAmount(Refused):
    """Zero or less."""

    code = "REPAYMENT_NOT_AN_AMOUNT"
    message = gettext_noop("Enter the amount that you want to pay.")
    advice = gettext_noop("It must be at least ¥0.01.")
    status = 422


class QuoteChanged(Refused):
    """The pay-off amount is not today's."""

    code = "PAYOFF_QUOTE_CHANGED"
    message = gettext_noop("Paying off today costs ¥%(quote)s.")
    advice = gettext_noop("Look at the new amount and confirm it.")


class KeyReused(Refused):
    """The key has asked for another payment: which of the two is meant, nobody can tell."""

    code = "REPAYMENT_KEY_REUSED"
    message = gettext_noop("This form has already asked for a payment of ¥%(asked)s.")
    advice = gettext_noop("Look at your payments. To pay another amount, open the loan again.")


@durable
def request(*, loan_id: int, amount_fen: int, request_key: str, on: date, by: Actor) -> Transfer:
    """Ask the bank to collect a payment from the borrower, once per key.

    Raises KeyReused, LoanNotOpen, NotAnAmount, TooMuch.
    """
    loan = lock_row(Loan, rank=Rank.LOAN, pk=loan_id)
    seen, collecting_fen = _asked(loan, TransferPurpose.REPAYMENT, amount_fen, request_key)
    if seen is not None:
        return seen
    insist_on_open(loan=loan)
    if amount_fen <= 0:
        raise NotAnAmount
    state = beyond_the_cap.state_on(loan, on=on)
    most_fen = payable(state, on) - collecting_fen
    if amount_fen > most_fen:
        raise TooMuch(most=yuan(max(most_fen, 0)))
    return collect(
        loan=loan,
        purpose=TransferPurpose.REPAYMENT,
        amount_fen=amount_fen,
        request_key=request_key,
        on=on,
        by=by,
    )


@durable
def request_payoff(
    *, loan_id: int, amount_fen: int, request_key: str, on: date, by: Actor
) -> Transfer:
    """Ask the bank to collect what closes the loan today, once per key.

    `amount_fen` is the quote that the borrower saw. Raises KeyReused, LoanNotOpen,
    QuoteChanged, TooMuch while another payment is on its way, and NotAnAmount where interest paid
    ahead already covers what is left.
    """
    loan = lock_row(Loan, rank=Rank.LOAN, pk=loan_id)
    seen, collecting_fen = _asked(loan, TransferPurpose.PAYOFF, amount_fen, request_key)
    if seen is not None:
        return seen
    insist_on_open(loan=loan)
    if collecting_fen:
        raise TooMuch(most=yuan(0))
    quote = settlement.quote(beyond_the_cap.state_on(loan, on=on))
    if amount_fen != quote.total_fen:
        raise QuoteChanged(quote=yuan(quote.total_fen))
    if amount_fen <= 0:
        raise NotAnAmount
    return collect(
        loan=loan,
        purpose=TransferPurpose.PAYOFF,
        amount_fen=amount_fen,
        request_key=request_key,
        on=on,
        by=by,
    )


@durable
def book(
    *,
    transfer_id: int,
    answer: TransferAnswer,
    on: date,
    at: datetime,
    claim: Claim | None,
) -> None:
    """Write the bank's final word on a collection. Booked once, however often it is told.

    The payment counts for the day on which the borrower asked, and is booked on the day `on`.
    Raises NotFound.
    """
    loan = lock_first(Loan, rank=Rank.LOAN, condition=_PAID_BY, values=[transfer_id])
    if loan is None:
        raise NotFound
    write(loan=loan, transfer_id=transfer_id, answer=answer, on=on, at=at)
    if claim is not None:
        processes.finish(claim=claim)


@required
def write(
    *, loan: Loan, transfer_id: int, answer: TransferAnswer, on: date, at: datetime
) -> Transfer:
    """The same inside a transaction of somebody who holds the loan's lock."""
    transfer = channels.settle(transfer_id=transfer_id, answer=answer)
    if transfer.state == TransferState.FAILED:
        _say_it_failed(loan, transfer)
    elif transfer.booked_at is None:
        servicing.catch_up(loan=loan, through=on - timedelta(days=1))
        whole = paid_whole(loan) if transfer.purpose == TransferPurpose.PAYOFF else []
        paid = _receive(loan, transfer, on)
        if loan.state == LoanState.CANCELLED:
            _undo(loan, on)
        else:
            remember(loan, paid, at)
            reward(loan, (*cheaper(loan, whole, on), *paid), on)
    return transfer


def asked_before(
    *, loan: Loan, purpose: TransferPurpose, amount_fen: int, request_key: str
) -> Transfer | None:
    """What this key has asked for before. Raises KeyReused unless it is the same payment."""
    return _asked(loan, purpose, amount_fen, request_key)[0]


def _asked(
    loan: Loan, purpose: TransferPurpose, amount_fen: int, request_key: str
) -> tuple[Transfer | None, int]:
    """The same, and the money that is being collected already."""
    seen, collecting_fen = transfers.asked(loan_id=loan.pk, request_key=request_key)
    if seen is not None and (seen.purpose, seen.amount_fen) != (purpose, amount_fen):
        raise KeyReused(asked=yuan(seen.amount_fen))
    return seen, collecting_fen


def insist_on_open(*, loan: Loan) -> None:
    """Raises LoanNotOpen."""
    if loan.state not in OPEN:
        raise LoanNotOpen


def collect(
    *,
    loan: Loan,
    purpose: TransferPurpose,
    amount_fen: int,
    request_key: str,
    on: date,
    by: Actor,
    terms: Mapping[str, Any] | None = None,
) -> Transfer:
    """Write down that the bank shall collect it; the caller holds the loan's lock."""
    said = audit.entry(
        action="lending.repayment.requested",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"amount_fen": amount_fen, "purpose": purpose},
    )
    return channels.intend(
        purpose=purpose,
        loan_id=loan.pk,
        loan_public_id=loan.public_id,
        account=loan.payer_account,
        amount_fen=amount_fen,
        request_key=request_key,
        on=on,
        terms=terms,
        after=[said],
    )


def _receive(loan: Loan, transfer: Transfer, on: date) -> tuple[Instalment, ...]:
    """Transaction, fold, books; what became fully paid is the answer."""
    beyond_the_cap.before_money(loan, on=transfer.intended_on)
    kind = KINDS[TransferPurpose(transfer.purpose)]
    happened = lent.received(loan=loan, kind=kind, transfer=transfer, on=on)
    carried = servicing.bring_forward(loan=loan, through=on, after=happened)
    ledger.post(
        entry_key=f"transfer:{transfer.pk}",
        business_date=on,
        kind=BOOKED_AS.get(transfer.purpose, "REPAYMENT"),
        lines=carried.lines,
    )
    rows.send(*_booked(loan, transfer))
    return carried.newly_paid


def _booked(loan: Loan, transfer: Transfer) -> Iterator[Statement]:
    """What is written down and told of a payment that stands in the books."""
    yield channels.booked(transfer=transfer)
    yield audit.entry(
        action="lending.repayment.booked",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"amount_fen": transfer.amount_fen, "transfer": transfer.pk},
    )
    if transfer.purpose in FROM_BORROWERS and transfer.account == loan.payer_account:
        yield told(loan, "REPAYMENT_RECEIVED", f"received:{transfer.pk}", transfer.amount_fen)
    if transfer.purpose == TransferPurpose.RETURN:
        yield told(loan, "MERCHANT_REFUNDED", f"returned:{transfer.pk}", transfer.amount_fen)
    if loan.state == LoanState.SETTLED:
        yield told(loan, "LOAN_SETTLED", f"settled:{loan.pk}", loan.principal_fen)


def _undo(loan: Loan, on: date) -> None:
    """A loan that was given back earned nothing, cost nothing, and leaves no money with us."""
    rewards.reverse_loan(borrower_id=loan.borrower_id, loan_id=loan.pk, on=on)
    rewards.give_used_back(borrower_id=loan.borrower_id, loan_id=loan.pk, on=on)
    send_back(loan, on=on, why="given-back")
    tell(loan, "LOAN_GIVEN_BACK", f"given-back:{loan.pk}", loan.principal_fen)


def _say_it_failed(loan: Loan, transfer: Transfer) -> None:
    audit.append(
        action="lending.repayment.failed",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"transfer": transfer.pk, "code": transfer.failure_code},
    )
    # Of a debit its own room tells, because it knows what comes next. Of money that moved with
    # another amount, staff do.
    is_told = transfer.purpose == TransferPurpose.DEBIT or transfer.failure_code == "AMOUNT_DIFFERS"
    if transfer.purpose in FROM_BORROWERS and not is_told:
        tell(loan, "REPAYMENT_FAILED", f"failed:{transfer.pk}", transfer.amount_fen)
