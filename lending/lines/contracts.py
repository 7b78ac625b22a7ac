"""A line as its readers see it: the limit, what of it is used and by what, and what is free."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Standing:
    """One borrower's line at a moment."""

    line_id: int
    state: str
    limit_fen: int
    drawn_fen: int
    reserved_fen: int
    held_fen: int
    tier: str
    annual_rate_ppm: int
    floor_rate_ppm: int
    review_on: date | None

    @property
    def used_fen(self) -> int:
        """The exposure: owed, on its way, and held for offers."""
        return self.drawn_fen + self.reserved_fen + self.held_fen

    @property
    def free_fen(self) -> int:
        """What could be taken now: nothing of a line that is not in use, never less than zero."""
        return max(self.limit_fen - self.used_fen, 0) if self.state == "ACTIVE" else 0


@dataclass(frozen=True, slots=True)
class Lowered:
    """A limit that is lower than the one before, and the code of the reason."""

    before_fen: int
    limit_fen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What one application holds of a line, beside what the borrower's loans owe."""

    held_fen: int
    reserved_fen: int
    steps: int
    drawn_fen: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision says of a line. `limit_fen` is for everything together."""

    limit_fen: int
    tier: str
    annual_rate_ppm: int
    floor_rate_ppm: int
    review_on: date
