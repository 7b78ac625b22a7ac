"""Buttons of staff pages: who may press one, who acts then, and what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from common.actors import Actor
from common.errors import Refused
from common.web.refusals import in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def acting(request: HttpRequest) -> Actor:
    """The member of staff whose request it is."""
    return Actor(kind="STAFF", account_id=request.user.pk)


def pressed(request: HttpRequest, *permissions: str) -> Actor:
    """Who pressed the button. Raises PermissionDenied for a link, and where a right is missing."""
    if request.method != "POST" or not request.user.has_perms(permissions):
        raise PermissionDenied
    return acting(request)


@contextmanager
def telling(request: HttpRequest, *, done: "StrOrPromise") -> Iterator[None]:
    """The next page says that what is inside is done, or why it was refused and what to do."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, done)
