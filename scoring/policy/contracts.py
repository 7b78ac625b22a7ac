"""What crosses the walls of policy: the request, the numbers of law and product, the answers."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["OFFERED", "REFERRED", "DECLINED"]
TIERS = ("A", "B", "C", "D", "E")


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """What a person asks for, and what is known of them beside their records."""

    amount_fen: int
    term_months: int
    scene: str
    age_years: int
    is_enrolment_proved: bool
    outstanding_fen: int
    has_consumption_consent: bool
    # Of the oldest unpaid instalment with us, over all loans; kept requests from before have none.
    days_past_due: int = 0
    # What is to be paid a month on loans that run already.
    monthly_instalments_fen: int = 0
    # False where a bill that is read says more, or other, than its rows do.
    are_records_whole: bool = True
    # What links the person to others, as far as all of them allow it, asks for a person's look.
    is_linked_case: bool = False
    # How it is repaid, and the months between two due dates; kept requests from before are level.
    method: str = "EQUAL_INSTALMENT"
    step_months: int = 1


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of law (from the rulebook, as of a day) and of the product. No constants here."""

    minimum_age_years: int
    minimum_fen: int
    maximum_fen: int
    terms_months: tuple[int, ...]
    floor_rate_ppm: int
    annual_rate_cap_ppm: int
    exposure_cap_fen: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the decision table; `text` is its canonical JSON (a JDM graph)."""

    version: str
    sha256: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the table may ask. None is "not known", never zero.

    Age is a limit of law and a guard, not an input; sex is nobody's business.
    """

    has_records: bool
    score: int | None
    pd: float | None
    confidence: float | None
    history_months: float | None
    income_monthly_fen: float | None
    own_instalments: float | None
    own_on_time_share: float | None
    scene: str
    amount_fen: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the table says: what is offered at most, at what price, and by which rule."""

    outcome: Outcome
    tier: str
    limit_fen: int
    annual_rate_ppm: int
    instalment_share_ppm: int
    max_term_months: int
    reason: str
    rule: str


@dataclass(frozen=True, slots=True)
class Guard:
    """What a rule beside the table says, with the person's figure against the threshold."""

    code: str
    outcome: Outcome
    value: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be lent, and which bound is the tightest: POLICY, PRODUCT, EXPOSURE, INCOME."""

    limit_fen: int
    affordable_instalment_fen: int
    bound_by: str


@dataclass(frozen=True, slots=True)
class Case:
    """Values for a table, and the outcome and tier that it must give them."""

    name: str
    inputs: Inputs
    outcome: Outcome
    tier: str


@dataclass(frozen=True, slots=True)
class CaseRun:
    """A case and what came out."""

    case: Case
    outcome: Outcome
    tier: str
    rule: str

    @property
    def passed(self) -> bool:
        return (self.outcome, self.tier) == (self.case.outcome, self.case.tier)
