"""A few weeks of a few people, lived for real: every day closed, every law kept, every home true.

The long form is `manage.py simulate_year`; this one is what continuous integration can wait for.
"""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from common import clock
from simulation.year.whole import Evidence, simulate_year

pytestmark = [pytest.mark.commits, pytest.mark.timeout(900)]

PEOPLE, DAYS, SEED = 5, 42, 11


@pytest.fixture
def lived() -> tuple[Evidence, list[date]]:
    nights: list[date] = []
    evidence = simulate_year(
        people=PEOPLE,
        days=DAYS,
        seed=SEED,
        first_day=clock.shanghai_today(),
        secret="a-password-of-nobody",
        tell=nights.append,
    )
    return evidence, nights


def test_six_weeks_of_five_people(lived: tuple[Evidence, list[date]]) -> None:
    evidence, nights = lived

    every_day_was_closed(evidence, nights)
    nothing_was_wrong(evidence)
    people_borrowed_and_repaid(evidence)
    the_evidence_can_be_read_by_programs(evidence)


def every_day_was_closed(evidence: Evidence, nights: list[date]) -> None:
    first = date.fromisoformat(evidence.first_day)
    assert nights == [first + timedelta(days=number + 1) for number in range(DAYS)]
    assert evidence.days == DAYS


def nothing_was_wrong(evidence: Evidence) -> None:
    assert evidence.invariants_failed == []
    assert evidence.home_differences == []
    assert evidence.bank_differences == []
    assert evidence.is_clean
    assert evidence.invariants_checked >= 5 * DAYS
    assert evidence.homes_compared >= DAYS


def people_borrowed_and_repaid(evidence: Evidence) -> None:
    happened = evidence.happened
    assert happened["joined"] == PEOPLE
    assert happened["loans"] >= PEOPLE - 2
    assert happened["repayments"] >= PEOPLE - 2
    # Every payout and every repayment is one line of the bank's, and nothing else is.
    assert evidence.bank_lines == happened["loans"] + happened["repayments"]


def the_evidence_can_be_read_by_programs(evidence: Evidence) -> None:
    told: dict[str, Any] = json.loads(json.dumps(evidence.as_json()))
    assert told["is_clean"] is True
    assert told["happened"]["loans"] == evidence.happened["loans"]
    assert set(told["seconds_by_part"]) == {
        "opening", "people", "homes", "closing", "invariants", "bank",
    }  # fmt: skip
