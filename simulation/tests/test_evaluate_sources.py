"""The platform understands a made world as well as was promised, through the real files."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from simulation.evaluation.measures import Hits
from simulation.evaluation.whole import Figure

PEOPLE, MONTHS, SEED = 24, 9, 11
# Fewer cases than these would prove nothing.
ENOUGH = {
    "same_payment_precision": 2_000,
    "same_payment_recall": 2_000,
    "refund_linking": 80,
    "refund_precision": 80,
    "own_transfers_left_out": 200,
    "own_transfers_precision": 200,
    "salary_f1": 40,
    "scene_accuracy": 5_000,
    "subscription_f1": 12,
    "device_days_read": 500,
    "tampered_recall": 15,
    "tampered_false_alarms": 40,
    "rows_beside_truth": 10_000,
}


@pytest.fixture(scope="module")
def answer():
    said = StringIO()
    call_command("evaluate_sources", "--json", people=PEOPLE, months=MONTHS, seed=SEED, stdout=said)
    return json.loads(said.getvalue())


@pytest.mark.parametrize("name", ENOUGH)
def test_the_goal_is_met(answer, name):
    figure = answer["figures"][name]

    assert figure["cases"] >= ENOUGH[name]
    assert figure["is_met"], figure


def test_every_figure_is_held_to_a_goal(answer):
    assert set(answer["figures"]) == set(ENOUGH)
    assert (answer["people"], answer["seed"]) == (PEOPLE, SEED)


def test_words_are_printed_where_nobody_asks_for_json():
    said = StringIO()

    call_command("evaluate_sources", people=1, months=2, seed=3, stdout=said)

    assert "same_payment_precision" in said.getvalue()


class TestFigure:
    def test_at_least_and_at_most(self):
        assert Figure("share", 0.9, 0.9, 10).is_met
        assert not Figure("share", 0.89, 0.9, 10).is_met
        assert Figure("alarms", 0.02, 0.02, 10, is_upper=True).is_met
        assert not Figure("alarms", 0.03, 0.02, 10, is_upper=True).is_met

    def test_without_a_case_fails_nothing(self):
        assert Figure("share", 0.0, 0.9, 0).is_met


class TestHits:
    def test_count_right_among_given_and_wanted(self):
        hits = Hits()
        hits.add(right=3, given=4, wanted=6)

        assert (hits.precision, hits.recall) == (0.75, 0.5)
        assert hits.f1 == pytest.approx(0.6)

    def test_of_nothing_are_perfect(self):
        assert (Hits().precision, Hits().recall, Hits().f1) == (1.0, 1.0, 1.0)

    def test_that_are_all_wrong_are_nothing(self):
        assert Hits(right=0, given=1, wanted=1).f1 == 0.0


def test_a_number_of_people_is_asked_for_in_digits():
    with pytest.raises(CommandError):
        call_command("evaluate_sources", "--people", "many")
