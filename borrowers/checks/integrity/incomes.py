"""Wages that were paid twice, or at an hour when nobody pays wages."""

from collections import Counter, defaultdict
from datetime import datetime

from borrowers.behaviour.contracts import Category, Direction, Precision, RawEvent
from borrowers.behaviour.imports import Finding, Reading
from common.periods import SHANGHAI

TWICE, AT_NIGHT = 45, 15
NIGHT_ENDS_AT = 5
SATURDAY = 5
FEWEST_WAGES = 3
# Who is paid by halves is so in most of their months.
FEWEST_MONTHS_OF_HALVES = 3


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """The same wage twice in a month, to the fen, and wages of weekend nights."""
    wages = [
        event
        for event in reading.events
        if event.category is Category.INCOME_SALARY and event.direction is Direction.IN
    ]
    if len(wages) < FEWEST_WAGES:
        return None
    findings = []
    if twice := told_twice(wages):
        findings.append(Finding("WAGE_TWICE_A_MONTH", twice, TWICE))
    if nights := sum(is_of_a_weekend_night(wage) for wage in wages):
        findings.append(Finding("WAGE_AT_NIGHT", nights, AT_NIGHT))
    return tuple(findings)


def told_twice(wages: list[RawEvent]) -> int:
    """How many wages repeat one of their month; none of a wage that always comes by halves."""
    months: dict[int, Counter[tuple[int, int]]] = defaultdict(Counter)
    for wage in wages:
        at = local(wage)
        months[wage.amount_fen][at.year, at.month] += 1
    return sum(each.total() - len(each) for each in months.values() if not comes_by_halves(each))


def comes_by_halves(months: Counter[tuple[int, int]]) -> bool:
    twice = sum(count == 2 for count in months.values())
    return len(months) >= FEWEST_MONTHS_OF_HALVES and twice * 2 > len(months)


def is_of_a_weekend_night(wage: RawEvent) -> bool:
    at = local(wage)
    is_known = wage.precision in {Precision.SECOND, Precision.MINUTE}
    return is_known and at.weekday() >= SATURDAY and at.hour < NIGHT_ENDS_AT


def local(event: RawEvent) -> datetime:
    return event.occurred_at.astimezone(SHANGHAI)
