"""Messages as doors show them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """A note in the inbox; its words are made when it is shown, in the reader's language."""

    id: int
    template: str
    facts: Mapping[str, object]
    sent_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """One of many notes that are sent together."""

    borrower_id: int
    facts: Mapping[str, object]
    message_key: str


@dataclass(frozen=True, slots=True)
class TextView:
    """An outgoing text, as the demonstration's outbox page shows it."""

    phone: str = field(repr=False)
    words: str = field(repr=False)
    sent_at: datetime
