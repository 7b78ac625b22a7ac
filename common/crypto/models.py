"""The subject key row, in the database "keys".

Other tables refer to it by a plain bigint column: they live in another database, so a foreign key
cannot hold. The number is random, not counted: it says nothing about when a person came, and a
key database restored from an old backup can never give one person's number to another.
"""

from django.db import models
from django.db.models.functions import Now


class Scope(models.TextChoices):
    """The legal basis that a key serves: each is destroyed at its own time."""

    STATUTORY = "STATUTORY"
    CONSENTED = "CONSENTED"
    PLATFORM = "PLATFORM"


class SubjectKey(models.Model):
    """One wrapped secret. A destroyed key keeps its row, as evidence of the erasure."""

    id = models.BigIntegerField(primary_key=True, editable=False)
    subject = models.CharField(max_length=64)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    wrapped = models.TextField(editable=False)
    kek_version = models.CharField(max_length=16, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)
    destroy_reason = models.CharField(max_length=40, default="", editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scope__in=Scope.values), name="subject_key_scope_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(wrapped="", destroyed_at__isnull=False)
                | (~models.Q(wrapped="") & models.Q(destroyed_at__isnull=True)),
                name="subject_key_is_whole_or_destroyed",
            ),
        ]
        indexes = [
            models.Index(fields=["subject"], name="subject_key_subject"),
            models.Index(fields=["kek_version"], name="subject_key_kek_version"),
        ]

    def __str__(self) -> str:
        return f"key {self.pk} {self.scope}"
