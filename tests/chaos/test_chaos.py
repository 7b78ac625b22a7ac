"""Many people at once, a monkey among the processes; afterwards nothing is lost or paid twice.

The short, seeded forms. The long ones: `python -m tests.chaos --seed 7 --seconds 600`, and
`python -m tests.chaos --suite closing --rounds 50` for closings that are killed.
"""

import sys

import pytest

from tests.chaos import trial
from tests.machinery.running import running_platform

pytestmark = pytest.mark.platform_up

SEED = 20261122
LOAD_SECONDS = 15.0
PEOPLE = 8
ROUNDS = 4
PEOPLE_AT_NIGHT = 4


def test_whoever_is_killed_nothing_is_lost_and_nothing_is_paid_twice(capsys):
    with running_platform() as platform:
        evidence = trial.run(platform, seed=SEED, seconds=LOAD_SECONDS, people=PEOPLE)
        said = platform.output()

    with capsys.disabled():
        sys.stdout.write(f"\n{evidence}\n")
    assert evidence.breaches == [], said
    assert evidence.statement_difference_fen == 0, said
    assert evidence.people["loans signed"] >= trial.LEAST_LOANS, said
    assert evidence.people["payments asked for"] >= trial.LEAST_PAYMENTS, said
    assert sum(evidence.struck.values()) >= trial.LEAST_BLOWS


def test_closings_that_are_killed_over_and_over_come_out_as_if_they_had_not_been(capsys):
    with running_platform() as platform:
        evidence = trial.run(
            platform,
            seed=SEED,
            seconds=0.0,
            people=PEOPLE_AT_NIGHT,
            rest_seconds=trial.NIGHTLY_REST_SECONDS,
            rounds=ROUNDS,
        )
        said = platform.output()

    with capsys.disabled():
        sys.stdout.write(f"\n{evidence}\n")
    assert evidence.breaches == [], said
    assert evidence.statement_difference_fen == 0, said
    assert evidence.struck["closings killed"] >= 1, said
    assert evidence.people["loans signed"] >= trial.LEAST_LOANS, said
