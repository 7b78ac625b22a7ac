"""Refusals become pages: what happened and what to do, in the person's language."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from common.errors import Refused


def message(refusal: Refused) -> str:
    """What happened, in the active language."""
    return gettext(refusal.message) % refusal.context


def advice(refusal: Refused) -> str:
    """What to do, in the active language."""
    return gettext(refusal.advice) % refusal.context


class RefusalPages:
    """Show a Refused that a page did not handle itself. The API has its own translation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django for exceptions of views."""
        if not isinstance(exception, Refused):
            return None
        words = {"message": message(exception), "advice": advice(exception)}
        return render(
            request,
            "errors/refused.html",
            words | {"code": exception.code},
            status=exception.status,
        )
