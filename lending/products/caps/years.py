"""Time as the disclosed yearly rate counts it. Pure.

Within the schedule in the loan's own months, so that February is no dearer than March; after the
last due date in 365ths of a year, as penalty is charged.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from lending.calc.accrual import DAYS_IN_YEAR
from lending.calc.contracts import MONTHS_IN_YEAR, Instalment


def years_until(schedule: Sequence[Instalment], day: date) -> Fraction:
    """How many years after the payout a day is; none for the day itself and those before."""
    elapsed = Fraction(0)
    for row in schedule:
        length_days = (row.due_on - row.starts_on).days
        passed_days = min(max((day - row.starts_on).days, 0), length_days)
        elapsed += row.months * Fraction(passed_days, length_days) / MONTHS_IN_YEAR
    late_days = max((day - schedule[-1].due_on).days, 0)
    return elapsed + Fraction(late_days, DAYS_IN_YEAR)
