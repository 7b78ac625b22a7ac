"""The time of the simulated year: days follow one another as fast as they are done with."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as moment
from unittest.mock import patch

from django.utils import timezone

from common.periods import SHANGHAI

# Doors are open, and texts may be sent: nobody's night is disturbed.
OPENS_AT = moment(10, 0)


class WorldClock:
    """A clock that runs, and can be turned on. It begins no earlier than the present day, so that
    what PostgreSQL stamps by its own clock never lies ahead."""

    def __init__(self, day: date) -> None:
        self.turn_to(day)

    @property
    def day(self) -> date:
        """The calendar day in Shanghai."""
        return self.now().astimezone(SHANGHAI).date()

    def turn_to(self, day: date) -> None:
        """The opening hour of a day."""
        self._opened = datetime.combine(day, OPENS_AT, SHANGHAI).astimezone(UTC)
        self._turned_at = time.monotonic()

    def skip(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self._opened += timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._opened + timedelta(seconds=time.monotonic() - self._turned_at)

    def epoch_seconds(self) -> float:
        """The same, as the bank counts."""
        return self.now().timestamp()


@contextmanager
def telling(clock: WorldClock) -> Iterator[None]:
    """Everything in this process that asks Django for the time hears the world's."""
    with patch.object(timezone, "now", clock.now):
        yield
