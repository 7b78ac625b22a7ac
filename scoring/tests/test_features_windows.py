"""The first and the last day of every window: one event there counts, a second before it none.

Each row is a feature, how far back it looks, what is there already, and the event that moves it.
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from borrowers.behaviour.contracts import Category, Direction, Place, Source
from scoring.features.catalogue import FEATURES
from scoring.features.kernel import features
from scoring.tests.events import AS_OF, Event, bought, columns_of, earned, seconds
from scoring.tests.test_features_stories import (
    BALANCES,
    HALF_A_YEAR,
    PAYS,
    balance,
    by,
    drawn,
    fact,
    moved,
    repaid,
)

OUT, IN = Direction.OUT, Direction.IN
SECOND = timedelta(seconds=1)
LIVED = [*HALF_A_YEAR, *PAYS]
BANKED = [*HALF_A_YEAR, *BALANCES]
USED = [fact(Source.DEVICE, day, 60, 3) for day in range(2, 16)]
MET = [fact(Source.SOCIAL_ACTIVITY, 7 * week + 2, 5, 1) for week in range(5)]
INSURED = [fact(Source.SOCIAL_INSURANCE, 31, 500_000)]
RARELY_RENEWED = [
    moved(day, 30, OUT, Category.ENTERTAINMENT, merchant=77) for day in (36, 127, 218, 309)
]


def salary():
    return earned(0, 900)


def purchase(category=Category.GROCERIES, yuan=900):
    return bought(0, yuan, category)


def elsewhere(yuan=900):
    return replace(bought(0, yuan), merchant=9)


def placed(place):
    return replace(bought(0, 900), place=place)


def saved(yuan, source=Source.ICBC):
    return balance(0, yuan, source)


def credit(way=OUT):
    return moved(0, 600, way, Category.CREDIT_REPAYMENT, merchant=99)


def gambled():
    return moved(0, 90, OUT, Category.GAMBLING_RISK)


def cash(channel="DEBIT"):
    return moved(0, 900, OUT, Category.CASH, channel=channel)


# Feature, days, what is there already, and what comes at the edge of the window.
ROWS: list[tuple[str, int, list[Event], Event]] = [
    ("income_monthly_90d", 90, LIVED, salary()),
    ("spending_monthly_90d", 90, LIVED, purchase()),
    ("surplus_monthly_90d", 90, LIVED, purchase()),
    ("cover_90d", 90, LIVED, purchase()),
    ("inflow_monthly_90d", 90, LIVED, salary()),
    ("out_to_in_90d", 90, LIVED, purchase()),
    ("fixed_costs_monthly_90d", 90, LIVED, purchase(Category.HOUSING)),
    ("debt_service_monthly_90d", 90, LIVED, credit()),
    ("disposable_monthly_90d", 90, LIVED, credit()),
    ("debt_service_share_90d", 90, LIVED, credit()),
    ("pay_later_monthly_90d", 90, LIVED, by("BNPL", 0, 600)),
    ("card_monthly_90d", 90, LIVED, by("CREDIT", 0, 600)),
    ("debts_seen_180d", 180, LIVED, by("BNPL", 0, 600)),
    ("debts_to_income_180d", 180, LIVED, by("CREDIT", 0, 600)),
    ("balance_last", 90, BANKED, saved(700, Source.CCB)),
    ("balance_mean_90d", 90, BANKED, saved(9_000)),
    ("balance_low_90d", 90, BANKED, saved(1)),
    ("low_balance_days_90d", 90, BANKED, saved(1)),
    ("balance_variation_90d", 90, BANKED, saved(9_000)),
    ("buffer_days", 90, BANKED, saved(700, Source.CCB)),
    ("spending_variation_180d", 180, LIVED, purchase()),
    ("salary_months_180d", 180, [*HALF_A_YEAR, *PAYS[:4]], salary()),
    ("salary_drift_180d", 180, LIVED, salary()),
    ("income_sources_180d", 180, LIVED, replace(salary(), merchant=9)),
    ("income_gap_180d", 180, [*HALF_A_YEAR, earned(12, 900)], salary()),
    ("active_months_180d", 180, [bought(0.5, 1)], purchase()),
    ("essential_share_90d", 90, LIVED, purchase()),
    ("scene_diversity_180d", 180, LIVED, purchase(Category.TRAVEL)),
    ("dining_share_180d", 180, LIVED, purchase(Category.DINING)),
    ("transport_share_180d", 180, LIVED, purchase(Category.TRANSPORT)),
    ("travel_share_180d", 180, LIVED, purchase(Category.TRAVEL)),
    ("shopping_share_180d", 180, LIVED, purchase(Category.APPAREL_BEAUTY)),
    ("home_share_180d", 180, LIVED, purchase(Category.UTILITIES_TELECOM)),
    ("education_share_180d", 180, LIVED, purchase(Category.EDUCATION)),
    ("entertainment_share_180d", 180, LIVED, purchase(Category.ENTERTAINMENT)),
    ("online_share_90d", 90, LIVED, placed(Place.ONLINE)),
    ("offline_share_90d", 90, LIVED, placed(Place.OFFLINE)),
    ("merchants_180d", 180, LIVED, elsewhere()),
    ("top_merchant_share_180d", 180, LIVED, elsewhere(9_000)),
    ("weekend_share_90d", 90, LIVED, purchase()),
    ("income_recent_30d", 35, LIVED, salary()),
    ("income_typical_30d", 180, [*HALF_A_YEAR, *PAYS[:3]], earned(0, 5_000)),
    ("income_trend", 180, [*HALF_A_YEAR, *PAYS[:3]], earned(0, 5_000)),
    ("spending_change_30d", 180, LIVED, purchase()),
    ("income_slope_180d", 180, LIVED, salary()),
    ("spending_slope_180d", 180, LIVED, purchase()),
    ("surplus_change_90d", 180, LIVED, salary()),
    ("night_share_90d", 90, LIVED, purchase()),
    ("night_large_share_90d", 90, LIVED, purchase()),
    ("gambling_share_180d", 180, LIVED, gambled()),
    ("gambling_days_180d", 180, [], gambled()),
    ("cash_share_90d", 90, LIVED, cash()),
    ("cash_advances_180d", 180, [], cash("CREDIT")),
    ("failed_debits_180d", 180, [], credit(IN)),
    ("bank_charges_180d", 180, [], purchase(Category.INSURANCE_FINANCE, 9)),
    ("credit_share_90d", 90, LIVED, credit()),
    ("lenders_180d", 180, [repaid(9, 9)], credit()),
    ("new_lenders_90d", 90, [repaid(9, 9)], credit()),
    ("drawdowns_90d", 90, [], drawn(0, 900)),
    ("drawn_monthly_90d", 90, LIVED, drawn(0, 900)),
    ("overlapping_lenders_90d", 90, [], credit()),
    ("rollovers_180d", 180, [repaid(178, 9), repaid(1, 9)], drawn(0, 900)),
    ("events_180d", 180, LIVED, purchase()),
    ("active_days_90d", 90, [bought(5.5, 1)], purchase()),
    ("active_weeks_90d", 91, [bought(45.5, 1)], purchase()),
    ("device_days_90d", 90, USED, fact(Source.DEVICE, 0, 600, 9)),
    ("device_minutes_90d", 90, USED, fact(Source.DEVICE, 0, 600, 9)),
    ("device_uses_90d", 90, USED, fact(Source.DEVICE, 0, 600, 9)),
    ("social_weeks_90d", 90, MET, fact(Source.SOCIAL_ACTIVITY, 0, 7, 4)),
    ("social_active_days_90d", 90, MET, fact(Source.SOCIAL_ACTIVITY, 0, 7, 4)),
    ("social_breadth", 90, [], fact(Source.SOCIAL_ACTIVITY, 0, 7, 4)),
    ("insured_months_365d", 366, INSURED, fact(Source.SOCIAL_INSURANCE, 0, 600_000)),
    ("insured_base_365d", 366, INSURED, fact(Source.SOCIAL_INSURANCE, 0, 600_000)),
    (
        "missed_renewals",
        400,
        RARELY_RENEWED,
        moved(0, 30, OUT, Category.ENTERTAINMENT, merchant=77),
    ),
]
NAMES = [name for name, *_ in ROWS]
# A month that has its salary already, a series that goes on, and what compares old with new.
NOT_MOVED_NOW = {
    "salary_months_180d",
    "active_months_180d",
    "income_gap_180d",
    "income_typical_30d",
    "income_trend",
    "missed_renewals",
    "new_lenders_90d",
}
# New is who comes in ninety days and did not in the ninety before.
LOOKED_AT_DAYS = {"new_lenders_90d": 180}


@pytest.fixture(scope="module")
def told():
    """The values of each row, without its event and with it at four points in time."""
    people = []
    for _, days, before, event in ROWS:
        first = AS_OF - timedelta(days=days)
        moments = [first, first - SECOND, AS_OF - SECOND, AS_OF]
        people += [before, *([*before, replace(event, at=at)] for at in moments)]
    every = features(columns_of(*people), len(people), seconds(*[AS_OF] * len(people)))
    return {
        name: [float(value) for value in every[name][5 * place : 5 * place + 5]]
        for place, name in enumerate(NAMES)
    }


def same(one, other):
    return bool(np.isclose(one, other, rtol=1e-12, atol=0, equal_nan=True))


@pytest.mark.parametrize("name", NAMES)
class TestAWindow:
    def test_begins_with_the_first_second_of_its_first_day(self, told, name):
        before, first, *_ = told[name]

        assert not same(before, first)

    def test_holds_nothing_of_the_second_before(self, told, name):
        before, _, earlier, *_ = told[name]

        assert same(before, earlier)

    def test_holds_nothing_of_the_moment_of_the_decision(self, told, name):
        before, *_, now = told[name]

        assert same(before, now)


@pytest.mark.parametrize("name", sorted(set(NAMES) - NOT_MOVED_NOW))
def test_a_window_ends_with_the_last_second_before_the_decision(told, name):
    before, _, _, last, _ = told[name]

    assert not same(before, last)


@pytest.mark.parametrize(("name", "days"), [(name, days) for name, days, *_ in ROWS])
def test_what_a_person_is_told_of_the_window_is_what_is_read(name, days):
    """Borrowers read beside each indicator how far back it looks."""
    assert FEATURES[name].days == LOOKED_AT_DAYS.get(name, days)
