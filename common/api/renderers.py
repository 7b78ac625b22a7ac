"""Answers that are files: negotiated like any other, and errors stay JSON."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.renderers import JSONRenderer

PDF = "application/pdf"
PDF_ANSWER = {(200, PDF): OpenApiTypes.BINARY}
CALENDAR = "text/calendar"
CALENDAR_ANSWER = {(200, CALENDAR): OpenApiTypes.STR}


class PdfRenderer(JSONRenderer):
    """Lets a client ask for PDF; what it renders itself is only ever a problem document."""

    media_type = PDF
    format = "pdf"


class CalendarRenderer(JSONRenderer):
    """The same for a client that asks for a calendar."""

    media_type = CALENDAR
    format = "ics"


def calendar(text: str, *, name: str) -> HttpResponse:
    """Days that the client puts into a calendar."""
    answer = HttpResponse(text, content_type=f"{CALENDAR}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def pdf(content: bytes, *, name: str) -> HttpResponse:
    """A PDF that the client shows and may keep under a name."""
    answer = HttpResponse(content, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
