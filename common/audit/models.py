"""Audit rows and the chain over them. Both tables only grow; triggers refuse the rest.

Entries carry ids and codes, never personal data. The chain is built behind the writers, so that
no verb waits for another: `xid` tells the sealer which rows can no longer be overtaken.
"""

from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """Who did what to which thing, and the facts of it."""

    occurred_at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=8)
    actor_account_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=80, db_index=True)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class AuditLink(models.Model):
    """One link of the chain: the hash of the entry and of the link before it."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="+")
    chain_hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"link {self.position}"
