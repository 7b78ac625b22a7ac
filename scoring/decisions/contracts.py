"""What crosses the walls of decisions: a request goes in, a verdict with its reasons comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from scoring.policy.contracts import CreditRequest, Numbers, Outcome

__all__ = [
    "CreditRequest",
    "Decided",
    "Numbers",
    "Outcome",
    "Reason",
    "Replayed",
    "Reviewed",
    "Tally",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with the person's own figure and what it was held against.

    Guards and terms have no points: they are not weighed, they hold.
    """

    code: str
    group: str
    points: int
    direction: Literal["UP", "DOWN"]
    value: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided and why. `limit_fen` of a referred case is a proposal to the reviewer.

    An offer is for at most `limit_fen` over at most `max_term_months`.
    """

    outcome: Outcome
    tier: str
    score: int
    pd: float
    limit_fen: int
    annual_rate_ppm: int
    affordable_instalment_fen: int
    max_term_months: int
    reasons: tuple[Reason, ...]
    model_version: str
    policy_version: str
    policy_trace: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict and the assessment that keeps it."""

    assessment_id: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a person decided over an assessment; the tier stays the one that was assessed."""

    assessment_id: int
    outcome: Outcome
    tier: str
    limit_fen: int
    annual_rate_ppm: int
    reason_code: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one thing was said on a day in Shanghai, by the machine or by a person.

    What went to a person was referred by the machine, whatever it proposed; what a person then
    decided was said twice: once by each.
    """

    day: date
    outcome: Outcome
    by_person: bool
    count: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """A decision that was decided again; `mark` is the commitment to its figures.

    After a lawful erasure the mark is all that is left to say.
    """

    assessment_public_id: str
    outcome: Literal["IDENTICAL", "DIFFERS", "ERASED", "DAMAGED"]
    differences: tuple[str, ...]
    mark: str
