"""A day's loans in ranges: planned once, claimed by whoever comes, closed in one transaction."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Sum

from lending.closing.models import ClosingRange

DAY = timedelta(days=1)
RANGE_LOANS = 20_000
LAST_LOAN_ID = 2**63 - 1

# The first sweep takes everybody, so that the day has a picture of every loan; later ones only
# who was left: loans that came in between, and none on most days.
_EVERYBODY = "SELECT id FROM lending_loan WHERE state = 'ACTIVE'"
_BEHIND = """
SELECT id FROM lending_loan AS loan WHERE state = 'ACTIVE' AND carried_through < %(day)s
   AND NOT EXISTS (SELECT 1 FROM lending_quarantinedloan AS kept
                    WHERE kept.loan_id = loan.id AND kept.released_at IS NULL)
"""
# Every `size`-th number; each range begins after the one before, and the last one has no end.
_FENCES = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM ({loans}) AS loan) AS row
 WHERE place %% %(size)s = 0 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Loan numbers from one to another, both included."""

    first: int
    last: int


def plan(*, day: date) -> int:
    """Write the ranges of the day's next sweep, how many; none while some are still open.

    The caller holds the lock of closing. A second sweep without a loan behind is not needed.
    """
    planned = ClosingRange.objects.filter(day=day)
    if planned.filter(closed_at=None).exists():
        return 0
    sweep = planned.order_by("-sweep").values_list("sweep", flat=True).first() or 0
    if sweep and not is_anybody_behind(day):
        return 0
    rows = [
        ClosingRange(day=day, sweep=sweep + 1, first_loan_id=each.first, last_loan_id=each.last)
        for each in spans(day, is_first=not sweep)
    ]
    ClosingRange.objects.bulk_create(rows)
    return len(rows)


def spans(day: date, *, is_first: bool) -> list[Span]:
    """All numbers there are, cut after every so many loans."""
    loans = _EVERYBODY if is_first else _BEHIND
    with connection.cursor() as cursor:
        cursor.execute(_FENCES.format(loans=loans), {"day": day, "size": RANGE_LOANS})
        fences = [row[0] for row in cursor.fetchall()]
    starts = [0, *(fence + 1 for fence in fences)]
    ends = [*fences, LAST_LOAN_ID]
    return [Span(first, last) for first, last in zip(starts, ends, strict=True)]


def is_anybody_behind(day: date) -> bool:
    """Whether a running loan that is not in quarantine has not seen the end of the day."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({_BEHIND})", {"day": day})
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one day is."""

    day: date
    ranges: int
    closed: int
    loans: int
    left_behind: int

    @property
    def percent(self) -> int:
        return 100 * self.closed // self.ranges


def progress(*, days: int) -> list[Progress]:
    """The last so many days, the latest first."""
    rows = ClosingRange.objects.values("day").annotate(
        ranges=Count("pk"),
        closed=Count("closed_at"),
        loans_closed=Sum("loans"),
        left=Sum("quarantined"),
    )
    return [
        Progress(
            day=row["day"],
            ranges=row["ranges"],
            closed=row["closed"],
            loans=row["loans_closed"],
            left_behind=row["left"],
        )
        for row in rows.order_by("-day")[:days]
    ]


def claim(day: date) -> ClosingRange | None:
    """Lock an open range of the day that nobody holds; where all are held, wait for one.

    Nothing when none is left, or when the one that was waited for is closed by now.
    """
    rows = ClosingRange.objects.filter(day=day, closed_at=None).order_by("pk")
    free = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return free.first() or rows.select_for_update(of=("self",), no_key=True).first()
