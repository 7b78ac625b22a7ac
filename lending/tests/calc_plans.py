"""Plans of every kind, for laws that all of them must keep."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from lending.calc.plans import DayCount, Frequency, Grace, Method, Plan, Roll, Rounding

JANUARY = date(2026, 1, 15)
PLAIN = Plan(
    principal_fen=1_000_000, annual_rate_ppm=144_000, first_disbursed_on=JANUARY, periods=12
)
principals = st.integers(10_000, 20_000_000)
rates = st.integers(0, 360_000)
terms = st.integers(1, 36)
starts = st.dates(date(2020, 1, 1), date(2030, 12, 31))
HONEST = [method for method in Method if method is not Method.FLAT]


def changed(**terms):
    """The plain plan with some terms changed."""
    return replace(PLAIN, **terms)


@st.composite
def plans(draw, *, methods=tuple(Method), day_counts=tuple(DayCount), rolls=(Roll.NONE,)):
    """A plan that can be kept."""
    periods = draw(terms)
    principal_fen = draw(principals)
    method = draw(st.sampled_from(methods))
    grace = Grace(
        principal_periods=draw(st.integers(0, min(3, periods - 1))),
        interest_payment_periods=draw(st.integers(0, 3)),
        interest_free_periods=draw(st.integers(0, 3)),
    )
    return Plan(
        principal_fen=principal_fen,
        annual_rate_ppm=draw(rates),
        first_disbursed_on=draw(starts),
        periods=periods,
        frequency=draw(st.sampled_from(Frequency)),
        every=draw(st.integers(1, 3)),
        method=method,
        balloon_fen=draw(st.integers(0, principal_fen)) if method is Method.BALLOON else 0,
        day_count=draw(st.sampled_from(day_counts)),
        rounding=draw(st.sampled_from(Rounding)),
        grace=grace if draw(st.booleans()) else Grace(),
        tune_last_instalment=draw(st.booleans()),
        instalment_multiple_fen=draw(st.sampled_from([1, 1, 10, 100])),
        roll=draw(st.sampled_from(rolls)),
    )


def simple_plans(**more):
    """Plans without grace, multiples or tuning, whose rows follow one rule from first to last."""
    return plans(**more).map(
        lambda plan: replace(
            plan, grace=Grace(), tune_last_instalment=False, instalment_multiple_fen=1
        )
    )


def rows_of(schedule):
    return [(row.principal_fen, row.interest_fen) for row in schedule]


def balances(schedule, principal_fen):
    """The balance that each row opens with."""
    for row in schedule:
        yield principal_fen
        principal_fen -= row.principal_fen


def quantized(value: Fraction, rounding: str) -> int:
    """A fraction as whole fen by another road: Decimal's own rounding."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), rounding=f"ROUND_{rounding}"))
