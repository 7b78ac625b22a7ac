"""What is said of a file that somebody asks us to verify."""

from dataclasses import dataclass
from datetime import datetime

from common.seals.contracts import Outcome


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a file is one of our papers, byte for byte, and of which loan.

    `loan` of a file that was altered is what the file itself says, and proves nothing.
    `is_current` is false for a certificate whose loan was opened again since.
    """

    outcome: Outcome
    kind: str = ""
    loan: str = ""
    sealed_at: datetime | None = None
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class Signed:
    """Something that was signed: the hash that stands for it, and whether it still is that.

    `is_intact` is None where it cannot be read any more, after an erasure.
    """

    what: str
    sha256: str
    at: datetime
    is_intact: bool | None
