"""What is said of a file when its seal is looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """Whether a file is as it was sealed."""

    VALID = "VALID"
    ALTERED = "ALTERED"
    UNKNOWN_SEAL = "UNKNOWN_SEAL"
    NOT_SEALED = "NOT_SEALED"


@dataclass(frozen=True, slots=True)
class Looked:
    """The seal of a file: whether it holds, whose it is by hash, and what it was put on for."""

    outcome: Outcome
    seal_sha256: str = ""
    subject: str = ""
