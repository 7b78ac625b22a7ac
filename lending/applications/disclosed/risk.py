"""The notice of risks: what late payment costs, in yuan, and what reaches the credit bureau.

Its figures are kept with the cost table and under its hash; its words have a version of their own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext

from common.money import yuan
from common.rates import percent
from common.texts import gettext_noop
from lending.applications.cost import Price
from lending.calc.contracts import Instalment, Terms, Transaction, TransactionKind
from lending.calc.fold import fold

# Fewer days than any month has: the second instalment is not yet due.
DAYS_LATE = 20
GRACE = gettext_noop("Paying up to %(grace)s days late costs nothing.")
RATE = gettext_noop(
    "Later than that, overdue principal costs %(rate)s %% a year by the day, counted from the day "
    "after the due date."
)
EXAMPLE = gettext_noop(
    "An example: you pay the first instalment of ¥%(due)s %(days)s days late. Then you pay "
    "¥%(penalty)s more for being late, and nothing else."
)
BUREAU = gettext_noop(
    "What reaches the credit bureau: the amount of the loan, what you still owe, and whether each "
    "instalment was paid on time. A late instalment stays on record for five years after it is "
    "paid, and other lenders see it."
)
HELP = gettext_noop(
    "If you cannot pay, tell us before the due date: we look for a way together. Nobody but you "
    "is asked to pay."
)
COOLING_OFF = gettext_noop(
    "You may give the loan back within %(cooling_off)s days after the payout: you return what was "
    "paid out, and pay no interest and no fee."
)
SENTENCES = (GRACE, RATE, EXAMPLE, BUREAU, HELP, COOLING_OFF)
VERSION = hashlib.sha256("\n".join(SENTENCES).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RiskNotice:
    """The notice as it is read: its version, its figures, and its sentences."""

    version: str
    annual_rate_ppm: int
    grace_days: int
    days_late: int
    due_fen: int
    penalty_fen: int
    cooling_off_days: int
    sentences: tuple[str, ...]


def facts(
    price: Price, schedule: Sequence[Instalment], *, starts_on: date, cooling_off_days: int
) -> dict[str, int | str]:
    """The figures to keep; the example is worked out as a real late payment would be."""
    first = schedule[0]
    terms = Terms(
        principal_fen=price.amount_fen,
        annual_rate_ppm=price.annual_rate_ppm,
        schedule=tuple(schedule),
        penalty_rate_ppm=price.penalty_rate_ppm,
        grace_days=price.grace_days,
        disbursed_on=starts_on,
    )
    paid_out = Transaction(
        kind=TransactionKind.DISBURSEMENT,
        sequence=1,
        value_date=starts_on,
        amount_fen=price.amount_fen,
    )
    late = fold(terms, [paid_out], first.due_on + timedelta(days=DAYS_LATE))
    return {
        "version": VERSION,
        "annual_rate_ppm": price.penalty_rate_ppm,
        "grace_days": price.grace_days,
        "days_late": DAYS_LATE,
        "due_fen": first.total_fen,
        "penalty_fen": late.penalty_accrued_fen,
        "cooling_off_days": cooling_off_days,
    }


def notice(kept: Mapping[str, Any]) -> RiskNotice:
    """The notice in the active language."""
    words = {
        "grace": kept["grace_days"],
        "rate": f"{percent(kept['annual_rate_ppm']):.2f}",
        "due": yuan(kept["due_fen"]),
        "days": kept["days_late"],
        "penalty": yuan(kept["penalty_fen"]),
        "cooling_off": kept["cooling_off_days"],
    }
    told = [each for each in SENTENCES if each != COOLING_OFF or kept["cooling_off_days"]]
    sentences = tuple(gettext(each) % words for each in told)
    return RiskNotice(**kept, sentences=sentences)
