"""Calibration keeps promises and order; blends and reject inference do what they say."""

import csv
import json
from dataclasses import asdict
from io import StringIO
from itertools import pairwise

import numpy as np
import pandas
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.registry import artefact, loading
from scoring.registry.artefact import ArtefactAltered, ArtefactCut
from scoring.registry.expert import scorecard
from scoring.registry.points import calibration as evaluated
from scoring.tests.lessons import lesson
from scoring.training import blending, calibration, reject_inference
from scoring.training.models.woe import WoeScorecard
from scoring.training.refusals import OneClassOnly
from scoring.training.reject_inference import METHODS, Taught, augmented

ODDS = np.linspace(-9, 9, 181)


def overconfident(rows, *, seed=1, stretch=2.5):
    """Log-odds that promise far too much, and what came of them."""
    dice = np.random.default_rng(seed)
    truth = dice.normal(-1.5, 1.2, rows)
    is_bad = (dice.random(rows) < 1 / (1 + np.exp(-truth))).astype(float)
    return truth * stretch, is_bad


def gap(said, is_bad):
    """The mean distance of promise and outcome over ten equal bins."""
    steps = np.array_split(np.argsort(said), 10)
    return float(np.mean([abs(said[step].mean() - is_bad[step].mean()) for step in steps]))


class TestCalibration:
    @pytest.mark.parametrize(("rows", "method"), [(800, "PLATT"), (9000, "ISOTONIC")])
    def test_follows_the_number_of_bads(self, rows, method):
        assert calibration.learned(*overconfident(rows)).method == method

    @pytest.mark.parametrize("rows", [1500, 9000])
    def test_keeps_promises_on_rows_that_it_has_not_seen(self, rows):
        learned = calibration.learned(*overconfident(rows))
        odds, is_bad = overconfident(20_000, seed=2)

        before, after = calibration.NONE.probabilities(odds), learned.probabilities(odds)

        assert gap(after, is_bad) < 0.02 < gap(before, is_bad)

    @settings(max_examples=40, deadline=None)
    @given(seed=st.integers(0, 1000), rows=st.sampled_from([60, 400, 6000]))
    def test_never_changes_who_stands_before_whom(self, seed, rows):
        dice = np.random.default_rng(seed)
        is_bad = (dice.random(rows) < 0.3).astype(float)
        said = calibration.learned(dice.normal(size=rows), is_bad).probabilities(ODDS)

        assert np.all(np.diff(said) >= 0)
        assert np.all((said > 0) & (said < 1))

    @pytest.mark.parametrize("rows", [800, 9000])
    def test_keeps_apart_what_was_apart(self, rows):
        odds, is_bad = overconfident(rows)
        said = calibration.learned(odds, is_bad).probabilities(np.unique(odds))

        assert len(np.unique(said)) > 0.99 * len(np.unique(odds))

    @pytest.mark.parametrize("rows", [800, 9000])
    def test_is_evaluated_from_the_artefact_as_it_was_learned(self, rows):
        learned = calibration.learned(*overconfident(rows))
        kept = evaluated(json.loads(json.dumps(learned.row())))

        said = [kept.probability(float(odds)) for odds in ODDS]

        assert np.abs(np.array(said) - learned.probabilities(ODDS)).max() <= 1e-12

    def test_listens_to_weights(self):
        odds, is_bad = overconfident(800)
        heavy = np.where(is_bad == 1, 3.0, 1.0)

        plain = calibration.learned(odds, is_bad)
        weighed = calibration.learned(odds, is_bad, weights=heavy)

        assert np.all(weighed.probabilities(ODDS) > plain.probabilities(ODDS))

    @pytest.mark.parametrize(
        "row", [{"method": "OTHER"}, {"method": "ISOTONIC", "x": [0.0, 1.0], "y": [0.9, 0.1]}]
    )
    def test_is_refused_when_it_would_turn_the_order_around(self, row):
        with pytest.raises(ArtefactCut):
            evaluated(row)


@pytest.fixture(scope="module")
def fitted():
    frame, is_bad = lesson(300)
    made = WoeScorecard().fit(frame, is_bad)
    trained = {"rows": 300, "bads": 20, "target": "bad"}
    return artefact.seal(made.artefact(version="woe-1", trained=trained))


class TestBlend:
    def test_trusts_the_fit_the_more_bads_there_are(self):
        weights = [blending.weight_of_fitted(bads) for bads in (0, 5, 20, 180, 10_000)]

        assert weights[0] == 0
        assert weights[2:4] == [0.5, 0.9]
        assert all(less < more for less, more in pairwise(weights))
        assert weights[-1] < 1

    def test_refuses_fewer_bads_than_none(self):
        with pytest.raises(ValueError, match="-1"):
            blending.weight_of_fitted(-1)

    def test_lies_half_way_between_both_at_twenty_bads(self, fitted):
        expert = scorecard.document_of_expert()
        made = blending.blended(version="blend-1", fitted=fitted, expert=expert)
        row = {"income": 3000.0, "debts": 4.0, "income_trend": 0.5}

        both = loading.load(artefact.seal(made)).pd(row)
        each = [loading.load(document).pd(row) for document in (fitted, expert)]

        assert np.isclose(odds_of(both), np.mean([odds_of(chance) for chance in each]))

    def test_refuses_a_part_that_was_altered(self, fitted):
        made = blending.blended(
            version="blend-1",
            fitted={**fitted, "intercept": 9.0},
            expert=scorecard.document_of_expert(),
        )

        with pytest.raises(ArtefactAltered):
            loading.load(artefact.seal(made))

    def test_needs_to_know_how_many_bads_taught(self, fitted):
        with pytest.raises(ArtefactCut):
            blending.blended(version="b", fitted={**fitted, "trained": {}}, expert={})


def odds_of(chance):
    return float(np.log(chance / (1 - chance)))


def market(rows=1500, *, seed=4):
    """Applicants whose true outcome is known, and a lender who turned the poorer half away."""
    frame, is_bad = lesson(rows, seed=seed)
    dice = np.random.default_rng(seed)
    is_rejected = frame["income"] < frame["income"].median() * dice.uniform(0.7, 1.4, rows)
    return frame, is_bad, is_rejected.to_numpy()


@pytest.fixture(scope="module")
def story():
    frame, is_bad, is_rejected = market()
    accepted, rejected = frame[~is_rejected], frame[is_rejected].reset_index(drop=True)
    found = reject_inference.compared(
        WoeScorecard, accepted.reset_index(drop=True), is_bad[~is_rejected], rejected, splits=3
    )
    return found, float(is_bad[~is_rejected].mean()), float(is_bad[is_rejected].mean())


class TestRejectInference:
    def test_stands_side_by_side(self, story):
        found, *_ = story

        assert tuple(found) == METHODS
        assert all(0.6 < each.auc < 1 for each in found.values())

    def test_expects_more_bads_among_the_rejected(self, story):
        found, accepted, rejected = story

        assert rejected > accepted
        for each in found.values():
            assert each.expected_bad_rate_rejected > each.expected_bad_rate_accepted

    def test_comes_nearer_to_the_truth_than_no_assumption(self, story):
        found, _, rejected = story
        away = {
            method: abs(each.expected_bad_rate_rejected - rejected)
            for method, each in found.items()
        }

        assert min(away["PARCELLING"], away["FUZZY"]) < away["NONE"]

    def test_counts_each_rejected_row_once_in_all(self):
        frame, is_bad, is_rejected = market(200)
        known = Taught(
            frame[~is_rejected], is_bad[~is_rejected], np.ones(int((~is_rejected).sum()))
        )
        chances = np.full(len(known.is_bad), 0.2), np.full(int(is_rejected.sum()), 0.4)

        for method in ("PARCELLING", "FUZZY"):
            rows = augmented(method, known, frame[is_rejected], chances, seed=1)
            assert np.isclose(rows.weights.sum(), 200)
        fuzzy = augmented("FUZZY", known, frame[is_rejected], chances, seed=1)
        added = fuzzy.is_bad[len(known.is_bad) :] * fuzzy.weights[len(known.is_bad) :]
        assert np.isclose(added.sum() / is_rejected.sum(), 0.4 * 1.25)

    def test_draws_the_same_outcomes_for_the_same_seed(self):
        frame, is_bad, is_rejected = market(200)
        known = Taught(
            frame[~is_rejected], is_bad[~is_rejected], np.ones(int((~is_rejected).sum()))
        )
        chances = np.full(len(known.is_bad), 0.2), np.full(int(is_rejected.sum()), 0.4)

        one, other = (
            augmented("PARCELLING", known, frame[is_rejected], chances, seed=5) for _ in range(2)
        )

        assert np.array_equal(one.is_bad, other.is_bad)

    def test_changes_nothing_where_nobody_was_rejected(self):
        frame, is_bad = lesson(200)

        found = reject_inference.compared(WoeScorecard, frame, is_bad, frame.head(0), splits=2)

        assert asdict(found["FUZZY"]) == asdict(found["NONE"]) == asdict(found["PARCELLING"])

    def test_refuses_one_outcome_only(self):
        frame, is_bad = lesson(60)

        with pytest.raises(OneClassOnly):
            reject_inference.compared(WoeScorecard, frame, np.zeros_like(is_bad), frame.head(5))


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path):
        frame, is_bad, is_rejected = market(400)
        frame["bad"] = np.where(is_rejected, None, is_bad)
        frame["turned_away"] = np.where(is_rejected, "yes", "no")
        frame.to_csv(tmp_path / "all.csv", index=False, quoting=csv.QUOTE_MINIMAL)
        return tmp_path / "all.csv"

    def said(self, file, *words):
        told = StringIO()
        call_command(
            "fit_scorecard", str(file), "--target", "bad", "--bad", "1", "--cv", "2x1", *words,
            "--json", stdout=told,
        )  # fmt: skip
        return json.loads(told.getvalue())

    def test_reports_the_three_methods(self, file):
        told = self.said(file, "--rejects", "turned_away")

        assert list(told["rejects"]) == list(METHODS)
        assert told["rows"] == int((pandas.read_csv(file)["turned_away"] == "no").sum())

    def test_never_looks_at_outcomes_of_the_rejected(self, file):
        plain = self.said(file, "--rejects", "turned_away")
        frame = pandas.read_csv(file)
        frame["bad"] = frame["bad"].fillna(1.0)
        frame.to_csv(file, index=False)

        told = self.said(file, "--rejects", "turned_away")

        assert told["rejects"] == plain["rejects"]
        assert told["folds"] == plain["folds"]

    def test_refuses_a_column_that_is_not_there(self, file):
        with pytest.raises(CommandError, match="COLUMN_MISSING"):
            self.said(file, "--rejects", "nowhere")
