"""Numbers that carry a day: wallets write the day of the payment into its number.

Where in the number it stands is found in the file itself, so that a new form of number needs no
new rule: the place where nearly every number has its own row's day.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from borrowers.behaviour.contracts import Category, RawEvent
from borrowers.behaviour.imports import Finding, Reading
from common.periods import shanghai_date

OTHER_DAY, TWO_CONTENTS = 70, 55
DIGITS_OF_DAY = 8
FEWEST_NUMBERS = 8
FITTING_PERCENT = 85
# An order of the evening is paid after midnight.
NEAR = timedelta(days=1)


def look(reading: Reading) -> tuple[Finding, ...] | None:
    """Rows whose number carries another day, and numbers that two payments share."""
    rows = [event for event in reading.events if event.native_id.isdigit()]
    payments = [event for event in rows if event.category is not Category.REFUND]
    findings = []
    if other := on_another_day(payments):
        findings.append(Finding("NUMBER_OF_ANOTHER_DAY", other, OTHER_DAY))
    if shared := sharing_a_number(payments):
        findings.append(Finding("NUMBER_TOLD_TWICE", shared, TWO_CONTENTS))
    return tuple(findings)


def on_another_day(rows: Sequence[RawEvent]) -> int:
    """How many numbers carry another day, by families of numbers of one length and beginning."""
    families: dict[tuple[int, str], list[RawEvent]] = defaultdict(list)
    for row in rows:
        families[len(row.native_id), row.native_id[:2]].append(row)
    return sum(strangers_in(family) for family in families.values())


def strangers_in(family: Sequence[RawEvent]) -> int:
    if len(family) < FEWEST_NUMBERS:
        return 0
    places = range(len(family[0].native_id) - DIGITS_OF_DAY + 1)
    fitting = max((sum(carries_its_day(row, at) for row in family) for at in places), default=0)
    is_a_rule = fitting * 100 >= len(family) * FITTING_PERCENT
    return len(family) - fitting if is_a_rule else 0


def carries_its_day(row: RawEvent, at: int) -> bool:
    carried = day_in(row.native_id[at : at + DIGITS_OF_DAY])
    return carried is not None and abs(carried - shanghai_date(row.occurred_at)) <= NEAR


def day_in(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sharing_a_number(rows: Sequence[RawEvent]) -> int:
    """Payments of one number at one time with two amounts: one of them was written by hand."""
    amounts: dict[tuple[str, object], set[int]] = defaultdict(set)
    for row in rows:
        amounts[row.native_id, row.occurred_at].add(row.amount_fen)
    return sum(len(each) - 1 for each in amounts.values())
