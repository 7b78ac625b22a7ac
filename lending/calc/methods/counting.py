"""From a plan and its periods to rows: factors first, then principal and interest.

A plan with one payout is amortised; one with later tranches is counted progressively.
"""

from collections.abc import Sequence
from fractions import Fraction

from common.rates import PPM
from lending.calc.conventions.arithmetic import arithmetic_of
from lending.calc.conventions.day_counts import DAYS_IN_UNIT, DAYS_IN_YEAR, year_days, year_part
from lending.calc.conventions.due_dates import Span
from lending.calc.methods import amortisation, progressive
from lending.calc.methods.fees import lent_fen
from lending.calc.plans import DayCount, ImpossibleTerms, Method, Plan

Row = tuple[int, int]


def counted(plan: Plan, spans: Sequence[Span]) -> list[Row]:
    """Principal and interest of every period. Raises ImpossibleTerms."""
    if plan.grace.principal_periods >= len(spans):
        raise ImpossibleTerms
    if plan.tranches:
        return rows_after(begun(plan, spans))
    factors, levels = factors_of(plan, spans), level_factors(plan, spans)
    rows = amortisation.rows(plan, lent_fen(plan), factors, levels)
    if not plan.periods:
        rows = _until_repaid(rows)
    return list(amortisation.put_off(rows, plan.grace.interest_payment_periods))


def begun(plan: Plan, spans: Sequence[Span]) -> progressive.Progress:
    """The plan as it starts, for what happens after. Raises ImpossibleTerms."""
    factors, levels = factors_of(plan, spans), level_factors(plan, spans)
    return progressive.begun(plan, spans, factors, levels)


def rows_after(progress: progressive.Progress) -> list[Row]:
    """What falls due after all that happened, interest put off where that was agreed."""
    plan, lines = progress.plan, progress.lines()
    rows = [(line.principal_fen, line.interest_fen) for line in lines]
    is_at_end = plan.method is Method.BULLET
    periods = len(rows) if is_at_end else plan.grace.interest_payment_periods
    return list(amortisation.put_off(rows, periods))


def factors_of(plan: Plan, spans: Sequence[Span]) -> list[Fraction]:
    """Interest of each period for each fen; none while the plan is free of interest."""
    rate, arithmetic = annual_rate(plan), arithmetic_of(plan)
    free = plan.grace.interest_free_periods
    parts = [year_part(span, plan.day_count, plan.frequency) for span in spans]
    return [
        Fraction(0) if number <= free else arithmetic.factor(rate, part)
        for number, part in enumerate(parts, start=1)
    ]


def annual_rate(plan: Plan) -> Fraction:
    """The yearly rate as a part of one."""
    return Fraction(plan.annual_rate_ppm) / PPM


def level_factors(plan: Plan, spans: Sequence[Span]) -> list[Fraction]:
    """What the level instalment is counted from: the periods, or months of thirty days."""
    if not plan.is_level_nominal or plan.day_count is DayCount.PERIODIC:
        return factors_of(plan, spans)
    year = DAYS_IN_YEAR.get(plan.day_count) or year_days(plan.first_disbursed_on.year)
    part = Fraction(DAYS_IN_UNIT[plan.frequency] * plan.every, year)
    return [arithmetic_of(plan).factor(annual_rate(plan), part)] * len(spans)


def _until_repaid(rows: list[Row]) -> list[Row]:
    """The rows that a fixed instalment needs; the last of all took what was left."""
    needed = next(
        (number for number, _ in enumerate(rows) if not any(p for p, _ in rows[number:])), len(rows)
    )
    if needed == len(rows):
        raise ImpossibleTerms
    return rows[:needed]
