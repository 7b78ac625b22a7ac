"""One row a key. It holds ids and a fingerprint, never a body."""

from django.db import models
from django.db.models.functions import Now


class IdempotencyKey(models.Model):
    """A key that a client made, what it was used for, and what came of it."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)
    resource = models.CharField(max_length=80, default="", blank=True)
    seen_at = models.DateTimeField(db_default=Now())
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "key"], name="idempotency_key_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key
