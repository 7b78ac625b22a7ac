"""Smart devices by the day: how long a device was on and how often it was used, and no more.

JSON `{"kind": "device_usage", "rows": [{"device_type", "day", "on_minutes", "events"}]}`, or a
table with the same columns. No log, no place, no number of a device.
"""

import re
from collections.abc import Mapping

from borrowers.connectors.contracts import Cell, Source
from borrowers.connectors.header import RowUnreadable, text
from borrowers.connectors.records import rows
from borrowers.connectors.records.counts import Counts, CountsJson, CountsTable
from borrowers.connectors.records.facts import Fact

FIELDS = rows.Fields(
    kind="device_usage",
    names={
        "device_type": "type",
        "设备类型": "type",
        "day": "day",
        "日期": "day",
        "on_minutes": "minutes",
        "使用时长(分钟)": "minutes",
        "开启分钟数": "minutes",
        "events": "events",
        "使用次数": "events",
    },
    needed={
        "type": "device_type",
        "day": "day",
        "minutes": "on_minutes",
        "events": "events",
    },
)
# A kind of device ("washing_machine", "空调"), not a name that somebody gave it.
TYPE = re.compile(r"[a-z][a-z_]{1,30}|[\u4e00-\u9fff]{1,8}")
MINUTES_OF_A_DAY = 24 * 60
MOST_EVENTS = 100_000


def fact(row_number: int, cells: Mapping[str, Cell]) -> Fact:
    """One device on one day. Raises RowUnreadable."""
    kind = text(cells.get("type")).lower()
    if not TYPE.fullmatch(kind):
        raise RowUnreadable("DEVICE_TYPE_UNKNOWN")
    day = rows.day(cells.get("day"))
    minutes = rows.count(cells.get("minutes"), most=MINUTES_OF_A_DAY, code="COUNT_OUT_OF_RANGE")
    events = rows.count(cells.get("events"), most=MOST_EVENTS, code="COUNT_OUT_OF_RANGE")
    return Fact(
        row_number=row_number,
        on=day,
        metrics={"device_type": kind, "on_minutes": minutes, "events": events},
        identity=(day.isoformat(), kind, minutes, events),
    )


COUNTS = Counts(source=Source.DEVICE, purpose="DEVICE", fields=FIELDS, fact=fact, repeats=True)
TABLE = CountsTable("DEVICE_TABLE", COUNTS)
JSON = CountsJson("DEVICE_JSON", COUNTS)
