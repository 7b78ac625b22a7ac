"""Equal instalments 等额本息: one integer core for one loan and for arrays of loans.

Interest of a month is the balance times a twelfth of the annual rate, half up to the fen. All
instalments are equal but the last, which absorbs the rounding, so that principal sums exactly.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from common.periods import add_months
from common.rates import PPM
from lending.calc.contracts import MONTHS_IN_YEAR, Instalment
from lending.calc.conventions.days_off import rolled
from lending.calc.conventions.due_dates import spans
from lending.calc.methods.counting import counted
from lending.calc.methods.fees import with_instalment_fen
from lending.calc.plans import (
    HIGHEST_RATE_PPM,
    LARGEST_PRINCIPAL_FEN,
    LONGEST_PERIODS,
    ImpossibleTerms,
    Plan,
)

Fens = NDArray[np.int64]
Amount = TypeVar("Amount", int, Fens)

LONGEST_MONTHS = LONGEST_PERIODS


def build(plan: Plan) -> tuple[Instalment, ...]:
    """The schedule of a plan, fees in its rows and due dates off the days off.

    Raises ImpossibleTerms.
    """
    found = spans(plan)
    rows = counted(plan, found)
    days = [plan.first_disbursed_on]
    days += rolled(plan, [span.ends_on for span in found[: len(rows)]])
    return tuple(
        Instalment(number, days[number - 1], days[number], *row, with_instalment_fen(plan, row))
        for number, row in enumerate(rows, start=1)
    )


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
    parts = _amortise(principal_fen, annual_rate_ppm, months, level, months)
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
    level = _level_payments(principal_fen, annual_rate_ppm, months)
    rows = int(months.max(initial=0))
    parts = list(_amortise(principal_fen, annual_rate_ppm, months, level, rows))
    empty = np.zeros((0, len(principal_fen)), dtype=np.int64)
    principal = np.stack([each for each, _ in parts]) if parts else empty
    interest = np.stack([each for _, each in parts]) if parts else empty
    return principal, interest


def level_payment_fen(principal_fen: int, annual_rate_ppm: int, months: int) -> int:
    """The equal instalment: the annuity in exact integers, half up to the fen."""
    if annual_rate_ppm == 0:
        return _half_up(principal_fen, months)
    year = MONTHS_IN_YEAR * PPM
    growth: int = (year + annual_rate_ppm) ** months
    unit: int = year**months
    return _half_up(principal_fen * annual_rate_ppm * growth, year * (growth - unit))


def _amortise(
    balance_fen: Amount, annual_rate_ppm: Amount, months: Amount, level_fen: Amount, rows: int
) -> Iterator[tuple[Amount, Amount]]:
    """Row by row (principal, interest). Comparisons multiply, so that arrays need no branches."""
    for number in range(1, rows + 1):
        interest_fen = _half_up(balance_fen * annual_rate_ppm, MONTHS_IN_YEAR * PPM)
        principal_fen = level_fen - interest_fen
        # The last row takes what is left; a row that would take more takes what is left, too.
        takes_all = (principal_fen > balance_fen) | (months <= number)
        principal_fen = principal_fen + takes_all * (balance_fen - principal_fen)
        balance_fen = balance_fen - principal_fen
        yield principal_fen, interest_fen


def _half_up(numerator: Amount, denominator: int) -> Amount:
    return (2 * numerator + denominator) // (2 * denominator)


def _level_payments(principal_fen: Fens, annual_rate_ppm: Fens, months: Fens) -> Fens:
    """The annuity in floating point; wherever its rounding could be in doubt, in integers."""
    rate = annual_rate_ppm / (MONTHS_IN_YEAR * PPM)
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
