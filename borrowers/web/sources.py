"""The page of records: give a bill, see what we read of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from borrowers.behaviour import queries
from borrowers.behaviour.actions import take_in
from borrowers.behaviour.imports import BatchFacts, ImportOutcome, Overview, contradicted
from borrowers.behaviour.words import CATEGORIES, SOURCES, doubt_of
from borrowers.connectors import limits
from borrowers.connectors.registry import reader_on
from borrowers.consent.purposes import CONSUMPTION_RECORDS
from borrowers.consent.queries import is_allowed
from borrowers.people.contracts import BorrowerCard
from borrowers.web.forms import BillForm, refuse
from borrowers.web.gate import acting, borrower_page
from borrowers.web.home import apply_url
from common.errors import Refused
from common.files.turns import turn_of
from common.periods import shanghai_date
from common.web import uploads

CATEGORIES_SHOWN = 6
MONTHS_SHOWN = 12


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """Weigh the upload before anything reads it: the token's check would read it whole."""
    if uploads.is_longer_than(request, limits.LARGEST_FILE):
        raise limits.too_large()
    uploads.keep_in_memory(request)
    return _sources(request)


@csrf_protect
@borrower_page
def _sources(request: HttpRequest, card: BorrowerCard) -> HttpResponse:
    if request.method != "POST":
        return _page(request, card, BillForm())
    form = BillForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, card, form, status=422)
    try:
        file = form.cleaned_data["file"]
        with turn_of(card.id):
            outcome = take_in(
                borrower_id=card.id,
                content=file.read(),
                file_name=file.name,
                read=reader_on(uploads.latest_day(), settings.OPTIONAL_SOURCES),
                by=acting(card),
            )
    except Refused as refusal:
        refuse(form, refusal, "file")
        return _page(request, card, form, status=refusal.status)
    messages.success(request, in_words(outcome))
    if doubt := doubt_of(queries.batch(outcome.public_id, card.id)):
        messages.warning(request, _(doubt.message) % doubt.context)
    return redirect("borrowers:sources")


def in_words(outcome: ImportOutcome) -> str:
    """What came of an upload."""
    if outcome.already_imported:
        return _("We had read this bill already. Nothing has changed.")
    return ngettext(
        "We read your bill. %(count)d payment was new.",
        "We read your bill. %(count)d payments were new.",
        outcome.imported,
    ) % {"count": outcome.imported}


def _page(
    request: HttpRequest, card: BorrowerCard, form: BillForm, *, status: int = 200
) -> HttpResponse:
    overview = queries.overview(card.id)
    doubtful = contradicted([each for each in overview.batches if each.is_used])
    context: dict[str, Any] = {
        "form": form,
        "is_allowed": is_allowed(card.id, CONSUMPTION_RECORDS),
        "overview": overview,
        "months": overview.months[-MONTHS_SHOWN:],
        "categories": _categories(overview),
        "batches": [_bill(each, is_doubtful=each in doubtful) for each in overview.batches],
        "apply_url": apply_url() if card.is_identified else "",
    }
    return render(request, "borrowers/sources.html", context, status=status)


def _bill(batch: BatchFacts, *, is_doubtful: bool) -> dict[str, object]:
    doubt = doubt_of(batch) if is_doubtful else None
    return {
        "doubt": _(doubt.message) % doubt.context if doubt else "",
        "facts": batch,
        "source": _(SOURCES[batch.source]),
        "first_on": shanghai_date(batch.first_at) if batch.first_at else None,
        "last_on": shanghai_date(batch.last_at) if batch.last_at else None,
    }


def _categories(overview: Overview) -> list[dict[str, object]]:
    return [
        {"name": _(CATEGORIES[each.category]), "out_fen": each.out_fen}
        for each in overview.categories[:CATEGORIES_SHOWN]
    ]
