"""Consents as other rooms see them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """One consent: what, under which notice, since when, and until when if it has ended."""

    id: int
    purpose: str
    notice_version: str
    language: str
    channel: str
    granted_at: datetime
    withdrawn_at: datetime | None
