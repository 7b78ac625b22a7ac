"""Errors of the API as `application/problem+json` (RFC 9457), in the caller's language."""

from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework.exceptions import APIException, ParseError
from rest_framework.response import Response

from common.errors import Refused
from common.web.refusals import advice, message


class ProblemFormatter(ExceptionFormatter):
    """Field errors with a JSON pointer each."""

    def format_error_response(self, error_response: ErrorResponse) -> dict[str, Any]:
        """The problem document of a framework exception."""
        return {
            "type": f"/problems/{str(error_response.type).replace('_', '-')}",
            "title": self._title(),
            "status": getattr(self.exc, "status_code", 500),
            "errors": [
                {
                    "code": error.code,
                    "detail": error.detail,
                    "pointer": "/" + error.attr.replace(".", "/") if error.attr else None,
                }
                for error in error_response.errors
            ],
        }

    def _title(self) -> str:
        """What happened, with everything filled in; where fields are wrong, in general."""
        detail = getattr(self.exc, "detail", None)
        words = detail if isinstance(detail, str) else getattr(self.exc, "default_detail", "")
        return str(words) or type(self.exc).__name__


class TooLarge(APIException):
    """A body that is longer than anybody needs."""

    status_code = 413
    default_code = "too_large"
    default_detail = _("This request is too large.")


def translate(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """DRF's exception handler: refusals once, everything else by the library."""
    if isinstance(exc, Refused):
        response: Response | None = Response(refusal_body(exc), status=exc.status)
    else:
        response = exception_handler(_understood(exc), context)
    if response is not None:
        response.content_type = "application/problem+json"
        request = context["request"]
        if request is not None and isinstance(response.data, dict):
            response.data["instance"] = request.META.get("mingzhang.request_id", "")
    return response


def _understood(exc: Exception) -> Exception:
    """Django's own refusals of a request, which DRF would take for faults of ours."""
    if isinstance(exc, RequestDataTooBig):
        return TooLarge()
    return ParseError() if isinstance(exc, SuspiciousOperation | BadRequest) else exc


def refusal_body(refusal: Refused) -> dict[str, Any]:
    """The problem document of a refusal."""
    return {
        "type": f"/problems/{refusal.code.lower().replace('_', '-')}",
        "title": message(refusal),
        "detail": advice(refusal),
        "status": refusal.status,
        "code": refusal.code,
    }
