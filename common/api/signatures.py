"""Standard Webhooks signatures: who sent this notice, unchanged, and just now?"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from common.errors import Refused
from common.texts import gettext_noop

TOLERANCE_SECONDS = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 (the public mark of such secrets)
FEWEST_SECRET_BYTES = 24
MOST_SECRETS = 2
MOST_SIGNATURES = 8
# The parts of the signed text are joined by dots, so that an id must have none.
EVENT_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
EPOCH_SECONDS = re.compile(r"[0-9]{1,12}")


class SignatureRefused(Refused):
    """Nobody whom we know has signed this just now. Says not which part is wrong."""

    code: ClassVar[str] = "WEBHOOK_SIGNATURE_REFUSED"
    message: ClassVar[str] = gettext_noop("The signature of this notice is not valid.")
    advice: ClassVar[str] = gettext_noop("Check the webhook secret and the clock, then send again.")
    status: ClassVar[int] = 401


def sign(*, secret: str, event_id: str, sent_at: datetime, body: bytes) -> str:
    """The value of the `webhook-signature` header."""
    seconds = str(int(sent_at.timestamp()))
    return _signature(key(secret), event_id=event_id, seconds=seconds, body=body)


def verify(
    *, secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """The id of the event whose notice this is; `secrets` may be two while one replaces the other.

    Raises SignatureRefused when a header is missing or malformed, the notice was signed more than
    five minutes from `now`, or no secret fits. Does not know replays: the id must be kept once.
    """
    assert 1 <= len(secrets) <= MOST_SECRETS

    given = {name.lower(): value for name, value in headers.items()}
    event_id = given.get("webhook-id", "")
    seconds = given.get("webhook-timestamp", "")
    if not EVENT_ID.fullmatch(event_id) or not EPOCH_SECONDS.fullmatch(seconds):
        raise SignatureRefused
    if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise SignatureRefused

    expected = [
        _signature(key(secret), event_id=event_id, seconds=seconds, body=body) for secret in secrets
    ]
    if not _any_match(expected, given.get("webhook-signature", "").split(" ")):
        raise SignatureRefused
    return event_id


def key(secret: str) -> bytes:
    """The bytes behind a `whsec_` secret. Raises ValueError when it is malformed or short."""
    found = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    if len(found) < FEWEST_SECRET_BYTES:
        raise ValueError(f"A webhook secret has at least {FEWEST_SECRET_BYTES} bytes.")
    return found


def _signature(secret_key: bytes, *, event_id: str, seconds: str, body: bytes) -> str:
    signed = b".".join((event_id.encode(), seconds.encode(), body))
    digest = hmac.new(secret_key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _any_match(expected: Sequence[str], given: Sequence[str]) -> bool:
    """Compares every pair, whatever comes out, so that the time taken tells nothing."""
    matches = [
        hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))
        for ours in expected
        for theirs in given[:MOST_SIGNATURES]
    ]
    return any(matches)
