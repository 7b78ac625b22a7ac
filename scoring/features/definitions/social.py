"""Activity on social networks, in counts by the week. Off by default, and only ever in favour.

Nothing of what is written or seen, nor who is known: how often, how active, how broad."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import MEASURE_STEP, Integers, Source
from borrowers.consent.purposes import SOCIAL_ACTIVITY
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.frame import (
    Frame,
    Numbers,
    counted,
    distinct,
    known,
    ratio,
    rows_of,
    shared,
    summed,
)

FEWEST_WEEKS = 4

GROUPS = (Group("SOCIAL", 120, Bilingual("Activity on social networks", "社交网络活跃度")),)

_feature = partial(
    Feature, version=1, group="SOCIAL", purpose=SOCIAL_ACTIVITY, missing="OWN_BIN", is_optional=True
)


@shared
def told(frame: Frame) -> Integers:
    """The weeks of the last 90 days."""
    return rows_of((frame.source == Source.SOCIAL_ACTIVITY) & (frame.age_days < 90))


@shared
def weeks(frame: Frame) -> Numbers:
    """Weeks with any activity; NaN where nothing was shared."""
    rows = told(frame)
    active = rows[frame.measure[rows] >= MEASURE_STEP]
    return known(distinct(frame, active, frame.day), counted(frame, rows) > 0)


def activeness(frame: Frame) -> Numbers:
    """Active days in an average week that was shared."""
    rows = told(frame)
    active = summed(frame, rows, (frame.measure[rows] // MEASURE_STEP).astype(np.float64))
    shared_weeks = counted(frame, rows)
    return ratio(active, shared_weeks, where=shared_weeks >= FEWEST_WEEKS)


def breadth(frame: Frame) -> Numbers:
    """The latest bucket of contacts, from 0 to 4."""
    rows = told(frame)
    bucket = np.full(frame.segments, np.nan)
    # The rows rise in time, so the last one of each segment is the one that stays.
    bucket[frame.segment[rows]] = frame.measure[rows] % MEASURE_STEP
    return bucket


FEATURES = (
    _feature(
        name="social_weeks_90d",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Weeks with activity", "有活动的周数"),
        justification=Bilingual("A life among others steadies.", "与人往来有助于生活稳定。"),
        worse=Bilingual("Few active weeks were shared.", "活跃的周数较少。"),
        better=Bilingual("Nearly every week is active.", "几乎每周都有活动。"),
        compute=weeks,
        days=90,
    ),
    _feature(
        name="social_active_days_90d",
        unit=Unit.DAYS,
        risk=-1,
        title=Bilingual("Active days a week", "每周活跃天数"),
        justification=Bilingual("A life among others steadies.", "与人往来有助于生活稳定。"),
        worse=Bilingual("Few days of a week are active.", "每周活跃天数较少。"),
        better=Bilingual("Most days of a week are active.", "每周多数日子活跃。"),
        compute=activeness,
        days=90,
    ),
    _feature(
        name="social_breadth",
        unit=Unit.COUNT,
        risk=0,
        title=Bilingual("Breadth of contacts, in five steps", "联系广度（五档）"),
        justification=Bilingual(
            "Only a rough step, and never whose contacts they are.",
            "只看大致档位，绝不看联系人是谁。",
        ),
        worse=Bilingual("The circle is small.", "联系范围较小。"),
        better=Bilingual("The circle is broad.", "联系范围较广。"),
        compute=breadth,
        days=90,
    ),
)
