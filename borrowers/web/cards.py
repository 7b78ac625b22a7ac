"""Consents as the pages show them."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from borrowers.consent import queries
from borrowers.consent.contracts import ConsentFacts
from borrowers.consent.purposes import Purpose


@dataclass(frozen=True, slots=True)
class ConsentCard:
    """A purpose in words, and the one thing that can be done about it."""

    code: str
    notice_version: str
    title: str
    purpose: str
    items: list[str]
    period: str
    recipient: str
    refusal: str
    is_required: bool
    given_at: datetime | None
    grant_url: str
    withdraw_url: str


def consent_card(purpose: Purpose, given: ConsentFacts | None) -> ConsentCard:
    """The card of one purpose in the reader's language.

    What the law needs can be neither given nor taken back by a click: it is told, not asked.
    """
    can_grant = given is None and not purpose.is_necessary
    can_withdraw = given is not None and not purpose.is_necessary
    return ConsentCard(
        code=purpose.code,
        notice_version=purpose.notice_version,
        title=gettext(purpose.title),
        purpose=gettext(purpose.why),
        items=[gettext(each) for each in purpose.items],
        period=gettext(purpose.period),
        recipient=gettext(purpose.recipient),
        refusal=gettext(purpose.refusal),
        is_required=purpose.is_necessary,
        given_at=given.granted_at if given else None,
        grant_url=reverse("borrowers:grant", args=[purpose.code]) if can_grant else "",
        withdraw_url=reverse("borrowers:withdraw", args=[purpose.code]) if can_withdraw else "",
    )


def consent_cards(active: dict[str, ConsentFacts]) -> list[ConsentCard]:
    """Every purpose that is asked for here, and what was given."""
    asked = queries.catalogue(switched_on=settings.OPTIONAL_SOURCES, given=active)
    return [consent_card(each, active.get(each.code)) for each in asked]
