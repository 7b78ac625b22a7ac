"""For each scene a loan that every rule allows, and the changes that break one rule each."""

from datetime import date
from typing import Any

from lending.products.scenes.contracts import Wish

ON = date(2026, 11, 20)
NUMBERS = {"COURSE_STAGE_MONTHS": 3, "COURSE_STAGE_HOURS": 60, "STUDENTS_ALLOWED_COUNT": 1}
FACTS: dict[str, dict[str, Any]] = {
    "CONSUMPTION": {},
    "EDUCATION": {
        "number": "INV-1",
        "total_fen": 900_000,
        "course": "SKILLS",
        "stage_months": 3,
        "stage_hours": 90,
        "is_student": False,
        "has_second_payer": False,
    },
    "TRAVEL": {"number": "TRIP-1", "total_fen": 900_000, "starts_on": "2027-02-01"},
    "MEDICAL": {"number": "BILL-1", "total_fen": 900_000, "is_cosmetic": False},
    "RENOVATION": {"number": "WORK-1", "total_fen": 900_000, "buys_home": False},
    "RENTAL": {
        "number": "LEASE-1",
        "is_registered": True,
        "is_inside": False,
        "monthly_rent_fen": 150_000,
        "months_left": 6,
        "rhythm": "MONTHLY",
    },
    "DIGITAL": {"number": "ORDER-1", "total_fen": 900_000, "resells": False},
}
BROKEN: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("EDUCATION", {"course": "TUTORING"}, {}, "SCHOOL_TUTORING_REFUSED"),
    ("EDUCATION", {"stage_months": 4}, {}, "PAID_IN_STAGES"),
    ("EDUCATION", {"course": "LANGUAGE", "stage_months": 12, "stage_hours": 61}, {},
     "PAID_IN_STAGES"),
    ("EDUCATION", {"is_student": True}, {}, "SECOND_PAYER_NEEDED"),
    ("EDUCATION", {}, {"amount_fen": 900_001}, "ABOVE_THE_ORDER"),
    ("EDUCATION", {}, {"has_document": False}, "PROOF_OF_PURPOSE_MISSING"),
    ("TRAVEL", {"starts_on": "2026-11-20"}, {}, "JOURNEY_BEGUN"),
    ("TRAVEL", {}, {"amount_fen": 900_001}, "ABOVE_THE_ORDER"),
    ("TRAVEL", {}, {"has_document": False}, "PROOF_OF_PURPOSE_MISSING"),
    ("MEDICAL", {"is_cosmetic": True}, {}, "COSMETIC_REFUSED"),
    ("MEDICAL", {}, {"consents": frozenset()}, "MEDICAL_NEEDS_CONSENT"),
    ("MEDICAL", {}, {"amount_fen": 900_001}, "ABOVE_THE_ORDER"),
    ("RENOVATION", {"buys_home": True}, {}, "NOT_FOR_BUYING_A_HOME"),
    ("RENOVATION", {}, {"amount_fen": 900_001}, "ABOVE_THE_ORDER"),
    ("RENTAL", {"is_registered": False}, {}, "LEASE_NOT_REGISTERED"),
    ("RENTAL", {"is_inside": True}, {}, "LOAN_INSIDE_THE_LEASE"),
    ("RENTAL", {"rhythm": "QUARTERLY"}, {}, "RENT_RHYTHM_DIFFERS"),
    ("RENTAL", {"months_left": 5}, {}, "LONGER_THAN_THE_LEASE"),
    ("RENTAL", {}, {"amount_fen": 900_001}, "ABOVE_THE_RENT"),
    ("RENTAL", {}, {"pays_merchant": True}, "RENT_GOES_TO_THE_BORROWER"),
    ("DIGITAL", {"resells": True}, {}, "NOT_FOR_RESELLING"),
    ("DIGITAL", {}, {"has_document": False}, "PROOF_OF_PURPOSE_MISSING"),
]  # fmt: skip


def wish(scene: str, facts: dict[str, Any] | None = None, **changes: Any) -> Wish:
    """A loan of 9,000 yuan over six months that the scene allows, but for the changes."""
    asked: dict[str, Any] = {
        "amount_fen": 900_000,
        "term_months": 6,
        "rhythm": "MONTHLY",
        "licence": "CONSUMER_FINANCE",
        "pays_merchant": scene != "RENTAL",
        "has_document": True,
        "consents": frozenset({"SCENE_MEDICAL"}),
        "on": ON,
        "facts": FACTS[scene] | (facts or {}),
    }
    return Wish(**asked | changes)
