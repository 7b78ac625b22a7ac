"""Schedules of many loans at once against a Decimal reference and numpy-financial, loan by loan.

Twelve, twenty-four and thirty-six equal instalments; every value of ours equals the Decimal one.
The best of some rounds counts, all in one process with one thread.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from time import perf_counter

import numpy as np
import numpy_financial
from numpy.typing import NDArray

from bench.figures import AtLeast, Result, ratio
from lending.calc.schedule import equal_instalment_grid, equal_instalments

TIMES_DECIMAL, TIMES_NUMPY_FINANCIAL = 30.0, 200.0
LOANS, SOME, ROUNDS, SEED = 20_000, 600, 5, 7
MONTHS = (12, 24, 36)
MONTHLY_PPM = 12_000_000
DIGITS = 28
Loans = Sequence[tuple[int, int, int]]  # principal in fen, yearly rate in ppm, months


def measure() -> Result:
    """Loans a second of each, and how many times as many ours are."""
    loans = _loans()
    few = loans[:SOME]
    columns = [np.array(column, dtype=np.int64) for column in zip(*loans, strict=True)]
    ours = LOANS / _best(lambda: _grid(columns))
    one_by_one = SOME / _best(lambda: [_one(*loan) for loan in few])
    decimal = SOME / _best(lambda: [_in_decimal(*loan) for loan in few])
    financial = SOME / _best(lambda: [_in_numpy_financial(*loan) for loan in few])
    compared = _insist_on_equal_values(columns, loans)
    return Result(
        figures={
            "loans": LOANS,
            "months": list(MONTHS),
            "loans_compared_with_decimal": compared,
            "loans_a_second": {
                "ours": round(ours),
                "ours_one_by_one": round(one_by_one),
                "decimal": round(decimal),
                "numpy_financial": round(financial),
            },
        },
        targets=(
            AtLeast("our schedules a second, times Decimal's", ratio(ours, decimal), TIMES_DECIMAL),
            AtLeast(
                "our schedules a second, times numpy-financial's",
                ratio(ours, financial),
                TIMES_NUMPY_FINANCIAL,
            ),
        ),
        notes=("ours counts all loans as columns of one grid; the others one loan at a time",),
    )


def _loans() -> Loans:
    random = np.random.default_rng(SEED)
    principal = random.integers(10_000, 20_000_000, LOANS)
    rate = random.integers(1, 360_000, LOANS)
    months = random.choice(MONTHS, LOANS)
    return list(zip(principal.tolist(), rate.tolist(), months.tolist(), strict=True))


def _grid(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    principal, rate, months = columns
    return equal_instalment_grid(principal_fen=principal, annual_rate_ppm=rate, months=months)


def _one(principal_fen: int, annual_rate_ppm: int, months: int) -> object:
    return equal_instalments(
        principal_fen=principal_fen,
        annual_rate_ppm=annual_rate_ppm,
        months=months,
        starts_on=date(2026, 1, 15),
    )


def _in_decimal(principal_fen: int, annual_rate_ppm: int, months: int) -> list[tuple[int, int]]:
    """The textbook's annuity, in whole fen half up, row by row."""
    one = Decimal(1)
    with localcontext(Context(prec=DIGITS, rounding=ROUND_HALF_UP)):
        rate = Decimal(annual_rate_ppm) / MONTHLY_PPM
        level = (principal_fen * rate / (1 - (1 + rate) ** -months)).quantize(one)
        balance, rows = Decimal(principal_fen), []
        for number in range(1, months + 1):
            interest = (balance * rate).quantize(one)
            principal = balance if number == months else min(level - interest, balance)
            balance -= principal
            rows.append((int(principal), int(interest)))
    return rows


def _in_numpy_financial(principal_fen: int, annual_rate_ppm: int, months: int) -> object:
    """Its own payments, interest and principal: floats, not rounded to the fen."""
    rate, periods = annual_rate_ppm / MONTHLY_PPM, np.arange(1, months + 1)
    return (
        numpy_financial.ipmt(rate, periods, months, -principal_fen),
        numpy_financial.ppmt(rate, periods, months, -principal_fen),
    )


def _insist_on_equal_values(columns: list[NDArray[np.int64]], loans: Loans) -> int:
    principal, interest = _grid(columns)
    for column, loan in enumerate(loans):
        months = loan[2]
        ours = zip(
            principal[:months, column].tolist(), interest[:months, column].tolist(), strict=True
        )
        assert list(ours) == _in_decimal(*loan), loan
    return len(loans)


def _best(run: Callable[[], object]) -> float:
    """Seconds of the quickest round."""
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        run()
        taken.append(perf_counter() - start)
    return min(taken)
