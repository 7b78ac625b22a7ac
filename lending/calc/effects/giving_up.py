"""What is asked, forgiven, or given up as lost, without money moving."""

from dataclasses import replace

from lending.calc import settlement, waterfall
from lending.calc.contracts import Balance, Instalment, InstalmentState, LoanState, Transaction
from lending.calc.effects.receiving import lost, repay


class UnsoundLog(ValueError):
    """The log contradicts itself or its terms: a bug upstream, never a borrower's mistake."""


def disburse(state: LoanState, transaction: Transaction) -> LoanState:
    """The loan opens with its schedule. Raises UnsoundLog."""
    terms = state.terms
    if (transaction.amount_fen, transaction.value_date) != (
        terms.principal_fen,
        terms.disbursed_on,
    ):
        raise UnsoundLog("the disbursement is not the one of the terms")
    lines = tuple(_opened(row, transaction) for row in terms.schedule)
    first = terms.schedule[0]
    is_level = terms.method != "EQUAL_PRINCIPAL"
    return replace(
        state,
        instalments=lines,
        disbursed_fen=transaction.amount_fen,
        annual_rate_ppm=terms.annual_rate_ppm,
        level_fen=first.principal_fen + (first.interest_fen if is_level else 0),
    )


def charge(state: LoanState, transaction: Transaction) -> LoanState:
    """A fee on the instalment that is next due, or on the last one."""
    if not state.instalments:
        return state
    lines = list(state.instalments)
    index = next(
        (at for at, line in enumerate(lines) if line.due_on >= transaction.value_date),
        len(lines) - 1,
    )
    fee = lines[index].fee
    owed = replace(fee, due_fen=fee.due_fen + transaction.amount_fen)
    asked = replace(lines[index], fee=owed, settled_on=None)
    # Whoever gave the loan up gives up what is asked on it later, too: it can be recovered.
    lines[index] = asked if state.written_off_on is None else lost(asked)
    return replace(state, instalments=tuple(lines))


def waive(state: LoanState, transaction: Transaction) -> LoanState:
    """Forgive penalty, fees and interest that are due; never principal."""
    settled = waterfall.waive(state.instalments, transaction)
    return replace(
        state,
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
        waiver_unused_fen=state.waiver_unused_fen + settled.left_fen,
    )


def write_off(state: LoanState, transaction: Transaction) -> LoanState:
    """Give up all that is owed by the day as lost; nothing accrues after it."""
    if not state.instalments or state.outstanding_fen == 0:
        return state
    closing = settlement.without_later_interest(state)
    lines = tuple(lost(line) for line in closing.instalments)
    return replace(closing, instalments=lines, written_off_on=transaction.value_date)


def recover(state: LoanState, transaction: Transaction) -> LoanState:
    """Money on a loss; were the write-off undone, it is an ordinary repayment."""
    return repay(state, transaction)


def _opened(row: Instalment, transaction: Transaction) -> InstalmentState:
    line = InstalmentState(
        scheduled=row,
        principal=Balance(due_fen=row.principal_fen),
        interest=Balance(due_fen=row.interest_fen),
        fee=Balance(due_fen=row.fee_fen),
    )
    return replace(line, settled_on=waterfall.settled_on(line, transaction.value_date))
