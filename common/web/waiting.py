"""Waiting a moment at a door for work that usually ends at once."""

import time
from collections.abc import Callable

# Nothing worth waiting for has ended sooner, and asking takes from who works on it.
FIRST_PAUSE_SECONDS = 0.01
SHORTEST_PAUSE_SECONDS = 0.001
LONGEST_PAUSE_SECONDS = 0.05
# How long is slept, against how long the work has taken so far: what is overslept stays small.
SHARE_OF_THE_WAIT = 0.1


def wait_until(is_done: Callable[[], bool], *, seconds: float) -> bool:
    """Ask at 10, 11, 12, 13 … ms, ever less often, until it is done or the time is over."""
    began = time.monotonic()
    pause = FIRST_PAUSE_SECONDS
    while not is_done():
        waited = time.monotonic() - began
        if waited >= seconds:
            return False
        time.sleep(min(pause, seconds - waited))
        pause = SHARE_OF_THE_WAIT * (time.monotonic() - began)
        pause = min(max(pause, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
    return True
