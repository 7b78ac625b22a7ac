"""The process row."""

from django.db import models
from django.db.models.functions import Now


class ProcessState(models.TextChoices):
    """Where a process stands. Everything but DONE and QUARANTINED is still owed."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    QUARANTINED = "QUARANTINED"


class Process(models.Model):
    """One piece of long work, about one subject, done by one task."""

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    process_key = models.CharField(max_length=64, default="", blank=True)
    task = models.CharField(max_length=120)
    queue = models.CharField(max_length=20, default="default")
    state = models.CharField(
        max_length=12, choices=ProcessState.choices, default=ProcessState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=8)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    last_error = models.CharField(max_length=200, default="", blank=True)
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "process_key"], name="process_is_started_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=ProcessState.values), name="process_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(progress_percent__lte=100), name="process_progress_is_a_percent"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state__in=["PENDING", "RUNNING"]),
                name="process_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.state}"
