"""`manage.py evaluate_models`: honest figures, refusals of what would mean nothing."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from simulation.evaluation.lent import champions
from simulation.evaluation.lent.tables import TrainingSet
from simulation.world.loans import Cause


def rows(count: int = 400, seed: int = 3) -> TrainingSet:
    """Loans of which one feature tells those who cannot, and nothing the others."""
    chance = np.random.default_rng(seed)
    cause = chance.choice([0, 0, 0, 0, 1, 2, 3], count)
    tells = chance.normal(0, 1, count) - 2.0 * (cause == Cause.UNABLE)
    return TrainingSet(
        features={
            "cover_90d": tells,
            "night_large_share_90d": chance.random(count),
            "own_instalments": np.zeros(count),
        },
        person=np.arange(count) // 2,
        as_of=np.arange(count),
        is_bad=(cause > 0).astype(np.int8),
        cause=cause,
        group=chance.integers(0, 2, count),
        age=chance.integers(20, 50, count),
        instalment_fen=np.full(count, 50_000),
    )


def test_a_person_never_teaches_and_is_tried_at_once():
    table = rows()

    for teach, attempt in champions.folds(table, 1):
        assert not set(table.person[teach]) & set(table.person[attempt])


def test_what_is_the_same_for_everybody_teaches_nothing():
    assert list(champions.frame_of(rows()).columns) == ["cover_90d", "night_large_share_90d"]


def test_causes_are_told_apart():
    found = champions.compared(rows(), 1, kinds=("woe",))
    by_cause = found["models"]["woe"]["auc_by_cause"]

    assert by_cause["UNABLE"] > 0.8
    assert by_cause["UNABLE"] > max(by_cause["UNWILLING"], by_cause["FRAUD"]) + 0.2


def test_the_gap_is_that_of_the_best_card():
    found = champions.compared(rows(), 1, kinds=("woe",))
    models = found["models"]

    assert found["champion_gap"] == models["oracle"]["auc"] - models["woe"]["auc"]
    assert found["is_met"] == (found["champion_gap"] <= found["goal"])


def test_views_are_every_set_of_sources():
    views = champions.views()

    assert len(views) == 7
    assert set(views["wallets", "shops", "banks"]) == {
        each for player in champions.PLAYERS.values() for each in player
    }


def test_groups_approved_alike_have_the_ratio_one():
    table = rows()
    halves = np.concatenate([table.person * 0.0, table.person * 0.0])[: len(table)]

    assert champions.approval_ratio(table, halves) == 1.0


def test_prints_one_object(capsys):
    call_command("evaluate_models", "--people", "200", "--seed", "4", "--models", "woe", "--json")

    (world,) = json.loads(capsys.readouterr().out)["worlds"]
    assert world["people"] <= 200
    assert set(world["models"]) == {"woe", "oracle"}


@pytest.mark.parametrize("arguments", [("--models", "magic"), ("--people", "10"), ("--models", "")])
def test_refuses_what_would_mean_nothing(arguments):
    with pytest.raises(CommandError):
        call_command("evaluate_models", *arguments)
