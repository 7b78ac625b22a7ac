"""The numbers of law that lending needs, read from the dated rulebook for one day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Law:
    """What holds on a day for one licence and product."""

    cap_ppm: int
    minimum_age_years: int
    exposure_cap_fen: int
    reading_seconds: int
    point_value_fen: int


def on(day: date, *, licence: str = "CONSUMER_FINANCE", product: str = "*") -> Law:
    """The law of that day. Raises the rulebook's error where no rule stands."""

    def number(code: str) -> Decimal:
        return rulebook.number(code, on=day, licence=licence, product=product)

    return Law(
        cap_ppm=int(number("ANNUAL_COST_CAP_PPM")),
        minimum_age_years=int(number("MINIMUM_AGE_YEARS")),
        exposure_cap_fen=int(number("CONSUMPTION_CREDIT_LIMIT_FEN")),
        reading_seconds=int(number("DISCLOSURE_READING_SECONDS")),
        point_value_fen=int(number("POINT_VALUE_FEN")),
    )
