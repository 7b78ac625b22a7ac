"""Every feature told as a story whose number can be worked out by hand."""

import math
from dataclasses import replace

import pytest

from borrowers.behaviour.contracts import MEASURE_STEP, Category, Direction, Place, Source
from scoring.features.catalogue import FEATURES
from scoring.features.kernel import vector
from scoring.tests.events import AS_OF, Event, bought, columns_of, daily_purchases, days_ago, earned

IN, OUT = Direction.IN, Direction.OUT
UNKNOWN = math.nan


def moved(days, yuan, way, category, **more):
    return Event(days_ago(days), yuan * 100, way, category, **more)


def repaid(days, yuan, lender=21, **more):
    return moved(days, yuan, OUT, Category.CREDIT_REPAYMENT, merchant=lender, **more)


def drawn(days, yuan, lender=21):
    return moved(days, yuan, IN, Category.CREDIT_DRAWDOWN, merchant=lender)


def by(channel, days, yuan, **more):
    return moved(days, yuan, OUT, Category.ELECTRONICS_HOME, channel=channel, **more)


def balance(days, yuan, source=Source.ICBC):
    return replace(bought(days, 1), source=source, balance_fen=yuan * 100)


def owed(days, *, on_time=True, yuan=500):
    way = OUT if on_time else Direction.NEUTRAL
    return moved(days, yuan, way, Category.CREDIT_REPAYMENT, source=Source.OWN_LOANS)


def fact(source, days, first, second=0):
    return Event(
        days_ago(days),
        0,
        Direction.NEUTRAL,
        Category.UNKNOWN,
        source=source,
        measure=first * MEASURE_STEP + second,
    )


def of(name, *events):
    return vector(columns_of(events), as_of=AS_OF)[name]


# 90 purchases of ¥40 at noon in four scenes by turns, and ¥5,000 of pay in each of three months.
LIFE = daily_purchases(90)
PAY = [earned(30 * month + 15, 5_000) for month in range(3)]
HALF_A_YEAR = daily_purchases(180)
PAYS = [earned(30 * month + 15.5, 5_000) for month in range(6)]
NETFLIX = [moved(30 * n + 5.5, 30, OUT, Category.ENTERTAINMENT, merchant=77) for n in range(4)]
GYM = [moved(n, 200, OUT, Category.ENTERTAINMENT, merchant=78) for n in (10.5, 71.5, 101.5, 132.5)]
BALANCES = [
    balance(day, yuan) for day, yuan in [(5, 900), (4, 1_500), (3, 50), (2, 60), (1, 1_490)]
]

STORIES: dict[str, list[tuple[list[Event], float]]] = {
    # Ability
    "inflow_monthly_90d": [
        ([*LIFE, *PAY, moved(3, 600, IN, Category.TRANSFER_SOCIAL)], 520_000),
        ([*LIFE, *PAY, drawn(3, 900), moved(3, 90, IN, Category.REFUND)], 500_000),
        ([bought(3, 10)], UNKNOWN),
    ],
    "out_to_in_90d": [([*LIFE, earned(3, 7_200)], 0.5), (LIFE, UNKNOWN)],
    # Debts
    "fixed_costs_monthly_90d": [
        (
            [*LIFE, moved(3, 2_000, OUT, Category.HOUSING), bought(4, 100, Category.EDUCATION)],
            70_000,
        ),
        ([bought(3, 10, Category.HOUSING)], UNKNOWN),
    ],
    "debt_service_monthly_90d": [
        ([*LIFE, repaid(3, 900), repaid(33, 900), owed(33, yuan=900)], 30_000),
        (LIFE, 0),
    ],
    "disposable_monthly_90d": [
        ([*LIFE, *PAY, repaid(3, 900), moved(3, 1_500, OUT, Category.HOUSING)], 420_000),
        (LIFE, UNKNOWN),
    ],
    "debt_service_share_90d": [([*LIFE, *PAY, repaid(3, 3_000)], 0.2), (LIFE, UNKNOWN)],
    "pay_later_monthly_90d": [([*LIFE, by("BNPL", 3, 600), by("DEBIT", 3, 600)], 20_000)],
    "card_monthly_90d": [([*LIFE, by("CREDIT", 3, 300), by("BNPL", 3, 600)], 10_000)],
    "debts_seen_180d": [
        (
            [*LIFE, by("BNPL", 3, 600), by("CREDIT", 3, 400), drawn(9, 2_000), repaid(3, 500)],
            250_000,
        ),
        ([*LIFE, repaid(3, 500)], 0),
    ],
    "debts_to_income_180d": [([*LIFE, *PAY, drawn(9, 10_000)], 2.0), (LIFE, UNKNOWN)],
    "instalments_elsewhere": [
        ([repaid(30 * n + 5, 400) for n in range(3)], 1),
        ([repaid(30 * n + 5, 400 + n) for n in range(3)], 0),
    ],
    # Liquidity
    "balance_last": [([*BALANCES, balance(2, 1_000, Source.CCB)], 249_000), (LIFE, UNKNOWN)],
    "balance_mean_90d": [(BALANCES, 80_000), (BALANCES[:4], UNKNOWN)],
    "balance_low_90d": [(BALANCES, 5_000), (LIFE, UNKNOWN)],
    "low_balance_days_90d": [(BALANCES, 2), (LIFE, UNKNOWN)],
    "balance_variation_90d": [
        ([balance(day, yuan) for day, yuan in enumerate([500, 1_500] * 3, start=1)], 0.5),
        (LIFE, UNKNOWN),
    ],
    "buffer_days": [
        ([*LIFE, *(replace(each, amount_fen=0) for each in BALANCES)], 149_000 / 4_000),
        (BALANCES, UNKNOWN),
    ],
    # Stability
    "salary_months_180d": [
        ([*HALF_A_YEAR, *PAYS[:4], earned(140, 900, Category.INCOME_OTHER)], 4),
        (LIFE, UNKNOWN),
    ],
    "salary_drift_180d": [
        ([*LIFE, earned(5, 5_000), earned(35, 5_000), earned(66, 5_000)], 0.5),
        ([*LIFE, earned(5, 5_000), earned(35, 5_000)], UNKNOWN),
    ],
    "income_sources_180d": [
        ([*LIFE, *PAY, replace(earned(9, 300), merchant=9)], 2),
        (LIFE, UNKNOWN),
    ],
    "income_gap_180d": [([*LIFE, earned(12, 900), earned(70, 900)], 58), (LIFE, UNKNOWN)],
    "active_months_180d": [([bought(1, 1), bought(2, 1), bought(100, 1)], 2), ([], 0)],
    # Scenes: ten purchases of ¥100 at least, or nothing is said
    **{
        name: [([*HALF_A_YEAR, bought(9, 7_200, scene)], 0.5 + already / 2), (LIFE[:9], UNKNOWN)]
        for name, scene, already in [
            ("dining_share_180d", Category.DINING, 0.25),
            ("transport_share_180d", Category.TRANSPORT, 0.25),
            ("travel_share_180d", Category.TRAVEL, 0),
            ("shopping_share_180d", Category.APPAREL_BEAUTY, 0.25),
            ("home_share_180d", Category.UTILITIES_TELECOM, 0),
            ("education_share_180d", Category.EDUCATION, 0),
            ("entertainment_share_180d", Category.ENTERTAINMENT, 0),
        ]
    },
    "online_share_90d": [
        (
            [
                *LIFE,
                replace(bought(3, 300), place=Place.ONLINE),
                replace(bought(3, 100), place=Place.OFFLINE),
            ],
            0.75,
        ),
        (LIFE, UNKNOWN),
    ],
    "offline_share_90d": [
        (
            [
                *LIFE,
                replace(bought(3, 300), place=Place.AUTO_DEBIT),
                replace(bought(3, 100), place=Place.OFFLINE),
            ],
            0.25,
        ),
        (LIFE, UNKNOWN),
    ],
    "merchants_180d": [
        ([*LIFE, replace(bought(3, 9), merchant=8), replace(bought(4, 9), merchant=8)], 2),
        (LIFE[:9], UNKNOWN),
    ],
    "top_merchant_share_180d": [
        ([*LIFE, replace(bought(3, 1_000), merchant=8), replace(bought(4, 200), merchant=8)], 0.75),
        (LIFE[:9], UNKNOWN),
    ],
    # 2026-02-28, half a day ago, was a Saturday: three of ten days are of a weekend.
    "weekend_share_90d": [(daily_purchases(10), 0.3), (LIFE[:9], UNKNOWN)],
    # Trend
    "spending_change_30d": [([*HALF_A_YEAR, bought(3, 1_200)], 2.0), (LIFE[:40], UNKNOWN)],
    "income_slope_180d": [
        ([*HALF_A_YEAR, *(earned(30 * n + 9, 1_000 * (6 - n)) for n in range(6))], 1_000 / 3_500),
        (HALF_A_YEAR, UNKNOWN),
    ],
    "spending_slope_180d": [
        (
            [bought(30 * n + day + 0.5, 10 * (6 - n)) for n in range(6) for day in range(30)],
            10 / 35,
        ),
        (LIFE[:50], UNKNOWN),
    ],
    "surplus_change_90d": [
        ([*HALF_A_YEAR, *PAYS, earned(3, 6_000)], 6_000 / 36_000),
        ([*LIFE, *PAY], UNKNOWN),
    ],
    # Stress: AS_OF is midnight, so half an hour before it is night
    "night_share_90d": [([*LIFE, bought(3.02, 400)], 0.1), (LIFE[:9], UNKNOWN)],
    "gambling_days_180d": [
        ([moved(day, 9, OUT, Category.GAMBLING_RISK) for day in (3.5, 3.6, 8)], 2),
        (LIFE, 0),
    ],
    "cash_share_90d": [([*LIFE, moved(3, 1_200, OUT, Category.CASH)], 0.25), (LIFE[:9], UNKNOWN)],
    "cash_advances_180d": [
        (
            [
                moved(3, 9, OUT, Category.CASH, channel="CREDIT"),
                moved(3, 9, OUT, Category.CASH, channel="DEBIT"),
            ],
            1,
        ),
        (LIFE, 0),
    ],
    "failed_debits_180d": [
        ([repaid(3, 9), moved(3, 9, IN, Category.CREDIT_REPAYMENT)], 1),
        (LIFE, 0),
    ],
    "bank_charges_180d": [
        (
            [moved(day, yuan, OUT, Category.INSURANCE_FINANCE) for day, yuan in [(3, 9), (4, 100)]],
            1,
        ),
        (LIFE, 0),
    ],
    # Lenders
    "lenders_180d": [([repaid(3, 9, 1), repaid(9, 9, 2), drawn(9, 9, 2)], 2), (LIFE, 0)],
    "new_lenders_90d": [([repaid(3, 9, 1), repaid(100, 9, 1), drawn(9, 9, 2)], 1), (LIFE, 0)],
    "drawdowns_90d": [([drawn(3, 9), drawn(80, 9), drawn(91, 9)], 2), (LIFE, 0)],
    "drawn_monthly_90d": [([*LIFE, drawn(3, 900)], 30_000), (LIFE, 0)],
    "overlapping_lenders_90d": [
        ([repaid(3, 9, 1), repaid(4, 9, 2), repaid(40, 9, 3), repaid(95, 9, 4)], 2),
        (LIFE, 0),
    ],
    "rollovers_180d": [([repaid(10, 9), drawn(12, 9, 2), drawn(30, 9)], 1), (LIFE, 0)],
    # Subscriptions
    "subscriptions": [([*LIFE, *NETFLIX, *GYM], 2), (LIFE, 0)],
    "subscriptions_monthly": [([*LIFE, *NETFLIX, *GYM], 23_000), (LIFE, 0)],
    "subscription_share": [
        ([*LIFE, *NETFLIX], 3_000 / ((90 * 4_000 + 3 * 3_000) / 3)),
        (NETFLIX, UNKNOWN),
    ],
    # The gym let two months pass once; a lapsed series missed the one after it too.
    "missed_renewals": [
        ([*NETFLIX, *GYM], 1),
        ([replace(each, at=days_ago(60 + 30 * n)) for n, each in enumerate(NETFLIX)], 1),
        (NETFLIX, 0),
    ],
    # Loans with us
    "own_on_time_streak": [
        ([owed(70), owed(40, on_time=False), owed(20), owed(10)], 2),
        ([owed(40), owed(10, on_time=False)], 0),
    ],
    "own_late_count": [([owed(70), owed(40, on_time=False), owed(10)], 1), (LIFE, 0)],
    "own_days_since_late": [([owed(40.5, on_time=False), owed(10)], 40), ([owed(10)], UNKNOWN)],
    "own_months": [([owed(59.5), owed(10)], 2.0), (LIFE, 0)],
    "own_repaid": [([owed(40), owed(10, on_time=False), owed(5)], 100_000), (LIFE, 0)],
    # Records
    "last_seen_days": [([bought(5.5, 1), bought(50, 1)], 5), ([owed(3)], UNKNOWN)],
    # Devices, social activity, insurance: facts beside the payments
    "device_days_90d": [
        ([fact(Source.DEVICE, day, 60, 3) for day in (1, 1, 2, 95)], 2),
        (LIFE, UNKNOWN),
    ],
    "device_minutes_90d": [
        ([fact(Source.DEVICE, day, 60, 3) for day in range(1, 15)], 60),
        ([fact(Source.DEVICE, 1, 60, 3)], UNKNOWN),
    ],
    "device_uses_90d": [
        ([fact(Source.DEVICE, day, 60, 3) for day in range(1, 15)], 3),
        ([fact(Source.DEVICE, 1, 60, 3)], UNKNOWN),
    ],
    "social_weeks_90d": [
        ([fact(Source.SOCIAL_ACTIVITY, 7 * week + 1, week % 2) for week in range(4)], 2),
        (LIFE, UNKNOWN),
    ],
    "social_active_days_90d": [
        ([fact(Source.SOCIAL_ACTIVITY, 7 * week + 1, 5 + week % 2) for week in range(4)], 5.5),
        ([fact(Source.SOCIAL_ACTIVITY, 1, 5)], UNKNOWN),
    ],
    "social_breadth": [
        ([fact(Source.SOCIAL_ACTIVITY, 20, 5, 1), fact(Source.SOCIAL_ACTIVITY, 6, 5, 3)], 3),
        (LIFE, UNKNOWN),
    ],
    "insured_months_365d": [
        ([fact(Source.SOCIAL_INSURANCE, 30 * n + 1, 600_000) for n in range(5)], 5),
        (LIFE, UNKNOWN),
    ],
    "insured_base_365d": [
        (
            [fact(Source.SOCIAL_INSURANCE, 1, 600_000), fact(Source.SOCIAL_INSURANCE, 31, 500_000)],
            550_000,
        ),
        (LIFE, UNKNOWN),
    ],
}
CASES = [
    pytest.param(name, events, value, id=f"{name}-{place}")
    for name, cases in STORIES.items()
    for place, (events, value) in enumerate(cases)
]


@pytest.mark.parametrize(("name", "events", "value"), CASES)
def test_a_story_has_its_number(name, events, value):
    assert of(name, *events) == pytest.approx(value, rel=1e-12, nan_ok=True)


def test_every_feature_has_a_story_here_or_in_the_plain_reading(plainly_read):
    assert sorted({*STORIES, *plainly_read}) == sorted(FEATURES)


@pytest.fixture
def plainly_read():
    from scoring.tests.test_features_oracle import Oracle  # noqa: PLC0415 - its tests stay there

    return set(Oracle([], AS_OF).features())


@pytest.mark.parametrize("name", [each for each in STORIES if FEATURES[each].missing == "ZERO"])
def test_what_is_never_missing_is_nought_for_nobody(name):
    assert of(name) == 0


@pytest.mark.parametrize("name", [each for each in STORIES if FEATURES[each].missing == "OWN_BIN"])
def test_what_can_be_missing_is_unknown_for_nobody(name):
    assert math.isnan(of(name))
