"""Paying a loan off: interest to the day and none for the time after it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from lending.calc import waterfall
from lending.calc.contracts import Balance, InstalmentState, LoanState, Quote


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
    )


def without_later_interest(state: LoanState) -> LoanState:
    """The same loan owing only interest and fees earned by the day.

    Interest that was paid before time had earned it repays principal, and then what else is owed;
    what is left of it is overpaid.
    """
    ahead_fen = {line.number: line.interest_ahead_fen(state.through) for line in state.instalments}
    return _counted_back(state, ahead_fen, lambda line: _to_the_day(line, state.through))


def without_charges(state: LoanState) -> LoanState:
    """The same loan owing its principal and nothing else; all interest that was paid repays it."""
    paid_fen = {line.number: line.interest.paid_fen for line in state.instalments}
    return _counted_back(state, paid_fen, _uncharged)


def _counted_back(
    state: LoanState,
    back_fen: Mapping[int, int],
    closing: Callable[[InstalmentState], InstalmentState],
) -> LoanState:
    """The instalments closed, and interest that they give back spent on what is left of them."""
    kept, freed = waterfall.interest_freed(state.allocations, back_fen)
    lines = tuple(
        closing(_with_less_interest(line, back_fen[line.number])) for line in state.instalments
    )
    state = replace(state, instalments=lines, allocations=kept)
    for each in freed:
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


def _with_less_interest(line: InstalmentState, back_fen: int) -> InstalmentState:
    return replace(
        line, interest=replace(line.interest, paid_fen=line.interest.paid_fen - back_fen)
    )


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
