"""What crosses the walls of the graph: links of members as columns, and what was found. Pure.

A member is somebody who allowed links to be looked at, and nobody else is a node: a link with
somebody who did not allow it does not exist here.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Integers: TypeAlias = npt.NDArray[np.int64]
Real: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


class LinkKind(IntEnum):
    """What two members have in common. An address, a network or a contact list is no link."""

    DEVICE = 1
    ACCOUNT = 2
    REFERRAL = 3
    TRANSFER = 4


class Shape(StrEnum):
    """How money ran before several people applied."""

    FAN_IN = "FAN_IN"
    CYCLE = "CYCLE"
    STAR = "STAR"
    CHAIN = "CHAIN"


@dataclass(frozen=True, eq=False)
class Transfers:
    """Money from one member to another."""

    giver: Integers
    taker: Integers
    seconds: Integers
    amount_fen: Integers

    def __len__(self) -> int:
        return len(self.giver)

    def taken(self, chosen: Flags | Integers) -> "Transfers":
        """Some of them."""
        return Transfers(
            self.giver[chosen], self.taker[chosen], self.seconds[chosen], self.amount_fen[chosen]
        )


@dataclass(frozen=True, eq=False)
class Marks:
    """What members were seen with, as keyed codes: a device, an account, who brought them."""

    member: Integers
    kind: Integers
    mark: Integers

    def __len__(self) -> int:
        return len(self.member)

    def taken(self, chosen: Flags | Integers) -> "Marks":
        """Some of them."""
        return Marks(self.member[chosen], self.kind[chosen], self.mark[chosen])


@dataclass(frozen=True, eq=False)
class Applications:
    """Who applied when."""

    member: Integers
    seconds: Integers

    def __len__(self) -> int:
        return len(self.member)

    def taken(self, chosen: Flags | Integers) -> "Applications":
        """Some of them."""
        return Applications(self.member[chosen], self.seconds[chosen])


@dataclass(frozen=True, eq=False)
class Society:
    """All that may be seen: who allowed it, and what links them."""

    members: Integers
    transfers: Transfers
    marks: Marks
    applications: Applications


@dataclass(frozen=True, slots=True)
class Ring:
    """Members who applied together soon after money ran between them as it had not before."""

    members: tuple[int, ...]
    shape: Shape
    first_at: int
    last_at: int
    money_fen: int
    transfers: int
    marks_shared: int


@dataclass(frozen=True, slots=True)
class LinkedPerson:
    """Somebody in a drawn case, by a number of that case only; the case itself is number 0."""

    number: int
    steps: int
    is_in_ring: bool
    has_applied: bool
    is_confirmed: bool
    nearness: float


@dataclass(frozen=True, slots=True)
class DrawnLink:
    """What links two of them; money runs from the first to the second."""

    source: int
    target: int
    kind: LinkKind
    times: int
    money_fen: int
    is_before_applying: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case and those around it, as they allow it now; `others` were left out for room."""

    people: tuple[LinkedPerson, ...]
    links: tuple[DrawnLink, ...]
    others: int
