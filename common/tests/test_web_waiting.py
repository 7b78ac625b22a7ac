"""A door waits a moment for work that usually ends at once, and never longer than it said."""

import time
from itertools import count, pairwise

import pytest

from common.web.waiting import (
    LONGEST_PAUSE_SECONDS,
    SHARE_OF_THE_WAIT,
    SHORTEST_PAUSE_SECONDS,
    wait_until,
)


class Work:
    """Is done after so many questions, and remembers when it was asked."""

    def __init__(self, done_at: float) -> None:
        self.done_at = done_at
        self.asked: list[float] = []

    def is_done(self) -> bool:
        self.asked.append(time.monotonic())
        return len(self.asked) >= self.done_at


def test_does_not_wait_for_what_is_done():
    begun = time.monotonic()

    assert wait_until(lambda: True, seconds=5) is True
    assert time.monotonic() - begun < 0.05


def test_asks_soon_and_then_less_often():
    work = Work(done_at=60)

    assert wait_until(work.is_done, seconds=5) is True

    pauses = [later - earlier for earlier, later in pairwise(work.asked)]
    assert 0.005 <= pauses[0] < 0.03
    for pause, asked in zip(pauses[1:], work.asked[1:], strict=False):
        share = SHARE_OF_THE_WAIT * (asked - work.asked[0])
        assert pause >= min(max(share, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS) - 0.001
    assert pauses[-1] >= LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize("seconds", [0, 0.03, 0.2])
def test_gives_up_in_time_having_asked_at_the_very_end(seconds):
    work = Work(done_at=10**9)
    begun = time.monotonic()

    assert wait_until(work.is_done, seconds=seconds) is False

    assert seconds <= time.monotonic() - begun < seconds + 1
    assert work.asked[-1] - begun >= seconds


def test_sees_what_ends_at_the_last_moment():
    begun, numbers = time.monotonic(), count()

    assert wait_until(lambda: next(numbers) >= 0 and time.monotonic() - begun >= 0.06, seconds=0.07)
    assert LONGEST_PAUSE_SECONDS == 0.05
