"""AUC, KS, maturity and calibration of values, with their empty and one-sided months."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from scoring.oversight.contracts import Lack, Measured
from scoring.oversight.measures import calibration, ranks
from scoring.tests.watched import sure

cases = st.lists(
    st.tuples(st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.5, 0.9]), st.booleans()),
    min_size=2,
    max_size=80,
).map(lambda rows: (np.array([pd for pd, _ in rows]), np.array([bad for _, bad in rows])))


def both(found):
    return found[1].any() and not found[1].all()


class TestAuc:
    @given(found=cases.filter(both))
    def test_is_what_scikit_learn_says_with_ties(self, found):
        pd, is_bad = found
        assert ranks.auc(pd, is_bad).value == pytest.approx(roc_auc_score(is_bad, pd), abs=1e-12)

    @given(found=cases.filter(both))
    def test_turns_over_when_good_and_bad_change_places(self, found):
        pd, is_bad = found
        there, back = ranks.auc(pd, is_bad).value, ranks.auc(pd, ~is_bad).value
        assert sure(there) + sure(back) == pytest.approx(1)

    @given(found=cases.filter(both), seed=st.integers(0, 99))
    def test_does_not_look_at_the_order_of_rows(self, found, seed):
        pd, is_bad = found
        mixed = np.random.default_rng(seed).permutation(len(pd))
        assert ranks.auc(pd[mixed], is_bad[mixed]) == ranks.auc(pd, is_bad)
        assert ranks.ks(pd[mixed], is_bad[mixed]) == ranks.ks(pd, is_bad)

    @pytest.mark.parametrize("measure", [ranks.auc, ranks.gini, ranks.ks])
    def test_of_one_class_is_said_in_words(self, measure):
        pd = np.array([0.1, 0.2, 0.3])
        for is_bad in (np.zeros(3, bool), np.ones(3, bool)):
            assert measure(pd, is_bad) == Measured(None, 3, Lack.ONE_CLASS)

    @pytest.mark.parametrize("measure", [ranks.auc, ranks.gini, ranks.ks])
    def test_of_an_empty_month_is_said_in_words(self, measure):
        nobody = np.array([])
        assert measure(nobody, nobody.astype(bool)).lack is Lack.TOO_FEW_CASES

    def test_leaves_cases_without_a_probability_out(self):
        pd = np.array([0.1, np.nan, 0.9])
        assert ranks.auc(pd, np.array([False, True, True])) == Measured(1.0, 2)


class TestKs:
    def test_is_one_for_an_oracle_and_nothing_for_a_constant(self):
        is_bad = np.array([False] * 5 + [True] * 5)
        assert ranks.ks(np.linspace(0, 1, 10), is_bad).value == 1
        assert ranks.ks(np.full(10, 0.3), is_bad).value == 0

    @given(found=cases.filter(both))
    def test_lies_between_nothing_and_one(self, found):
        assert 0 <= sure(ranks.ks(*found).value) <= 1


class TestMaturity:
    def test_counts_only_those_whose_horizon_has_passed(self):
        decided = np.array([0, 100, 200, 300], dtype=np.int64)
        pd, is_bad, days = ranks.matured(
            pd=np.array([0.1, 0.2, 0.3, 0.4]),
            is_bad=np.array([False, True, True, True]),
            decided_on=decided,
            horizon_days=np.full(4, 180, dtype=np.int64),
            today=380,
        )
        assert list(days) == [0, 100, 200]
        assert list(pd) == [0.1, 0.2, 0.3]
        assert list(is_bad) == [False, True, True]

    def test_does_not_count_an_early_default_before_its_time(self):
        """Else young months would hold defaults only, and look far worse than they are."""
        *_, days = ranks.matured(
            pd=np.array([0.5]),
            is_bad=np.array([True]),
            decided_on=np.array([300]),
            horizon_days=np.array([180]),
            today=310,
        )
        assert len(days) == 0


class TestCalibration:
    def test_of_a_true_probability_is_close_and_not_surprising(self):
        surprising = 0
        for seed in range(200):
            chance = np.random.default_rng(seed)
            pd = chance.beta(1, 12, 3000)
            found = calibration.calibration(pd, chance.random(3000) < pd)
            assert sure(found.error.value) < 0.03
            surprising += sure(found.p_value) < 0.01
        assert surprising <= 8

    def test_of_half_the_truth_is_far_and_surprising(self):
        chance = np.random.default_rng(3)
        pd = chance.beta(2, 12, 4000)
        found = calibration.calibration(pd / 2, chance.random(4000) < pd)
        assert sure(found.error.value) > 0.05
        assert sure(found.p_value) < 1e-6

    @given(found=cases, seed=st.integers(0, 99))
    def test_does_not_look_at_the_order_of_rows(self, found, seed):
        pd, is_bad = found
        mixed = np.random.default_rng(seed).permutation(len(pd))
        assert calibration.calibration(pd[mixed], is_bad[mixed]) == calibration.calibration(
            pd, is_bad
        )

    @given(found=cases)
    def test_counts_everybody_once(self, found):
        bins = calibration.bins_of(*found)
        assert sum(each.cases for each in bins) == len(found[0])
        assert sum(each.bads for each in bins) == found[1].sum()

    def test_of_a_month_without_defaults_has_a_figure(self):
        found = calibration.calibration(np.full(200, 0.02), np.zeros(200, bool))
        assert sure(found.error.value) == pytest.approx(0.02)
        assert found.error.cases == 200
        assert len(found.bins) == 1

    def test_of_a_certainty_that_failed_has_no_finite_test(self):
        found = calibration.calibration(np.zeros(50), np.array([True] + [False] * 49))
        assert found.statistic is None
        assert found.p_value == 0

    def test_of_an_empty_month_is_said_in_words(self):
        nobody = np.array([])
        found = calibration.calibration(nobody, nobody.astype(bool))
        assert found.error.lack is Lack.TOO_FEW_CASES
        assert found.bins == ()
        assert found.p_value is None

    def test_months_have_names(self):
        days = np.array([0, 30, 31, 20_000])
        names = [calibration.month_name(each) for each in calibration.months_of(days)]
        assert names == ["1970-01", "1970-01", "1970-02", "2024-10"]
