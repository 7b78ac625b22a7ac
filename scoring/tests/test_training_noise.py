"""Noise beside what tells: it is left out, drawn to nothing, and never counted as evidence."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.training import evaluation
from scoring.training.evidence import binning, telling
from scoring.training.models.woe import WoeScorecard

outcome_lists = st.lists(st.booleans(), min_size=30, max_size=120).filter(
    lambda each: 3 <= sum(each) <= len(each) - 3
)


def planted(rows, *, figures=0, words=0, seed=1):
    """A table in which only `x0` tells anything, and as many rows again that nobody has seen."""
    dice = np.random.default_rng(seed)
    value = dice.normal(size=(2 * rows, 1 + figures))
    is_bad = (dice.random(2 * rows) < 1 / (1 + np.exp(1.2 - 1.05 * value[:, 0]))).astype(np.int8)
    frame = pandas.DataFrame(value, columns=[f"x{number}" for number in range(1 + figures)])
    if words:
        frame["name"] = np.array([f"w{each}" for each in dice.integers(0, words, 2 * rows)], object)
    return frame.iloc[:rows], is_bad[:rows], frame.iloc[rows:], is_bad[rows:]


class TestNoise:
    @pytest.mark.parametrize(
        ("rows", "figures", "words"), [(600, 100, 0), (600, 10, 200), (3000, 0, 1000)]
    )
    def test_does_not_drown_the_one_figure_that_tells(self, rows, figures, words):
        frame, is_bad, unseen, ended = planted(rows, figures=figures, words=words)
        alone = evaluation.auc(ended, unseen["x0"].to_numpy())

        found = WoeScorecard().fit(frame, is_bad).predict_proba(unseen)[:, 1]

        assert evaluation.auc(ended, found) > alone - 0.03

    def test_alone_leaves_a_card_that_says_next_to_nothing(self):
        frame, is_bad, unseen, _ = planted(600, figures=20)
        shuffled = np.random.default_rng(5).permutation(is_bad)

        found = WoeScorecard().fit(frame, shuffled).predict_proba(unseen)[:, 1]

        assert abs(found.mean() - shuffled.mean()) < 0.1

    def test_of_a_thousand_names_gets_no_points(self):
        frame, is_bad, _, _ = planted(3000, words=1000)

        card = WoeScorecard().fit(frame, is_bad)

        name = [part for part in card.parts_ if part.feature == "name"]
        assert all(max(map(abs, part.points)) < 0.1 for part in name)

    def test_is_told_from_names_that_differ_in_truth(self):
        dice = np.random.default_rng(3)
        names, risk = dice.integers(0, 100, 4000), dice.random(100) * 0.6
        is_bad = (dice.random(4000) < risk[names]).astype(np.int8)
        frame = pandas.DataFrame({"name": np.array([f"w{each}" for each in names], object)})

        card = WoeScorecard().fit(frame[:2000], is_bad[:2000])

        assert evaluation.auc(is_bad[2000:], card.predict_proba(frame[2000:])[:, 1]) > 0.62


def chance_of(value, is_bad):
    """How likely noise is as telling, where every row counts once."""
    is_bad = np.asarray(is_bad, dtype=np.float64)
    return telling.chance_of(pandas.Series(value), is_bad, np.ones(len(is_bad), dtype=np.float64))


class TestTelling:
    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.text(max_size=4), st.floats(0, 1), min_size=1, max_size=40))
    def test_keeps_at_least_one_and_the_likeliest_first(self, chances):
        found = telling.kept(chances, noise=0.2)

        assert found
        assert found <= chances.keys()
        left = [chance for name, chance in chances.items() if name not in found]
        assert not left or max(chances[name] for name in found) <= min(left)

    @settings(max_examples=30, deadline=None)
    @given(outcome_lists, st.integers(0, 10_000))
    def test_gives_a_chance_that_ignores_the_order_of_rows(self, ended, seed):
        dice = np.random.default_rng(seed)
        value = pandas.Series(dice.normal(size=len(ended)).round(1))
        is_bad, order = np.array(ended, dtype=float), dice.permutation(len(ended))
        rows = np.ones(len(ended))

        one = telling.chance_of(value, is_bad, rows)
        other = telling.chance_of(value.iloc[order], is_bad[order], rows)

        assert 0.0 <= one <= 1.0
        assert one == pytest.approx(other, rel=1e-9, abs=1e-300)

    def test_keeps_all_where_most_tell(self):
        chances = {f"x{number}": 0.0001 for number in range(9)} | {"weak": 0.4}

        assert telling.kept(chances, noise=0.2) == chances.keys()

    def test_keeps_few_where_most_is_noise(self):
        chances = {f"x{number}": (number + 1) / 100 for number in range(100)} | {"strong": 1e-9}

        assert telling.kept(chances, noise=0.2) == {"strong"}

    def test_takes_missing_values_for_evidence(self):
        value = pandas.Series([1.0, np.nan] * 100)
        is_bad = np.array([0.0, 1.0] * 100)

        assert chance_of(value, is_bad) < 1e-9

    @pytest.mark.parametrize("value", [[np.nan] * 40, [7.0] * 40])
    def test_gives_a_column_that_never_differs_no_chance(self, value):
        is_bad = np.arange(40) % 2

        assert chance_of(value, is_bad) == 1.0

    def test_sees_a_valley_that_no_rank_shows(self):
        value = np.tile(np.arange(-20.0, 21.0), 20)
        is_bad = (np.abs(value) > 14) * 1.0

        assert chance_of(value, is_bad) < 1e-9

    def test_does_not_take_rows_that_count_double_for_more_people(self):
        dice = np.random.default_rng(2)
        value = pandas.Series(dice.normal(size=300))
        is_bad = np.asarray(dice.random(300) < 0.3, dtype=np.float64)

        once = chance_of(value, is_bad)

        assert telling.chance_of(value, is_bad, np.full(300, 2.0)) == pytest.approx(once)


class TestWordsInCommon:
    def test_are_nothing_where_they_differ_by_chance(self):
        rows = np.full(200, 10.0)

        assert binning.like_pull(binning.Counts(rows, np.full(200, 3.0)), 0.3) == binning.MOST_PULL

    def test_are_the_less_the_further_the_words_lie_apart(self):
        rows = np.full(40, 50.0)
        near = binning.Counts(rows, np.tile([10.0, 20.0], 20))
        far = binning.Counts(rows, np.tile([2.0, 28.0], 20))

        assert binning.like_pull(far, 0.3) < binning.like_pull(near, 0.3) < binning.MOST_PULL

    def test_are_not_asked_of_a_single_word(self):
        assert binning.like_pull(binning.Counts(np.array([9.0]), np.array([3.0])), 1 / 3) == 0.0
