"""Ability: what comes in, what must go out, and what is left of it."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Category, Direction
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.frame import (
    INCOME,
    PERIOD_SEEN_DAYS,
    SPENDING,
    Frame,
    Mask,
    Numbers,
    added,
    known,
    ratio,
    shared,
)

MINIMUM_PURCHASES = 10
# A few yuan of cashback, or a file of some days, show no income.
LEAST_SEEN_FEN = 50_000

SOCIAL = frozenset({Category.TRANSFER_SOCIAL})
CAME_IN = INCOME | SOCIAL | {Category.UNKNOWN}

GROUPS = (Group("ABILITY", 10, Bilingual("Income and what is left", "收入与结余")),)

_feature = partial(
    Feature, version=1, group="ABILITY", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


@shared
def income_seen(frame: Frame) -> Mask:
    """Is there income at all? A wallet often does not see the salary, and that is no zero."""
    received = frame.moved_fen(Direction.IN, INCOME, days=180)
    return (received >= LEAST_SEEN_FEN) & (frame.history_days >= PERIOD_SEEN_DAYS)


@shared
def income_monthly(frame: Frame) -> Numbers:
    """Pay and other earnings; transfers from people are left out."""
    earned = frame.moved_fen(Direction.IN, INCOME, days=90)
    return known(earned / frame.months, income_seen(frame))


@shared
def enough_purchases_90d(frame: Frame) -> Mask:
    """Are there purchases enough to speak of habits?"""
    return frame.moved_count(Direction.OUT, SPENDING, days=90) >= MINIMUM_PURCHASES


@shared
def enough_purchases_180d(frame: Frame) -> Mask:
    """The same over half a year."""
    return frame.moved_count(Direction.OUT, SPENDING, days=180) >= MINIMUM_PURCHASES


@shared
def spent_90d(frame: Frame) -> Numbers:
    """Spending before refunds."""
    return frame.moved_fen(Direction.OUT, SPENDING, days=90)


@shared
def spent_180d(frame: Frame) -> Numbers:
    """The same over half a year."""
    return frame.moved_fen(Direction.OUT, SPENDING, days=180)


@shared
def spending_monthly(frame: Frame) -> Numbers:
    """Net of refunds."""
    spent = np.maximum(added(frame.spending_fen[:, :3]), 0)
    return known(spent / frame.months, enough_purchases_90d(frame))


@shared
def surplus_monthly(frame: Frame) -> Numbers:
    """What is left of the income after spending and what goes to people.

    Repaying a debt is no spending: the instalments of loans that run are held against the income
    where a limit is set, and those that are paid weigh on nobody.
    """
    return income_monthly(frame) - spending_monthly(frame) - _sent_monthly_fen(frame)


def _sent_monthly_fen(frame: Frame) -> Numbers:
    """What goes to people beyond what comes from them."""
    sent = frame.moved_fen(Direction.OUT, SOCIAL, days=90)
    received = frame.moved_fen(Direction.IN, SOCIAL, days=90)
    return np.maximum(sent - received, 0) / frame.months


def cover(frame: Frame) -> Numbers:
    """The share of the income that is left over, from -1 to 1."""
    surplus, income = surplus_monthly(frame), income_monthly(frame)
    share = np.clip(ratio(surplus, income), -1.0, 1.0)
    return np.where((income == 0) & ~np.isnan(surplus), -1.0, share)


def inflow_monthly(frame: Frame) -> Numbers:
    """All that came in but refunds, borrowed money and moves between own pockets."""
    came = frame.moved_fen(Direction.IN, CAME_IN, days=90)
    return known(came / frame.months, frame.history_days >= PERIOD_SEEN_DAYS)


def out_to_in(frame: Frame) -> Numbers:
    """What was spent and sent for each yuan that came in."""
    went = spent_90d(frame) + frame.moved_fen(Direction.OUT, SOCIAL, days=90)
    return ratio(went, frame.moved_fen(Direction.IN, CAME_IN, days=90))


FEATURES = (
    Feature(
        name="income_monthly_90d",
        version=1,
        unit=Unit.YUAN,
        group="ABILITY",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Average income a month", "月均收入"),
        justification=Bilingual("An instalment is paid out of income.", "分期还款来自收入。"),
        worse=Bilingual("The income seen is low.", "可见收入偏低。"),
        better=Bilingual("The income seen is good.", "可见收入较好。"),
        missing="OWN_BIN",
        compute=income_monthly,
        days=90,
    ),
    Feature(
        name="spending_monthly_90d",
        version=1,
        unit=Unit.YUAN,
        group="ABILITY",
        risk=0,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Average spending a month", "月均支出"),
        justification=Bilingual(
            "What a household needs is not free for an instalment.", "日常开销不能用来还款。"
        ),
        worse=Bilingual("The spending is high.", "支出偏高。"),
        better=Bilingual("The spending is moderate.", "支出适中。"),
        missing="OWN_BIN",
        compute=spending_monthly,
        days=90,
    ),
    Feature(
        name="surplus_monthly_90d",
        version=1,
        unit=Unit.YUAN,
        group="ABILITY",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Left over in a month", "每月结余"),
        justification=Bilingual(
            "An instalment must fit into what is left.", "每期还款应在结余之内。"
        ),
        worse=Bilingual("Little is left of a month's income.", "每月收入所剩不多。"),
        better=Bilingual("Enough is left of a month's income.", "每月收入有足够结余。"),
        missing="OWN_BIN",
        compute=surplus_monthly,
        days=90,
    ),
    Feature(
        name="cover_90d",
        version=1,
        unit=Unit.SHARE,
        group="ABILITY",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Share of the income left over", "收入结余占比"),
        justification=Bilingual(
            "Who keeps a part of the income can carry a bad month.",
            "收入有结余的人更能应对困难月份。",
        ),
        worse=Bilingual("Nearly all of the income is spent.", "收入几乎全部花完。"),
        better=Bilingual("A good part of the income is kept.", "收入中有较大部分结余。"),
        missing="OWN_BIN",
        compute=cover,
        days=90,
    ),
    _feature(
        name="inflow_monthly_90d",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("All money coming in, a month", "每月全部流入"),
        justification=Bilingual(
            "What comes in beside pay carries a household too.", "工资以外的流入同样支撑生活。"
        ),
        worse=Bilingual("Little money comes in.", "流入资金较少。"),
        better=Bilingual("Enough money comes in.", "流入资金充足。"),
        compute=inflow_monthly,
        days=90,
    ),
    _feature(
        name="out_to_in_90d",
        unit=Unit.RATIO,
        risk=1,
        title=Bilingual("Spent for each yuan that came in", "每流入一元的支出"),
        justification=Bilingual(
            "Who spends more than comes in lives on credit.", "支出超过流入只能依靠借款。"
        ),
        worse=Bilingual("More goes out than comes in.", "支出多于流入。"),
        better=Bilingual("Less goes out than comes in.", "支出少于流入。"),
        compute=out_to_in,
        days=90,
    ),
)
