"""Activity on a social network, by the week, in counts: never what was said, nor to whom.

JSON `{"kind": "social_activity", "rows": [{"week", "own_posts", "interactions",
"contacts_bucket", "active_days"}]}`, or a table with the same columns. A week is its Monday or its
ISO name (2026-W05). Contacts come as a bucket from 0 to 4 and never as a number of people.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from borrowers.connectors.contracts import Cell, Source
from borrowers.connectors.header import RowUnreadable, text
from borrowers.connectors.records import rows
from borrowers.connectors.records.counts import Counts, CountsJson, CountsTable
from borrowers.connectors.records.facts import Fact

FIELDS = rows.Fields(
    kind="social_activity",
    names={
        "week": "week",
        "周": "week",
        "own_posts": "posts",
        "发布次数": "posts",
        "interactions": "interactions",
        "互动次数": "interactions",
        "contacts_bucket": "contacts",
        "联系人档位": "contacts",
        "active_days": "days",
        "活跃天数": "days",
    },
    needed={
        "week": "week",
        "posts": "own_posts",
        "interactions": "interactions",
        "contacts": "contacts_bucket",
        "days": "active_days",
    },
)
WEEK = re.compile(r"(\d{4})-?W(\d{2})", re.ASCII)
LARGEST_BUCKET = 4
DAYS_OF_A_WEEK = 7
MOST = 100_000


def fact(row_number: int, cells: Mapping[str, Cell]) -> Fact:
    """One week. Raises RowUnreadable."""
    week = monday(cells.get("week"))
    posts = rows.count(cells.get("posts"), most=MOST, code="COUNT_OUT_OF_RANGE")
    interactions = rows.count(cells.get("interactions"), most=MOST, code="COUNT_OUT_OF_RANGE")
    contacts = rows.count(cells.get("contacts"), most=LARGEST_BUCKET, code="CONTACTS_NOT_A_BUCKET")
    days = rows.count(cells.get("days"), most=DAYS_OF_A_WEEK, code="COUNT_OUT_OF_RANGE")
    return Fact(
        row_number=row_number,
        on=week,
        metrics={
            "posts": posts,
            "interactions": interactions,
            "contacts_bucket": contacts,
            "active_days": days,
        },
        identity=(week.isoformat(), posts, interactions, contacts, days),
    )


def monday(cell: Cell) -> date:
    """The first day of the week that the cell names. Raises RowUnreadable."""
    if match := WEEK.fullmatch(text(cell)):
        try:
            first = date.fromisocalendar(int(match.group(1)), int(match.group(2)), 1)
        except ValueError as error:
            raise RowUnreadable("TIME_UNREADABLE") from error
    else:
        day = rows.day(cell)
        first = day - timedelta(days=day.weekday())
    return rows.plausible(first)


COUNTS = Counts(
    source=Source.SOCIAL_ACTIVITY,
    purpose="SOCIAL_ACTIVITY",
    fields=FIELDS,
    fact=fact,
    repeats=False,
)
TABLE = CountsTable("SOCIAL_TABLE", COUNTS)
JSON = CountsJson("SOCIAL_JSON", COUNTS)
