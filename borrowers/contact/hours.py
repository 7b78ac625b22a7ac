"""When and how often a person may be contacted, from the dated rulebook. Pure.

GB/T 45251-2025: nothing between 22:00 and 08:00, at most three calls a day to one person. The law
counts calls; the house holds texts to the same number. A note inside the app is not contact: it
wakes nobody and is read when the person wants to. A code that the person has just asked for is not
contact either, and passes at any hour.
"""

from datetime import datetime
from enum import StrEnum

from common.periods import SHANGHAI
from common.rulebook import queries as rulebook


class Channel(StrEnum):
    """How a person is reached."""

    CALL = "CALL"
    TEXT = "TEXT"


def is_quiet(at: datetime) -> bool:
    """Whether people are left alone at this moment, by the clock of Shanghai."""
    here = at.astimezone(SHANGHAI)
    start = int(rulebook.number("QUIET_HOURS_START_HOUR", on=here.date()))
    end = int(rulebook.number("QUIET_HOURS_END_HOUR", on=here.date()))
    return here.hour >= start or here.hour < end


def most_a_day(at: datetime) -> int:
    """How many contacts of one channel a person may have on the day."""
    return int(rulebook.number("MAX_CALLS_PER_DAY", on=at.astimezone(SHANGHAI).date()))
