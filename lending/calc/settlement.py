"""Paying a loan off: interest to the day and none for the time after it."""

from dataclasses import replace
from datetime import date

from lending.calc.contracts import InstalmentState, LoanState, Quote


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
    """The same loan owing only interest and fees earned by the day; what was paid ahead stays."""
    lines = tuple(_to_the_day(line, state.through) for line in state.instalments)
    return replace(state, instalments=lines)


def _to_the_day(line: InstalmentState, day: date) -> InstalmentState:
    interest = replace(line.interest, due_fen=line.interest_earned_fen(day))
    return replace(line, interest=interest, fee=replace(line.fee, due_fen=line.fee_owed_fen(day)))
