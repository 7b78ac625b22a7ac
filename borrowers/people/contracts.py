"""What other rooms may know about a person: ids, and masks where a page needs a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from common.texts import gettext_noop

# Why a member of staff may look at clear details; the person reads the same words.
REVEAL_REASONS: Mapping[str, str] = {
    "IDENTITY_CHECK": gettext_noop("To check an identity"),
    "APPLICATION_REVIEW": gettext_noop("To decide on an application"),
    "BORROWER_ASKED": gettext_noop("The borrower asked for help"),
    "FRAUD_CHECK": gettext_noop("To check a suspicion of fraud"),
    "COMPLAINT": gettext_noop("To answer a complaint"),
    "LEGAL_REQUEST": gettext_noop("A court or an authority asked"),
}


@dataclass(frozen=True, slots=True)
class BorrowerCard:
    """A borrower without any personal detail."""

    id: int
    public_id: str
    account_id: int
    is_identified: bool
    statutory_key_id: int
    consented_key_id: int


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """Name, phone and identity number, each with its middle covered; empty when not known."""

    name: str
    phone: str
    id_number: str


@dataclass(frozen=True, slots=True)
class ContractParty:
    """A person as a contract must name them. The representation shows nothing."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RevealedPerson:
    """Clear details that one member of staff asked for, with a reason. Shown once, never kept."""

    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """Somebody's own details in the clear, for themselves. The representation shows nothing."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    id_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """One look at a person's clear details, as that person may see it."""

    seen_at: datetime
    fields: tuple[str, ...]
    reason_code: str
