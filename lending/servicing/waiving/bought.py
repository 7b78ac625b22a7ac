"""A late fee that is waived because the borrower bought that with points."""

from datetime import date, timedelta

from common.actors import Actor
from common.audit import actions as audit
from common.errors import NotFound, Refused
from common.locking import Rank, lock_one
from common.texts import gettext_noop
from common.transactions import durable
from lending.calc.contracts import Change, LoanState, TransactionKind
from lending.calc.fold import fold
from lending.channels import queries as transfers
from lending.ledger import actions as ledger
from lending.loans import log as keeping
from lending.loans import queries as loans
from lending.loans.models import Loan, LoanTransaction
from lending.loans.models import LoanState as Life
from lending.rewards import actions as rewards
from lending.rewards import queries as points
from lending.servicing import actions as servicing

# What such a waiver is called in the log.
CODE = "POINTS"


class NothingToWaive(Refused):
    """There is no late fee."""

    code = "NOTHING_TO_WAIVE"
    message = gettext_noop("There is no late fee on this loan today.")
    advice = gettext_noop("Keep it: you can use it until its last day.")


class WaiverWaits(Refused):
    """The late fee is being paid."""

    code = "WAIVER_WAITS"
    message = gettext_noop("A payment on this loan is on its way.")
    advice = gettext_noop("Wait until it has arrived; what is left can be waived then.")


def waivable_fen(state: LoanState) -> int:
    """The late fees of a loan: penalty, and fees whose day has come."""
    fees_fen = sum(
        line.fee.outstanding_fen for line in state.instalments if line.due_on <= state.through
    )
    return state.penalty_outstanding_fen + fees_fen


@durable
def use(*, loan_id: int, entitlement: str, on: date, by: Actor) -> LoanTransaction:
    """Waive late fees of a day up to what was bought; the same one again is once.

    Raises NotFound, EntitlementNotUsable, NothingToWaive, WaiverWaits.
    """
    loan = lock_one(Loan.objects.all(), rank=Rank.LOAN, pk=loan_id)
    bought = points.entitlement_of(loan.borrower_id, entitlement)
    if bought is None:
        raise NotFound
    change = Change(code=f"{CODE}:{bought.pk}")
    seen = loan.transactions.filter(terms=keeping.kept_change(change)).first()
    if seen is not None:
        return seen
    if transfers.collecting_fen(loan.pk):
        raise WaiverWaits
    most_fen = _late_fees_fen(loan, on)
    bought_fen = rewards.consume_waiver(
        entitlement_id=bought.pk, borrower_id=loan.borrower_id, loan_id=loan.pk, on=on
    )
    row = _written(loan, min(most_fen, bought_fen), change, on)
    audit.append(
        action="lending.loan.waived_for_points",
        subject=f"loan:{loan.public_id}",
        by=by,
        facts={"amount_fen": row.amount_fen, "entitlement": bought.pk},
    )
    return row


def _late_fees_fen(loan: Loan, on: date) -> int:
    """Raises NothingToWaive, also for a loan that is not running."""
    if loan.state != Life.ACTIVE:
        raise NothingToWaive
    servicing.catch_up(loan=loan, through=on - timedelta(days=1))
    most_fen = waivable_fen(fold(loans.terms_of(loan), loans.log_of(loan), on))
    if most_fen == 0:
        raise NothingToWaive
    return most_fen


def _written(loan: Loan, amount_fen: int, change: Change, on: date) -> LoanTransaction:
    row = LoanTransaction.objects.create(
        loan=loan,
        sequence=loans.next_sequence(loan),
        kind=TransactionKind.WAIVER,
        value_date=on,
        booked_on=on,
        amount_fen=amount_fen,
        terms=keeping.kept_change(change),
    )
    carried = servicing.bring_forward(loan=loan, through=on)
    ledger.post(
        entry_key=f"waiver:{loan.pk}:{row.sequence}",
        business_date=on,
        kind="WAIVER",
        lines=carried.lines,
    )
    return row
