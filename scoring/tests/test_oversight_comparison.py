"""Two models on the same cases: DeLong against a slow oracle, and the corrected t."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from scoring.oversight.contracts import Lack
from scoring.oversight.measures.comparison import corrected_t, delong
from scoring.tests.watched import sure


def drawn(seed, *, cases=400, second_noise=1.0):
    """Two noisy views of one truth: alike when their noise is."""
    chance = np.random.default_rng(seed)
    truth = chance.normal(0, 1, cases)
    is_bad = chance.random(cases) < 1 / (1 + np.exp(2 - 1.5 * truth))
    first = truth + chance.normal(0, 1, cases)
    return is_bad, first, truth + chance.normal(0, second_noise, cases)


def bootstrapped_error(is_bad, first, second, *, draws=600):
    """The slow oracle: draw cases again, goods and bads apart, and look at the spread."""
    chance = np.random.default_rng(5)
    bads, goods = np.flatnonzero(is_bad), np.flatnonzero(~is_bad)
    gaps = []
    for _ in range(draws):
        rows = np.concatenate([chance.choice(bads, len(bads)), chance.choice(goods, len(goods))])
        scores = [roc_auc_score(is_bad[rows], each[rows]) for each in (second, first)]
        gaps.append(scores[0] - scores[1])
    return float(np.std(gaps))


class TestDelong:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_has_the_error_that_a_bootstrap_finds(self, seed):
        case = drawn(seed, second_noise=1.6)
        assert delong(*case).error == pytest.approx(bootstrapped_error(*case), rel=0.15)

    def test_has_the_aucs_that_scikit_learn_finds(self):
        is_bad, first, second = drawn(4)
        found = delong(is_bad, first, second)
        assert found.first == pytest.approx(roc_auc_score(is_bad, first))
        assert found.second == pytest.approx(roc_auc_score(is_bad, second))

    def test_calls_equals_different_about_once_in_twenty(self):
        p_values = [delong(*drawn(seed)).p_value for seed in range(400)]
        assert 0.02 <= np.mean(np.array(p_values) < 0.05) <= 0.085
        assert stats.kstest(p_values, "uniform").pvalue > 0.001

    def test_finds_the_better_of_two(self):
        found = delong(*drawn(6, cases=3000, second_noise=0.3))
        assert sure(found.difference) > 0
        assert sure(found.p_value) < 0.001

    def test_of_a_model_with_itself_is_nothing(self):
        is_bad, first, _ = drawn(7)
        found = delong(is_bad, first, first)
        assert (found.difference, found.statistic, found.p_value) == (0, 0, 1)

    @given(seed=st.integers(0, 500), order=st.integers(0, 99))
    def test_does_not_look_at_the_order_of_rows(self, seed, order):
        is_bad, first, second = drawn(seed, cases=60)
        mixed = np.random.default_rng(order).permutation(60)
        there = delong(is_bad[mixed], first[mixed], second[mixed])
        here = delong(is_bad, first, second)
        assert there.lack == here.lack
        if here.lack is None:
            assert there.statistic == pytest.approx(here.statistic)

    @given(seed=st.integers(0, 500))
    def test_changes_its_sign_with_the_order_of_models(self, seed):
        is_bad, first, second = drawn(seed, cases=80)
        there, back = delong(is_bad, first, second), delong(is_bad, second, first)
        if there.lack is None:
            assert there.statistic == pytest.approx(-sure(back.statistic))
            assert there.p_value == pytest.approx(back.p_value)

    @pytest.mark.parametrize(
        ("is_bad", "lack"),
        [
            ([], Lack.TOO_FEW_CASES),
            ([False] * 5, Lack.ONE_CLASS),
            ([True] * 5, Lack.ONE_CLASS),
            ([True, False, False], Lack.TOO_FEW_CASES),
        ],
    )
    def test_says_in_words_why_there_is_nothing(self, is_bad, lack):
        flags = np.array(is_bad, dtype=bool)
        found = delong(flags, np.arange(len(flags), dtype=np.float64), np.ones(len(flags)))
        assert found.lack is lack
        assert found.p_value is None
        assert found.difference is None

    def test_asks_both_about_the_same_cases_only(self):
        is_bad, first, second = drawn(8)
        first[:50] = np.nan
        assert delong(is_bad, first, second).cases == 350


class TestCorrectedT:
    def test_is_the_plain_t_where_nothing_overlaps(self):
        first, second = [0.80, 0.82, 0.79, 0.81], [0.83, 0.83, 0.80, 0.85]
        plain = stats.ttest_rel(second, first)
        found = corrected_t(first, second, test_share=0.0)
        assert found.statistic == pytest.approx(plain.statistic)
        assert found.p_value == pytest.approx(plain.pvalue)

    def test_is_more_careful_where_training_sets_overlap(self):
        first, second = [0.80, 0.82, 0.79, 0.81], [0.83, 0.83, 0.80, 0.85]
        plain = corrected_t(first, second, test_share=0.0).p_value
        assert sure(corrected_t(first, second, test_share=0.25).p_value) > sure(plain)

    def test_of_equal_figures_is_nothing(self):
        found = corrected_t([0.8, 0.9], [0.8, 0.9], test_share=0.25)
        assert (found.statistic, found.p_value) == (0, 1)

    def test_of_one_fold_is_said_in_words(self):
        assert corrected_t([0.8], [0.9], test_share=0.25).lack is Lack.TOO_FEW_PERIODS
