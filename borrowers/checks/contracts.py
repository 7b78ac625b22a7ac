"""What people look at in records, as values: rows not understood, lines that were marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from borrowers.behaviour.contracts import (
    Category,
    Direction,
    EventKey,
    MarkKind,
    MarkState,
    RowState,
)
from common.texts import gettext_noop

# Why a row was read as a payment by hand, and why another was put aside.
RESOLVE_REASONS: Mapping[str, str] = {
    "WORDS_ARE_CLEAR": gettext_noop("The words of the row are clear."),
    "FILE_COMPARED": gettext_noop("It was compared with the file."),
    "PERSON_ASKED": gettext_noop("The person was asked."),
}
DISMISS_REASONS: Mapping[str, str] = {
    "NO_PAYMENT": gettext_noop("It is no payment."),
    "TOLD_ELSEWHERE": gettext_noop("Another row tells of the same payment."),
    "NOT_READABLE": gettext_noop("Nobody can read it."),
}


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row of a bill that could not be read; its words are for the person and for staff."""

    public_id: str
    row_number: int
    reason: str
    words: str
    state: RowState
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class RightReading:
    """What a member of staff read in a row that the machine could not."""

    occurred_at: datetime
    amount_fen: int
    direction: Direction
    category: Category


@dataclass(frozen=True, slots=True)
class MarkFacts:
    """What a person said of a line, and what came of it."""

    public_id: str
    event: EventKey
    kind: MarkKind
    state: MarkState
    is_at_once: bool
    asked_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Label:
    """A payment's reviewed category, to learn from."""

    borrower_id: int
    event: EventKey
    category: Category
