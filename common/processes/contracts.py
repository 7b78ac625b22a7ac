"""What a worker holds while it works."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claim:
    """A lease on one process: who carries a stale token may no longer write."""

    process_id: int
    kind: str
    subject_id: int
    process_key: str
    token: UUID
    attempt: int
