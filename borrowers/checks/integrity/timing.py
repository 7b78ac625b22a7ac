"""The order of the rows, and the days that the file says it covers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from borrowers.behaviour.imports import Finding, Reading
from common.periods import shanghai_date

OUTSIDE, ORDER = 50, 20
FEWEST_ROWS = 20
# Banks abroad write their own days, and a payment is booked on the next one.
NEAR = timedelta(days=1)
# A file that is sorted but for a few rows had those rows put in; more is just another order.
MOST_TURNS_PERCENT = 5


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """Rows outside of the declared days, and rows that break an order which all others keep."""
    findings = []
    if outside := outside_of_period(reading):
        findings.append(Finding("OUTSIDE_OF_PERIOD", outside, OUTSIDE))
    if turns := turns_in(reading):
        findings.append(Finding("ORDER_BROKEN", turns, ORDER))
    return tuple(findings)


def outside_of_period(reading: Reading) -> int:
    days = [shanghai_date(event.occurred_at) for event in reading.events]
    since, until = reading.period_from, reading.period_until
    return sum(
        bool((since and day < since - NEAR) or (until and day > until + NEAR)) for day in days
    )


def turns_in(reading: Reading) -> int:
    rows = sorted(reading.events, key=lambda event: event.row_number)
    times = [row.occurred_at for row in rows]
    turns = min(steps_back(times), steps_back(times[::-1]))
    is_sorted = len(times) >= FEWEST_ROWS and turns * 100 <= len(times) * MOST_TURNS_PERCENT
    return turns if is_sorted else 0


def steps_back(times: Sequence[datetime]) -> int:
    return sum(after < before for before, after in pairwise(times))
