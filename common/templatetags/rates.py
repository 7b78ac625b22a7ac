"""Rates on pages: `{{ offer.annual_rate_ppm|percent }}` is `14.40%`."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from common import rates

UNKNOWN = "—"
TWO_PLACES = Decimal("0.01")

register = template.Library()


@register.filter
def percent(ppm: object) -> str:
    """Parts per million as percent with two places, half up; nothing known is a dash.

    Raises TypeError for anything else, a missing variable included.
    """
    if ppm is None:
        return UNKNOWN
    if not isinstance(ppm, int) or isinstance(ppm, bool):
        raise TypeError(f"a rate is whole parts per million, not {ppm!r}")
    return f"{rates.percent(ppm).quantize(TWO_PLACES, rounding=ROUND_HALF_UP)}%"
