"""How far a piece of work is."""

from django.db import models

from common.processes.models import Process, ProcessState


def find(*, kind: str, subject_id: int, process_key: str = "") -> Process | None:
    """The process of one kind about one subject."""
    return Process.objects.filter(kind=kind, subject_id=subject_id, process_key=process_key).first()


def is_owed(*, kind: str, subject_id: int) -> bool:
    """Whether some work of this kind about the subject is still to be done."""
    return Process.objects.filter(
        kind=kind,
        subject_id=subject_id,
        state__in=[ProcessState.PENDING, ProcessState.RUNNING],
    ).exists()


def given_up() -> int:
    """How many pieces of work failed too often and wait for a person."""
    return in_quarantine().count()


def in_quarantine() -> models.QuerySet[Process]:
    """They themselves, the oldest first."""
    return Process.objects.filter(state=ProcessState.QUARANTINED).order_by("pk")


def quarantined(*, kind: str, subject_id: int) -> list[int]:
    """Processes of a subject that wait for a person."""
    rows = Process.objects.filter(kind=kind, subject_id=subject_id, state="QUARANTINED")
    return list(rows.order_by("pk").values_list("pk", flat=True))
