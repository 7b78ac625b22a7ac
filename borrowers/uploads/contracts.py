"""An upload as its doors show it: on its way, read, or refused. No Django."""

from dataclasses import dataclass
from datetime import datetime

from common.errors import Refused


@dataclass(frozen=True, slots=True)
class UploadFacts:
    """How far an upload is, and what came of it.

    `bill` is the public id of what was read, `was_known` says that it had been read before, and
    `refusal` is what was said instead.
    """

    id: int
    public_id: str
    borrower_id: int
    state: str
    progress_percent: int
    received_at: datetime
    bill: str
    imported: int
    was_known: bool
    refusal: Refused | None

    @property
    def has_ended(self) -> bool:
        return self.state != "READING"
