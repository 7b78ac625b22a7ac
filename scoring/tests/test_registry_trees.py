"""Trees, tables and their blend as they are served: each number worked out by hand."""

from dataclasses import replace
from math import exp, fsum, log, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.registry import artefact, trees
from scoring.registry.artefact import ArtefactAltered, ArtefactCut, ArtefactVersionUnknown

FACTOR = 20 / log(2)
# Three codes of the delay (under 1, up to 5, above), two of the home.
DELAY = {
    "feature": "delay", "kind": "NUMERIC", "edges": [1.0, 5.0], "categories": [],
    "group": "repayment",
}  # fmt: skip
HOME = {
    "feature": "home", "kind": "CATEGORY", "edges": [], "categories": [["own"], ["rent", "let"]],
    "group": "home",
}  # fmt: skip
# One split on the delay; its right branch splits on the home.
#        0: delay > 0
#       1: leaf     2: home > 0
#                  3: leaf   4: leaf
GROVE = {
    "weight": 1.0, "link": "LOGIT", "offset": -2.0, "share": 1.0, "pull": 0.0, "usual": 0.5,
    "roots": [0], "feature": [0, 0, 1, 0, 0], "threshold": [0, 0, 0, 0, 0],
    "left": [1, 1, 3, 3, 4], "missing_right": [1, 0, 0, 0, 0],
    "value": [0.0, -1.0, 0.5, 0.25, 2.0],
}  # fmt: skip
LINES = {
    "weight": 1.0, "link": "TABLE", "offset": -2.0,
    "tables": [[-0.5, 0.25, 1.0, 0.75], [-0.25, 0.5, 0.125]],
}  # fmt: skip


def document(*parts: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {
        "format": 1, "kind": "BOOST", "version": "trees-1",
        "scale": {"pdo": 20, "score": 600, "odds": 50},
        "calibration": {"method": "NONE"}, "features": [DELAY, HOME],
        "parts": list(parts) or [GROVE], **changed,
    }  # fmt: skip


def load(*parts: dict[str, Any], **changed: Any) -> trees.Ensemble:
    return trees.load(artefact.seal(document(*parts, **changed)))


def odds(model: trees.Ensemble, **values: Any) -> float:
    chance = model.pd(values)
    return log(chance / (1 - chance))


class TestCodes:
    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (-7.0, 0),
            (0.999, 0),
            (1.0, 1),
            (4.999, 1),
            (5.0, 2),
            (10**9, 2),
            (None, trees.MISSING),
            (nan, trees.MISSING),
        ],
    )
    def test_of_figures_reach_from_their_edge_up_to_the_next(self, value, code):
        assert load().coded[0].code(value) == code

    @pytest.mark.parametrize(
        ("value", "code"),
        [("own", 0), ("rent", 1), ("let", 1), ("castle", trees.MISSING), (None, trees.MISSING)],
    )
    def test_of_words_know_their_kind_and_take_a_new_one_as_missing(self, value, code):
        assert load().coded[1].code(value) == code

    def test_are_as_many_as_there_are_bins(self):
        assert [each.count for each in load().coded] == [3, 2]

    def test_of_no_edge_at_all_are_one(self):
        (single,) = load({**LINES, "tables": [[0.5, 0.25]]}, features=[DELAY | {"edges": []}]).coded

        assert (single.count, single.code(-1e9), single.code(1e9)) == (1, 0, 0)


class TestAGrove:
    @pytest.mark.parametrize(
        ("values", "leaf"),
        [
            ({"delay": 0.0, "home": "own"}, -1.0),
            ({"delay": 0.0, "home": "rent"}, -1.0),
            ({"delay": 1.0, "home": "own"}, 0.25),
            ({"delay": 1.0, "home": "rent"}, 2.0),
            ({"delay": 9.0, "home": "let"}, 2.0),
            # A missing delay goes right here, a missing home goes left there.
            ({"home": "let"}, 2.0),
            ({"delay": 9.0}, 0.25),
            ({}, 0.25),
            ({"delay": nan, "home": "castle"}, 0.25),
        ],
    )
    def test_leads_everybody_to_one_leaf(self, values, leaf):
        assert odds(load(), **values) == pytest.approx(-2.0 + leaf)

    def test_tells_what_each_step_of_the_way_added(self):
        (grove,) = load().parts

        total, moved = grove.log_odds(np.array([2, 1]))

        assert total == 0.0
        assert moved.tolist() == [0.5, 1.5]

    def test_adds_up_its_trees_times_their_share(self):
        twice = {**GROVE, "roots": [0, 2], "share": 0.5}

        assert odds(load(twice), delay=9.0, home="let") == pytest.approx(-2.0 + 0.5 * (2.0 + 2.0))

    def test_that_is_one_leaf_says_the_same_of_all(self):
        stump = {
            **GROVE, "roots": [0], "feature": [0], "threshold": [0], "left": [0],
            "missing_right": [0], "value": [0.75],
        }  # fmt: skip

        assert odds(load(stump), delay=9.0) == odds(load(stump)) == pytest.approx(-1.25)

    def test_of_chances_is_their_mean_drawn_towards_the_usual(self):
        chances = {
            **GROVE, "link": "CHANCE", "pull": 0.2, "usual": 0.1,
            "value": [0.1, 0.0, 0.4, 0.3, 1.0],
        }  # fmt: skip
        model = load(chances)

        assert model.pd({"delay": 0.0}) == pytest.approx(0.8 * 0.0 + 0.02)
        assert model.pd({"delay": 9.0, "home": "own"}) == pytest.approx(0.8 * 0.3 + 0.02)
        assert model.pd({"delay": 9.0, "home": "let"}) == pytest.approx(0.82)

    def test_of_chances_tells_ways_that_add_up_to_what_was_moved(self):
        chances = {
            **GROVE, "link": "CHANCE", "pull": 0.2, "usual": 0.1,
            "value": [0.1, 0.0, 0.4, 0.3, 1.0],
        }  # fmt: skip
        (grove,) = load(chances).parts
        usual = log(0.1 / 0.9)

        total, moved = grove.log_odds(np.array([2, 1]))

        assert fsum(moved) == pytest.approx(total - usual)


class TestTables:
    @pytest.mark.parametrize(
        ("values", "added"),
        [
            ({"delay": 0.0, "home": "own"}, -0.75),
            ({"delay": 2.0, "home": "let"}, 0.75),
            ({"delay": 9.0}, 1.125),
            ({"home": "own"}, 0.5),
            ({}, 0.875),
        ],
    )
    def test_add_a_number_for_each_code_and_one_for_missing(self, values, added):
        assert odds(load(LINES), **values) == pytest.approx(-2.0 + added)


class TestABlend:
    def test_weighs_the_log_odds_of_its_parts(self):
        model = load({**GROVE, "weight": 0.25}, {**LINES, "weight": 0.75})
        grove, lines = load(GROVE), load(LINES)
        person = {"delay": 9.0, "home": "let"}

        blended = 0.25 * odds(grove, **person) + 0.75 * odds(lines, **person)

        assert odds(model, **person) == pytest.approx(blended)

    def test_of_two_alike_is_either(self):
        halves = load({**GROVE, "weight": 0.5}, {**GROVE, "weight": 0.5})

        assert halves.pd({"delay": 9.0}) == load().pd({"delay": 9.0})

    @given(
        weight=st.floats(0.01, 0.99),
        delay=st.none() | st.floats(-10, 10),
        home=st.none() | st.sampled_from(["own", "rent", "castle"]),
    )
    def test_lies_between_its_parts(self, weight, delay, home):
        person = {"delay": delay, "home": home}
        ends = sorted([load(GROVE).pd(person), load(LINES).pd(person)])

        between = load({**GROVE, "weight": weight}, {**LINES, "weight": 1 - weight}).pd(person)

        assert ends[0] - 1e-12 <= between <= ends[1] + 1e-12

    def test_is_calibrated_as_a_whole(self):
        line = {"method": "PLATT", "slope": 2.0, "intercept": 0.5}

        assert odds(load(calibration=line), delay=9.0, home="let") == pytest.approx(0.5)


class TestRating:
    def test_stands_on_the_scale(self):
        even = load({**LINES, "offset": -log(50), "tables": [[0.0] * 4, [0.0] * 3]})

        assert even.rate({}).score == 600

    def test_tells_the_strongest_first_in_points(self):
        told = load().rate({"delay": 9.0, "home": "let"}).contributions

        assert [(each.feature, each.points) for each in told] == [
            ("home", round(-FACTOR * 1.5)),
            ("delay", round(-FACTOR * 0.5)),
        ]
        assert [(each.value, each.threshold) for each in told] == [(None, None), (9.0, None)]

    def test_says_nothing_of_what_moved_nothing(self):
        told = load().rate({"delay": 0.0, "home": "let"}).contributions

        assert [each.feature for each in told] == ["delay"]

    def test_puts_the_bad_before_the_good_that_weighs_the_same(self):
        level = {**LINES, "tables": [[1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]}

        told = load(level).rate({}).contributions

        assert [(each.feature, each.points) for each in told] == [("delay", -29), ("home", 29)]

    def test_adds_up_a_group_and_lets_its_strongest_speak(self):
        together = [DELAY, HOME | {"group": "repayment"}]

        (told,) = load(features=together).rate({"delay": 9.0, "home": "let"}).contributions

        assert (told.group, told.feature) == ("repayment", "home")
        assert told.points == round(-FACTOR * 2.0)

    @given(delay=st.none() | st.floats(-10, 10), home=st.none() | st.sampled_from(["own", "let"]))
    def test_gives_the_probability_that_is_given_alone(self, delay, home):
        person = {"delay": delay, "home": home}
        model = load({**GROVE, "weight": 0.4}, {**LINES, "weight": 0.6})

        rating = model.rate(person)

        assert rating.pd == model.pd(person)
        assert rating.score == round(600 - FACTOR * (log(rating.pd / (1 - rating.pd)) + log(50)))

    def test_of_the_surest_chance_is_still_a_number(self):
        sure = {**LINES, "offset": 500.0}

        assert load(sure).rate({}).pd == 1.0
        assert load(sure).rate({}).score == round(600 - FACTOR * (log((1 - 1e-9) / 1e-9) + log(50)))


def changed(**columns: Any) -> dict[str, Any]:
    return {**GROVE, **columns}


BROKEN: dict[str, dict[str, Any]] = {
    "no root": changed(roots=[]),
    "a root that is not there": changed(roots=[5]),
    "a root before the first": changed(roots=[-1]),
    "a way back": changed(left=[1, 0, 3, 3, 4]),
    "a branch beyond the end": changed(left=[1, 1, 4, 3, 4]),
    "a column too short": changed(threshold=[0, 0, 0, 0]),
    "a feature that nobody has": changed(feature=[2, 0, 1, 0, 0]),
    "a feature before the first": changed(feature=[-1, 0, 1, 0, 0]),
    "neither left nor right": changed(missing_right=[2, 0, 0, 0, 0]),
    "half a threshold": changed(threshold=[0.5, 0, 0, 0, 0]),
    "truth for a number": changed(missing_right=[True, False, False, False, False]),
    "a leaf that no sum bears": changed(value=[0.0, -1.0, 0.5, 0.25, 501.0]),
    "a column in a column": changed(left=[[1, 1, 3, 3, 4]]),
    "a weight of nothing": changed(weight=0.0),
    "a weight that turns it round": changed(weight=-1.0),
    "a share that is no number": changed(share="all"),
    "a link that nobody knows": changed(link="PROBIT"),
    "a chance above one": changed(link="CHANCE", pull=0.1, usual=0.1),
    "a chance without a pull": changed(link="CHANCE", usual=0.1, value=[0.1] * 5),
    "a pull beyond all": changed(link="CHANCE", pull=1.1, usual=0.1, value=[0.1] * 5),
    "a usual chance of nothing": changed(link="CHANCE", pull=0.1, usual=0.0, value=[0.1] * 5),
    "a table without the missing": {**LINES, "tables": [[0.0] * 3, [0.0] * 3]},
    "a table too few": {**LINES, "tables": [[0.0] * 4]},
    "a table that no sum bears": {**LINES, "tables": [[0.0, 0.0, 0.0, 1e9], [0.0] * 3]},
}


class TestDamage:
    @pytest.mark.parametrize("name", BROKEN)
    def test_of_a_part_is_refused(self, name):
        with pytest.raises(ArtefactCut):
            load(BROKEN[name])

    @pytest.mark.parametrize(
        "features",
        [
            [DELAY, DELAY],
            [DELAY | {"edges": [5.0, 1.0]}, HOME],
            [DELAY | {"edges": [1.0, 1.0]}, HOME],
            [DELAY | {"edges": [1.0, True]}, HOME],
            [DELAY, HOME | {"categories": [["own"], ["own"]]}],
        ],
    )
    def test_of_the_features_is_refused(self, features):
        with pytest.raises(ArtefactCut):
            load(features=features)

    def test_of_a_leaf_behind_the_hash_is_refused(self):
        sealed = artefact.seal(document())
        sealed["parts"][0] = changed(value=[0.0, -1.0, 0.5, 0.25, 1.0])

        with pytest.raises(ArtefactAltered):
            trees.load(sealed)

    @pytest.mark.parametrize("other", [{"kind": "WOE"}, {"format": 2}, {"format": None}])
    def test_of_another_kind_or_release_is_refused(self, other):
        with pytest.raises(ArtefactVersionUnknown):
            trees.load(artefact.seal(document(**other)))


@given(codes=st.tuples(st.integers(-1, 2), st.integers(-1, 1)))
def test_what_each_feature_moved_adds_up_to_the_leaf(codes):
    """Nothing between the root and the leaf goes untold."""
    (grove,) = load().parts

    total, moved = grove.log_odds(np.array(codes))

    assert fsum(moved) == pytest.approx(total - (-2.0))


def test_the_order_of_the_trees_cannot_change_a_bit():
    rng = np.random.default_rng(7)
    values = rng.normal(0, 1, 200).tolist()
    leaves = {
        **GROVE, "roots": list(range(200)), "feature": [0] * 200, "threshold": [0] * 200,
        "left": list(range(200)), "missing_right": [0] * 200, "value": values,
    }  # fmt: skip
    turned = {**leaves, "value": values[::-1]}

    assert load(leaves).pd({}) == load(turned).pd({})


def test_a_model_is_known_by_its_version_its_hash_and_what_it_reads():
    model = load()

    assert (model.version, model.kind, model.features) == ("trees-1", "BOOST", ("delay", "home"))
    assert model.sha256 == artefact.fingerprint(document())
    assert replace(model, version="other").pd({}) == model.pd({})
    assert model.pd({}) == pytest.approx(1 / (1 + exp(1.75)))
