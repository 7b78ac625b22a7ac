"""A delivery as values: what came of each of its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

MOST_EVENTS: Final = 1_000


class Outcome(StrEnum):
    """What became of one event. It is kept as one letter."""

    ACCEPTED = "A"
    DUPLICATE = "D"
    CONFLICT = "C"
    REFUSED = "N"
    SHAPE = "S"
    TIME = "T"
    FUTURE = "F"
    AMOUNT = "M"
    CURRENCY = "Y"
    DIRECTION = "R"


# The word and the code that a partner reads.
SAID: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.ACCEPTED: ("accepted", ""),
    Outcome.DUPLICATE: ("duplicate", ""),
    Outcome.CONFLICT: ("quarantined", "EVENT_ID_REUSED"),
    Outcome.REFUSED: ("refused", "NOT_ALLOWED"),
    Outcome.SHAPE: ("quarantined", "EVENT_UNREADABLE"),
    Outcome.TIME: ("quarantined", "TIME_UNREADABLE"),
    Outcome.FUTURE: ("quarantined", "DATE_IN_FUTURE"),
    Outcome.AMOUNT: ("quarantined", "AMOUNT_UNREADABLE"),
    Outcome.CURRENCY: ("quarantined", "CURRENCY_UNREADABLE"),
    Outcome.DIRECTION: ("quarantined", "DIRECTION_UNKNOWN"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as it came: its place in the delivery, its id, whom it is about, all it says."""

    place: int
    id: str
    borrower: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """A delivery that was worked through, with a letter for each event."""

    public_id: str
    outcomes: str
