"""Waiting a moment at a door for work that usually ends at once."""

import time
from collections.abc import Callable

FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.05


def wait_until(is_done: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again after 5, 10, 20, 40, 50 ms … until it is done or the time is over."""
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    while not is_done():
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
    return True
