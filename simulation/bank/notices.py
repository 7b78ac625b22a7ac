"""The webhook queue: signed notices, each sent again until the client has answered 2xx."""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

SCHEMA = """
CREATE TABLE IF NOT EXISTS notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  copy INTEGER NOT NULL,
  notify_url TEXT NOT NULL,
  body TEXT NOT NULL,
  due_at REAL NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'GIVEN_UP')),
  last_answer TEXT NOT NULL DEFAULT '',
  UNIQUE (event_id, copy)
) STRICT;
CREATE INDEX IF NOT EXISTS notice_due ON notice (due_at) WHERE state = 'PENDING';
"""

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 60.0
MOST_ATTEMPTS = 50
SEND_TIMEOUT_SECONDS = 5
SECRET_PREFIX = "whsec_"  # noqa: S105 (the public mark of such secrets)


@dataclass(frozen=True, slots=True)
class Happening:
    """What a notice tells: the state that a transfer had reached, and when."""

    out_trade_no: str
    state: str
    amount_fen: int
    bank_reference: str
    occurred_at: float


@dataclass(frozen=True, slots=True)
class Notice:
    """One copy of one event on its way to the client."""

    id: int
    event_id: str
    notify_url: str
    body: str
    attempts: int


def instant(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def schedule(
    connection: sqlite3.Connection,
    happening: Happening,
    *,
    notify_url: str,
    misbehaviour: Mapping[str, float],
    accepted_at: float,
    now: float,
) -> None:
    """Queue the notice of a settled transfer, with whatever is to go wrong with it."""
    due_at = now + misbehaviour.get("late_webhook", 0.0)
    copies = [due_at]
    if (seconds := misbehaviour.get("duplicate_webhook")) is not None:
        copies += [due_at, due_at + seconds]
    wrong_fen = 1 if "wrong_amount" in misbehaviour else 0
    _queue(connection, happening, notify_url=notify_url, copies=copies, wrong_fen=wrong_fen)

    if (seconds := misbehaviour.get("reordered")) is not None:
        stale = Happening(
            out_trade_no=happening.out_trade_no,
            state="PROCESSING",
            amount_fen=happening.amount_fen,
            bank_reference=happening.bank_reference,
            occurred_at=accepted_at,
        )
        _queue(connection, stale, notify_url=notify_url, copies=[due_at + seconds], wrong_fen=0)


def _queue(
    connection: sqlite3.Connection,
    happening: Happening,
    *,
    notify_url: str,
    copies: list[float],
    wrong_fen: int,
) -> None:
    # Random, not counted: a client that outlives this bank's file must not take a new event for
    # one that it has seen.
    event_id = f"evt_{secrets.token_hex(12)}"
    body = json.dumps(
        {
            "event_id": event_id,
            "out_trade_no": happening.out_trade_no,
            "state": happening.state,
            "amount_fen": happening.amount_fen + wrong_fen,
            "bank_reference": happening.bank_reference,
            "occurred_at": instant(happening.occurred_at),
        }
    )
    connection.executemany(
        "INSERT INTO notice (event_id, copy, notify_url, body, due_at) VALUES (?, ?, ?, ?, ?)",
        [(event_id, copy, notify_url, body, due_at) for copy, due_at in enumerate(copies)],
    )


def due(connection: sqlite3.Connection, *, now: float) -> Notice | None:
    """The notice to send now, if any: the one that has been due for longest."""
    row = connection.execute(
        "SELECT id, event_id, notify_url, body, attempts FROM notice"
        " WHERE state = 'PENDING' AND due_at <= ? ORDER BY due_at, id LIMIT 1",
        (now,),
    ).fetchone()
    return None if row is None else Notice(**dict(row))


def next_due_at(connection: sqlite3.Connection) -> float | None:
    """When the next notice is to be sent."""
    query = "SELECT min(due_at) FROM notice WHERE state = 'PENDING'"
    moment: float | None = connection.execute(query).fetchone()[0]
    return moment


def retry_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: doubling, bounded."""
    doublings = min(attempts - 1, 16)
    return min(FIRST_RETRY_SECONDS * 2.0**doublings, LONGEST_RETRY_SECONDS)


def record(connection: sqlite3.Connection, notice: Notice, *, answer: str, now: float) -> None:
    """Note what the client answered; anything but 2xx is tried again, a bounded number of times."""
    attempts = notice.attempts + 1
    if answer.startswith("2"):
        state = "DELIVERED"
    else:
        state = "GIVEN_UP" if attempts >= MOST_ATTEMPTS else "PENDING"
    connection.execute(
        "UPDATE notice SET attempts = ?, state = ?, last_answer = ?, due_at = ? WHERE id = ?",
        (attempts, state, answer, now + retry_seconds(attempts), notice.id),
    )


def signature(*, secret: str, event_id: str, sent_at_seconds: int, body: str) -> str:
    """The Standard Webhooks signature of one notice."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    signed = f"{event_id}.{sent_at_seconds}.{body}".encode()
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def send(notice: Notice, *, secret: str, now: float) -> str:
    """Post one notice; returns the status code, or the kind of failure. Follows no redirect."""
    address = urlsplit(notice.notify_url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    client = kind(address.hostname or "", address.port, timeout=SEND_TIMEOUT_SECONDS)
    path = address.path or "/"
    try:
        client.request(
            "POST",
            f"{path}?{address.query}" if address.query else path,
            body=notice.body.encode(),
            headers=_headers(notice, secret=secret, sent_at_seconds=int(now)),
        )
        return str(client.getresponse().status)
    except (OSError, http.client.HTTPException) as failure:
        return type(failure).__name__
    finally:
        client.close()


def _headers(notice: Notice, *, secret: str, sent_at_seconds: int) -> dict[str, str]:
    signed = signature(
        secret=secret, event_id=notice.event_id, sent_at_seconds=sent_at_seconds, body=notice.body
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": "sandbox-bank",
        "webhook-id": notice.event_id,
        "webhook-timestamp": str(sent_at_seconds),
        "webhook-signature": signed,
    }
