"""Partners as other rooms see them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """One company: its code stands in consents, its name is what a person reads."""

    id: int
    public_id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class NewKey:
    """A key as it is shown once, to be typed into the partner's system."""

    public_id: str
    secret: str
