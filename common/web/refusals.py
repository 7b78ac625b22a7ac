"""Refusals become pages: what happened and what to do, in the person's language."""

from collections.abc import Callable

from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_resolver
from django.utils.translation import get_language, gettext

from common.errors import Refused
from common.texts import gettext_noop

NO_TEXT = "NUL (0x00)"


class TooManyRequests(Refused):
    """More sign-ins or texts in a short while than anybody needs."""

    code = "TOO_MANY_REQUESTS"
    message = gettext_noop("That was asked for too often in a short time.")
    advice = gettext_noop("Wait a minute, then try again.")
    status = 429


def message(refusal: Refused) -> str:
    """What happened, in the active language."""
    return gettext(refusal.message) % refusal.context


def advice(refusal: Refused) -> str:
    """What to do, in the active language."""
    return gettext(refusal.advice) % refusal.context


def in_words(refusal: Refused) -> str:
    """What happened and what to do; Chinese puts no space after its full stop."""
    gap = "" if (get_language() or "").startswith("zh") else " "
    return f"{message(refusal)}{gap}{advice(refusal)}".strip()


class RefusalPages:
    """Show a Refused that a page did not handle itself. The API has its own translation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            # No column holds this character; whoever sends it asks for nothing that is here.
            raise BadRequest
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django for exceptions of views."""
        if isinstance(exception, RateLimited):
            # allauth lets this one pass where the text of a sign-up is counted. JSON for its API.
            limited: HttpResponse = respond_429(request)
            return limited
        is_too_deep = (
            isinstance(exception, RecursionError) and request.content_type == "application/json"
        )
        if is_too_deep or _holds_no_text(exception):
            # allauth reads JSON without a limit of depth; the depth is the sender's.
            answer: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
            return answer(request, exception)
        return page(request, exception) if isinstance(exception, Refused) else None


def _holds_no_text(exception: Exception) -> bool:
    """Whether somebody sent the one character that no column holds, in a field of a form."""
    return isinstance(exception, ValueError) and NO_TEXT in str(exception)


def page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal as a page."""
    words = {"message": message(refusal), "advice": advice(refusal), "code": refusal.code}
    return render(request, "errors/refused.html", words, status=refusal.status)


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth shows to people who reach one of its limits."""
    return page(request, TooManyRequests())
