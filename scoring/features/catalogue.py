"""The catalogue of features: the name, the unit and the words of each, in the order to show."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from common.money import yuan
from common.texts import gettext_noop


class Unit(StrEnum):
    """How a number is to be read."""

    FEN = "FEN"
    YUAN = "YUAN"
    SHARE = "SHARE"
    RATIO = "RATIO"
    COUNT = "COUNT"
    DAYS = "DAYS"
    MONTHS = "MONTHS"


@dataclass(frozen=True, slots=True)
class Feature:
    """One indicator: what it is called and how it is written."""

    name: str
    unit: Unit
    title: str


_ALL = (
    Feature("income_monthly_90d", Unit.YUAN, gettext_noop("Average income a month")),
    Feature("income_recent_30d", Unit.FEN, gettext_noop("Income in the latest month")),
    Feature("income_typical_30d", Unit.FEN, gettext_noop("Income in a typical month before")),
    Feature("income_trend", Unit.RATIO, gettext_noop("Latest income against typical income")),
    Feature("income_variation_180d", Unit.RATIO, gettext_noop("Ups and downs of the income")),
    Feature("spending_monthly_90d", Unit.YUAN, gettext_noop("Average spending a month")),
    Feature("spending_variation_180d", Unit.RATIO, gettext_noop("Ups and downs of the spending")),
    Feature("surplus_monthly_90d", Unit.YUAN, gettext_noop("Left over in a month")),
    Feature("cover_90d", Unit.SHARE, gettext_noop("Share of the income left over")),
    Feature("essential_share_90d", Unit.SHARE, gettext_noop("Share of spending on daily needs")),
    Feature("scene_diversity_180d", Unit.RATIO, gettext_noop("Variety of the spending")),
    Feature("credit_share_90d", Unit.SHARE, gettext_noop("Share of other credit in payments")),
    Feature("night_large_share_90d", Unit.SHARE, gettext_noop("Share of large buys at night")),
    Feature("gambling_share_180d", Unit.SHARE, gettext_noop("Share of lotteries and games")),
    Feature("own_instalments", Unit.COUNT, gettext_noop("Instalments with us that fell due")),
    Feature("own_on_time_share", Unit.SHARE, gettext_noop("Share of them paid on time")),
    Feature("events_180d", Unit.COUNT, gettext_noop("Payments in the last 180 days")),
    Feature("history_months", Unit.MONTHS, gettext_noop("Months of records")),
    Feature("active_days_90d", Unit.DAYS, gettext_noop("Days with payments, last 90 days")),
    Feature("active_weeks_90d", Unit.COUNT, gettext_noop("Weeks with payments, last 13 weeks")),
    Feature("longest_gap_180d", Unit.DAYS, gettext_noop("Longest time without a payment")),
    Feature("confidence", Unit.SHARE, gettext_noop("How complete the records are")),
)
FEATURES: Mapping[str, Feature] = {feature.name: feature for feature in _ALL}


def figure(value: float, unit: Unit) -> str:
    """A value as people read it: `¥3,200`, `45%`, `12`. YUAN is money whose fen say nothing."""
    if unit is Unit.YUAN:
        value = round(value, -2)
    if unit in {Unit.FEN, Unit.YUAN}:
        return f"¥{yuan(round(value)).removesuffix('.00')}"
    if unit is Unit.SHARE:
        return f"{value:.0%}"
    if unit in {Unit.COUNT, Unit.DAYS}:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if unit is Unit.RATIO else f"{value:,.1f}"
