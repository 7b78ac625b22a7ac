"""What smart devices at home count in a day, and what social life counts in a week: sums only."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from simulation.bills.containers.tables import csv_sheet


@dataclass(frozen=True, slots=True)
class DeviceDay:
    """One device on one day. No hour, no place: those would tell how somebody lives."""

    device_id: str
    device_type: str
    day: date
    on_minutes: int
    events: int


@dataclass(frozen=True, slots=True)
class SocialWeek:
    """One week in counts. No words and no friends; contacts only as one of five sizes."""

    week: date
    own_posts: int
    interactions: int
    contacts_bucket: int
    active_days: int


Counted = DeviceDay | SocialWeek
NAMES = {DeviceDay: "device_usage", SocialWeek: "social_activity"}


def as_json(rows: Sequence[Counted]) -> bytes:
    """An object that names what it holds, and its rows."""
    words = {
        "kind": NAMES[type(rows[0])],
        "specimen": True,
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(words, default=str, ensure_ascii=False, indent=1).encode()


def as_csv(rows: Sequence[Counted]) -> bytes:
    """The same as a table."""
    names = list(asdict(rows[0]))
    return csv_sheet([names, *([str(value) for value in asdict(row).values()] for row in rows)])
