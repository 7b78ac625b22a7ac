"""Equal instalments 等额本息: one integer core for one loan and for arrays of loans.

Interest of a month is the balance times a twelfth of the annual rate, half up to the fen. All
instalments are equal but the last, which absorbs the rounding, so that principal sums exactly.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from common.periods import add_months
from common.rates import PPM
from lending.calc.contracts import MONTHS_IN_YEAR, Instalment
from lending.calc.conventions.days_off import rolled
from lending.calc.conventions.due_dates import Span, spans
from lending.calc.methods.counting import counted
from lending.calc.methods.fees import of_rows
from lending.calc.plans import (
    HIGHEST_RATE_PPM,
    LARGEST_PRINCIPAL_FEN,
    LONGEST_PERIODS,
    ImpossibleTerms,
    Method,
    Plan,
)

Fens = NDArray[np.int64]
Amount = TypeVar("Amount", int, Fens)

LONGEST_MONTHS = LONGEST_PERIODS
YEAR_PPM = MONTHS_IN_YEAR * PPM
# So many loans at once stay in a core's own memory.
BLOCK = 4_096


def build(plan: Plan) -> tuple[Instalment, ...]:
    """The schedule of a plan, fees in its rows and due dates off the days off.

    Raises ImpossibleTerms.
    """
    found = spans(plan)
    return dressed(plan, found, counted(plan, found))


def dressed(
    plan: Plan, found: Sequence[Span], rows: Sequence[tuple[int, int]]
) -> tuple[Instalment, ...]:
    """Rows of principal and interest with their dates and fees. Raises ImpossibleTerms."""
    days = [plan.first_disbursed_on]
    days += rolled(plan, [span.ends_on for span in found[: len(rows)]])
    collecting = _collecting(plan, len(rows))
    fees_fen = of_rows(plan, found, rows)
    return tuple(
        Instalment(
            number, days[0 if number == collecting else number - 1], days[number], *row, fee_fen
        )
        for number, (row, fee_fen) in enumerate(zip(rows, fees_fen, strict=True), start=1)
    )


def _collecting(plan: Plan, rows: int) -> int:
    """The row that brings interest put off before it: it is earned since the first payout."""
    put_off = rows if plan.method is Method.BULLET else plan.grace.interest_payment_periods
    return min(put_off + 1, rows)


def equal_instalments(
    *, principal_fen: int, annual_rate_ppm: int, months: int, starts_on: date
) -> tuple[Instalment, ...]:
    """The schedule of one loan paid out on `starts_on`; due on that day of each month.

    A loan of the 31st is due on the last day of shorter months and on the 31st again after them.

    Raises ImpossibleTerms for an amount, rate or term outside what can be counted in fen.
    """
    _check(principal_fen, annual_rate_ppm, months)
    days = [add_months(starts_on, number, anchor_day=starts_on.day) for number in range(months + 1)]
    level = level_payment_fen(principal_fen, annual_rate_ppm, months)
    parts = _amortise(principal_fen, annual_rate_ppm, months, level)
    return tuple(
        Instalment(number, days[number - 1], days[number], principal, interest)
        for number, (principal, interest) in enumerate(parts, start=1)
    )


def equal_instalment_grid(
    *, principal_fen: Fens, annual_rate_ppm: Fens, months: Fens
) -> tuple[Fens, Fens]:
    """Principal and interest of many loans, one column each; rows past a loan's term are zero.

    Every number is the one that `equal_instalments` gives for that loan alone.

    Raises ImpossibleTerms when any loan is outside what can be counted in fen.
    """
    _check(principal_fen, annual_rate_ppm, months)
    shape = int(months.max(initial=0)), len(principal_fen)
    principal, interest = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for start in range(0, len(principal_fen), BLOCK):
        block = slice(start, start + BLOCK)
        _fill(
            principal[:, block],
            interest[:, block],
            balance_fen=principal_fen[block].astype(np.int64),
            annual_rate_ppm=annual_rate_ppm[block],
            months=months[block],
        )
    return principal, interest


def _fill(
    principal: Fens, interest: Fens, *, balance_fen: Fens, annual_rate_ppm: Fens, months: Fens
) -> None:
    """The rows of a block, in place; a loan that is repaid has rows of zero by itself."""
    level_fen = _level_payments(balance_fen, annual_rate_ppm, months)
    terms = set(np.unique(months).tolist())
    for number in range(1, max(terms, default=0) + 1):
        interest_row, principal_row = interest[number - 1], principal[number - 1]
        np.multiply(balance_fen, annual_rate_ppm, out=interest_row)
        # Half up: the year in parts per million is even, so that its half is whole.
        np.add(interest_row, YEAR_PPM // 2, out=interest_row)
        np.floor_divide(interest_row, YEAR_PPM, out=interest_row)
        np.subtract(level_fen, interest_row, out=principal_row)
        np.minimum(principal_row, balance_fen, out=principal_row)
        if number in terms:
            np.copyto(principal_row, balance_fen, where=months == number)
        np.subtract(balance_fen, principal_row, out=balance_fen)


def level_payment_fen(principal_fen: int, annual_rate_ppm: int, months: int) -> int:
    """The equal instalment: the annuity in exact integers, half up to the fen."""
    if annual_rate_ppm == 0:
        return _half_up(principal_fen, months)
    year = YEAR_PPM
    growth: int = (year + annual_rate_ppm) ** months
    unit: int = year**months
    return _half_up(principal_fen * annual_rate_ppm * growth, year * (growth - unit))


def _amortise(
    balance_fen: int, annual_rate_ppm: int, months: int, level_fen: int
) -> Iterator[tuple[int, int]]:
    """Row by row (principal, interest); the last row takes what is left, and none takes more."""
    for number in range(1, months + 1):
        interest_fen = _half_up(balance_fen * annual_rate_ppm, YEAR_PPM)
        principal_fen = min(level_fen - interest_fen, balance_fen)
        if number == months:
            principal_fen = balance_fen
        balance_fen -= principal_fen
        yield principal_fen, interest_fen


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _level_payments(principal_fen: Fens, annual_rate_ppm: Fens, months: Fens) -> Fens:
    """The annuity in floating point; wherever its rounding could be in doubt, in integers."""
    rate = annual_rate_ppm / YEAR_PPM
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = principal_fen * rate / -np.expm1(-months * np.log1p(rate))
    exact = np.where(annual_rate_ppm == 0, principal_fen / months, exact)
    level = np.floor(exact + 0.5).astype(np.int64)
    in_doubt = np.abs(exact - np.floor(exact) - 0.5) < 1e-6 + exact * 1e-12
    for loan in np.flatnonzero(in_doubt):
        level[loan] = level_payment_fen(
            int(principal_fen[loan]), int(annual_rate_ppm[loan]), int(months[loan])
        )
    return level


def _check(principal_fen: Amount, annual_rate_ppm: Amount, months: Amount) -> None:
    is_possible = np.all(
        (principal_fen > 0)
        & (principal_fen <= LARGEST_PRINCIPAL_FEN)
        & (annual_rate_ppm >= 0)
        & (annual_rate_ppm <= HIGHEST_RATE_PPM)
        & (months > 0)
        & (months <= LONGEST_MONTHS)
    )
    if not is_possible:
        raise ImpossibleTerms
