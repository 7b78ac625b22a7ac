"""The state of a loan is a pure fold over its terms and its log, whatever order the log came in.

Transactions count in the order of value date, kind, sequence. A reversed transaction and its
reversal count for nothing, as if neither had been written, whatever their dates.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lending.calc import settlement
from lending.calc.accrual import aged
from lending.calc.contracts import (
    UNDOING,
    InstalmentState,
    LoanState,
    Quote,
    Terms,
    Transaction,
    TransactionKind,
)
from lending.calc.effects import changing, giving_up, receiving
from lending.calc.effects.giving_up import UnsoundLog

__all__ = ["EFFECT", "RANK", "Folded", "UnsoundLog", "fold", "folded", "forward", "standing"]

# On one day the loan opens first, then terms change and debt is asked or forgiven, then money is
# spent, pay-offs after it, losses after them; money goes back last.
RANK = {
    kind: rank for rank, kind in enumerate(kind for kind in TransactionKind if kind not in UNDOING)
}


def fold(terms: Terms, transactions: Iterable[Transaction], through: date) -> LoanState:
    """The loan at the end of the day `through`; transactions of later value dates wait.

    Raises UnsoundLog.
    """
    return forward(folded(terms, transactions, through).state, through)


@dataclass(frozen=True, slots=True)
class Folded:
    """A loan after the last transaction that counted, and all that counted until then."""

    terms: Terms
    counted: tuple[Transaction, ...]
    state: LoanState


def folded(
    terms: Terms, transactions: Iterable[Transaction], through: date, *, kept: Folded | None = None
) -> Folded:
    """The loan after its last transaction of a day or before.

    Where the log only grew since it was `kept`, the fold goes on from there: the answer is that of
    beginning again, because what counted is the same and counted in the same order. Raises
    UnsoundLog.
    """
    counted = tuple(each for each in standing(list(transactions)) if each.value_date <= through)
    state, later = LoanState(terms=terms, through=date.min), counted
    if kept and kept.terms == terms and kept.counted == counted[: len(kept.counted)]:
        state, later = kept.state, counted[len(kept.counted) :]
    for transaction in later:
        state = forward(state, transaction.value_date)
        state = EFFECT[transaction.kind](state, transaction)
    return Folded(terms, counted, state)


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
    losses = [each.value_date for each in kept if each.kind is TransactionKind.WRITE_OFF]
    lost_on = min(losses, default=date.max)
    return sorted(kept, key=lambda each: (each.value_date, _rank(each, lost_on), each.sequence))


def _rank(transaction: Transaction, lost_on: date) -> int:
    """Money on a loss that was undone is an ordinary repayment, and comes where one comes."""
    is_recovery = transaction.kind is TransactionKind.RECOVERY
    if is_recovery and transaction.value_date < lost_on:
        return RANK[TransactionKind.REPAYMENT]
    return RANK[transaction.kind]


def returned_fen(transactions: Sequence[Transaction]) -> int:
    """What the merchant has given back and what of it stands."""
    kind = TransactionKind.MERCHANT_REFUND
    return sum(each.amount_fen for each in standing(transactions) if each.kind is kind)


def amount_due(state: LoanState, on: date) -> int:
    """What must be paid on a day, today's or a later one, for nothing to be past due after it."""
    state = forward(state, on)
    return sum(line.outstanding_fen for line in state.instalments if line.due_on <= on)


def amount_overdue(state: LoanState, on: date) -> int:
    """What should have been paid before a day, with what being late has cost up to it."""
    state = forward(state, on)
    return sum(line.outstanding_fen for line in state.instalments if line.due_on < on)


def payable(state: LoanState, on: date) -> int:
    """The most that an ordinary payment may bring: what is due, and the instalment that runs.

    Later instalments wait: paying them ahead would cost interest that nobody owes yet. Who wants
    to pay more pays off, and then interest counts only up to the day.
    """
    state = forward(state, on)
    if state.written_off_on is not None:
        return state.written_off_fen - state.recovered_fen
    return sum(line.outstanding_fen for line in state.instalments if line.scheduled.starts_on <= on)


def next_due(state: LoanState, on: date) -> InstalmentState | None:
    """The first instalment not fully paid whose due date is that day or later."""
    ahead = (line for line in state.instalments if line.due_on >= on and line.outstanding_fen > 0)
    return next(ahead, None)


def payoff_quote(terms: Terms, transactions: Iterable[Transaction], on: date) -> Quote:
    """What closes the loan when it is paid as a PAYOFF on that day. Raises UnsoundLog."""
    return settlement.quote(fold(terms, transactions, on))


EFFECT: Mapping[TransactionKind, Callable[[LoanState, Transaction], LoanState]] = {
    TransactionKind.DISBURSEMENT: giving_up.disburse,
    TransactionKind.RATE_CHANGE: changing.change_rate,
    TransactionKind.DUE_DATE_CHANGE: changing.change_due_date,
    TransactionKind.HOLIDAY: changing.give_holiday,
    TransactionKind.EXTENSION: changing.extend,
    TransactionKind.RESTRUCTURE: changing.restructure,
    TransactionKind.CHARGE: giving_up.charge,
    TransactionKind.WAIVER: giving_up.waive,
    TransactionKind.MERCHANT_REFUND: receiving.refund_by_merchant,
    TransactionKind.REPAYMENT: receiving.repay,
    TransactionKind.PREPAYMENT: receiving.prepay,
    TransactionKind.PAYOFF: receiving.pay_off,
    TransactionKind.WITHDRAWAL: receiving.withdraw,
    TransactionKind.WRITE_OFF: giving_up.write_off,
    TransactionKind.RECOVERY: giving_up.recover,
    TransactionKind.CREDIT_BALANCE_REFUND: receiving.refund_credit,
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
