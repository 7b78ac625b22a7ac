"""Money in and money back: what each payment does to a loan."""

from dataclasses import replace
from datetime import date

from lending.calc import settlement, waterfall
from lending.calc.contracts import (
    Allocation,
    InstalmentState,
    LoanState,
    Policy,
    Transaction,
)
from lending.calc.conventions.strategies import Component
from lending.calc.effects import replan


def repay(state: LoanState, transaction: Transaction) -> LoanState:
    """Spend a payment along the schedule; on a loan given up as lost it is a recovery."""
    state, left_fen = _recovered(received(state, transaction), transaction.amount_fen)
    if left_fen == 0:
        return state
    if left_fen < transaction.amount_fen:
        transaction = replace(transaction, amount_fen=left_fen)
    return _spent(state, transaction)


def pay_off(state: LoanState, transaction: Transaction) -> LoanState:
    """Close the loan; a pay-off that a later reversal leaves short is an ordinary repayment."""
    if transaction.amount_fen >= settlement.quote(state).total_fen:
        state = _closed(settlement.without_later_interest(state), transaction.value_date)
    return repay(state, transaction)


def _closed(state: LoanState, on: date) -> LoanState:
    """Where money paid ahead has covered all of it, no payment comes that would say so."""
    if state.outstanding_fen:
        return state
    lines = tuple(
        line if line.settled_on is not None else replace(line, settled_on=on)
        for line in state.instalments
    )
    return replace(state, instalments=lines)


def prepay(state: LoanState, transaction: Transaction) -> LoanState:
    """What is due first, then interest earned by the day, then principal; then plan the rest again.

    With NEXT_DUE the money runs along the schedule instead, and the schedule stays.
    """
    if transaction.change.policy is Policy.NEXT_DUE or state.written_off_on is not None:
        return repay(state, transaction)
    settled = waterfall.pay_due(state.instalments, transaction, strategy=state.terms.strategy)
    state = replace(
        received(state, transaction),
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
    )
    return _ahead(state, transaction, settled.left_fen)


def refund_by_merchant(state: LoanState, transaction: Transaction) -> LoanState:
    """What a merchant sends back lowers the principal first, then what is due; the rest is kept.

    With `refunds_interest`, the part of the interest earned so far that the returned part bore is
    given back with it.
    """
    if state.written_off_on is not None or not state.instalments:
        return repay(state, transaction)
    state = received(state, transaction)
    back_fen = 0
    if transaction.change.refunds_interest:
        part_fen = min(transaction.amount_fen, state.disbursed_fen)
        back_fen = state.interest_accrued_fen * part_fen // state.disbursed_fen
    state = _to_principal(state, transaction, transaction.amount_fen)
    return _interest_back(state, transaction, back_fen)


def withdraw(state: LoanState, transaction: Transaction) -> LoanState:
    """Undo the loan within its cooling-off: principal back, no fees, interest only if agreed.

    Interest that was paid before counts towards it. Money that does not cover it is an ordinary
    repayment.
    """
    closing = (
        settlement.without_later_interest(state)
        if transaction.change.charges_interest
        else settlement.without_charges(state)
    )
    if not state.instalments or transaction.amount_fen < closing.outstanding_fen:
        return repay(state, transaction)
    return replace(repay(closing, transaction), withdrawn_on=transaction.value_date)


def refund_credit(state: LoanState, transaction: Transaction) -> LoanState:
    """Pay back what was paid too much. What is no longer there is lent, and due at once.

    On a loan that was given up it is lost at once, and can be recovered.
    """
    short_fen = max(transaction.amount_fen - state.overpaid_fen, 0)
    state = replace(
        state,
        refunded_fen=state.refunded_fen + transaction.amount_fen,
        overpaid_fen=state.overpaid_fen - (transaction.amount_fen - short_fen),
    )
    if short_fen == 0 or not state.instalments:
        return replace(state, overpaid_fen=state.overpaid_fen - short_fen)
    index = next(
        (at for at, line in enumerate(state.instalments) if line.due_on >= transaction.value_date),
        len(state.instalments) - 1,
    )
    lines = list(state.instalments)
    principal = lines[index].principal
    owed = replace(principal, due_fen=principal.due_fen + short_fen)
    lent = replace(lines[index], principal=owed, settled_on=None)
    lines[index] = lent if state.written_off_on is None else lost(lent)
    return replace(state, instalments=tuple(lines))


def lost(line: InstalmentState) -> InstalmentState:
    """The instalment with all that is still owed on it given up."""
    for component in Component:
        before = line.balance(component)
        lost_fen = before.written_off_fen + before.outstanding_fen
        line = line.with_balance(component, replace(before, written_off_fen=lost_fen))
    return line


def received(state: LoanState, transaction: Transaction) -> LoanState:
    """The money is here, wherever it goes."""
    return replace(state, received_fen=state.received_fen + transaction.amount_fen)


def _recovered(state: LoanState, amount_fen: int) -> tuple[LoanState, int]:
    """What goes against a loss, and what is left after it."""
    part_fen = min(amount_fen, state.written_off_fen - state.recovered_fen)
    if part_fen == 0:
        return state, amount_fen
    return replace(state, recovered_fen=state.recovered_fen + part_fen), amount_fen - part_fen


def _spent(state: LoanState, transaction: Transaction) -> LoanState:
    settled = waterfall.pay(state.instalments, transaction, strategy=state.terms.strategy)
    return replace(
        state,
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
        overpaid_fen=state.overpaid_fen + settled.left_fen,
    )


def _ahead(state: LoanState, transaction: Transaction, left_fen: int) -> LoanState:
    """Money beyond what is due: interest earned so far, principal, and the plan made again."""
    gathered = replan.gather(state, transaction.value_date)
    if left_fen == 0 or gathered is None:
        return replace(state, overpaid_fen=state.overpaid_fen + left_fen)
    interest_fen = min(left_fen, gathered.first.interest.outstanding_fen)
    gathered = _paid(gathered, transaction, Component.INTEREST, interest_fen)
    return _principal_paid(state, transaction, gathered, left_fen - interest_fen)


def _to_principal(state: LoanState, transaction: Transaction, amount_fen: int) -> LoanState:
    gathered = replan.gather(state, transaction.value_date)
    if gathered is None:
        return _spent(state, replace(transaction, amount_fen=amount_fen))
    return _principal_paid(state, transaction, gathered, amount_fen)


def _principal_paid(
    state: LoanState, transaction: Transaction, gathered: replan.Gathered, left_fen: int
) -> LoanState:
    principal_fen = min(left_fen, gathered.principal_fen)
    gathered = _paid(gathered, transaction, Component.PRINCIPAL, principal_fen)
    keeps_level = transaction.change.policy is Policy.REDUCE_TERM
    state = replan.spread(
        state,
        gathered,
        spans=gathered.spans,
        rate_ppm=state.annual_rate_ppm,
        level_fen=state.level_fen if keeps_level else None,
        is_capped=True,
        ends_early=keeps_level,
    )
    if left_fen == principal_fen:
        return state
    return _spent(state, replace(transaction, amount_fen=left_fen - principal_fen))


def _paid(
    gathered: replan.Gathered, transaction: Transaction, component: Component, amount_fen: int
) -> replan.Gathered:
    if amount_fen == 0:
        return gathered
    first, before = gathered.first, gathered.first.balance(component)
    after = replace(before, paid_fen=before.paid_fen + amount_fen)
    if component is Component.PRINCIPAL:
        after = replace(after, due_fen=before.due_fen + amount_fen)
        gathered = replace(gathered, principal_fen=gathered.principal_fen - amount_fen)
    told = Allocation(transaction.sequence, first.number, component, amount_fen)
    return replace(
        gathered,
        first=first.with_balance(component, after),
        allocations=(*gathered.allocations, told),
    )


def _interest_back(state: LoanState, transaction: Transaction, back_fen: int) -> LoanState:
    """Interest given back: what is still owed of it is forgiven, what was paid is credited."""
    if back_fen == 0:
        return state
    settled = waterfall.forgive_interest(
        state.instalments, replace(transaction, amount_fen=back_fen)
    )
    state = replace(
        state,
        instalments=settled.instalments,
        allocations=state.allocations + settled.allocations,
        interest_returned_fen=state.interest_returned_fen + settled.left_fen,
    )
    if settled.left_fen == 0:
        return state
    return _to_principal(state, transaction, settled.left_fen)
