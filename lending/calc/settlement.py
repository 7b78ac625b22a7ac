"""Paying a loan off: interest to the day and none for the time after it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from lending.calc import waterfall
from lending.calc.contracts import Balance, InstalmentState, LoanState, Quote
from lending.calc.conventions.strategies import Component
from lending.calc.waterfall import Share

CHARGES = (Component.INTEREST, Component.FEE, Component.PENALTY)


def quote(state: LoanState) -> Quote:
    """What closes the loan on the day of the state, with all payments of that day counted."""
    closing = without_later_interest(state)
    return Quote(
        on=state.through,
        principal_fen=closing.principal_outstanding_fen,
        interest_fen=closing.interest_outstanding_fen,
        penalty_fen=closing.penalty_outstanding_fen,
        saved_fen=state.outstanding_fen - closing.outstanding_fen,
        fee_fen=closing.fee_outstanding_fen,
        back_fen=closing.overpaid_fen - state.overpaid_fen,
        ahead_fen=state.principal_outstanding_fen - closing.principal_outstanding_fen,
    )


def without_later_interest(state: LoanState) -> LoanState:
    """The same loan owing only interest and fees earned by the day.

    Interest that was paid before time had earned it, and fees of periods that have not begun,
    repay principal, and then what else is owed; what is left of them is overpaid.
    """
    ahead_fen: dict[Share, int] = {}
    for line in state.instalments:
        ahead_fen[line.number, Component.INTEREST] = line.interest_ahead_fen(state.through)
        ahead_fen[line.number, Component.FEE] = line.fee_ahead_fen(state.through)
    return _counted_back(state, ahead_fen, lambda line: _to_the_day(line, state.through))


def without_charges(state: LoanState) -> LoanState:
    """The same loan owing its principal and nothing else; all other money that was paid repays it.

    Whoever gives a loan back within its days has paid nothing for it: no interest, fee or penalty.
    """
    paid_fen = {
        (line.number, component): line.balance(component).paid_fen
        for line in state.instalments
        for component in CHARGES
    }
    return _counted_back(state, paid_fen, _uncharged)


def _counted_back(
    state: LoanState,
    back_fen: Mapping[Share, int],
    closing: Callable[[InstalmentState], InstalmentState],
) -> LoanState:
    """The instalments closed, and money that they give back spent on what is left of them."""
    kept, taken = waterfall.freed(state.allocations, back_fen)
    lines = tuple(closing(_with_less(line, back_fen)) for line in state.instalments)
    state = replace(state, instalments=lines, allocations=kept)
    for each in taken:
        settled = waterfall.pay_again(
            state.instalments, each, on=state.through, strategy=state.terms.strategy
        )
        state = replace(
            state,
            instalments=settled.instalments,
            allocations=state.allocations + settled.allocations,
            overpaid_fen=state.overpaid_fen + settled.left_fen,
        )
    return state


def _with_less(line: InstalmentState, back_fen: Mapping[Share, int]) -> InstalmentState:
    for component in CHARGES:
        if part_fen := back_fen.get((line.number, component), 0):
            before = line.balance(component)
            less = replace(before, paid_fen=before.paid_fen - part_fen)
            line = line.with_balance(component, less)
    return line


def _to_the_day(line: InstalmentState, day: date) -> InstalmentState:
    interest = replace(line.interest, due_fen=line.interest_earned_fen(day))
    return replace(line, interest=interest, fee=replace(line.fee, due_fen=line.fee_owed_fen(day)))


def _uncharged(line: InstalmentState) -> InstalmentState:
    """Owing neither interest nor fees nor penalty beyond what was already settled of them."""
    return replace(
        line,
        interest=_no_more(line.interest),
        fee=_no_more(line.fee),
        penalty=_no_more(line.penalty),
    )


def _no_more(balance: Balance) -> Balance:
    return replace(balance, due_fen=balance.settled_fen)
