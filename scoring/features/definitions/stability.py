"""Stability: how evenly money comes and goes."""

import numpy as np

from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import enough_purchases_90d, income_seen
from scoring.features.definitions.trend import recent_fen
from scoring.features.frame import Frame, Numbers, known, variation

PHASES_DAYS = (0, 10, 20)
TYPICAL_PERIODS = 5
MINIMUM_PERIODS = 3

GROUPS = (Group("STABILITY", 30, Bilingual("How steady it is", "稳定程度")),)


def income_variation(frame: Frame) -> Numbers:
    """The steadiest of three ways to cut time into 30 days, always beside the latest month.

    A pay day near the edge of a period would put two pays into one and none into the next,
    and make a regular earner look erratic.
    """
    latest = recent_fen(frame)[:, None]
    always = np.ones((frame.segments, 1), dtype=np.bool_)
    best = np.full(frame.segments, np.nan)
    for offset_days in PHASES_DAYS:
        cutting = {"offset_days": offset_days, "periods": TYPICAL_PERIODS}
        income = np.hstack([latest, frame.by_period(frame.income, **cutting)])
        seen = np.hstack([always, frame.seen_periods(**cutting)])
        best = np.fmin(best, variation(income, seen, at_least=1 + MINIMUM_PERIODS))
    return known(best, income_seen(frame))


def spending_variation(frame: Frame) -> Numbers:
    """Net of refunds; NaN where fewer than ten purchases or three periods are seen."""
    steady = np.maximum(frame.spending_fen, 0)
    changing = variation(steady, frame.seen_periods(), at_least=MINIMUM_PERIODS)
    return known(changing, enough_purchases_90d(frame))


FEATURES = (
    Feature(
        name="income_variation_180d",
        version=1,
        unit=Unit.RATIO,
        group="STABILITY",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Ups and downs of the income", "收入波动"),
        justification=Bilingual(
            "An instalment falls due every month, also in a month without income.",
            "每月都要还款，没有收入的月份也不例外。",
        ),
        worse=Bilingual("The income moves a lot from month to month.", "收入各月波动较大。"),
        better=Bilingual("The income is steady.", "收入稳定。"),
        missing="OWN_BIN",
        compute=income_variation,
        days=180,
    ),
    Feature(
        name="spending_variation_180d",
        version=1,
        unit=Unit.RATIO,
        group="STABILITY",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Ups and downs of the spending", "支出波动"),
        justification=Bilingual(
            "Even spending makes a month that can be planned.", "支出平稳便于安排每月资金。"
        ),
        worse=Bilingual("The spending moves a lot from month to month.", "支出各月波动较大。"),
        better=Bilingual("The spending is even.", "支出平稳。"),
        missing="OWN_BIN",
        compute=spending_variation,
        days=180,
    ),
)
