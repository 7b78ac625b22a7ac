"""The challenger and the additive card: what is exported is what was fitted, and nothing else."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from scoring.registry import artefact, loading
from scoring.registry.artefact import ArtefactAltered, ArtefactCut, ModelDamaged
from scoring.tests.lessons import lesson, strange_rows
from scoring.training import evaluation
from scoring.training.models.additive import AdditiveScorecard
from scoring.training.models.boost import BoostedTrees, recipe
from scoring.training.models.rated import rows_of
from scoring.training.refusals import NothingToLearnFrom, OneClassOnly

CLOSE = 1e-9
QUICK = 0.1
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def taught():
    """Both models, learned once from the same table."""
    frame, is_bad = lesson()
    return {
        "BOOST": BoostedTrees(seed=1, effort=QUICK).fit(frame, is_bad),
        "ADDITIVE": AdditiveScorecard(seed=1, effort=QUICK).fit(frame, is_bad),
    }


def document_of(model, **changes):
    made = model.artefact(version="trial-1", trained={"rows": 400}) | changes
    return json.loads(json.dumps(artefact.seal(made)))


@pytest.mark.parametrize("kind", ["BOOST", "ADDITIVE"])
class TestExport:
    def test_gives_the_probabilities_of_the_fitted_model(self, taught, kind):
        frame, _ = lesson(200, seed=99)
        frame = strange_rows(frame)
        model = loading.load(document_of(taught[kind]))

        again = np.array([model.rate(row).pd for row in rows_of(frame)])

        assert np.abs(again - taught[kind].predict_proba(frame)[:, 1]).max() <= CLOSE
        assert model.kind == kind
        assert set(model.features) <= set(frame.columns)

    def test_gives_the_same_probability_with_and_without_reasons(self, taught, kind):
        model = loading.load(document_of(taught[kind]))

        for row in rows_of(lesson(30, seed=3)[0]):
            assert model.pd(row) == model.rate(row).pd

    def test_rates_a_person_of_whom_nothing_is_known(self, taught, kind):
        rating = loading.load(document_of(taught[kind])).rate({})

        assert 0 < rating.pd < 1
        assert len(rating.contributions) <= 4

    def test_is_the_same_for_the_same_seed(self, taught, kind):
        frame, is_bad = lesson()
        twin = clone(taught[kind]).fit(frame, is_bad)

        assert document_of(twin) == document_of(taught[kind])

    def test_scores_twice_the_odds_twenty_points_higher(self, taught, kind):
        frame, _ = lesson(50, seed=5)
        chance = taught[kind].predict_proba(frame)[:, 1]

        expected = 600 - 20 / math.log(2) * (np.log(chance / (1 - chance)) + math.log(50))

        assert np.abs(taught[kind].score(frame) - expected).max() <= 0.5 + 1e-6

    def test_names_at_most_four_groups_and_none_twice(self, taught, kind):
        for reasons in taught[kind].reasons(lesson(40, seed=6)[0]):
            groups = [each.group for each in reasons]
            sizes = [abs(each.points) for each in reasons]
            assert len(groups) == len(set(groups)) <= 4
            assert sizes == sorted(sizes, reverse=True)

    def test_refuses_an_altered_artefact(self, taught, kind):
        document = document_of(taught[kind])
        document["version"] = "trial-2"

        with pytest.raises(ArtefactAltered):
            loading.load(document)

    @pytest.mark.parametrize("name", ["calibration", "scale", "trained", "version"])
    def test_refuses_an_artefact_that_was_cut(self, taught, kind, name):
        document = document_of(taught[kind])
        del document[name]

        with pytest.raises(ModelDamaged):
            loading.load(document)

    def test_refuses_one_outcome_only(self, taught, kind):
        frame, is_bad = lesson(100)

        with pytest.raises(OneClassOnly):
            clone(taught[kind]).fit(frame, np.zeros_like(is_bad))

    def test_learns_from_weights(self, taught, kind):
        frame, is_bad = lesson(300)
        heavy = np.where(is_bad == 1, 4.0, 1.0)

        plain = clone(taught[kind]).fit(frame, is_bad).predict_proba(frame)[:, 1]
        weighed = clone(taught[kind]).fit(frame, is_bad, sample_weight=heavy)

        assert weighed.predict_proba(frame)[:, 1].mean() > plain.mean() + 0.05


@pytest.mark.parametrize("learner", [BoostedTrees, AdditiveScorecard])
@pytest.mark.parametrize("values", [1, 2, 400])
def test_a_column_whose_gaps_tell_the_most_is_exported_as_it_was_fitted(learner, values):
    """Trees then part the known from the missing, and no threshold stands between the codes."""
    dice = np.random.default_rng(3)
    is_gap = dice.random(400) < 0.3
    column = np.where(is_gap, np.nan, dice.integers(0, values, size=400))
    is_bad = (dice.random(400) < np.where(is_gap, 0.7, 0.15)).astype(np.int8)
    frame = pandas.DataFrame({"gaps": column, "noise": dice.normal(size=400)})
    fitted = learner(seed=1, effort=QUICK).fit(frame, is_bad)

    again = loading.load(document_of(fitted))

    found = np.array([again.pd(row) for row in rows_of(frame)])
    assert np.abs(found - fitted.predict_proba(frame)[:, 1]).max() <= CLOSE


class TestTreesInTheArtefact:
    @pytest.mark.parametrize(
        ("column", "broken"),
        [
            ("left", lambda row: [0, *row[1:-1], 0]),
            ("left", lambda row: [*row[:-1], 10**7]),
            ("feature", lambda row: [99, *row[1:]]),
            ("feature", lambda row: [-1, *row[1:]]),
            ("roots", lambda row: [-1, *row[1:]]),
            ("roots", lambda row: []),
            ("value", lambda row: row[:-1]),
            ("threshold", lambda row: ["3", *row[1:]]),
            ("missing_right", lambda row: [2, *row[1:]]),
        ],
    )
    def test_must_lead_somewhere(self, taught, column, broken):
        made = taught["BOOST"].artefact(version="trial-1", trained={})
        grove = made["parts"][0]
        grove[column] = broken(grove[column])

        with pytest.raises(ArtefactCut):
            loading.load(artefact.seal(made))

    def test_say_nothing_of_a_link_that_nobody_knows(self, taught):
        made = taught["BOOST"].artefact(version="trial-1", trained={})
        made["parts"][0]["link"] = "OTHER"

        with pytest.raises(ArtefactCut):
            loading.load(artefact.seal(made))

    def test_are_walked_without_scikit_learn(self, taught, tmp_path):
        kept = tmp_path / "model.json"
        kept.write_text(json.dumps(document_of(taught["BOOST"])), encoding="utf-8")
        script = (
            "import json, sys; from scoring.registry import loading\n"
            "model = loading.load(json.load(open(sys.argv[1], encoding='utf-8')))\n"
            "print(model.rate({'income': 3000.0, 'home': 'rents'}).pd)\n"
            "assert not {'sklearn', 'pandas', 'scipy', 'django'} & set(sys.modules)\n"
        )

        told = subprocess.run(
            [sys.executable, "-c", script, kept], cwd=ROOT, capture_output=True, check=True
        )

        model = loading.load(document_of(taught["BOOST"]))
        assert float(told.stdout) == model.rate({"income": 3000.0, "home": "rents"}).pd


@pytest.fixture(scope="module")
def held():
    """Both models, held to directions."""
    frame, is_bad = lesson(300, seed=11)
    made = [
        kind(monotone={"income": -1, "debts": 1}, seed=3, effort=QUICK).fit(frame, is_bad)
        for kind in (BoostedTrees, AdditiveScorecard)
    ]
    return [loading.load(document_of(each)) for each in made]


class TestGivenDirections:
    @settings(max_examples=40, deadline=None)
    @given(
        low=st.floats(0, 50_000),
        more=st.floats(0, 50_000),
        debts=st.integers(0, 8),
        home=st.sampled_from(["rents", "owns", None]),
    )
    def test_are_kept_between_any_two_people(self, held, low, more, debts, home):
        poorer = {"income": low, "debts": float(debts), "tenure": 12.0, "home": home}

        for model in held:
            assert model.pd(poorer | {"income": low + more}) <= model.pd(poorer) + CLOSE
            assert model.pd(poorer | {"debts": debts + 1.0}) >= model.pd(poorer) - CLOSE

    def test_are_learned_where_nothing_is_given(self):
        frame, is_bad = lesson(600, seed=12)
        model = AdditiveScorecard(effort=QUICK).fit(frame, is_bad)
        table = {part.feature: part.points for part in model.parts_}

        assert list(table["income"]) == sorted(table["income"], reverse=True)
        assert list(table["debts"]) == sorted(table["debts"])


def test_the_challenger_ranks_what_lines_cannot_see():
    dice = np.random.default_rng(0)
    frame, _ = lesson(600)
    both = (frame["income"] > frame["income"].median()) ^ (frame["debts"] > 1.5)
    is_bad = (dice.random(600) < np.where(both, 0.8, 0.1)).astype(np.int8)

    model = BoostedTrees(effort=QUICK).fit(frame[:400], is_bad[:400])

    assert evaluation.auc(is_bad[400:], model.predict_proba(frame[400:])[:, 1]) > 0.75


@pytest.mark.parametrize("kind", [BoostedTrees, AdditiveScorecard])
class TestPoorColumns:
    @pytest.fixture
    def poor(self):
        frame, is_bad = lesson(200)
        frame["never_known"] = np.nan
        frame["same"] = 1.0
        frame["names"] = [f"person {number}" for number in range(200)]
        frame["is_flagged"] = frame["income"] > 3000
        frame["huge"] = frame["income"] * 1e300
        frame["home"] = frame["home"].astype("category")
        return frame, is_bad

    def test_are_told_alike_by_model_and_artefact(self, kind, poor):
        frame, is_bad = poor
        made = kind(effort=QUICK).fit(frame, is_bad)
        model = loading.load(document_of(made))

        again = np.array([model.pd(row) for row in rows_of(frame)])

        assert np.abs(again - made.predict_proba(frame)[:, 1]).max() <= CLOSE
        assert {"never_known", "names"}.isdisjoint(model.features)

    @pytest.mark.parametrize("column", ["never_known", "names"])
    def test_teach_nothing_alone(self, kind, poor, column):
        frame, is_bad = poor

        with pytest.raises(NothingToLearnFrom):
            kind(effort=QUICK).fit(frame[[column]], is_bad)


def test_the_recipe_hangs_on_the_size_alone():
    assert recipe(500, 60).leaves == (8,)
    assert recipe(30_000, 6_000).leaves == (8, 24)
    assert recipe(1_000_000, 50_000).members == 1
