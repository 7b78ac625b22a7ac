"""One log line a request: route, status, time. Never the path, which may carry a name."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from common import public_ids

log = structlog.get_logger(__name__)


class RequestLog:
    """Give the request an id, log how it ended, and return the id to the caller."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = public_ids.new()
        request.META["mingzhang.request_id"] = request_id
        begun = time.monotonic()
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        match = request.resolver_match
        log.info(
            "request",
            request_id=request_id,
            method=request.method,
            route=match.route if match else "",
            status=response.status_code,
            duration_ms=round((time.monotonic() - begun) * 1000, 1),
        )
        return response
