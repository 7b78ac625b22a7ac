"""The scorecard by weight of evidence: its bins, its shrinkage, its sums, and its artefact."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from scoring.registry import artefact, loading, points
from scoring.tests import outcomes
from scoring.training import cards, evaluation, refusals
from scoring.training.evidence import binning
from scoring.training.evidence.curves import Freedom, curve_of
from scoring.training.models.woe import SETTINGS, WoeScorecard

TRAINED = {"rows": 400, "bads": 100}


@pytest.fixture(scope="module")
def people():
    return outcomes.table(500)


@pytest.fixture(scope="module")
def card(people):
    return WoeScorecard().fit(*people)


def lesson(is_bad, *, pull=10.0, most=20, least_share=0.05):
    is_bad = np.asarray(is_bad, dtype=float)
    return binning.Lesson(is_bad, np.ones(len(is_bad)), pull, most, least_share)


def sealed(card):
    return artefact.seal(card.artefact(version="woe-1", trained=TRAINED))


outcome_lists = st.lists(st.booleans(), min_size=30, max_size=120).filter(
    lambda each: 3 <= sum(each) <= len(each) - 3
)


class TestBins:
    @settings(max_examples=40, deadline=None)
    @given(outcome_lists, st.sampled_from([1, -1]), st.integers(0, 10_000))
    def test_keep_the_promised_direction(self, ended, sign, seed):
        value = np.random.default_rng(seed).normal(size=len(ended)).round(1)

        found = binning.numeric(value, lesson(ended), sign=sign)

        assert np.all(sign * np.diff(found.evidence) >= 0)

    @settings(max_examples=40, deadline=None)
    @given(outcome_lists, st.integers(0, 10_000))
    def test_hold_enough_rows_each(self, ended, seed):
        value = np.random.default_rng(seed).normal(size=len(ended))

        found = binning.numeric(value, lesson(ended, least_share=0.1))

        rows = np.bincount(np.searchsorted(found.edges, value, side="right"))
        assert len(rows) == 1 or rows.min() >= 0.1 * len(ended)

    @settings(max_examples=40, deadline=None)
    @given(outcome_lists, st.integers(0, 10_000))
    def test_are_drawn_towards_the_whole(self, ended, seed):
        value = np.random.default_rng(seed).normal(size=len(ended)).round(1)
        free, drawn, bound = (
            binning.numeric(value, lesson(ended, pull=pull)).evidence for pull in (1, 30, 1e9)
        )

        assert np.all(np.abs(drawn) <= np.abs(free) + 1e-12)
        assert np.allclose(bound, 0.0, atol=1e-5)

    def test_give_missing_values_their_own(self):
        value = np.array([1.0, 2.0] * 50 + [np.nan] * 40)
        ended = [False, False] * 50 + [True] * 40

        found = binning.numeric(value, lesson(ended))

        assert found.missing > max(found.evidence)
        assert found.missing > 1.0

    def test_give_codes_their_own(self):
        value = np.array([-9.0] * 40 + list(np.linspace(1, 50, 160)))
        ended = [index % 2 == 0 for index in range(40)] + [index > 130 for index in range(160)]

        found = binning.numeric(value, lesson(ended))

        assert found.edges[0] == -8.5
        assert found.evidence[0] > found.evidence[1]
        assert np.all(np.diff(found.evidence[1:]) >= 0)

    def test_take_figures_below_zero_for_figures(self):
        assert len(binning.codes_of(np.linspace(-5, 5, 100))) == 0
        assert list(binning.codes_of(np.array([-1.0] * 10 + [3.0] * 90))) == [-1.0]

    def test_turn_once_where_the_evidence_is_strong(self):
        value = np.repeat(np.arange(20.0), 60)
        ended = np.tile(np.arange(60), 20) < 25 * (np.abs(value - 10) > 6) + 5

        found = binning.numeric(value, lesson(ended))

        assert found.evidence[0] > min(found.evidence) < found.evidence[-1]

    def test_put_words_of_like_rates_together(self):
        words = pandas.Series(["a"] * 50 + ["b"] * 50 + ["c"] * 2, dtype=object)
        ended = [index % 2 == 0 for index in range(50)] + [False] * 50 + [True, False]

        found = binning.words(words, lesson(ended))

        assert found.categories == (("b",), ("a", "c"))

    @settings(max_examples=25, deadline=None)
    @given(outcome_lists, st.integers(0, 10_000))
    def test_do_not_ask_in_which_order_the_rows_came(self, ended, seed):
        dice = np.random.default_rng(seed)
        value, ended = dice.normal(size=len(ended)).round(1), np.array(ended)
        order = dice.permutation(len(ended))

        one = binning.numeric(value, lesson(ended))
        other = binning.numeric(value[order], lesson(ended[order]))

        assert one.edges == other.edges
        assert np.allclose(one.evidence, other.evidence, atol=1e-12)


class TestCurves:
    def test_stand_beside_figures_only(self):
        assert curve_of(pandas.Series(["a", "b"], dtype=object)) is None
        assert curve_of(pandas.Series([2.0, 2.0, np.nan])) is None

    def test_give_each_column_its_freedom(self):
        curve = curve_of(pandas.Series([-9.0] * 10 + list(np.linspace(1, 50, 90))))
        assert curve is not None

        columns = curve.columns(np.array([-9.0, np.nan, 25.0]))

        assert columns.shape == (3, curve.width)
        assert len(Freedom(1.0, 0.5, 0.5).scales(curve)) == curve.width
        assert columns[:, -2].tolist() == [1, 0, 0]
        assert columns[:, -1].tolist() == [0, 1, 0]


class TestTheCard:
    def test_ranks_rows_that_it_has_not_seen(self, card):
        frame, is_bad = outcomes.table(2000, seed=8)

        assert evaluation.auc(is_bad, card.predict_proba(frame)[:, 1]) > 0.80

    def test_keeps_its_promises(self, card):
        frame, is_bad = outcomes.table(2000, seed=8)

        assert evaluation.measures(is_bad, card.predict_proba(frame)[:, 1]).ece < 0.05

    def test_has_a_bin_of_its_own_for_missing_income(self, card):
        income = next(part for part in card.parts_ if part.feature == "income")

        assert income.missing > income.neutral

    def test_says_the_same_in_any_order_of_rows(self, people, card):
        frame, is_bad = people
        order = np.random.default_rng(1).permutation(len(frame))

        other = WoeScorecard().fit(frame.iloc[order].reset_index(drop=True), is_bad[order])

        assert np.allclose(card.predict_proba(frame), other.predict_proba(frame), atol=1e-6)

    def test_counts_a_row_of_weight_two_as_two_rows(self, people):
        frame, is_bad = people
        twice = np.arange(len(frame)) % 5 == 0
        repeated = pandas.concat([frame, frame[twice]], ignore_index=True)

        weighed = lesson(is_bad)
        weighed = binning.Lesson(weighed.is_bad, 1.0 + twice, 10.0, 20, 0.05)
        doubled = lesson(np.append(is_bad, is_bad[twice]))

        assert binning.words(frame["home"], weighed) == binning.words(repeated["home"], doubled)

    def test_listens_to_weights(self, people):
        frame, is_bad = people
        plain = WoeScorecard(settings=SETTINGS[:1])

        even = plain.fit(frame, is_bad).predict_proba(frame)[:, 1].mean()
        heavy = plain.fit(frame, is_bad, sample_weight=1.0 + 4.0 * is_bad)

        assert heavy.predict_proba(frame)[:, 1].mean() > even + 0.1

    @pytest.mark.parametrize("sign", [1, -1])
    def test_keeps_a_promised_direction(self, people, sign):
        card = WoeScorecard(monotone={"noise": sign, "delay": sign}).fit(*people)

        for part in card.parts_:
            if part.feature in {"noise", "delay"}:
                assert np.all(sign * np.diff(part.points) >= -0.011)

    def test_points_fall_by_the_scale(self, card, people):
        frame, _ = people
        odds = card.decision_function(frame)

        expected = np.round(600 - 20 / np.log(2) * (odds + np.log(50)))

        assert np.array_equal(card.score(frame), expected)

    def test_reasons_and_the_average_add_up_to_the_score(self, card, people):
        frame, _ = people
        neutral = card.intercept_ + sum(part.neutral for part in card.parts_)

        told = card.reasons(frame, top=len(card.parts_))

        for row, odds in zip(told, card.decision_function(frame), strict=True):
            moved = sum(points for _, points in row)
            assert moved == pytest.approx(-cards.FACTOR * (odds - neutral), abs=1e-9)

    def test_gives_four_reasons_strongest_first(self, card, people):
        for row in card.reasons(people[0].head(20)):
            sizes = [abs(points) for _, points in row]
            assert sizes == sorted(sizes, reverse=True)
            assert len(row) == min(4, len(card.parts_))

    def test_can_be_cloned_as_scikit_learn_does(self):
        assert clone(WoeScorecard(seed=3)).get_params()["seed"] == 3

    def test_weighs_a_part_of_a_large_table(self, monkeypatch, people):
        monkeypatch.setattr("scoring.training.models.woe.MOST_WEIGHED", 200)
        frame, is_bad = people

        found = WoeScorecard().fit(frame, is_bad)

        assert evaluation.auc(is_bad, found.predict_proba(frame)[:, 1]) > 0.8

    @pytest.mark.parametrize("outcome", [0, 1])
    def test_refuses_one_outcome(self, people, outcome):
        with pytest.raises(refusals.OneClassOnly):
            WoeScorecard().fit(people[0], np.full(len(people[0]), outcome))

    def test_refuses_columns_that_never_differ(self):
        with pytest.raises(refusals.NothingToLearnFrom):
            WoeScorecard().fit(pandas.DataFrame({"same": [1.0] * 20}), np.arange(20) % 2)


class TestTheArtefact:
    def rows(self, frame):
        strange = pandas.DataFrame(
            [{"delay": 99.0, "income": np.nan, "noise": -99.0, "home": "castle"}]
        )
        return pandas.concat([frame, strange], ignore_index=True)

    def test_gives_the_same_probabilities_without_scikit_learn(self, card, people):
        frame = self.rows(people[0])
        model = loading.load(sealed(card))

        found = [model.pd(row) for row in frame.to_dict("records")]

        assert np.abs(np.array(found) - card.predict_proba(frame)[:, 1]).max() <= 1e-12

    def test_gives_the_same_scores_and_reasons(self, card, people):
        frame = self.rows(people[0]).head(50)
        model = points.load(sealed(card))

        for row, score, told in zip(
            frame.to_dict("records"), card.score(frame), card.reasons(frame), strict=True
        ):
            assert model.rate(row).score == score
            strongest = model.explained(row)[1]
            assert [feature for feature, _ in strongest] == [feature for feature, _ in told]
            assert [moved for _, moved in strongest] == pytest.approx([moved for _, moved in told])

    def test_is_a_table_that_tells_every_bin(self, card, people):
        frame, is_bad = people

        for feature in cards.bins_of(sealed(card), frame, is_bad):
            assert sum(row["count"] for row in feature["bins"]) == len(frame)
            assert sum(row["bads"] for row in feature["bins"]) == is_bad.sum()
