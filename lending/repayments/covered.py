"""Closing a loan that money paid ahead covers: nothing is collected, and what is left goes back."""

from datetime import date, datetime, timedelta

from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.locking import Rank, lock_one
from common.money import yuan
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc.contracts import TransactionKind
from lending.calc.fold import payoff_quote
from lending.channels import queries as transfers
from lending.ledger import actions as ledger
from lending.loans import queries as loans
from lending.loans.models import Instalment, Loan, LoanState, LoanTransaction
from lending.repayments.actions import TooMuch, insist_on_open
from lending.repayments.after import cheaper, paid_whole, remember, reward, send_back, tell
from lending.servicing import actions as servicing
from lending.servicing.waiving import beyond_the_cap

DAY = timedelta(days=1)


class NotCovered(Refused):
    """Something is left to pay."""

    code = "PAYOFF_NOT_COVERED"
    message = gettext_noop("Paying off today costs ¥%(quote)s.")
    advice = gettext_noop("Look at the amount and confirm it.")


@durable
def close(*, loan_id: int, on: date, at: datetime, by: Actor) -> Loan:
    """Close the loan today for nothing; what was paid beyond it goes back. Again is the same.

    Raises LoanNotOpen, TooMuch while a payment is on its way, NotCovered.
    """
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    if loan.state == LoanState.SETTLED and _was_covered(loan):
        return loan
    insist_on_open(loan=loan)
    if transfers.collecting_fen(loan.pk):
        raise TooMuch(most=yuan(0))
    quote = payoff_quote(loans.terms_of(loan), beyond_the_cap.log_on(loan, on=on), on)
    if quote.total_fen or loan.state != LoanState.ACTIVE:
        raise NotCovered(quote=yuan(quote.total_fen))
    servicing.catch_up(loan=loan, through=on - DAY)
    whole = paid_whole(loan)
    newly_paid = _write(loan, on)
    audit.append(
        action="lending.loan.closed_covered",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"back_fen": loan.overpaid_fen},
    )
    remember(loan, newly_paid, at)
    reward(loan, (*cheaper(loan, whole, on), *newly_paid), on)
    send_back(loan, on=on, why="covered")
    tell(loan, "LOAN_SETTLED", f"settled:{loan.pk}", loan.principal_fen)
    return loan


def _was_covered(loan: Loan) -> bool:
    return loan.transactions.filter(kind=TransactionKind.PAYOFF, amount_fen=0).exists()


def _write(loan: Loan, on: date) -> tuple[Instalment, ...]:
    beyond_the_cap.before_money(loan, on=on)
    sequence = loans.next_sequence(loan)
    LoanTransaction.objects.create(
        loan=loan,
        sequence=sequence,
        kind=TransactionKind.PAYOFF,
        value_date=on,
        booked_on=on,
        amount_fen=0,
    )
    carried = servicing.bring_forward(loan=loan, through=on)
    ledger.post(
        entry_key=f"covered:{loan.pk}:{sequence}",
        business_date=on,
        kind="REPAYMENT",
        lines=carried.lines,
    )
    return carried.newly_paid
