"""Sealed files as other rooms see them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is safely kept."""

    id: int
    public_id: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file without opening it."""

    id: int
    public_id: str
    borrower_id: int
    kind: str
    media_type: str
    size_bytes: int
    stored_at: datetime
