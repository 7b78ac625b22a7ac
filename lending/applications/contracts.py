"""What an accepted application hands to the contract: every figure that will be signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Signable:
    """An accepted offer whose cost was read and confirmed."""

    application_id: int
    application_public_id: str
    borrower_id: int
    product_id: int
    scene: str
    payee_account: str
    payer_account: str
    payee_name: str
    principal_fen: int
    term_months: int
    base_rate_ppm: int
    discount_ppm: int
    annual_rate_ppm: int
    penalty_rate_ppm: int
    grace_days: int
    disclosure_id: int
    disclosure_sha256: str
    cost: Mapping[str, Any]
    cooling_off_days: int = 0
    # How it is repaid, as `calc.methods.manner` keeps it; nothing for equal monthly instalments.
    manner: Mapping[str, Any] = field(default_factory=dict)
    # The payee for readers of English; `payee_name` for all others.
    payee_name_en: str = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a borrower owes us already, and how late the oldest instalment of it is."""

    outstanding_fen: int
    days_past_due: int
    monthly_instalments_fen: int = 0
