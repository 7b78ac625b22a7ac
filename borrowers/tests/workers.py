"""A worker for tests of doors: it reads while the door waits, in the same thread."""

from collections.abc import Callable

from borrowers import tasks
from borrowers.uploads.queries import KIND
from common.processes.models import Process, ProcessState


def read_what_is_owed() -> None:
    """Do what a worker does with the uploads that wait."""
    owed = Process.objects.filter(kind=KIND, state=ProcessState.PENDING).order_by("pk")
    for process_id in list(owed.values_list("pk", flat=True)):
        tasks.read_upload(process_id=process_id)


def quick(is_done: Callable[[], bool], *, seconds: float) -> bool:
    """Stands where a door waits: by the time that it looks again, the worker is done."""
    if seconds:
        read_what_is_owed()
    return is_done()


def busy(is_done: Callable[[], bool], *, seconds: float) -> bool:
    """Stands where a door waits: no worker was free in all that time."""
    assert seconds > 0
    return is_done()
