"""Beginning and completing a request under a key (atomic phases, reliability §1.1)."""

import hashlib
from dataclasses import dataclass

from django.db import connection

from common.errors import Refused
from common.idempotency.models import IdempotencyKey
from common.texts import gettext_noop

# A request that died half-way frees its key after this long; the verb's own natural key then
# makes the second run harmless.
LOCK_SECONDS = 30

# Neither waits for the disk. What was begun lies before the verb's own commit, which takes it
# along; a completion that a crash of PostgreSQL forgets is that of a request which died half-way.
_BEGIN = """
WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS setting)
INSERT INTO common_idempotencykey (account_id, key, fingerprint, resource, locked_until)
SELECT %(account)s, %(key)s, %(fingerprint)s, '',
       clock_timestamp() + make_interval(secs => %(lock)s)
  FROM unhurried WHERE setting = 'off'
ON CONFLICT (account_id, key) DO UPDATE
   SET locked_until = clock_timestamp() + make_interval(secs => %(lock)s)
 WHERE common_idempotencykey.status_code IS NULL
   AND common_idempotencykey.fingerprint = EXCLUDED.fingerprint
   AND common_idempotencykey.locked_until < clock_timestamp()
RETURNING id
"""


_COMPLETE = """
WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS setting)
UPDATE common_idempotencykey SET status_code = %s, resource = %s, locked_until = NULL
  FROM unhurried WHERE setting = 'off' AND id = %s
"""


class KeyReused(Refused):
    """The key was used for something else."""

    code = "IDEMPOTENCY_KEY_REUSED"
    message = gettext_noop("This Idempotency-Key was used for a different request.")
    advice = gettext_noop("Make a new key for a new request.")
    status = 422


class StillRunning(Refused):
    """The first request with this key has not ended."""

    code = "REQUEST_STILL_RUNNING"
    message = gettext_noop("The same request is still being worked on.")
    advice = gettext_noop("Wait a second and send it again with the same key.")
    status = 409


@dataclass(frozen=True, slots=True)
class Begun:
    """A key in hand: `resource` is empty for a first run and names the result of a repeated one."""

    row_id: int
    resource: str
    status_code: int | None


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    """What the request asked for, as one hash."""
    return hashlib.sha256(b"\x1f".join([method.encode(), path.encode(), body])).hexdigest()


def begin(*, account_id: int, key: str, fingerprint: str) -> Begun:
    """Take the key, or find what it gave before.

    Raises KeyReused for another request under the same key, StillRunning for a running one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN,
            {"account": account_id, "key": key, "fingerprint": fingerprint, "lock": LOCK_SECONDS},
        )
        taken = cursor.fetchone()
    if taken:
        return Begun(row_id=taken[0], resource="", status_code=None)
    row = IdempotencyKey.objects.filter(account_id=account_id, key=key).first()
    if row is None:
        # The first request was refused this very moment and has freed the key.
        raise StillRunning
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status_code is None:
        raise StillRunning
    return Begun(row_id=row.pk, resource=row.resource, status_code=row.status_code)


def complete(*, row_id: int, status_code: int, resource: str) -> None:
    """Keep what came of it: a status and the id of the thing, never the body."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE, [status_code, resource, row_id])


def release(*, row_id: int) -> None:
    """Free the key of a request that was refused: nothing was written, it may be sent again."""
    IdempotencyKey.objects.filter(pk=row_id, status_code=None).delete()
