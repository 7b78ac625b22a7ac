"""Records: how long and how often there are payments, and how far they can be trusted."""

from functools import partial

import numpy as np

from borrowers.consent.purposes import CONSUMPTION_RECORDS
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.frame import (
    PERIOD_DAYS,
    WINDOW_DAYS,
    Frame,
    Mask,
    Numbers,
    flags_set,
    known,
    rows_of,
    shared,
)

WEEKS = 13
DAYS_PER_WEEK = 7
FULL_EVENTS = 90
FULL_MONTHS = 3
FULL_WEEKS = 9

GROUPS = (Group("RECORDS", 100, Bilingual("The records themselves", "记录情况")),)

_feature = partial(
    Feature, version=1, group="RECORDS", purpose=CONSUMPTION_RECORDS, missing="OWN_BIN"
)


@shared
def active(frame: Frame) -> Mask:
    """On which of the last 180 days there was a payment."""
    days = np.zeros((frame.segments, WINDOW_DAYS), dtype=np.bool_)
    chosen = rows_of(frame.recorded & (frame.age_days < WINDOW_DAYS))
    days[frame.segment[chosen], frame.age_days[chosen]] = True
    return days


@shared
def events(frame: Frame) -> Numbers:
    """Counts are 0, not NaN, where nothing is seen."""
    return frame.count(frame.recorded, days=WINDOW_DAYS)


@shared
def history_months(frame: Frame) -> Numbers:
    """Back to the first silence of more than 90 days."""
    return frame.history_days / PERIOD_DAYS


def active_days(frame: Frame) -> Numbers:
    """Days with at least one payment."""
    return flags_set(active(frame)[:, :90])


@shared
def active_weeks(frame: Frame) -> Numbers:
    """Weeks with at least one payment."""
    weeks = active(frame)[:, : WEEKS * DAYS_PER_WEEK]
    return flags_set(np.any(weeks.reshape(frame.segments, WEEKS, DAYS_PER_WEEK), axis=2))


def longest_gap(frame: Frame) -> Numbers:
    """The longest run of days without a record since the first; NaN under a month of history."""
    day = np.arange(WINDOW_DAYS)
    latest = np.maximum.accumulate(np.where(active(frame), day, -1), axis=1)
    quiet = np.where(day < frame.history_days[:, None], day - latest, 0)
    return known(quiet.max(axis=1).astype(np.float64), frame.history_days >= PERIOD_DAYS)


def confidence(frame: Frame) -> Numbers:
    """The weakest of three: enough events, months and weeks. 1 is a full quarter of records."""
    weakest = np.minimum(events(frame) / FULL_EVENTS, history_months(frame) / FULL_MONTHS)
    return np.minimum(np.minimum(weakest, active_weeks(frame) / FULL_WEEKS), 1.0)


def last_seen(frame: Frame) -> Numbers:
    """How old the latest payment is."""
    age, bounds = frame.recorded_ages
    newest = np.full(frame.segments, np.nan)
    # The rows rise in time, so a segment's last one is the latest.
    has_any = bounds[:-1] < bounds[1:]
    newest[has_any] = age[bounds[1:][has_any] - 1]
    return newest


FEATURES = (
    Feature(
        name="events_180d",
        version=1,
        unit=Unit.COUNT,
        group="RECORDS",
        risk=0,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Payments in the last 180 days", "近 180 天交易笔数"),
        justification=Bilingual(
            "A few payments are no picture of anybody.", "交易太少，无法看清情况。"
        ),
        worse=Bilingual("There are few payments to go by.", "可参考的交易较少。"),
        better=Bilingual("There are many payments to go by.", "可参考的交易较多。"),
        missing="ZERO",
        compute=events,
        days=180,
    ),
    Feature(
        name="history_months",
        version=1,
        unit=Unit.MONTHS,
        group="RECORDS",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Months of records", "记录月数"),
        justification=Bilingual(
            "Habits show over months and not over days.", "习惯要经过数月才能看出。"
        ),
        worse=Bilingual("The records reach back a short time only.", "记录时间较短。"),
        better=Bilingual("The records reach back a long time.", "记录时间较长。"),
        missing="ZERO",
        compute=history_months,
    ),
    Feature(
        name="active_days_90d",
        version=1,
        unit=Unit.DAYS,
        group="RECORDS",
        risk=0,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Days with payments, last 90 days", "近 90 天有交易的天数"),
        justification=Bilingual(
            "Records of every other day show a whole household.", "经常有交易的记录更完整。"
        ),
        worse=Bilingual("There are payments on few days.", "有交易的天数较少。"),
        better=Bilingual("There are payments on most days.", "多数日子都有交易。"),
        missing="ZERO",
        compute=active_days,
        days=90,
    ),
    Feature(
        name="active_weeks_90d",
        version=1,
        unit=Unit.COUNT,
        group="RECORDS",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Weeks with payments, last 13 weeks", "近 13 周有交易的周数"),
        justification=Bilingual(
            "Records of every week leave no gap to hide in.", "每周都有交易的记录没有缺口。"
        ),
        worse=Bilingual("Weeks are missing from the records.", "记录中有缺失的周。"),
        better=Bilingual("There are payments in nearly every week.", "几乎每周都有交易。"),
        missing="ZERO",
        compute=active_weeks,
        days=91,
    ),
    Feature(
        name="longest_gap_180d",
        version=1,
        unit=Unit.DAYS,
        group="RECORDS",
        risk=1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("Longest time without a payment", "最长无交易天数"),
        justification=Bilingual(
            "A long silence means that another account tells the rest.",
            "长时间没有交易，说明其他账户另有记录。",
        ),
        worse=Bilingual("There is a long time without any payment.", "有较长时间没有交易。"),
        better=Bilingual("There is no long time without a payment.", "没有长时间的交易空白。"),
        missing="OWN_BIN",
        compute=longest_gap,
        days=180,
    ),
    Feature(
        name="confidence",
        version=1,
        unit=Unit.SHARE,
        group="RECORDS",
        risk=-1,
        purpose=CONSUMPTION_RECORDS,
        title=Bilingual("How complete the records are", "记录完整程度"),
        justification=Bilingual(
            "Thin records lead to a small start and never to a refusal.",
            "记录较少时从小额开始，绝不因此拒绝。",
        ),
        worse=Bilingual("The records are thin.", "记录较少。"),
        better=Bilingual("The records are complete.", "记录完整。"),
        missing="ZERO",
        compute=confidence,
        days=180,
    ),
    _feature(
        name="last_seen_days",
        unit=Unit.DAYS,
        risk=1,
        title=Bilingual("Days since the latest payment", "距最近一笔交易天数"),
        justification=Bilingual(
            "Old records tell of a life that may have changed.", "记录太旧，情况可能已变化。"
        ),
        worse=Bilingual("The records end some time ago.", "记录截止较早。"),
        better=Bilingual("The records are up to date.", "记录是最新的。"),
        compute=last_seen,
    ),
)
