"""Taking files by turns: one of a person at a time, and never all threads with files.

A thread opens a locked file and waits a moment for the reading. The count is kept by the process
that serves: what it protects are that process's threads.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from common.errors import Refused
from common.texts import gettext_noop

# Of the eight threads of the web server (config/supervisor/programme.py).
MOST_AT_ONCE = 4
_reading: set[int] = set()
_gate = threading.Lock()


class StillReading(Refused):
    """This person's last file is still being read."""

    code = "FILE_STILL_BEING_READ"
    message = gettext_noop("Your last file is still being read.")
    advice = gettext_noop("Wait half a minute, then upload this one.")
    status = 429


@contextmanager
def turn_of(person_id: int) -> Iterator[bool]:
    """Hold this person's turn while their file is taken. True where a thread may wait for its
    reading; False where so many wait that this one should answer at once. Raises StillReading."""
    with _gate:
        if person_id in _reading:
            raise StillReading
        may_wait = len(_reading) < MOST_AT_ONCE
        _reading.add(person_id)
    try:
        yield may_wait
    finally:
        with _gate:
            _reading.remove(person_id)
