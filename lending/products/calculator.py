"""What a loan would cost before anybody is known: from a product's lowest rate to its highest.

The rate follows from the decision, so both ends are shown in equal size and neither is a promise.
"""

from dataclasses import dataclass
from datetime import date

from common.rates import PPM
from lending.calc.contracts import MONTHS_IN_YEAR
from lending.calc.cost import a_year
from lending.calc.methods.manner import MONTHLY, Manner, scheduled
from lending.calc.rates import irr

STEP_PPM = 1_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """One end of the range."""

    annual_rate_ppm: int
    irr_nominal_ppm: int
    irr_effective_ppm: int
    instalment_fen: int
    interest_fen: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Span:
    """The cheapest and the dearest that such a loan can be."""

    amount_fen: int
    term_months: int
    least: Estimate
    most: Estimate


def span(
    *,
    amount_fen: int,
    term_months: int,
    floor_rate_ppm: int,
    ceiling_rate_ppm: int,
    cap_ppm: int,
    on: date,
    manner: Manner = MONTHLY,
) -> Span:
    """Both ends for an amount over a term, the upper one within the cap. Raises ImpossibleTerms."""
    highest_ppm = max(min(highest_rate_ppm(cap_ppm), ceiling_rate_ppm), floor_rate_ppm)

    def estimate(annual_rate_ppm: int) -> Estimate:
        return _estimate(amount_fen, term_months, annual_rate_ppm, on, manner)

    most = estimate(highest_ppm)
    # Rounding to whole fen can lift a short small loan over the cap by a hair.
    while most.irr_effective_ppm > cap_ppm and most.annual_rate_ppm > floor_rate_ppm:
        next_ppm = max(most.annual_rate_ppm - STEP_PPM, floor_rate_ppm)
        most = estimate(next_ppm)
    return Span(
        amount_fen=amount_fen,
        term_months=term_months,
        least=estimate(floor_rate_ppm),
        most=most,
    )


def highest_rate_ppm(cap_ppm: int) -> int:
    """The highest monthly-charged yearly rate that, compounded, stays within the cap."""
    exact = MONTHS_IN_YEAR * ((1 + cap_ppm / PPM) ** (1 / MONTHS_IN_YEAR) - 1) * PPM
    return int(exact) // STEP_PPM * STEP_PPM


def _estimate(
    amount_fen: int, term_months: int, annual_rate_ppm: int, on: date, manner: Manner
) -> Estimate:
    schedule = scheduled(
        principal_fen=amount_fen,
        annual_rate_ppm=annual_rate_ppm,
        months=term_months,
        starts_on=on,
        manner=manner,
    )
    flows = [amount_fen, *(-row.total_fen for row in schedule)]
    interest_fen = sum(row.interest_fen for row in schedule)
    return Estimate(
        annual_rate_ppm=annual_rate_ppm,
        irr_nominal_ppm=irr.annual_nominal_ppm(flows, a_year(schedule)),
        irr_effective_ppm=irr.annual_effective_ppm(flows, a_year(schedule)),
        instalment_fen=schedule[0].total_fen,
        interest_fen=interest_fen,
        total_fen=amount_fen + interest_fen,
    )
