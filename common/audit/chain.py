"""The hash of an audit link: canonical JSON of the entry after the hash of the link before."""

import hashlib
import json

from common.audit.models import AuditEntry

GENESIS = bytes(32)


def link_hash(*, previous: bytes, entry: AuditEntry) -> bytes:
    """SHA-256 over the previous hash and every column of the entry."""
    canonical = json.dumps(
        [
            entry.pk,
            entry.occurred_at.isoformat(),
            entry.action,
            entry.actor_kind,
            entry.actor_account_id,
            entry.subject,
            entry.facts,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(previous + canonical.encode()).digest()
