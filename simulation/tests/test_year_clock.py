"""The world's clock: it runs, it can be turned on, and all of Django hears it."""

from datetime import UTC, date, datetime, timedelta

from common import clock as ours
from simulation.year.clock import OPENS_AT, WorldClock, telling

DAY = date(2027, 3, 1)
OPENED = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)


def seconds_after(moment: datetime, clock: WorldClock) -> float:
    return (clock.now() - moment).total_seconds()


def test_opens_at_ten_in_shanghai():
    clock = WorldClock(DAY)

    assert OPENS_AT.hour == 10
    assert 0 <= seconds_after(OPENED, clock) < 60
    assert clock.day == DAY


def test_runs_by_itself():
    clock = WorldClock(DAY)

    assert clock.now() < clock.now() + timedelta(microseconds=1)
    before = clock.now()
    assert clock.now() >= before


def test_lets_time_pass_without_waiting():
    clock = WorldClock(DAY)

    clock.skip(3_600)

    assert 3_600 <= seconds_after(OPENED, clock) < 3_660


def test_is_turned_on_to_another_day():
    clock = WorldClock(DAY)
    clock.skip(3_600)

    clock.turn_to(DAY + timedelta(days=40))

    assert clock.day == date(2027, 4, 10)
    assert 0 <= seconds_after(OPENED + timedelta(days=40), clock) < 60


def test_tells_the_bank_the_same_instant():
    clock = WorldClock(DAY)

    assert abs(clock.epoch_seconds() - clock.now().timestamp()) < 60


def test_is_heard_by_our_doors_and_by_nobody_afterwards():
    clock = WorldClock(DAY)

    with telling(clock):
        assert ours.shanghai_today() == DAY
        assert ours.now() >= OPENED
        clock.turn_to(DAY + timedelta(days=1))
        assert ours.shanghai_today() == DAY + timedelta(days=1)

    assert ours.now().date() != DAY
