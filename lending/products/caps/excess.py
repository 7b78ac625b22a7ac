"""What must be waived so that a running loan stays within the cap. Pure.

The most that may still be owed on a day is what was paid out, grown at the cap, less every payment
grown from its own day. What penalty and interest ask beyond that is waived as soon as they are due;
principal never is.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext

from common.rates import PPM
from lending.calc.contracts import LoanState, Terms, Transaction, TransactionKind
from lending.calc.fold import fold, standing
from lending.products.caps.years import years_until

PAYS = {TransactionKind.REPAYMENT, TransactionKind.PAYOFF}
DIGITS = 50


def waiver_fen(
    terms: Terms, transactions: Iterable[Transaction], *, through: date, cap_ppm: int
) -> int:
    """How much penalty and due interest to waive on a day, so that paying all keeps the cap.

    Nothing before the payout, and nothing where the cap is kept. Raises UnsoundLog.
    """
    log = list(transactions)
    state = fold(terms, log, through)
    if not state.instalments or state.is_settled:
        return 0
    owed_fen = state.principal_outstanding_fen + _charged_fen(state)
    excess_fen = owed_fen - allowed_fen(terms, log, through=through, cap_ppm=cap_ppm)
    return min(max(excess_fen, 0), _forgivable_fen(state))


def allowed_fen(
    terms: Terms, transactions: Iterable[Transaction], *, through: date, cap_ppm: int
) -> int:
    """The most that may be owed at the end of a day, rounded down; never less than nothing."""
    paid = [
        each
        for each in standing(list(transactions))
        if each.kind in PAYS and each.value_date <= through
    ]
    with localcontext() as exact:
        exact.prec = DIGITS
        balance = _grown(terms, terms.principal_fen, terms.disbursed_on, through, cap_ppm)
        for each in paid:
            balance -= _grown(terms, each.amount_fen, each.value_date, through, cap_ppm)
        return max(int(balance), 0)


def _grown(terms: Terms, amount_fen: int, since: date, through: date, cap_ppm: int) -> Decimal:
    years = years_until(terms.schedule, through) - years_until(terms.schedule, since)
    power = Decimal(years.numerator) / years.denominator
    return amount_fen * (1 + Decimal(cap_ppm) / PPM) ** power


def _charged_fen(state: LoanState) -> int:
    """Interest earned and penalty, through the day of the state, not yet paid."""
    interest_fen = sum(
        max(line.interest_earned_fen(state.through) - line.interest.settled_fen, 0)
        for line in state.instalments
    )
    return interest_fen + state.penalty_outstanding_fen


def _forgivable_fen(state: LoanState) -> int:
    """What a waiver can take: penalty, and interest whose due date has come."""
    return state.penalty_outstanding_fen + sum(
        line.interest.outstanding_fen for line in state.instalments if line.due_on <= state.through
    )
