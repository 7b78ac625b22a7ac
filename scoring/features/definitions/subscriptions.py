"""Subscriptions: the same amount to the same merchant, month after month."""

from functools import partial
from typing import NamedTuple

import numpy as np

from borrowers.behaviour.contracts import Category, Integers
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.definitions.ability import spending_monthly
from scoring.features.frame import SPENDING, Frame, Mask, Numbers, ordered, ratio, rows_of, shared

# Housing and schooling come monthly too, but nobody signs up for them and forgets.
SUBSCRIBED = SPENDING - {Category.HOUSING, Category.EDUCATION, Category.GROCERIES}
LOOK_BACK_DAYS = 400
DAYS_PER_MONTH = 30.4375
# Payments drift around the day of the month.
DRIFT_DAYS = 4
MOST_MISSED = 2
FEWEST = 3

GROUPS = (Group("SUBSCRIPTIONS", 80, Bilingual("Subscriptions", "订阅与自动续费")),)

_feature = partial(
    Feature, version=1, group="SUBSCRIPTIONS", purpose=CONSUMPTION_RECORDS, missing="ZERO"
)


class Series(NamedTuple):
    """Of each segment: series that run, what they cost a month, and months that they missed."""

    running: Numbers
    monthly_fen: Numbers
    missed: Numbers


@shared
def subscriptions(frame: Frame) -> Series:
    """Among the spending."""
    return series_of(frame, frame.spending & frame.among(SUBSCRIBED))


def series_of(frame: Frame, rows: Mask) -> Series:
    """At least three payments of one amount to one party, a month apart, with at most two missed.

    A series runs while its next payment is not overdue. A payment that came two months after the
    one before missed one; a series that ended within half a year missed its next one.
    """
    place = rows_of(rows & (frame.party != 0) & (frame.age_days < LOOK_BACK_DAYS))
    if len(place) == 0:
        nothing = np.zeros(frame.segments)
        return Series(nothing, nothing, nothing)
    # The rows stand in the order of time already, and a stable sort keeps it.
    place = ordered(frame, place, frame.party, frame.amount_fen)
    is_first = _starts(frame, place)
    number = np.cumsum(is_first) - 1
    months, is_regular = _steps(frame.age_days[place], is_first)
    series = int(number[-1]) + 1
    payments = np.bincount(number, minlength=series)
    broken = np.bincount(number[~is_regular], minlength=series)
    gaps = np.bincount(number, weights=np.maximum(months - 1.0, 0.0), minlength=series)
    last = np.append(rows_of(is_first)[1:], len(place)) - 1
    silence = frame.age_days[place][last]
    is_real = (payments >= FEWEST) & (broken == 0)
    is_running = silence <= DAYS_PER_MONTH + DRIFT_DAYS
    lapsed = is_real & ~is_running & (silence < 180)
    owner, amount = frame.segment[place][last], frame.amount_fen[place][last]
    missed = np.where(is_real & (is_running | lapsed), gaps, 0.0) + lapsed
    return Series(
        running=_by_owner(frame, owner, (is_real & is_running).astype(np.float64)),
        monthly_fen=_by_owner(frame, owner, np.where(is_real & is_running, amount, 0.0)),
        missed=_by_owner(frame, owner, missed),
    )


def _starts(frame: Frame, place: Integers) -> Mask:
    """Where the next series begins."""
    is_first = np.zeros(len(place), dtype=np.bool_)
    is_first[:1] = True
    for column in (frame.segment, frame.party, frame.amount_fen):
        is_first[1:] |= column[place[1:]] != column[place[:-1]]
    return is_first


def _steps(age_days: Integers, is_first: Mask) -> tuple[Numbers, Mask]:
    """Months since the payment before, and whether that many months are what was waited."""
    waited = np.zeros(len(age_days))
    waited[1:] = age_days[:-1] - age_days[1:]
    waited[is_first] = 0.0
    months = np.rint(waited / DAYS_PER_MONTH)
    fits = np.abs(waited - months * DAYS_PER_MONTH) <= DRIFT_DAYS
    return months, is_first | fits & (months >= 1) & (months <= 1 + MOST_MISSED)


def _by_owner(frame: Frame, owner: Integers, values: Numbers) -> Numbers:
    sums = np.bincount(owner, weights=values, minlength=frame.segments)
    return sums.astype(np.float64)


def running(frame: Frame) -> Numbers:
    """How many run."""
    return subscriptions(frame).running


def monthly(frame: Frame) -> Numbers:
    """What those that run cost a month."""
    return subscriptions(frame).monthly_fen


def share(frame: Frame) -> Numbers:
    """Of the spending; NaN where the spending is not known."""
    return ratio(subscriptions(frame).monthly_fen, spending_monthly(frame))


def missed(frame: Frame) -> Numbers:
    """Renewals that did not come when they were due."""
    return subscriptions(frame).missed


FEATURES = (
    _feature(
        name="subscriptions",
        unit=Unit.COUNT,
        risk=0,
        title=Bilingual("Subscriptions that run", "生效中的订阅数"),
        justification=Bilingual(
            "Subscriptions come back every month without a decision.", "订阅每月自动扣费。"
        ),
        worse=Bilingual("Many subscriptions run.", "订阅较多。"),
        better=Bilingual("Few subscriptions run.", "订阅较少。"),
        compute=running,
        days=400,
    ),
    _feature(
        name="subscriptions_monthly",
        unit=Unit.FEN,
        risk=1,
        title=Bilingual("Subscriptions a month", "每月订阅费用"),
        justification=Bilingual(
            "What renews itself comes before an instalment.", "自动续费会先于还款扣除。"
        ),
        worse=Bilingual("Subscriptions cost much each month.", "每月订阅费用较高。"),
        better=Bilingual("Subscriptions cost little each month.", "每月订阅费用较低。"),
        compute=monthly,
        days=400,
    ),
    _feature(
        name="subscription_share",
        unit=Unit.SHARE,
        risk=1,
        title=Bilingual("Share of subscriptions in the spending", "订阅占支出的比例"),
        justification=Bilingual(
            "Spending that is tied cannot be cut at once.", "被绑定的支出无法立即减少。"
        ),
        worse=Bilingual(
            "Subscriptions take a large part of the spending.", "订阅占支出的比例较高。"
        ),
        better=Bilingual(
            "Subscriptions take a small part of the spending.", "订阅占支出的比例较低。"
        ),
        compute=share,
        days=400,
        missing="OWN_BIN",
    ),
    _feature(
        name="missed_renewals",
        unit=Unit.COUNT,
        risk=1,
        title=Bilingual("Renewals that did not come", "未按时续费次数"),
        justification=Bilingual(
            "A renewal that fails is often an account that is empty.",
            "续费未成功往往说明账户余额不足。",
        ),
        worse=Bilingual("Renewals did not come when they were due.", "有续费未按时成功。"),
        better=Bilingual("Renewals came when they were due.", "续费均按时成功。"),
        compute=missed,
        days=400,
    ),
)
