"""Appending to the audit trail, and sealing it."""

import json
from collections.abc import Mapping

from django.db import connection

from common import rows
from common.actors import Actor
from common.audit.chain import GENESIS, link_hash
from common.audit.models import AuditLink
from common.audit.queries import last_link, sealable
from common.transactions import durable, required

SEALER_LOCK = 4_201_001
BATCH_ROWS = 1_000
# In plain SQL, because every verb appends.
_APPEND = """
INSERT INTO common_auditentry (action, actor_kind, actor_account_id, subject, facts)
VALUES (%s, %s, %s, %s, %s)
"""


@required
def append(*, action: str, subject: str, by: Actor, facts: Mapping[str, object]) -> None:
    """Write one entry in the caller's transaction. `facts` hold ids, codes, amounts and dates."""
    rows.send(entry(action=action, subject=subject, by=by, facts=facts))


def entry(*, action: str, subject: str, by: Actor, facts: Mapping[str, object]) -> rows.Statement:
    """The same as a statement to be sent."""
    values = [action, by.kind, by.account_id, subject, json.dumps(dict(facts))]
    return rows.Statement(_APPEND, values)


@durable
def seal() -> int:
    """Chain every entry that can no longer be overtaken; the number of links added.

    Two sealers at once are one: the second finds the lock taken and adds nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    last = last_link()
    position, previous = (last.position, bytes(last.chain_hash)) if last else (0, GENESIS)
    links = []
    for each in sealable(limit=BATCH_ROWS):
        position += 1
        previous = link_hash(previous=previous, entry=each)
        links.append(AuditLink(position=position, entry=each, chain_hash=previous))
    AuditLink.objects.bulk_create(links)
    return len(links)
