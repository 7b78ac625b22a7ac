"""The bench of made people: what a command says becomes figures, promises and a kept section."""

import json

import pytest

from bench import __main__ as bench
from bench import worlds
from bench.figures import Result, Target

GRAPH = {
    "people": 4_000,
    "figures": {
        "ring_precision": {"value": 1.0, "goal": 0.9, "cases": 45, "is_met": True},
        "ring_recall": {"value": 0.79, "goal": 0.8, "cases": 50, "is_met": False},
        "decoys_referred": {"value": 0.0, "goal": 0.01, "cases": 4_264, "is_met": True},
    },
    "graph_lift": {"auc_without": 0.53, "auc_with": 0.95, "auc_gain": 0.42},
}
WORLD = {"worlds": [{"seed": 1, "champion_gap": 0.0112345, "goal": 0.02, "is_met": True}]}


def peers(ours, best, coverage):
    errors = {"ours": {"mae": ours}, "last_month": {"mae": best * 2}, "nothing": {"mae": best}}
    return {"errors": errors, "coverage": coverage}


def verdicts(result):
    return {each.what: each.is_met for each in result.targets}


@pytest.fixture
def results(tmp_path):
    path = tmp_path / "results.json"
    content = {"machine": {"cores": 2}, "results": {"latency": {"figures": {"ratio_p50": 19.06}}}}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


class TestPromises:
    def test_of_rings_and_decoys_are_told_one_by_one(self):
        found = worlds.of_graph(GRAPH, ["evaluate_graph"])

        assert verdicts(found) == {
            "rings: precision": True,
            "rings: recall": False,
            "dormitories and families referred": True,
        }

    def test_of_links_print_what_they_add(self):
        found = worlds.of_graph(GRAPH, ["evaluate_graph"])

        assert found.as_json()["figures"]["graph_lift"]["auc_gain"] == 0.42

    @pytest.mark.parametrize(("gap", "is_met"), [(-0.01, True), (0.02, True), (0.0201, False)])
    def test_of_the_champion_are_kept_within_two_hundredths(self, gap, is_met):
        said = {"worlds": [*WORLD["worlds"], {"seed": 2, "champion_gap": gap, "goal": 0.02}]}

        found = worlds.of_world(said, ["evaluate_models"])

        assert [each.is_met for each in found.targets] == [True, is_met]
        assert found.targets[0].measured == 0.0112

    @pytest.mark.parametrize(
        ("ours", "coverage", "met"),
        [
            (90, 0.80, [True, True, True]),
            (110, 0.80, [True, True, False]),
            (90, 0.74, [False, True, True]),
            (90, 0.86, [True, False, True]),
        ],
    )
    def test_of_the_forecast_ask_for_honest_bounds_and_a_small_error(self, ours, coverage, met):
        found = worlds.of_forecast({"world": peers(ours, 100, coverage)}, ["evaluate_forecast"])

        assert [each.is_met for each in found.targets] == met

    def test_of_the_forecast_are_asked_of_statements_too(self):
        said = {"world": peers(90, 100, 0.8), "statements": peers(95, 100, 0.8)}

        found = worlds.of_forecast(said, ["evaluate_forecast"])

        assert len(found.targets) == 6
        assert {each.what.split(":")[0] for each in found.targets} == {"world", "statements"}


class TestCommands:
    def test_are_the_platforms_own_and_the_same_small_or_whole(self):
        for name, words in worlds.COMMANDS.items():
            assert words[0] == worlds.SMALL[name][0]
            assert name in worlds.RESULT_OF

    def test_are_told_without_this_machines_folders(self):
        told = worlds.said(["evaluate_forecast", "--statements", "/somewhere/of/ours/rows.csv"])

        assert told == "manage.py evaluate_forecast --statements rows.csv --json"

    def test_that_are_unknown_are_refused_before_anything_runs(self, capsys):
        with pytest.raises(SystemExit):
            worlds.main(["--only", "moon"])

        assert "invalid choice" in capsys.readouterr().err


class TestKept:
    def test_sections_stand_beside_the_others(self, results):
        worlds.keep(results, {"graph": worlds.of_graph(GRAPH, ["evaluate_graph"])})

        kept = json.loads(results.read_text(encoding="utf-8"))
        assert kept["machine"] == {"cores": 2}
        assert kept["results"]["latency"] == {"figures": {"ratio_p50": 19.06}}
        assert kept["results"]["graph"]["notes"][0] == "manage.py evaluate_graph --json"
        assert len(kept["results"]["graph"]["load_after"]) == 3

    def test_again_they_take_their_own_place(self, results):
        for gap in (0.05, 0.01):
            said = {"worlds": [{"seed": 1, "champion_gap": gap, "goal": 0.02}]}
            worlds.keep(results, {"world": worlds.of_world(said, ["evaluate_models"])})

        kept = json.loads(results.read_text(encoding="utf-8"))["results"]
        assert kept["world"]["targets"][0]["measured"] == 0.01
        assert set(kept) == {"latency", "world"}

    def test_parts_of_the_great_bench_stand_beside_its_last_run(self, results, monkeypatch):
        monkeypatch.setattr(bench, "RESULTS", results)
        goal = Target("twice", 2.0, 5.0)

        bench._add({"online": Result(figures={"ratio": 2.0}, targets=(goal,)).as_json()})

        kept = json.loads(results.read_text(encoding="utf-8"))
        assert kept["results"]["online"]["targets"][0]["is_met"]
        assert kept["results"]["latency"] == {"figures": {"ratio_p50": 19.06}}
        assert kept["machine"] == {"cores": 2}

    def test_missed_promises_are_kept_as_missed(self, results):
        worlds.keep(results, {"graph": worlds.of_graph(GRAPH, ["evaluate_graph"])})

        targets = json.loads(results.read_text(encoding="utf-8"))["results"]["graph"]["targets"]
        assert [each["is_met"] for each in targets] == [True, False, True]
