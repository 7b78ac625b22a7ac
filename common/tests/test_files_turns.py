"""Files are read by turns: one of a person at a time, some of all people at once."""

from contextlib import ExitStack

import pytest

from common.files.turns import MOST_AT_ONCE, StillReading, turn_of

LIN, WEI = 1, 2


def test_a_person_has_one_turn_at_a_time():
    with turn_of(LIN), pytest.raises(StillReading), turn_of(LIN):
        raise AssertionError


def test_another_person_has_their_own():
    with turn_of(LIN), turn_of(WEI):
        pass


def test_a_turn_ends_however_the_reading_ends():
    with pytest.raises(ZeroDivisionError), turn_of(LIN):
        1 / 0  # noqa: B018 (the error is what is tried)

    with turn_of(LIN):
        pass


def test_a_refused_turn_takes_none_away():
    with turn_of(LIN):
        with pytest.raises(StillReading), turn_of(LIN):
            pass
        with pytest.raises(StillReading), turn_of(LIN):
            pass


def test_no_more_than_some_wait_at_once():
    with ExitStack() as stack:
        waiting = [stack.enter_context(turn_of(person)) for person in range(MOST_AT_ONCE)]
        with turn_of(MOST_AT_ONCE) as may_wait:
            assert may_wait is False
        assert all(waiting)

    with turn_of(MOST_AT_ONCE) as may_wait:
        assert may_wait is True
