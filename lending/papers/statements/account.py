"""A loan's account over some days, read off the fold as it walks the log. Pure.

Past days are told as they are known today: a payment that was taken back moves nothing, not even
on the day on which it came.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

from lending.calc.contracts import (
    InstalmentState,
    LoanState,
    Terms,
    Transaction,
    TransactionKind,
)
from lending.calc.conventions.strategies import Component
from lending.calc.fold import EFFECT, forward, standing
from lending.papers.statements.contracts import Account, Due, Entry, Movements, Owed, Parts
from lending.servicing.subledger import settled_fen, waived_fen

CHARGES = (Component.INTEREST, Component.FEE, Component.PENALTY)


def account(terms: Terms, log: Sequence[Transaction], *, since: date, until: date) -> Account:
    """What a loan owed before, what moved, and what it owes at the end. Raises UnsoundLog."""
    assert since <= until
    state = LoanState(terms=terms, through=date.min)
    before = forward(state, since - timedelta(days=1))
    merchant_before_fen, merchant_fen = 0, 0
    entries = []
    for each in standing(log):
        if each.value_date > until:
            break
        earlier = forward(state, each.value_date)
        state = EFFECT[each.kind](earlier, each)
        returned_fen = each.amount_fen if each.kind is TransactionKind.MERCHANT_REFUND else 0
        merchant_fen += returned_fen
        if each.value_date >= since:
            entries.append(_entry(each, earlier, state))
        else:
            merchant_before_fen = merchant_fen
            before = forward(state, since - timedelta(days=1))
    state = forward(state, until)
    so_far = _moved(state, merchant_fen)
    return Account(
        since=since,
        until=until,
        opening=owed(before),
        closing=owed(state),
        movements=_less(so_far, _moved(before, merchant_before_fen)),
        so_far=so_far,
        dues=tuple(_due(line) for line in state.instalments if since <= line.due_on <= until),
        entries=_with_undone(entries, log, since, until),
        ahead_fen=_ahead_fen(state, until),
    )


def _ahead_fen(state: LoanState, until: date) -> int:
    """Interest that was paid and not earned yet; of a loan that has ended nothing comes back."""
    if state.outstanding_fen == 0 or state.written_off_on is not None:
        return 0
    return sum(line.interest_ahead_fen(until) for line in state.instalments)


def owed(state: LoanState) -> Owed:
    """The balance of a state."""
    return Owed(
        principal_fen=state.principal_outstanding_fen,
        interest_fen=state.interest_accrued_fen - settled_fen(state, Component.INTEREST),
        fee_fen=state.fee_accrued_fen - settled_fen(state, Component.FEE),
        penalty_fen=state.penalty_accrued_fen - settled_fen(state, Component.PENALTY),
        loss_fen=state.written_off_fen - state.recovered_fen,
        credit_fen=state.overpaid_fen,
    )


def _moved(state: LoanState, merchant_fen: int) -> Movements:
    """Everything that has moved a loan's balance since its first day."""
    return Movements(
        paid_out_fen=state.disbursed_fen,
        interest_fen=state.interest_accrued_fen,
        fee_fen=state.fee_accrued_fen,
        penalty_fen=state.penalty_accrued_fen,
        paid_back_fen=state.refunded_fen,
        paid_fen=state.received_fen - merchant_fen,
        merchant_fen=merchant_fen,
        waived_fen=_waived_fen(state),
        given_back_fen=state.interest_returned_fen,
    )


def _less(later: Movements, earlier: Movements) -> Movements:
    names = [part.name for part in fields(Movements)]
    return Movements(**{name: getattr(later, name) - getattr(earlier, name) for name in names})


def _entry(transaction: Transaction, before: LoanState, after: LoanState) -> Entry:
    def grown(component: Component) -> int:
        return _paid_fen(after, component) - _paid_fen(before, component)

    return Entry(
        sequence=transaction.sequence,
        on=transaction.value_date,
        kind=transaction.kind,
        amount_fen=transaction.amount_fen,
        parts=Parts(
            principal_fen=grown(Component.PRINCIPAL),
            interest_fen=grown(Component.INTEREST),
            fee_fen=grown(Component.FEE),
            penalty_fen=grown(Component.PENALTY),
            loss_fen=after.recovered_fen - before.recovered_fen,
            credit_fen=after.overpaid_fen - before.overpaid_fen,
        ),
        waived_fen=_waived_fen(after) - _waived_fen(before),
        balance_fen=owed(after).total_fen,
    )


def _with_undone(
    entries: Sequence[Entry], log: Sequence[Transaction], since: date, until: date
) -> tuple[Entry, ...]:
    """What counts, and between it what was undone and its undoing, each on its own day."""
    by_sequence = {each.sequence: each for each in log}
    quiet = []
    for each in log:
        if each.reverses is None:
            continue
        undone = by_sequence[each.reverses]
        kept = _quiet(undone, undone.amount_fen)
        quiet += [
            replace(kept, undone_on=each.value_date),
            replace(_quiet(each, undone.amount_fen), undoes_on=undone.value_date),
        ]
    told = [each for each in quiet if since <= each.on <= until]
    # Sorting keeps the order of the fold among what counts on one day.
    return tuple(sorted([*entries, *told], key=lambda each: each.on))


def _quiet(transaction: Transaction, amount_fen: int) -> Entry:
    return Entry(
        sequence=transaction.sequence,
        on=transaction.value_date,
        kind=transaction.kind,
        amount_fen=amount_fen,
        parts=Parts(),
        waived_fen=0,
        balance_fen=None,
    )


def _due(line: InstalmentState) -> Due:
    balances = [line.balance(component) for component in Component]
    return Due(
        number=line.number,
        due_on=line.due_on,
        principal_fen=line.principal.due_fen,
        interest_fen=line.interest.due_fen,
        fee_fen=line.fee.due_fen,
        penalty_fen=line.penalty.due_fen,
        paid_fen=sum(each.paid_fen for each in balances),
        waived_fen=sum(each.waived_fen for each in balances),
        written_off_fen=line.written_off_fen,
        settled_on=line.settled_on,
    )


def _paid_fen(state: LoanState, component: Component) -> int:
    return sum(line.balance(component).paid_fen for line in state.instalments)


def _waived_fen(state: LoanState) -> int:
    return sum(waived_fen(state, component) for component in CHARGES)
