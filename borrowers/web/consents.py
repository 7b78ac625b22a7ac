"""The consent page and the privacy page: one click gives one consent, one click takes it back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from borrowers.behaviour import queries as behaviour
from borrowers.consent import actions, queries
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.people import queries as people
from borrowers.people.contracts import REVEAL_REASONS, BorrowerCard
from borrowers.web import device
from borrowers.web.cards import consent_cards
from borrowers.web.gate import acting, borrower_page
from borrowers.web.home import apply_url


@require_safe
@borrower_page
def consents(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Every purpose on a card of its own; the one button leads on, whatever was chosen."""
    active = queries.active(card.id)
    if CONSUMPTION_RECORDS in active:
        onward = reverse("borrowers:sources")
    else:
        onward = (apply_url() if card.is_identified else "") or reverse("lending:start")
    # What the law needs is no choice: it is told on the identity page and listed under privacy.
    choices = [each for each in consent_cards(active) if not each.is_required]
    return render(request, "borrowers/consents.html", {"cards": choices, "onward": onward})


@require_POST
@borrower_page
def grant(request: HttpRequest, card: BorrowerCard, purpose: str) -> HttpResponse:
    """One click, one purpose, under the notice that was shown."""
    actions.grant(
        borrower_id=card.id,
        purpose=purpose,
        notice_version=request.POST.get("notice_version", ""),
        language=get_language() or "",
        channel="WEB",
        by=acting(card),
        switched_on=settings.OPTIONAL_SOURCES,
    )
    messages.success(request, _("Thank you. You can take this back at any time."))
    return device.keep(request, _back_to(purpose), purpose)


@require_POST
@borrower_page
def withdraw(request: HttpRequest, card: BorrowerCard, purpose: str) -> HttpResponse:
    """One click, as easy as giving it."""
    actions.withdraw(borrower_id=card.id, purpose=purpose, channel="WEB", by=acting(card))
    messages.success(request, _("You have taken it back. From now on we use nothing of it."))
    return device.forget(_back_to(purpose), purpose)


@require_safe
@borrower_page
def privacy(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """What we know, on what ground, who looked at it, and how to take consent back."""
    return render(
        request,
        "borrowers/privacy.html",
        {
            "person": people.masked(card.id),
            "is_identified": card.is_identified,
            "cards": [each for each in consent_cards(queries.active(card.id)) if each.given_at],
            "batches": behaviour.batches(card.id),
            "accesses": [
                {"seen_at": each.seen_at, "reason": _(REVEAL_REASONS[each.reason_code])}
                for each in people.accesses(card.id)
            ],
        },
    )


def _back_to(purpose: str) -> HttpResponse:
    """The consent page, at the card that was clicked."""
    return redirect(f"{reverse('borrowers:consents')}#{purpose}")
