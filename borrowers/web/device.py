"""A code that a browser keeps while its person allows links between members to be seen.

It is made when the consent is given and goes when it is taken back; nobody else's browser has one.
Whoever shares a device shares its code. It names no person, and is read at an application only.
"""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from borrowers.consent.purposes import SHARED_LINKS
from common import public_ids

COOKIE = "device"
A_YEAR = 31_536_000
SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def code(request: HttpRequest) -> str:
    """The browser's code, or nothing."""
    found = request.COOKIES.get(COOKIE, "")
    return found if SHAPE.fullmatch(found) else ""


def keep(request: HttpRequest, response: HttpResponse, purpose: str) -> HttpResponse:
    """The answer to a consent that was given: with it comes a code, where there is none yet."""
    if purpose == SHARED_LINKS:
        response.set_cookie(
            COOKIE,
            code(request) or public_ids.new(),
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def forget(response: HttpResponse, purpose: str) -> HttpResponse:
    """The answer to a consent that was taken back: the code goes with it."""
    if purpose == SHARED_LINKS:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response
