"""A partner's machine in tests: it signs what it sends, as the documentation of the API says."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from borrowers.consent import actions as consents
from borrowers.consent.purposes import PARTNER_NOTICE, PARTNER_PREFIX
from borrowers.partners import actions, queries
from borrowers.partners.contracts import NewKey
from borrowers.people.contracts import BorrowerCard
from borrowers.tests import cast
from common.actors import SYSTEM

ADDRESS = "/api/v1/behaviour-events"
CODE, NAME = "MALL", "示例商城"
_numbers = itertools.count(1)


def partner(code: str = CODE, name: str = NAME) -> NewKey:
    """A company with one key."""
    number = actions.register(code=code, name=name, by=SYSTEM)
    return actions.make_key(partner_id=number, by=SYSTEM)


def allow(card: BorrowerCard, code: str = CODE) -> int:
    """The person lets the company send."""
    assert queries.named(code)
    return consents.grant(
        borrower_id=card.id,
        purpose=PARTNER_PREFIX + code,
        notice_version=PARTNER_NOTICE,
        language="en",
        channel="WEB",
        by=cast.self_of(card),
    )


def bought(subject: str, name: str = "", **changes: Any) -> dict[str, Any]:
    """One purchase at the company."""
    data = {"amount_fen": 4_250, "direction": "out", "merchant": "示例面馆", "memo": "牛肉面"}
    return {
        "specversion": "1.0",
        "id": name or f"order-{next(_numbers)}",
        "type": changes.pop("type", "payment"),
        "time": changes.pop("time", "2026-10-05T12:30:00+08:00"),
        "subject": subject,
        "data": data | changes,
    }


def signed(
    key: NewKey, body: bytes, *, number: str = "", at: float | None = None
) -> dict[str, str]:
    """The headers that go with a body."""
    number = number or f"delivery-{next(_numbers):06d}"
    seconds = str(int(time.time() if at is None else at))
    secret = base64.b64decode(key.secret.removeprefix("whsec_"))
    digest = hmac.new(secret, f"{number}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "Partner-Key": key.public_id,
        "webhook-id": number,
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
        "Idempotency-Key": number,
    }


def send(client: Any, key: NewKey, events: Any, **headers: Any) -> Any:
    """A delivery, signed just now."""
    return send_bytes(client, key, json.dumps({"events": events}).encode(), **headers)


def send_bytes(client: Any, key: NewKey, body: bytes, **headers: Any) -> Any:
    return client.post(
        ADDRESS, body, content_type="application/json", headers=signed(key, body, **headers)
    )
