"""`manage.py fit_scorecard`: what it prints, what it keeps, what it refuses; without a database."""

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from scoring.registry import loading
from scoring.registry.cards import content
from scoring.tests import outcomes
from scoring.tests.watched import sure

BERKA = Path(__file__).parents[3] / "shared/data/credit/berka/features_before_loan.csv"
NOT_KNOWN_BEFORE = "loan_id,account_id,ldate,status,split,age,female,card_before"


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(outcomes.text(), encoding="utf-8")
    return path


def said(*words: object) -> str:
    out = StringIO()
    call_command("fit_scorecard", *map(str, words), stdout=out)
    return out.getvalue()


def told(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(*words, "--json"))
    return found


class TestTelling:
    def test_prints_one_object_with_every_fold(self, people):
        found = told(people, "--target", "bad", "--cv", "3x2")

        assert list(found)[:7] == [
            "folds", "mean", "sd", "fit_seconds", "one_row_us_p50", "one_row_us_p99", "bins",
        ]  # fmt: skip
        assert len(found["folds"]) == 6
        assert all(set(fold) == {"auc", "ks", "brier", "ece"} for fold in found["folds"])
        assert found["mean"]["auc"] > 0.7

    def test_gives_every_bin_its_rows_and_points(self, people):
        found = told(people, "--target", "bad", "--cv", "2x1")

        assert {each["feature"] for each in found["bins"]} >= {"delay", "income", "home"}
        for feature in found["bins"]:
            assert sum(row["count"] for row in feature["bins"]) == 300
            assert all(set(row) == {"bin", "count", "bads", "woe", "points"} for row in
                       feature["bins"])  # fmt: skip

    def test_says_the_same_twice(self, people):
        runs = [told(people, "--target", "bad", "--cv", "2x1") for _ in range(2)]

        assert runs[0]["folds"] == runs[1]["folds"]
        assert runs[0]["bins"] == runs[1]["bins"]

    def test_deals_other_folds_under_another_seed(self, people):
        runs = [told(people, "--target", "bad", "--cv", "2x1", "--seed", seed) for seed in (1, 2)]

        assert runs[0]["folds"] != runs[1]["folds"]

    def test_prints_a_table_for_people(self, people):
        words = said(people, "--target", "bad", "--cv", "2x1")

        assert "300 rows" in words
        assert "(bad means 1)" in words
        assert "points" in words
        assert "auc" in words

    def test_leaves_out_what_is_dropped(self, people):
        found = told(people, "--target", "bad", "--cv", "2x1", "--drop", "noise,home")

        assert {each["feature"] for each in found["bins"]} <= {"delay", "income"}

    def test_counts_repeated_rows_and_keeps_them_once_when_asked(self, people):
        first = people.read_text().splitlines(keepends=True)[1]
        people.write_text(people.read_text() + first)

        noted = told(people, "--target", "bad", "--cv", "2x1")
        once = told(people, "--target", "bad", "--cv", "2x1", "--drop-repeated")

        assert (noted["rows"], once["rows"]) == (301, 300)
        assert noted["warnings"] == ["1 rows repeat another row in everything"]

    @pytest.mark.skipif(
        not BERKA.is_file(), reason="NO REAL LOANS: lay them in ../shared/data/credit"
    )
    def test_ranks_real_loans(self):
        found = told(BERKA, "--target", "bad", "--drop", NOT_KNOWN_BEFORE, "--cv", "5x1")

        assert found["mean"]["auc"] > 0.90
        assert found["bad_rate_best_80"] <= 0.035


class TestWildFigures:
    @pytest.mark.parametrize("model", ["woe", "additive"])
    @pytest.mark.parametrize("wild", [("1e308", "-1e308"), ("5e-324", "1e308")])
    def test_spoil_neither_the_other_columns_nor_the_card(self, people, model, wild):
        lines = people.read_text().splitlines()
        rows = [f"{line},{wild[number % 2]}" for number, line in enumerate(lines[1:])]
        people.write_text("\n".join([lines[0] + ",wild", *rows]))

        found = told(people, "--target", "bad", "--cv", "2x1", "--model", model)

        assert found["mean"]["auc"] > 0.7
        assert any("wild" in each and "beyond" in each for each in found["warnings"])


class TestKeeping:
    def test_saves_a_model_that_can_be_loaded_and_rates(self, people, tmp_path):
        path = tmp_path / "model.json"

        found = told(people, "--target", "bad", "--cv", "2x1", "--save", path)

        model = loading.load(json.loads(path.read_text(encoding="utf-8")))
        safe: dict[str, float | str | None] = {"delay": -2.0, "income": 2.0, "home": "own"}
        assert found["saved"] == str(path)
        assert model.pd(safe) < model.pd({**safe, "delay": 2.0})
        assert [each.name for each in tmp_path.glob("model*")] == ["model.json"]

    def test_names_the_data_by_their_hash(self, people, tmp_path):
        path = tmp_path / "model.json"
        said(people, "--target", "bad", "--cv", "2x1", "--save", path)

        trained = json.loads(path.read_text())["trained"]

        assert (trained["rows"], len(trained["data_sha256"])) == (300, 64)

    def test_draws_its_pictures(self, people, tmp_path):
        said(people, "--target", "bad", "--cv", "2x1", "--plots", tmp_path / "plots")

        names = {each.name for each in (tmp_path / "plots").iterdir()}
        assert {"ranking.svg", "calibration.svg", "bins-01.svg"} <= names
        for name in names:
            assert (tmp_path / "plots" / name).read_text().startswith("<svg xmlns=")


class TestRefusing:
    def refused(self, *words: object) -> str:
        with pytest.raises(CommandError) as refused:
            said(*words)
        return str(refused.value)

    def test_a_place_that_cannot_be_written_before_any_work(self, people, tmp_path):
        place = tmp_path / "nowhere" / "model.json"

        assert "FILE_NOT_WRITABLE" in self.refused(people, "--target", "bad", "--save", place)
        assert not place.parent.exists()

    def test_a_place_that_is_no_file_and_would_be_replaced(self, people, tmp_path):
        place = tmp_path / "pipe"
        os.mkfifo(place)

        assert "FILE_NOT_WRITABLE" in self.refused(people, "--target", "bad", "--save", place)
        assert place.is_fifo()

    def test_a_column_that_tells_the_outcome(self, people, tmp_path):
        lines = people.read_text().splitlines()
        leaking = [f"{line},{'late' if line.endswith('1') else 'fine'}" for line in lines[1:]]
        people.write_text("\n".join([lines[0] + ",collections", *leaking]))

        words = self.refused(people, "--target", "bad", "--save", tmp_path / "model.json")

        assert words.startswith("COLUMN_LEAKS")
        assert "--drop collections" in words
        assert not (tmp_path / "model.json").exists()

    def test_a_figure_that_tells_the_outcome(self, people):
        lines = people.read_text().splitlines()
        leaking = [f"{line},{100 * (line.endswith('1')) + 1}" for line in lines[1:]]
        people.write_text("\n".join([lines[0] + ",days_late", *leaking]))

        assert "--drop days_late" in self.refused(people, "--target", "bad")

    def test_a_status_in_numbers_that_tells_the_outcome_in_no_order(self, people):
        lines = people.read_text().splitlines()
        status = [
            2 if line.endswith("1") else 1 + 2 * (number % 2)
            for number, line in enumerate(lines[1:])
        ]
        rows = [f"{line},{each}" for line, each in zip(lines[1:], status, strict=True)]
        people.write_text("\n".join([lines[0] + ",status", *rows]))

        assert "--drop status" in self.refused(people, "--target", "bad")

    def test_an_outcome_that_was_dropped(self, people):
        words = self.refused(people, "--target", "bad", "--drop", "noise,bad")

        assert words.startswith("COLUMN_MISSING: The table has no column bad.")

    @pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5", "9" * 5000])
    def test_a_seed_that_chance_cannot_start_from(self, people, seed):
        assert "--seed" in self.refused(people, "--target", "bad", "--seed", seed)

    def test_one_outcome(self, people):
        lines = people.read_text().splitlines()
        people.write_text("\n".join([lines[0], *(each for each in lines if each.endswith("0"))]))

        assert "NO_SECOND_OUTCOME" in self.refused(people, "--target", "bad", "--bad", "0")

    def test_columns_that_never_differ(self, tmp_path):
        path = tmp_path / "same.csv"
        path.write_text("a,b,bad\n" + "1,x,0\n" * 30 + "1,x,1\n" * 30)

        assert "NOTHING_TO_LEARN_FROM" in self.refused(path, "--target", "bad")

    def test_fewer_of_one_outcome_than_folds(self, tmp_path):
        path = tmp_path / "few.csv"
        path.write_text("a,bad\n" + "".join(f"{n % 9},{int(n < 3)}\n" for n in range(40)))

        assert "fewer splits" in self.refused(path, "--target", "bad")

    @pytest.mark.parametrize("plan", ["5", "1x5", "axb", "5x0"])
    def test_folds_that_cannot_be_dealt(self, people, plan):
        assert "--cv" in self.refused(people, "--target", "bad", "--cv", plan)


class TestNaming:
    def test_saves_under_the_version_that_was_named_and_says_so(self, people, tmp_path):
        place = tmp_path / "card.json"

        words = said(
            people, "--target", "bad", "--cv", "2x1", "--save", place, "--version", "spring-2"
        )

        assert f"saved to {place} as version spring-2" in words
        assert json.loads(place.read_text(encoding="utf-8"))["version"] == "spring-2"


class TestKeptInTheFile:
    @pytest.fixture
    def kept(self, people, tmp_path):
        place = tmp_path / "card.json"
        found = told(people, "--target", "bad", "--cv", "2x1", "--save", place)
        return found, json.loads(place.read_text(encoding="utf-8"))["trained"]

    def test_are_the_curves_of_rows_that_were_not_learned_from(self, kept):
        _found, trained = kept

        curve = trained["evidence"]["roc"]
        assert curve == sorted(curve)
        assert curve[-1] == [1.0, 1.0]
        assert sum(rows for *_rates, rows in trained["evidence"]["calibration"]) == 300
        assert sum(map(sum, trained["evidence"]["bands"])) == 300

    def test_are_the_bins_as_they_were_printed(self, kept):
        found, trained = kept

        assert trained["bins"] == found["bins"]

    def test_are_drawn_on_the_models_card(self, kept, people, tmp_path):
        document = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
        shown = content.card_of(document)

        assert sure(shown.ks) > 0.2
        assert len(shown.reliability) == 10
        assert any(each.rows for row in shown.characteristics for each in row.bins)
