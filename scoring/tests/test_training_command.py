"""`manage.py fit_scorecard`: what it prints, and what it refuses, without a database."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command


def invented(rows: int = 300, seed: int = 7) -> str:
    """A table of people who do not exist; `delay` raises the risk, `noise` does not."""
    dice = np.random.default_rng(seed)
    delay, noise = dice.normal(size=rows), dice.normal(size=rows)
    home = dice.choice(["own", "rent"], size=rows)
    odds = 1.5 * delay + (home == "rent") - 1.5
    bad = dice.random(rows) < 1 / (1 + np.exp(-odds))
    lines = ["delay,noise,home,bad"]
    lines += [
        f"{row[0]:.4f},{row[1]:.4f},{row[2]},{row[3]}"
        for row in zip(delay, noise, home, bad.astype(int), strict=True)
    ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(invented(), encoding="utf-8")
    return path


def told(*words: object) -> dict[str, Any]:
    out = StringIO()
    call_command("fit_scorecard", *map(str, words), "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


class TestFitScorecard:
    def test_prints_one_object_with_every_fold(self, people):
        found = told(people, "--target", "bad", "--cv", "3x2")

        assert list(found)[:7] == [
            "folds", "mean", "sd", "fit_seconds", "one_row_us_p50", "one_row_us_p99", "bins",
        ]  # fmt: skip
        assert len(found["folds"]) == 6
        assert all(set(fold) == {"auc", "ks", "brier", "ece"} for fold in found["folds"])
        assert found["mean"]["auc"] > 0.7

    def test_says_the_same_twice(self, people):
        runs = [told(people, "--target", "bad", "--cv", "3x1") for _ in range(2)]

        assert runs[0]["folds"] == runs[1]["folds"]
        assert runs[0]["bins"] == runs[1]["bins"]
