"""The yearly rates of a plan as it is disclosed: what is got and what is paid, fees and all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate

from lending.calc.contracts import Instalment
from lending.calc.conventions.day_counts import DAYS_IN_UNIT, PERIODS_IN_YEAR
from lending.calc.conventions.due_dates import Span
from lending.calc.methods.fees import at_start_fen
from lending.calc.plans import Plan
from lending.calc.rates import irr


@dataclass(frozen=True, slots=True)
class Rates:
    """Parts of one: a period's rate times periods, the same compounded, and on real dates."""

    nominal: float
    compounded: float
    dated: float


@dataclass(frozen=True, slots=True)
class Part:
    """Money got (+) or paid (-), so many unit periods after the first payout."""

    amount_fen: int
    position: Fraction
    on: date


def rates_of(plan: Plan, spans: Sequence[Span], schedule: Sequence[Instalment]) -> Rates:
    """What the plan costs a year. Raises NoRate."""
    parts = list(_parts(plan, spans, schedule))
    flows = [flow_at(part.amount_fen, part.position) for part in parts]
    periods_a_year = Fraction(PERIODS_IN_YEAR[plan.frequency], plan.every)
    found = yearly(flows, float(periods_a_year))
    dated = irr.rate_of_days([(part.on, part.amount_fen) for part in parts])
    return Rates(*found, dated)


def yearly(flows: Sequence[irr.Flow], periods_a_year: float) -> tuple[float, float]:
    """Twelve times the month's rate, and it compounded; so for any unit period. Raises NoRate."""
    rate = irr.rate_per_period(flows)
    return rate * periods_a_year, (1 + rate) ** periods_a_year - 1


def flow_at(amount_fen: int, position: Fraction) -> irr.Flow:
    """Whole periods compound and the fraction beside them does not."""
    whole = position.numerator // position.denominator
    return irr.Flow(amount_fen, whole, float(position - whole))


def _parts(plan: Plan, spans: Sequence[Span], schedule: Sequence[Instalment]) -> Iterator[Part]:
    fees_fen = at_start_fen(plan, [(row.principal_fen, row.interest_fen) for row in schedule])
    start = plan.first_disbursed_on
    yield Part(plan.principal_fen - fees_fen, Fraction(0), start)
    ends = list(accumulate(_length(plan, span) for span in spans))
    for tranche in plan.tranches:
        position = _position(plan, spans, ends, tranche.disbursed_on)
        yield Part(tranche.amount_fen, position, tranche.disbursed_on)
    for row, end in zip(schedule, ends, strict=False):
        yield Part(-row.total_fen, end, row.due_on)


def _length(plan: Plan, span: Span) -> Fraction:
    units = span.units + Fraction(span.odd_days, DAYS_IN_UNIT[plan.frequency])
    return units / plan.every


def _position(plan: Plan, spans: Sequence[Span], ends: Sequence[Fraction], day: date) -> Fraction:
    """A day inside a period stands where its share of the period's days puts it."""
    for span, end in zip(spans, ends, strict=True):
        if span.starts_on <= day < span.ends_on:
            left = Fraction((span.ends_on - day).days, (span.ends_on - span.starts_on).days)
            return end - left * _length(plan, span)
    return ends[-1]
