"""Money that is with us already becomes a payment on a loan: no bank moves for it."""

from datetime import date, datetime, timedelta

from common.actors import SYSTEM
from common.audit import actions as audit
from common.transactions import required
from lending.calc.contracts import TransactionKind
from lending.ledger import actions as ledger
from lending.ledger import chart
from lending.ledger.contracts import both
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanState, LoanTransaction
from lending.repayments.after import remember, reward, tell
from lending.servicing import actions as servicing
from lending.servicing.waiving import beyond_the_cap

DAY = timedelta(days=1)


@required
def book(
    *,
    loan: Loan,
    amount_fen: int,
    value_date: date,
    entry_key: str,
    held_on: str,
    came_with: int | None,
    on: date,
    at: datetime,
) -> None:
    """Take it from the account on which it is held; the caller holds the loan's lock.

    `came_with` is the transfer by which it once came, and by whose channel it can go back.
    """
    servicing.catch_up(loan=loan, through=on - DAY)
    beyond_the_cap.before_money(loan, on=value_date)
    LoanTransaction.objects.create(
        loan=loan,
        sequence=loans.next_sequence(loan),
        kind=TransactionKind.REPAYMENT,
        value_date=value_date,
        booked_on=on,
        amount_fen=amount_fen,
        terms={} if came_with is None else {"came_with": came_with},
    )
    carried = servicing.bring_forward(loan=loan, through=on)
    taken = both(debit=held_on, credit=chart.BANK, amount_fen=amount_fen, loan_id=None)
    ledger.post(
        entry_key=entry_key, business_date=on, kind="REPAYMENT", lines=(*carried.lines, *taken)
    )
    audit.append(
        action="lending.repayment.booked",
        subject=f"loan:{loan.public_id}",
        by=SYSTEM,
        facts={"amount_fen": amount_fen, "entry": entry_key},
    )
    tell(loan, "REPAYMENT_RECEIVED", f"received:{entry_key}", amount_fen)
    if loan.state == LoanState.SETTLED:
        tell(loan, "LOAN_SETTLED", f"settled:{loan.pk}", loan.principal_fen)
    remember(loan, carried.newly_paid, at)
    reward(loan, carried.newly_paid, on)
