"""A loan small enough for a sheet of paper: 3,000 yuan over three months at one percent a month.

Paid out on 31 January 2026; due 1,020.07 on 28 February, 31 March and (a fen less) 30 April.
Late principal costs four fen a day for each hundred yuan, after three days of grace.
"""

from datetime import date

from lending.calc.contracts import Change, Transaction, TransactionKind
from lending.calc.fold import fold
from lending.tests.calc_loans import opening, terms_of

QUARTER = terms_of(
    principal_fen=300_000, annual_rate_ppm=120_000, months=3, penalty_rate_ppm=146_000
)
ROWS = [(99_007, 3_000), (99_997, 2_010), (100_996, 1_010)]


def day(text):
    return date.fromisoformat(text)


def event(kind, on, amount_fen=0, *, sequence=2, **change):
    return Transaction(TransactionKind(kind), sequence, day(on), amount_fen, None, Change(**change))


def lived(on, *events):
    """The loan at the end of a day, paid out and with these events."""
    return fold(QUARTER, [opening(QUARTER), *events], day(on))


def rows(state):
    """Principal and interest of every instalment as they are due now."""
    return [(line.principal.due_fen, line.interest.due_fen) for line in state.instalments]


def left(state):
    """Principal and interest still to be paid of every instalment."""
    return [
        (line.principal.outstanding_fen, line.interest.outstanding_fen)
        for line in state.instalments
    ]


def due_days(state):
    return [line.due_on.isoformat() for line in state.instalments]


def numbers(state):
    return [line.number for line in state.instalments]
