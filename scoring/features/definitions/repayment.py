"""Repayment: how instalments with us were paid. Stands on the contract, not on a consent.

The names begin with `own_`: that is how a decision without shared records finds them.
"""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import Category, Direction, Integers, Source
from common.texts import Bilingual
from scoring.features.contracts import CONTRACT, Feature, Group, Unit
from scoring.features.frame import (
    PERIOD_DAYS,
    Frame,
    Mask,
    Numbers,
    counted,
    ratio,
    rows_of,
    shared,
    summed,
)

GROUPS = (Group("OWN_LOANS", 90, Bilingual("Loans with us", "在本平台的借款")),)

_feature = partial(Feature, version=1, group="OWN_LOANS", purpose=CONTRACT, missing="ZERO")


@shared
def instalments_fallen_due(frame: Frame) -> Mask:
    """One event per instalment: OUT was on time, NEUTRAL was late or missed."""
    is_own = np.equal(frame.source, Source.OWN_LOANS)
    return is_own & np.equal(frame.category, Category.CREDIT_REPAYMENT)


@shared
def own_instalments(frame: Frame) -> Numbers:
    """How many fell due so far."""
    return frame.count(instalments_fallen_due(frame))


def own_on_time_share(frame: Frame) -> Numbers:
    """NaN before the first instalment."""
    on_time = instalments_fallen_due(frame) & (frame.direction == Direction.OUT)
    return ratio(frame.count(on_time), own_instalments(frame))


@shared
def own_rows(frame: Frame) -> Integers:
    """Instalments in the order of time."""
    return rows_of(instalments_fallen_due(frame))


@shared
def own_late(frame: Frame) -> Integers:
    """Those that were late or missed."""
    rows = own_rows(frame)
    late: Integers = rows[frame.direction[rows] != Direction.OUT]
    return late


def own_on_time_streak(frame: Frame) -> Numbers:
    """How many in a row were paid on time, up to the latest."""
    last_late = np.full(frame.segments, -1, dtype=np.int64)
    late = own_late(frame)
    # The rows rise, so the last one of each segment is the one that stays.
    last_late[frame.segment[late]] = late
    rows = own_rows(frame)
    return counted(frame, rows[rows > last_late[frame.segment[rows]]])


def own_late_count(frame: Frame) -> Numbers:
    """How many were late or missed."""
    return counted(frame, own_late(frame))


def own_days_since_late(frame: Frame) -> Numbers:
    """NaN where none was ever late."""
    days = np.full(frame.segments, np.nan)
    late = own_late(frame)
    days[frame.segment[late]] = frame.age_days[late]
    return days


def own_months(frame: Frame) -> Numbers:
    """Since the first instalment fell due."""
    oldest = np.zeros(frame.segments)
    rows = own_rows(frame)
    np.maximum.at(oldest, frame.segment[rows], frame.age_days[rows] + 1)
    return oldest / PERIOD_DAYS


def own_repaid(frame: Frame) -> Numbers:
    """What was paid to us on time so far."""
    on_time = instalments_fallen_due(frame) & (frame.direction == Direction.OUT)
    rows = rows_of(on_time)
    return summed(frame, rows, frame.amount_fen[rows])


FEATURES = (
    Feature(
        name="own_instalments",
        version=1,
        unit=Unit.COUNT,
        group="OWN_LOANS",
        risk=-1,
        purpose=CONTRACT,
        title=Bilingual("Instalments with us that fell due", "在本平台已到期期数"),
        justification=Bilingual(
            "A longer history with us tells more than any record of others.",
            "与本平台的还款历史越长，越有说服力。",
        ),
        worse=Bilingual("There is little history with us yet.", "在本平台的还款记录尚少。"),
        better=Bilingual("There is a history with us.", "在本平台已有还款记录。"),
        missing="ZERO",
        compute=own_instalments,
    ),
    Feature(
        name="own_on_time_share",
        version=1,
        unit=Unit.SHARE,
        group="OWN_LOANS",
        risk=-1,
        purpose=CONTRACT,
        title=Bilingual("Share of instalments with us paid on time", "在本平台的还款中按时的占比"),
        justification=Bilingual(
            "Who paid us on time does so again.", "过去按时还款的人通常会继续按时还款。"
        ),
        worse=Bilingual("Instalments with us were paid late.", "在本平台有逾期还款。"),
        better=Bilingual("Instalments with us were paid on time.", "在本平台按时还款。"),
        missing="OWN_BIN",
        compute=own_on_time_share,
    ),
    _feature(
        name="own_on_time_streak",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Instalments in a row on time", "连续按时还款期数"),
        justification=Bilingual(
            "A streak is how trust grows, from instalment to instalment.",
            "连续按时还款，信任逐期积累。",
        ),
        worse=Bilingual("The streak of instalments on time is short.", "连续按时还款期数较少。"),
        better=Bilingual("Many instalments in a row were on time.", "连续多期按时还款。"),
        compute=own_on_time_streak,
    ),
    _feature(
        name="own_late_count",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Instalments late or missed", "逾期期数"),
        justification=Bilingual("What happened once may happen again.", "曾经逾期，可能再次发生。"),
        worse=Bilingual("Instalments were late or missed.", "有逾期的期数。"),
        better=Bilingual("No instalment was late.", "没有逾期。"),
        compute=own_late_count,
    ),
    _feature(
        name="own_days_since_late",
        unit=Unit.DAYS,
        risk=-1,
        title=Bilingual("Days since the last late one", "距上次逾期天数"),
        justification=Bilingual(
            "A late instalment weighs less the longer ago it is.", "逾期时间越久，影响越小。"
        ),
        worse=Bilingual("An instalment was late not long ago.", "不久前有逾期。"),
        better=Bilingual("The last late instalment is long ago.", "上次逾期已过去较久。"),
        compute=own_days_since_late,
        missing="OWN_BIN",
    ),
    _feature(
        name="own_months",
        unit=Unit.MONTHS,
        risk=-1,
        title=Bilingual("Months of instalments with us", "在本平台还款月数"),
        justification=Bilingual(
            "Time shows what a single month cannot.", "时间能说明单月看不出的情况。"
        ),
        worse=Bilingual("The history with us is short.", "在本平台时间较短。"),
        better=Bilingual("The history with us is long.", "在本平台时间较长。"),
        compute=own_months,
    ),
    _feature(
        name="own_repaid",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Paid to us on time so far", "累计按时还款金额"),
        justification=Bilingual("More that was paid tells more.", "已还金额越多，越有说服力。"),
        worse=Bilingual("Little was paid to us so far.", "累计还款较少。"),
        better=Bilingual("Much was paid to us on time.", "累计按时还款较多。"),
        compute=own_repaid,
    ),
)
