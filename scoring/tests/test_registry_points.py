"""Points tables as they are served: bins met exactly, and files that must not decide anything."""

from math import log, nan
from typing import Any

import pytest

from scoring.registry import artefact, loading, points
from scoring.registry.artefact import ArtefactAltered, ArtefactCut, ModelDamaged


def numeric(**changed: Any) -> dict[str, Any]:
    return {
        "feature": "delay", "kind": "NUMERIC", "edges": [1.0, 5.0], "categories": [],
        "points": [-0.5, 0.2, 1.0], "missing": 0.7, "other": 0.0, "neutral": 0.1,
        "group": "repayment", **changed,
    }  # fmt: skip


def words(**changed: Any) -> dict[str, Any]:
    return {
        "feature": "home", "kind": "CATEGORY", "edges": [],
        "categories": [["own"], ["rent", "let"]],
        "points": [-0.3, 0.4], "missing": 0.0, "other": 0.05, "neutral": 0.0, "group": "home",
        **changed,
    }  # fmt: skip


def document(*rows: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "format": 1, "kind": "WOE", "version": "woe-1", "target": "bad",
        "scale": {"pdo": 20, "score": 600, "odds": 50}, "trained": {},
        "calibration": {"method": "NONE"}, "intercept": -2.0,
        "characteristics": list(rows) or [numeric(), words()], **changed,
    }  # fmt: skip


def load(*rows: dict[str, Any], **changed: Any) -> points.PointsTable:
    return points.load(artefact.seal(document(*rows, **changed)))


def added(value: float | str | None, feature: str = "delay") -> float:
    card = load(numeric() if feature == "delay" else words())
    chance = card.pd({feature: value})
    return round(log(chance / (1 - chance)) + 2.0, 9)


class TestBins:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(-9, -0.5), (0.999, -0.5), (1.0, 0.2), (4.9, 0.2), (5, 1.0), (1e9, 1.0)],
    )
    def test_reach_from_their_edge_up_to_the_next(self, value, expected):
        assert added(value) == expected

    @pytest.mark.parametrize("value", [None, nan])
    def test_know_what_is_missing(self, value):
        assert added(value) == 0.7

    @pytest.mark.parametrize(
        ("value", "expected"), [("own", -0.3), ("let", 0.4), ("castle", 0.05), (None, 0.0)]
    )
    def test_know_words(self, value, expected):
        assert added(value, "home") == expected

    def test_refuse_words_where_figures_belong(self):
        with pytest.raises(ValueError, match="many"):
            load().pd({"delay": "many"})


class TestRating:
    def test_stands_on_the_scale(self):
        even = load(numeric(points=[0.0, 0.0, 0.0], neutral=0.0), intercept=-log(50))
        twice = load(numeric(points=[0.0, 0.0, 0.0], neutral=0.0), intercept=-log(100))

        assert even.rate({"delay": 0}).score == 600
        assert twice.rate({"delay": 0}).score == 620

    def test_tells_the_strongest_first_and_against_the_average(self):
        told = load().rate({"delay": 9.0, "home": "own"}).contributions

        assert [each.feature for each in told] == ["delay", "home"]
        assert [each.points for each in told] == [-26, 9]
        assert (told[0].value, told[0].threshold) == (9.0, 5.0)

    def test_adds_up_a_group_and_lets_its_strongest_speak(self):
        card = load(numeric(), numeric(feature="late", neutral=0.0))

        (told,) = card.rate({"delay": 9.0, "late": 9.0}).contributions

        assert (told.group, told.feature) == ("repayment", "late")
        assert told.points == round(-20 / log(2) * 1.9)

    def test_says_nothing_of_what_changes_nothing(self):
        assert load(words()).rate({"home": None}).contributions == ()

    def test_calibrates(self):
        line = {"method": "PLATT", "slope": 0.0, "intercept": 0.0}
        steps = {"method": "ISOTONIC", "x": [-3.0, 3.0], "y": [0.1, 0.7]}

        assert load(calibration=line).pd({}) == 0.5
        assert load(numeric(missing=2.0), calibration=steps).pd({}) == pytest.approx(0.4)
        assert load(numeric(missing=99.0), calibration=steps).pd({}) == 0.7


class TestDamage:
    @pytest.mark.parametrize("name", ["intercept", "scale", "characteristics", "calibration"])
    def test_of_a_cut_file_is_refused(self, name):
        cut = document()
        del cut[name]

        with pytest.raises(ArtefactCut):
            loading.load(artefact.seal(cut))

    def test_of_an_altered_file_is_refused(self):
        with pytest.raises(ArtefactAltered):
            points.load({**artefact.seal(document()), "intercept": -9.0})

    @pytest.mark.parametrize(
        "row",
        [
            numeric(points=[1.0, 2.0]),
            numeric(edges=[5.0, 1.0]),
            numeric(edges=[1.0, 1.0]),
            words(points=[1.0]),
            words(categories=[["own"], ["own"]]),
            numeric(missing=True),
        ],
    )
    def test_of_bins_is_refused(self, row):
        with pytest.raises(ModelDamaged):
            loading.load(artefact.seal(document(row)))

    def test_of_a_feature_told_twice_is_refused(self):
        with pytest.raises(ArtefactCut):
            load(numeric(), numeric())

    @pytest.mark.parametrize("changed", [{"format": 2}, {"kind": "MAGIC"}])
    def test_of_another_release_is_refused(self, changed):
        with pytest.raises(ModelDamaged):
            loading.load(artefact.seal(document(**changed)))
