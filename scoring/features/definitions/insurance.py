"""Social insurance: months that an employer paid in. Optional, and only ever in favour."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import MEASURE_STEP, Integers, Source
from borrowers.consent.purposes import SOCIAL_INSURANCE
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

GROUPS = (Group("INSURANCE", 105, Bilingual("Social insurance", "社会保险")),)

_feature = partial(
    Feature,
    version=1,
    group="INSURANCE",
    purpose=SOCIAL_INSURANCE,
    missing="OWN_BIN",
    is_optional=True,
)


@shared
def told(frame: Frame) -> Integers:
    """The months of old-age pension that were paid within a year."""
    is_paid = (frame.source == Source.SOCIAL_INSURANCE) & (frame.measure > 0)
    return rows_of(is_paid & (frame.age_days < 366))


@shared
def months(frame: Frame) -> Numbers:
    """How many months of twelve; NaN where nothing was shared."""
    count = distinct(frame, told(frame), frame.day)
    return known(count, count > 0)


def base(frame: Frame) -> Numbers:
    """The average base on which was paid: a wage that the state was told."""
    rows = told(frame)
    bases = summed(frame, rows, (frame.measure[rows] // MEASURE_STEP).astype(np.float64))
    return ratio(bases, counted(frame, rows))


FEATURES = (
    _feature(
        name="insured_months_365d",
        unit=Unit.COUNT,
        risk=-1,
        title=Bilingual("Insured months of the last twelve", "近 12 个月参保月数"),
        justification=Bilingual(
            "An employer who pays in every month is steady work.", "单位每月缴费说明工作稳定。"
        ),
        worse=Bilingual("Few months were paid in.", "参保月数较少。"),
        better=Bilingual("Nearly every month was paid in.", "几乎每月参保。"),
        compute=months,
        days=366,
    ),
    _feature(
        name="insured_base_365d",
        unit=Unit.YUAN,
        risk=-1,
        title=Bilingual("Average base of the insurance", "平均缴费基数"),
        justification=Bilingual(
            "The base is a wage that was declared.", "缴费基数是申报过的工资。"
        ),
        worse=Bilingual("The base is low.", "缴费基数较低。"),
        better=Bilingual("The base is good.", "缴费基数较好。"),
        compute=base,
        days=366,
    ),
)
