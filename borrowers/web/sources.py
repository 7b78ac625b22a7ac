"""The page of records: give a file of any kind, see what we read of it."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from borrowers.behaviour import queries
from borrowers.behaviour.imports import PURPOSES_OF_RECORDS, BatchFacts, contradicted
from borrowers.behaviour.words import doubt_of_kept, source_title
from borrowers.connectors.containers import limits
from borrowers.connectors.refusals import PasswordNeeded, PasswordWrong
from borrowers.consent.purposes import (
    DEVICE,
    SOCIAL_ACTIVITY,
    SOCIAL_INSURANCE,
    STUDENT_STATUS,
    offered,
)
from borrowers.consent.queries import allowed
from borrowers.people.contracts import BorrowerCard
from borrowers.web.forms import BillForm, refuse
from borrowers.web.gate import borrower_page
from borrowers.web.home import apply_url
from borrowers.web.uploads import ended, given, page_url
from common.errors import Refused
from common.periods import shanghai_date
from common.texts import gettext_noop
from common.web import uploads
from common.web.spoken import spoken

MONTHS_SHOWN = 12
# Records that are no payments, and where people find them.
HOW_TO_GET = {
    SOCIAL_INSURANCE: gettext_noop(
        "In the app of your city’s social insurance, or on the national platform, open your "
        "contribution record and download it: PDF, XLSX or CSV."
    ),
    STUDENT_STATUS: gettext_noop(
        "On the CHSI site, apply for the verification report of your student status and download "
        "the PDF."
    ),
    DEVICE: gettext_noop("Export the daily sums from the app of your devices: CSV or JSON."),
    SOCIAL_ACTIVITY: gettext_noop("Write the counts of each week into a table: CSV."),
}


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
        upload = given(card, form)
        if upload.refusal is not None:
            raise upload.refusal
    except Refused as refusal:
        refuse(form, refusal, field_of(refusal))
        return _page(request, card, form, status=refusal.status)
    return ended(request, upload) if upload.has_ended else redirect(page_url(upload))


def field_of(refusal: Refused) -> str:
    """Where on the form a refusal belongs."""
    is_about_password = isinstance(refusal, PasswordNeeded | PasswordWrong)
    return "password" if is_about_password else "file"


def _page(
    request: HttpRequest, card: BorrowerCard, form: BillForm, *, status: int = 200
) -> HttpResponse:
    overview = queries.overview(card.id)
    given = allowed(card.id)
    doubtful = contradicted([each for each in overview.batches if each.is_used])
    context: dict[str, Any] = {
        "form": form,
        "is_allowed": bool(given & PURPOSES_OF_RECORDS),
        "others": _others(given),
        "overview": overview,
        "months": overview.months[-MONTHS_SHOWN:],
        "batches": [_bill(each, is_doubtful=each in doubtful) for each in overview.batches],
        "apply_url": apply_url() if card.is_identified else "",
    }
    return render(request, "borrowers/sources.html", context, status=status)


def _others(given: Collection[str]) -> list[dict[str, object]]:
    """Records that are no payments: each under a consent of its own, some behind a switch."""
    asked = (each for each in offered(switched_on=settings.OPTIONAL_SOURCES, given=given))
    return [
        {
            "code": each.code,
            "title": _(each.title),
            "how": _(HOW_TO_GET[each.code]),
            "is_given": each.code in given,
        }
        for each in asked
        if each.code in HOW_TO_GET
    ]


def _bill(batch: BatchFacts, *, is_doubtful: bool) -> dict[str, object]:
    doubt = doubt_of_kept(batch) if is_doubtful else None
    return {
        "doubt": _(doubt.message) % doubt.context if doubt else "",
        "facts": batch,
        "source": spoken(source_title(batch.source)),
        "first_on": shanghai_date(batch.first_at) if batch.first_at else None,
        "last_on": shanghai_date(batch.last_at) if batch.last_at else None,
    }
