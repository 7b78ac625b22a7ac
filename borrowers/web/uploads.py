"""Giving a file: sealed at once, read by a worker, and waited for a moment."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from borrowers.behaviour import queries as behaviour
from borrowers.behaviour.words import doubt_of_kept
from borrowers.people.contracts import BorrowerCard
from borrowers.uploads import actions, queries
from borrowers.uploads.contracts import UploadFacts
from borrowers.web.forms import BillForm
from borrowers.web.gate import acting, borrower_page
from common.files.turns import turn_of
from common.texts import gettext_noop
from common.web import refusals
from common.web.waiting import wait_until

WAIT_SECONDS = 3.0
# What is done by the time, in the order in which it is done.
STEPS = (
    (0, gettext_noop("Your file is sealed")),
    (actions.OPENED_PERCENT, gettext_noop("We open it and read its rows")),
    (actions.MOST_PERCENT_OF_READING, gettext_noop("We keep what it tells")),
)


@sensitive_variables("password")
def given(card: BorrowerCard, form: BillForm) -> UploadFacts:
    """Take the file of a form, and wait a moment for its reading. Raises what `receive` raises."""
    password = form.cleaned_data["password"]
    with turn_of(card.id) as may_wait:
        upload = actions.receive(
            borrower_id=card.id,
            content=form.cleaned_data["file"].read(),
            password=password,
            by=acting(card),
        )
        seconds = WAIT_SECONDS if may_wait else 0
        wait_until(lambda: queries.has_ended(upload.id), seconds=seconds)
    return queries.own(card.id, upload.public_id)


@require_safe
@borrower_page
def upload(request: HttpRequest, card: BorrowerCard, public_id: str) -> HttpResponse:
    """How far the reading is; once it has ended, the way to what was read, or why it was not."""
    found = queries.own(card.id, public_id)
    is_poll = "HX-Request" in request.headers
    if found.state == "READING":
        return _progress(request, found)
    if is_poll:
        return _onward(request.path)
    return ended(request, found)


def ended(request: HttpRequest, found: UploadFacts) -> HttpResponse:
    """The way on from a file that was read or refused."""
    if found.refusal is not None:
        said = {
            "message": refusals.message(found.refusal),
            "advice": refusals.advice(found.refusal),
        }
        return render(request, "borrowers/upload_refused.html", said)
    messages.success(request, in_words(found))
    if doubt := doubt_of_kept(behaviour.batch(found.bill, found.borrower_id)):
        messages.warning(request, _(doubt.message) % doubt.context)
    return redirect("borrowers:sources")


def in_words(found: UploadFacts) -> str:
    """What came of an upload."""
    if found.was_known:
        return _("We had read this bill already. Nothing has changed.")
    return ngettext(
        "We read your bill. %(count)d payment was new.",
        "We read your bill. %(count)d payments were new.",
        found.imported,
    ) % {"count": found.imported}


def _progress(request: HttpRequest, found: UploadFacts) -> HttpResponse:
    """A page that asks by itself hears only what is new; without script it loads itself again."""
    percent = found.progress_percent
    seen = f"seen={percent}"
    context = {"percent": percent, "steps": _steps(percent), "poll_url": f"{request.path}?{seen}"}
    if "HX-Request" not in request.headers:
        return render(request, "borrowers/upload.html", context)
    if request.META["QUERY_STRING"] == seen:
        return HttpResponse(status=204)
    return render(request, "components/progress_steps.html", context)


def _steps(percent: int) -> list[dict[str, str]]:
    starts = [start for start, _title in STEPS]
    now = max(at for at, start in enumerate(starts) if start <= percent)
    # What was sealed stands before anything can be shown: the first step is never the present one.
    now = max(now, 1)
    states = ["DONE" if at < now else "NOW" if at == now else "NEXT" for at in range(len(STEPS))]
    return [
        {"title": _(title), "state": state}
        for (_start, title), state in zip(STEPS, states, strict=True)
    ]


def _onward(url: str) -> HttpResponse:
    answer = HttpResponse()
    answer["HX-Redirect"] = url
    return answer


def page_url(found: UploadFacts) -> str:
    """Where the reading can be followed."""
    return reverse("borrowers:upload", args=[found.public_id])
