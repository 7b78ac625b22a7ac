"""Smart devices: how regularly a household runs. Off by default, and only ever in favour."""

from functools import partial

import numpy as np

from borrowers.behaviour.contracts import MEASURE_STEP, Integers, Source
from borrowers.consent.purposes import DEVICE
from common.texts import Bilingual
from scoring.features.contracts import Feature, Group, Unit
from scoring.features.frame import Frame, Numbers, distinct, known, ratio, rows_of, shared, summed

FEWEST_DAYS = 14

GROUPS = (Group("DEVICE", 110, Bilingual("Smart devices", "智能设备")),)

_feature = partial(
    Feature, version=1, group="DEVICE", purpose=DEVICE, missing="OWN_BIN", is_optional=True
)


@shared
def told(frame: Frame) -> Integers:
    """The device days of the last 90 days."""
    return rows_of((frame.source == Source.DEVICE) & (frame.age_days < 90))


@shared
def days(frame: Frame) -> Numbers:
    """Days with a device in use; NaN where nothing was shared."""
    count = distinct(frame, told(frame), frame.day)
    return known(count, count > 0)


def minutes(frame: Frame) -> Numbers:
    """Minutes switched on, on an average day with a device in use."""
    rows = told(frame)
    on = summed(frame, rows, (frame.measure[rows] // MEASURE_STEP).astype(np.float64))
    return ratio(on, days(frame), where=days(frame) >= FEWEST_DAYS)


def uses(frame: Frame) -> Numbers:
    """How often devices were used, on such a day."""
    rows = told(frame)
    used = summed(frame, rows, (frame.measure[rows] % MEASURE_STEP).astype(np.float64))
    return ratio(used, days(frame), where=days(frame) >= FEWEST_DAYS)


FEATURES = (
    _feature(
        name="device_days_90d",
        unit=Unit.DAYS,
        risk=-1,
        title=Bilingual("Days with a device in use", "使用智能设备的天数"),
        justification=Bilingual(
            "A household that runs every day is a settled one.", "家中设备天天使用，说明生活安定。"
        ),
        worse=Bilingual("The devices tell of few days.", "设备记录的天数较少。"),
        better=Bilingual("Devices are in use nearly every day.", "几乎每天使用设备。"),
        compute=days,
        days=90,
    ),
    _feature(
        name="device_minutes_90d",
        unit=Unit.COUNT,
        risk=0,
        title=Bilingual("Minutes switched on a day", "设备每日开启分钟数"),
        justification=Bilingual(
            "Regular use tells of a home that is lived in.", "规律使用说明有人长期居住。"
        ),
        worse=Bilingual("Devices are hardly switched on.", "设备很少开启。"),
        better=Bilingual("Devices are in regular use.", "设备使用规律。"),
        compute=minutes,
        days=90,
    ),
    _feature(
        name="device_uses_90d",
        unit=Unit.COUNT,
        risk=0,
        title=Bilingual("Uses of devices a day", "设备每日使用次数"),
        justification=Bilingual(
            "Regular use tells of a home that is lived in.", "规律使用说明有人长期居住。"
        ),
        worse=Bilingual("Devices are used rarely.", "设备使用较少。"),
        better=Bilingual("Devices are used regularly.", "设备使用规律。"),
        compute=uses,
        days=90,
    ),
)
