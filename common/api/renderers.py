"""Answers that are files: negotiated like any other, and errors stay JSON."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.renderers import JSONRenderer

PDF = "application/pdf"
PDF_ANSWER = {(200, PDF): OpenApiTypes.BINARY}


class PdfRenderer(JSONRenderer):
    """Lets a client ask for PDF; what it renders itself is only ever a problem document."""

    media_type = PDF
    format = "pdf"


def pdf(content: bytes, *, name: str) -> HttpResponse:
    """A PDF that the client shows and may keep under a name."""
    answer = HttpResponse(content, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
