"""Amounts on pages: `{{ loan.principal_fen|yuan }}` is `¥1,234.56`."""

from django import template

from common.money import Money
from common.money import yuan as yuan_digits

UNKNOWN = "—"

register = template.Library()


@register.filter
def yuan(amount: object) -> str:
    """Whole fen as yuan with its sign; nothing known is a dash.

    Raises TypeError for anything else, a missing variable included: a page about money must not
    show an empty place.
    """
    if amount is None:
        return UNKNOWN
    fen = amount.fen if isinstance(amount, Money) else amount
    if not isinstance(fen, int) or isinstance(fen, bool):
        raise TypeError(f"an amount is whole fen, not {amount!r}")
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{yuan_digits(abs(fen))}"
