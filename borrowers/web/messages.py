"""The inbox, and the demonstration's outbox where sign-in codes can be read."""

from collections.abc import Mapping

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from borrowers.messages import actions, queries
from borrowers.messages.templates import wording
from borrowers.people import masking
from borrowers.people.contracts import BorrowerCard
from borrowers.web.gate import borrower_page
from common.templatetags.dates import day

TEXTS_SHOWN = 20
ABOUT = {"loan": _("See this loan"), "application": _("See this application")}


@require_safe
@borrower_page
def inbox(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    """Every note, newest first; looking at them is reading them."""
    notes = [
        {
            "words": wording(each.template, each.facts, gettext, day),
            "sent_at": each.sent_at,
            "is_new": each.read_at is None,
            "link": _link(each.facts),
        }
        for each in queries.inbox(card.id)
    ]
    actions.mark_read(borrower_id=card.id)
    return render(request, "borrowers/messages.html", {"notes": notes})


def _link(facts: Mapping[str, object]) -> dict[str, str] | None:
    """The way to what a note is about; nothing where lending has no pages."""
    for name, words in ABOUT.items():
        if name in facts:
            try:
                url = reverse(f"lending:{name}", args=[str(facts[name])])
            except NoReverseMatch:
                return None
            return {"url": url, "words": str(words)}
    return None


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Texts that a carrier would have delivered. Exists in a demonstration only."""
    if not settings.DEMONSTRATION:
        raise Http404
    texts = [
        {"phone": masking.phone(each.phone), "words": each.words, "sent_at": each.sent_at}
        for each in queries.outbox(TEXTS_SHOWN)
    ]
    return render(request, "borrowers/outbox.html", {"texts": texts})
