"""Many people at once, a monkey among the processes; afterwards nothing is lost or paid twice.

The short, seeded form. The long one: `python -m tests.chaos --seed 7 --seconds 600`.
"""

import sys

import pytest

from tests.chaos import trial
from tests.machinery.running import running_platform

pytestmark = pytest.mark.platform_up

SEED = 20261122
NIGHTS = 4
CLOSINGS_END = ("closings killed", "closings that were quicker")
LOAD_SECONDS = 20.0
PEOPLE = 8


def test_whoever_is_killed_nothing_is_lost_and_nothing_is_paid_twice(capsys):
    with running_platform() as platform:
        evidence = trial.run(platform, seed=SEED, seconds=LOAD_SECONDS, people=PEOPLE)
        said = platform.output()

    with capsys.disabled():
        sys.stdout.write(f"\n{evidence}\n")
    assert evidence.breaches == [], said
    assert evidence.people["loans signed"] > 0, said
    assert sum(evidence.struck.values()) >= 5


def test_closings_and_payouts_that_are_killed_come_out_as_if_they_had_not_been(capsys):
    """The short form of `python -m tests.chaos --suite closing --rounds 50`."""
    with running_platform() as platform:
        evidence = trial.run(
            platform, seed=SEED, seconds=0.0, people=4, rest_seconds=(2.0, 5.0), rounds=NIGHTS
        )
        said = platform.output()

    with capsys.disabled():
        sys.stdout.write(f"\n{evidence}\n")
    assert evidence.breaches == [], said
    assert evidence.people["loans signed"] > 0, said
    assert sum(evidence.struck[each] for each in CLOSINGS_END) == NIGHTS
