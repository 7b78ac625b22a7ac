"""Who is asking, and what of theirs: nothing is ever looked up by its id alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from borrowers.people import queries as people
from borrowers.people.contracts import BorrowerCard
from common.actors import Actor
from common.errors import NotFound, Refused
from common.texts import gettext_noop
from common.web import refusals
from lending.applications import queries as applications
from lending.applications.models import LoanApplication
from lending.loans import queries as loans
from lending.loans.models import Loan

LONGEST_NUMBER = 15


class NotABorrower(Refused):
    """A member of staff has opened a borrower's page."""

    code = "NOT_A_BORROWER"
    message = gettext_noop("This page is for borrowers.")
    advice = gettext_noop("Sign in with a borrower's phone number, or open the staff pages.")
    status = 403


def borrower(request: HttpRequest) -> BorrowerCard:
    """The borrower who is signed in. Raises NotABorrower for staff."""
    assert request.user.pk is not None
    found = people.borrower_of(request.user.pk)
    if found is None:
        raise NotABorrower
    return found


def actor(request: HttpRequest) -> Actor:
    """The borrower as the one who acts."""
    return Actor(kind="BORROWER", account_id=request.user.pk)


def application(request: HttpRequest, public_id: str) -> LoanApplication:
    """The person's own application. Raises NotFound."""
    return applications.own(borrower(request).id, public_id)


def loan(request: HttpRequest, public_id: str) -> Loan:
    """The person's own loan. Raises NotFound."""
    return loans.own(borrower(request).id, public_id)


def whole(text: str) -> int:
    """The number in a hidden field; 0 for anything that no account holds."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def language() -> str:
    """The language in which the page is being read."""
    return get_language() or "zh-hans"


def onward(url: str) -> HttpResponse:
    """Tell a page that asks by itself to go on to another one."""
    answer = HttpResponse()
    answer["HX-Redirect"] = url
    return answer


def progress_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """How far some work is; a page that asks by itself hears only what is new."""
    seen = f"seen={context['percent']}"
    if "HX-Request" not in request.headers:
        return render(request, template, context | {"poll_url": f"{request.path}?{seen}"})
    if request.META["QUERY_STRING"] == seen:
        return HttpResponse(status=204)
    return render(request, "components/progress_steps.html", context)


@contextmanager
def said_kindly(request: HttpRequest) -> Iterator[None]:
    """A refusal is said on the page that comes next, which shows where things stand."""
    try:
        yield
    except NotFound:
        raise
    except Refused as refusal:
        messages.error(request, in_words(refusal))


def in_words(refusal: Refused) -> str:
    """What happened and what to do, in the active language."""
    return refusals.in_words(refusal)
