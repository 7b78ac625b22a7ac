"""What every page needs, and the pages for when something is wrong."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.generic import TemplateView

from borrowers.messages.queries import unread_count_of_account
from common.charts.gallery import examples

JSON_DOORS = ("/api/", "/_allauth/")


def site(request: HttpRequest) -> dict[str, object]:
    """Template context: where we are, whom to ask, and what waits to be read."""
    return {
        "demonstration": settings.DEMONSTRATION,
        "privacy_contact": settings.PRIVACY_CONTACT,
        "lender_licence": settings.LENDER_LICENCE,
        "unread_messages": _unread_messages(request),
    }


def _unread_messages(request: HttpRequest) -> Callable[[], int]:
    """Asked only when a template shows it, and once."""
    user = getattr(request, "user", None)

    @cache
    def count() -> int:
        if user is None or not user.is_authenticated or user.is_staff:
            return 0
        return unread_count_of_account(user.pk)

    return count


class Gallery(TemplateView):
    """Every component once, with invented content: the page on which the look is judged."""

    template_name = "components/gallery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | examples()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what came could not be read."""
    return _page(request, "400", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the wrong account."""
    return _page(request, "403", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or not yours."""
    return _page(request, "404", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form that was open for too long, or came from elsewhere."""
    return _page(request, "csrf", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks no service, since one of them may be what failed."""
    if request.path.startswith(JSON_DOORS):
        return _problem(500)
    words = {"demonstration": settings.DEMONSTRATION, "privacy_contact": settings.PRIVACY_CONTACT}
    return HttpResponse(render_to_string("errors/500.html", words), status=500)


def _page(request: HttpRequest, name: str, *, status: int) -> HttpResponse:
    if request.path.startswith(JSON_DOORS):
        return _problem(status)
    return render(request, f"errors/{name}.html", status=status)


def _problem(status: int) -> JsonResponse:
    """For programs: the same in the API's form."""
    types = {400: "malformed", 403: "forbidden", 404: "not-found", 500: "server-error"}
    body = {"type": f"/problems/{types[status]}", "title": types[status], "status": status}
    return JsonResponse(body, status=status, content_type="application/problem+json")
