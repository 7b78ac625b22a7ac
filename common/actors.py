"""Who did it: a required word of every verb that a person can trigger."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Actor:
    """A borrower, a member of staff, or the platform itself."""

    kind: Literal["BORROWER", "STAFF", "SYSTEM"]
    account_id: int | None = None

    def __str__(self) -> str:
        return self.kind if self.account_id is None else f"{self.kind}:{self.account_id}"


SYSTEM = Actor(kind="SYSTEM")
