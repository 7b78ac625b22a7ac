"""Files from outside: refused by their length before they are read, and kept off the disk."""

from datetime import date

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from rest_framework.request import Request

from common import clock
from common.business_date import queries as business_dates

# What a form adds around a file: boundaries, the token, other fields.
FORM_BYTES = 64 * 1024


def is_longer_than(request: HttpRequest | Request, largest_bytes: int) -> bool:
    """Whether the body is announced to be too long; a body without a length is never read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) > largest_bytes + FORM_BYTES if announced.isdecimal() else True


def latest_day() -> date:
    """The day up to which a file can tell of something: the later of the clock's and the books'."""
    today = clock.shanghai_today()
    return max(today, business_dates.current() or today)


def keep_in_memory(request: HttpRequest | Request) -> None:
    """Let no clear copy of the file touch the disk. Call it before anything reads the body."""
    page = request._request if isinstance(request, Request) else request  # noqa: SLF001 (DRF's)
    page.upload_handlers = [MemoryFileUploadHandler(page)]
