"""`Idempotency-Key` on POSTs that create or move money: same key, same answer, one effect."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import Refused
from common.idempotency import actions
from common.idempotency.actions import Begun

HEADER = "Idempotency-Key"
LONGEST_KEY = 64
# What must leave no trace, not even as a part of a hash that could be guessed.
NEVER_KEPT = frozenset({"password"})


def once(
    request: Request,
    *,
    act: Callable[[str], str],
    show: Callable[[str], Any],
    status_code: int | Callable[[str], int] = 201,
) -> Response:
    """Run `act(key)` once for this key and answer with `show(resource)`.

    `act` gets the key, for the row's own unique column, and returns the public id of what it made;
    `show` renders that thing now, and `status_code` may depend on it. A repeat runs only `show` and
    carries `Idempotency-Replayed`.
    Raises ValidationError without a key, KeyReused, StillRunning, and what `act` refuses.
    """
    key = request.headers.get(HEADER, "")
    if not 8 <= len(key) <= LONGEST_KEY:
        raise ValidationError({HEADER: "8 to 64 characters are needed."}, code="required")
    begun = _begin(request, key)
    if begun.status_code is not None:
        answer = Response(show(begun.resource), status=begun.status_code)
        answer["Idempotency-Replayed"] = "true"
        return answer
    try:
        resource = act(key)
    except (Refused, APIException, Http404, PermissionDenied):
        actions.release(row_id=begun.row_id)
        raise
    status = status_code if isinstance(status_code, int) else status_code(resource)
    actions.complete(row_id=begun.row_id, status_code=status, resource=resource)
    return Response(show(resource), status=status)


def _begin(request: Request, key: str) -> Begun:
    assert request.user.pk is not None
    asked = request.data
    if isinstance(asked, Mapping):
        asked = {name: each for name, each in dict(asked).items() if name not in NEVER_KEPT}
    body = json.dumps(asked, sort_keys=True, default=_plain).encode()
    return actions.begin(
        account_id=request.user.pk,
        key=key,
        fingerprint=actions.fingerprint(method=str(request.method), path=request.path, body=body),
    )


def _plain(value: object) -> str:
    """A file counts by its content; two files may have one name."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
