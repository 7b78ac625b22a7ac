"""Starting, claiming, finishing and repeating processes."""

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import uuid4

import structlog
from django.db import connection

from common import rows
from common.actors import Actor
from common.audit import actions as audit
from common.processes.contracts import Claim
from common.processes.models import Process
from common.processes.poke import poke
from common.rows import Statement
from common.transactions import after_commit, durable, required

log = structlog.get_logger(__name__)

LEASE_SECONDS = 15
REAPED_AT_ONCE = 100
# A process that was poked and not claimed is poked again only after this long, so that a long
# queue does not fill with copies of itself.
REPOKE_SECONDS = 10

_START = """
INSERT INTO common_process (kind, subject_id, process_key, task, queue, state, attempts,
                            attempts_allowed, progress_percent, last_error)
VALUES (%(kind)s, %(subject)s, %(key)s, %(task)s, %(queue)s, 'PENDING', 0, %(allowed)s, 0, '')
ON CONFLICT (kind, subject_id, process_key) DO NOTHING
RETURNING id
"""
# A claim need not wait for the disk: one that a crash of PostgreSQL forgets was never made, and
# the fences refuse whoever thinks to hold it.
_CLAIM = """
WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS setting)
UPDATE common_process
   SET state = 'RUNNING', attempts = attempts + 1, lease_token = %(token)s,
       lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
  FROM unhurried
 WHERE setting = 'off'
   AND id = %(id)s AND state IN ('PENDING', 'RUNNING') AND attempts < attempts_allowed
   AND (lease_until IS NULL OR lease_until < clock_timestamp())
RETURNING kind, subject_id, process_key, attempts
"""
_QUARANTINE = """
UPDATE common_process SET state = 'QUARANTINED', ended_at = clock_timestamp()
 WHERE id = %(id)s AND state IN ('PENDING', 'RUNNING') AND attempts >= attempts_allowed
   AND (lease_until IS NULL OR lease_until < clock_timestamp())
"""
_HOLD = """
UPDATE common_process
   SET lease_until = clock_timestamp() + make_interval(secs => %s),
       progress_percent = COALESCE(%s, progress_percent)
 WHERE id = %s AND state = 'RUNNING' AND lease_token = %s
RETURNING id
"""
_FINISH = """
UPDATE common_process
   SET state = 'DONE', ended_at = clock_timestamp(), lease_until = NULL, lease_token = NULL,
       progress_percent = 100, last_error = ''
 WHERE id = %s AND state = 'RUNNING' AND lease_token = %s
RETURNING id
"""
_RETRY = """
UPDATE common_process
   SET state = 'PENDING', lease_until = NULL, lease_token = NULL, last_error = %(error)s,
       next_attempt_at = clock_timestamp() + CASE WHEN next_attempt_at = to_timestamp(0)
                                                  THEN interval '0'
                                                  ELSE make_interval(secs => %(delay)s) END
 WHERE id = %(id)s AND state = 'RUNNING' AND lease_token = %(token)s
RETURNING task, queue, next_attempt_at <= clock_timestamp()
"""
_POSTPONE = """
UPDATE common_process
   SET state = 'PENDING', lease_until = NULL, lease_token = NULL, attempts = attempts - 1,
       next_attempt_at = clock_timestamp() + CASE WHEN next_attempt_at = to_timestamp(0)
                                                  THEN interval '0'
                                                  ELSE make_interval(secs => %(delay)s) END
 WHERE id = %(id)s AND state = 'RUNNING' AND lease_token = %(token)s
RETURNING task, queue, next_attempt_at <= clock_timestamp()
"""
# Whoever is at work learns of the news by this mark, when they give the work back.
_HASTEN = """
UPDATE common_process
   SET next_attempt_at = CASE WHEN lease_until > clock_timestamp()
                              THEN to_timestamp(0) ELSE clock_timestamp() END
 WHERE kind = %s AND subject_id = %s AND state IN ('PENDING', 'RUNNING')
RETURNING id, task, queue, next_attempt_at > to_timestamp(0)
"""
_TRY_AGAIN = """
UPDATE common_process
   SET state = 'PENDING', attempts = 0, ended_at = NULL, lease_until = NULL, lease_token = NULL,
       next_attempt_at = clock_timestamp()
 WHERE id = %(id)s AND state = 'QUARANTINED'
RETURNING task, queue, kind
"""
# MATERIALIZED: a planner that runs the choice once per row would lock a new batch each time,
# because SKIP LOCKED does not give the same answer twice, and the limit would not hold.
_REAP = """
WITH owed AS MATERIALIZED (
  SELECT id FROM common_process
   WHERE state IN ('PENDING', 'RUNNING') AND next_attempt_at <= clock_timestamp()
     AND (lease_until IS NULL OR lease_until < clock_timestamp())
   ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE common_process
   SET next_attempt_at = clock_timestamp() + make_interval(secs => %(repoke)s)
  FROM owed WHERE common_process.id = owed.id
RETURNING common_process.id, task, queue
"""


class LeaseLost(RuntimeError):
    """Another worker has taken over: what this one did must not be written."""


@required
def start(
    *,
    kind: str,
    subject_id: int,
    task: str,
    queue: str = "default",
    process_key: str = "",
    attempts_allowed: int = 8,
) -> int:
    """Promise a piece of work and nudge a worker after commit; the same promise twice is one.

    Returns the process id. `task` is the dotted name of the Celery task. What was tried already
    is not nudged: a wait after a failure is not cut short by whoever asks again.
    """
    promise: dict[str, str | int] = {
        "kind": kind,
        "subject": subject_id,
        "key": process_key,
        "task": task,
        "queue": queue,
        "allowed": attempts_allowed,
    }
    with connection.cursor() as cursor:
        cursor.execute(_START, promise)
        started = cursor.fetchone()
    if started is not None:
        process_id: int = started[0]
        after_commit(partial(poke, task=task, queue=queue, process_id=process_id))
        return process_id
    row = Process.objects.get(kind=kind, subject_id=subject_id, process_key=process_key)
    if row.attempts == 0:
        after_commit(partial(poke, task=row.task, queue=row.queue, process_id=row.pk))
    return row.pk


def claim(*, process_id: int) -> Claim | None:
    """Take the lease, or nothing when it is done, taken, or has failed too often."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"id": process_id, "token": token, "lease": LEASE_SECONDS})
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_QUARANTINE, {"id": process_id})
            if cursor.rowcount:
                log.error("process_quarantined", process_id=process_id)
            return None
    kind, subject_id, process_key, attempt = row
    return Claim(process_id, kind, subject_id, process_key, token, attempt)


def renew(*, claim: Claim, progress_percent: int | None = None) -> None:
    """Hold the lease longer, and say how far the work is. Raises LeaseLost when it is gone."""
    _insist_on_lease(claim, rows.send(_held(claim, progress_percent)))


@required
def hold(*, claim: Claim, after: Iterable[Statement] = ()) -> None:
    """Fence: lock the process row in this transaction. Raises LeaseLost when it is gone.

    `after` is written before it, in the same journey to the database.
    """
    _insist_on_lease(claim, rows.send(*after, _held(claim)))


@required
def finish(*, claim: Claim) -> None:
    """Mark it done in the transaction of its result. Raises LeaseLost when it is gone."""
    done = Statement(_FINISH, [claim.process_id, claim.token])
    _insist_on_lease(claim, rows.send(done))


def retry(*, claim: Claim, error: str, delay_seconds: float) -> None:
    """Give the work back after a failure, at once where news has come while it was worked on.

    `error` is a code or class name, never a message.
    """
    _give_back(_RETRY, claim, error=error[:200], delay=delay_seconds)


def postpone(*, claim: Claim, delay_seconds: float) -> None:
    """The same because somebody else is still at theirs; no attempt is counted."""
    _give_back(_POSTPONE, claim, delay=delay_seconds)


@required
def hasten(*, kind: str, subject_id: int) -> None:
    """News has come for this process: let it be tried now instead of later.

    Whoever is at work on it need not be poked: they find the news when they give it back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HASTEN, [kind, subject_id])
        found = cursor.fetchall()
    for process_id, task, queue, is_free in found:
        if is_free:
            after_commit(partial(poke, task=task, queue=queue, process_id=process_id))


@durable
def try_again(*, process_id: int, by: Actor) -> bool:
    """Let a person's word take a process out of quarantine; False where it is not in it."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY_AGAIN, {"id": process_id})
        row = cursor.fetchone()
    if row is None:
        return False
    task, queue, kind = row
    audit.append(
        action="common.process.tried_again",
        subject=f"process:{process_id}",
        by=by,
        facts={"kind": kind},
    )
    after_commit(partial(poke, task=task, queue=queue, process_id=process_id))
    return True


def reap() -> int:
    """Poke what is owed and not leased, a bounded batch at a time; how many were poked."""
    with connection.cursor() as cursor:
        cursor.execute(_REAP, {"repoke": REPOKE_SECONDS, "limit": REAPED_AT_ONCE})
        owed = cursor.fetchall()
    for process_id, task, queue in owed:
        poke(task=task, queue=queue, process_id=process_id)
    return len(owed)


def _give_back(statement: str, claim: Claim, **values: str | float) -> None:
    """Run one compare-and-set on the claimed row; what is due already is poked."""
    with connection.cursor() as cursor:
        cursor.execute(statement, {"id": claim.process_id, "token": claim.token, **values})
        if (found := cursor.fetchone()) is None:
            raise LeaseLost(f"process {claim.process_id}")
    task, queue, is_due = found
    if is_due:
        after_commit(partial(poke, task=task, queue=queue, process_id=claim.process_id))


def _held(claim: Claim, progress_percent: int | None = None) -> Statement:
    return Statement(_HOLD, [LEASE_SECONDS, progress_percent, claim.process_id, claim.token])


def _insist_on_lease(claim: Claim, changed: Sequence[object]) -> None:
    """A compare-and-set that found no row has met another worker's token, or none."""
    if not changed:
        raise LeaseLost(f"process {claim.process_id}")
