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


@dataclass(frozen=True, slots=True)
class LayoutFacts:
    """How well one layout of files is read."""

    source: int
    dialect: str
    bills: int
    rows: int
    not_understood: int
    in_doubt: int
    last_at: datetime

    @property
    def not_understood_ppm(self) -> int:
        return self.not_understood * 1_000_000 // self.rows if self.rows else 0


@dataclass(frozen=True, slots=True)
class RefusalFacts:
    """How often files were refused for one reason."""

    code: str
    files: int
    last_at: datetime
