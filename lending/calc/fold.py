"""The state of a loan is a pure fold over its terms and its log, whatever order the log came in.

Transactions count in the order of value date, kind, sequence. A reversed transaction and its
reversal count for nothing, as if neither had been written, whatever their dates.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from lending.calc import settlement, waterfall
from lending.calc.accrual import aged
from lending.calc.contracts import (
    Balance,
    Instalment,
    InstalmentState,
    LoanState,
    Quote,
    Terms,
    Transaction,
    TransactionKind,
)

# On one day the loan opens first, then debt is forgiven, then money is spent, pay-offs last.
RANK = {
    TransactionKind.DISBURSEMENT: 0,
    TransactionKind.WAIVER: 1,
    TransactionKind.REPAYMENT: 2,
    TransactionKind.PAYOFF: 3,
}


class UnsoundLog(ValueError):
    """The log contradicts itself or its terms: a bug upstream, never a borrower's mistake."""


def fold(terms: Terms, transactions: Iterable[Transaction], through: date) -> LoanState:
    """The loan at the end of the day `through`; transactions of later value dates wait.

    Raises UnsoundLog.
    """
    state = LoanState(terms=terms, through=date.min)
    for transaction in standing(list(transactions)):
        if transaction.value_date > through:
            break
        state = forward(state, transaction.value_date)
        state = EFFECT[transaction.kind](state, transaction)
    return forward(state, through)


def forward(state: LoanState, through: date) -> LoanState:
    """The same loan later, if nothing happens until then."""
    assert through >= state.through
    lines = tuple(
        aged(line, terms=state.terms, since=state.through, through=through)
        for line in state.instalments
    )
    return replace(state, instalments=lines, through=through)


def standing(transactions: Sequence[Transaction]) -> list[Transaction]:
    """The log without what was reversed, in the order in which it counts.

    Raises UnsoundLog for a sequence used twice, a reversal of nothing, of a reversal or of what
    is already reversed, and for two disbursements.
    """
    reversed_ = [each.reverses for each in transactions if each.reverses is not None]
    kept = [
        each for each in transactions if each.reverses is None and each.sequence not in reversed_
    ]
    for fault in _faults(transactions, reversed_, kept):
        raise UnsoundLog(fault)
    return sorted(kept, key=lambda each: (each.value_date, RANK[each.kind], each.sequence))


def amount_due(state: LoanState, on: date) -> int:
    """What must be paid on a day, today's or a later one, for nothing to be past due after it."""
    state = forward(state, on)
    return sum(line.outstanding_fen for line in state.instalments if line.due_on <= on)


def payable(state: LoanState, on: date) -> int:
    """The most that an ordinary payment may bring: what is due, and the instalment that runs.

    Later instalments wait: paying them ahead would cost interest that nobody owes yet. Who wants
    to pay more pays off, and then interest counts only up to the day.
    """
    state = forward(state, on)
    return sum(line.outstanding_fen for line in state.instalments if line.scheduled.starts_on <= on)


def next_due(state: LoanState, on: date) -> InstalmentState | None:
    """The first instalment not fully paid whose due date is that day or later."""
    ahead = (line for line in state.instalments if line.due_on >= on and line.outstanding_fen > 0)
    return next(ahead, None)


def payoff_quote(terms: Terms, transactions: Iterable[Transaction], on: date) -> Quote:
    """What closes the loan when it is paid as a PAYOFF on that day. Raises UnsoundLog."""
    return settlement.quote(fold(terms, transactions, on))


def _disburse(state: LoanState, transaction: Transaction) -> LoanState:
    terms = state.terms
    if (transaction.amount_fen, transaction.value_date) != (
        terms.principal_fen,
        terms.disbursed_on,
    ):
        raise UnsoundLog("the disbursement is not the one of the terms")
    lines = tuple(_opened(row, terms.disbursed_on) for row in terms.schedule)
    return replace(state, instalments=lines, disbursed_fen=transaction.amount_fen)


def _opened(row: Instalment, on: date) -> InstalmentState:
    line = InstalmentState(
        scheduled=row,
        principal=Balance(due_fen=row.principal_fen),
        interest=Balance(due_fen=row.interest_fen),
    )
    return replace(line, settled_on=waterfall.settled_on(line, on))


def _waive(state: LoanState, transaction: Transaction) -> LoanState:
    settled = waterfall.waive(state.instalments, transaction)
    return replace(
        state,
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
        waiver_unused_fen=state.waiver_unused_fen + settled.left_fen,
    )


def _repay(state: LoanState, transaction: Transaction) -> LoanState:
    settled = waterfall.pay(state.instalments, transaction)
    return replace(
        state,
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
        received_fen=state.received_fen + transaction.amount_fen,
        overpaid_fen=state.overpaid_fen + settled.left_fen,
    )


def _pay_off(state: LoanState, transaction: Transaction) -> LoanState:
    """Close the loan; a pay-off that a later reversal leaves short is an ordinary repayment."""
    if transaction.amount_fen >= settlement.quote(state).total_fen:
        state = settlement.without_later_interest(state)
    return _repay(state, transaction)


EFFECT: Mapping[TransactionKind, Callable[[LoanState, Transaction], LoanState]] = {
    TransactionKind.DISBURSEMENT: _disburse,
    TransactionKind.WAIVER: _waive,
    TransactionKind.REPAYMENT: _repay,
    TransactionKind.PAYOFF: _pay_off,
}


def _faults(
    transactions: Sequence[Transaction], reversed_: Sequence[int], kept: Sequence[Transaction]
) -> Iterator[str]:
    by_sequence = {each.sequence: each for each in transactions}
    if len(by_sequence) < len(transactions):
        yield "a sequence is used twice"
    if len(set(reversed_)) < len(reversed_):
        yield "a transaction is reversed twice"
    for sequence in reversed_:
        if sequence not in by_sequence or by_sequence[sequence].reverses is not None:
            yield "a reversal of nothing, or of a reversal"
    if sum(each.kind is TransactionKind.DISBURSEMENT for each in kept) > 1:
        yield "two disbursements"
