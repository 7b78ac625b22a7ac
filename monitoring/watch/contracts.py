"""What the watch looks at, and what it finds: values without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WatchedLoan:
    """A loan that runs. `is_paid_to_merchant` when the money went to a school or shop."""

    loan_id: int
    public_id: str
    borrower_id: int
    scene: str
    principal_fen: int
    disbursed_on: date
    oldest_unpaid_due_on: date | None
    is_paid_to_merchant: bool


@dataclass(frozen=True, slots=True)
class Income:
    """Pay and other earnings in windows of 30 days, back from the last day of the records.

    `earlier_fen` holds only windows that the records cover. `is_whole` is false where the latest
    window has so few days with payments that records are probably missing.
    """

    seen_until: date
    recent_fen: int
    earlier_fen: tuple[int, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class SceneActivity:
    """What the records show of a loan's purpose in the days after the money was paid out.

    `returned_fen` came in from the merchant that was paid, or as income of the scene itself.
    """

    seen_until: date
    purchases: int
    scene_spent_fen: int
    returned_fen: int
    returns: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired: its figure against the baseline, over how much, in which window."""

    rule: str
    version: int
    severity: int
    window_key: str
    value: int
    baseline: int
    count: int
    evidence: Mapping[str, int | str]
