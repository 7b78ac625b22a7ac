"""The yearly rate of payments that no schedule describes, out of JSON.

Unit periods as in Regulation Z, Appendix J: an advance, and series of payments after so many whole
periods and a fraction of one; or flows on days, over years of 365 days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from lending.calc.plans import LONGEST_PERIODS, ImpossibleTerms
from lending.calc.rates import irr
from lending.calc.rates.costs import yearly
from lending.management.typed import (
    Typed,
    UnclearTerm,
    day,
    fen_of_yuan,
    number_of,
    several,
    whole,
)

LARGEST_FEN = 10**14


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Equal payments one period apart, the first of them so far after the advance."""

    amount_fen: int
    count: int
    full_periods: int
    fraction: Fraction


def rates_of_flows(content: object) -> dict[str, Any]:
    """The answer to a question about flows, which stand alone.

    Raises UnknownTerm, UnclearTerm, MissingTerm and ImpossibleTerms.
    """
    terms = Typed(content, name="")
    flows = terms.find("flows", _listed_or_named)
    if isinstance(flows, list):
        terms.finish()
        return _of_days(flows)
    if flows is not None:
        terms.finish()
        terms = flows
    return _of_periods(terms)


def _listed_or_named(content: object) -> list[object] | Typed:
    return several(content) if isinstance(content, list) else Typed(content, name="flows")


def _of_periods(terms: Typed) -> dict[str, Any]:
    advance_fen = _money(terms, "advance")
    listed = terms.must("series payments", several)
    series = [_series(Typed(each, name="series")) for each in listed]
    names = "unit_periods_per_year periods_per_year"
    periods_a_year = terms.take(names, number_of, default=Fraction(12))
    terms.finish()
    if not 0 < periods_a_year <= 366:
        raise UnclearTerm(name="unit_periods_per_year", value=str(periods_a_year))
    flows = [irr.Flow(advance_fen, 0), *(flow for each in series for flow in _flows(each))]
    try:
        nominal, compounded = yearly(flows, float(periods_a_year))
    except (irr.NoRate, OverflowError) as error:
        raise ImpossibleTerms from error
    return {"apr_x12_percent": percent(nominal), "apr_compounded_percent": percent(compounded)}


def percent(rate: float) -> float:
    """A rate as told: percent with six decimals, and never minus zero."""
    return round(100 * rate, 6) + 0.0


def _of_days(content: list[object]) -> dict[str, Any]:
    flows = [_dated(Typed(each, name="flows")) for each in several(content)]
    if not flows:
        raise UnclearTerm(name="flows", value="[]")
    try:
        rate = irr.rate_of_days(flows)
    except (irr.NoRate, OverflowError) as error:
        raise ImpossibleTerms from error
    return {"xirr_percent": percent(rate)}


def _dated(terms: Typed) -> tuple[date, int]:
    found = terms.must("on date", day), _money(terms, "amount")
    terms.finish()
    return found


def _series(terms: Typed) -> Series:
    found = Series(
        amount_fen=_money(terms, "amount"),
        count=terms.take("count", whole, default=1),
        full_periods=terms.take("full_periods", whole, default=1),
        fraction=terms.take("fraction", number_of, default=Fraction(0)),
    )
    terms.finish()
    is_possible = 1 <= found.count <= LONGEST_PERIODS and 0 <= found.fraction < 1
    if not is_possible or not 0 <= found.full_periods <= LONGEST_PERIODS:
        raise ImpossibleTerms
    return found


def _flows(series: Series) -> Iterator[irr.Flow]:
    for number in range(series.count):
        yield irr.Flow(-series.amount_fen, series.full_periods + number, float(series.fraction))


def _money(terms: Typed, name: str) -> int:
    fen = terms.find(f"{name}_fen", whole)
    found = fen if fen is not None else terms.must(name, fen_of_yuan)
    if abs(found) > LARGEST_FEN:
        raise ImpossibleTerms
    return found
