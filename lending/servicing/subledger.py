"""What a loan's own accounts must show for a state, and the lines that bring them there. Pure.

Every change of a loan, a repayment, a day's accrual, a backdated payment, a reversal, is posted as
the difference between two states; so the books follow the fold and can never drift from it.
"""

from collections.abc import Mapping

from lending.calc.contracts import LoanState
from lending.calc.conventions.strategies import Component
from lending.ledger import chart
from lending.ledger.contracts import Line

ACCOUNTS = (
    chart.BANK,
    chart.LOAN_PRINCIPAL,
    chart.INTEREST_RECEIVABLE,
    chart.PENALTY_RECEIVABLE,
    chart.FEE_RECEIVABLE,
    chart.UNALLOCATED,
    chart.INTEREST_INCOME,
    chart.PENALTY_INCOME,
    chart.FEE_INCOME,
    chart.LOAN_LOSS,
)


def balances_fen(state: LoanState) -> dict[str, int]:
    """The balance of each of a loan's accounts, debit positive. They add up to zero.

    What was forgiven is neither owed nor income. What was given up as lost is a loss, less what
    came in after it; interest given back on a returned part was never income.
    """
    interest_paid = settled_fen(state, Component.INTEREST)
    penalty_paid = settled_fen(state, Component.PENALTY)
    fee_paid = settled_fen(state, Component.FEE)
    given_back_fen = waived_fen(state, Component.INTEREST) + state.interest_returned_fen
    balances = {
        chart.BANK: state.received_fen - state.disbursed_fen - state.refunded_fen,
        chart.LOAN_PRINCIPAL: state.principal_outstanding_fen,
        chart.INTEREST_RECEIVABLE: state.interest_accrued_fen - interest_paid,
        chart.PENALTY_RECEIVABLE: state.penalty_accrued_fen - penalty_paid,
        chart.FEE_RECEIVABLE: state.fee_accrued_fen - fee_paid,
        chart.UNALLOCATED: -state.overpaid_fen,
        chart.INTEREST_INCOME: given_back_fen - state.interest_accrued_fen,
        chart.PENALTY_INCOME: waived_fen(state, Component.PENALTY) - state.penalty_accrued_fen,
        chart.FEE_INCOME: waived_fen(state, Component.FEE) - state.fee_accrued_fen,
        chart.LOAN_LOSS: state.written_off_fen - state.recovered_fen,
    }
    assert sum(balances.values()) == 0, "the fold lost or invented money"
    return balances


def settled_fen(state: LoanState, component: Component) -> int:
    """What of a component is no longer owed, over all instalments."""
    return sum(line.balance(component).settled_fen for line in state.instalments)


def waived_fen(state: LoanState, component: Component) -> int:
    """What of a component was forgiven, over all instalments."""
    return sum(line.balance(component).waived_fen for line in state.instalments)


def difference(
    *, wanted: Mapping[str, int], present: Mapping[str, int], loan_id: int
) -> tuple[Line, ...]:
    """The lines that lead from the present balances to the wanted ones."""
    steps = {code: wanted[code] - present.get(code, 0) for code in ACCOUNTS}
    return tuple(Line(code, step, loan_id) for code, step in steps.items() if step)
