"""The hash of an audit link: canonical JSON of the entry after the hash of the link before."""

import hashlib

from common import canonical
from common.audit.models import AuditEntry

GENESIS = bytes(32)


def link_hash(*, previous: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 over the previous hash and every column of the entry."""
    columns = [
        entry.pk,
        entry.occurred_at.isoformat(),
        entry.action,
        entry.actor_kind,
        entry.actor_account_id,
        entry.subject,
        entry.facts,
    ]
    return hashlib.sha256(previous + canonical.text_of(columns).encode()).digest()
