"""Drift: nothing where nothing moved, something where something was planted, words else."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.oversight import thresholds
from scoring.oversight.contracts import Lack, Level, Measured
from scoring.oversight.measures import stability
from scoring.tests.watched import sure

ON = date(2026, 11, 1)
SEEDS = 300
numbers = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(math.nan)), min_size=1, max_size=80).map(
    lambda values: np.array(values, dtype=np.float64)
)
bin_counts = st.integers(2, 15).flatmap(
    lambda size: st.tuples(
        *[st.lists(st.integers(0, 500), min_size=size, max_size=size) for _ in range(2)]
    )
)


def level_of(measure, found):
    return thresholds.level(measure, found.measured, on=ON, is_beyond_chance=found.is_beyond_chance)


class TestPsi:
    @given(values=numbers)
    def test_of_a_sample_with_itself_is_nothing(self, values):
        assert stability.shift(values, values).measured == Measured(0.0, len(values))

    @given(reference=numbers, current=numbers)
    def test_is_never_below_nothing(self, reference, current):
        assert sure(stability.shift(reference, current).measured.value) >= 0

    @given(both=bin_counts)
    def test_is_the_same_both_ways_in_the_same_bins(self, both):
        first, second = (np.array(each, dtype=np.int64) for each in both)
        there = stability.shift_of_counts(first, second).measured.value
        back = stability.shift_of_counts(second, first).measured.value
        assert there == back or there == pytest.approx(back)

    @given(reference=numbers, current=numbers, seed=st.integers(0, 999))
    def test_does_not_look_at_the_order_of_rows(self, reference, current, seed):
        chance = np.random.default_rng(seed)
        mixed = chance.permutation(reference), chance.permutation(current)
        assert stability.shift(*mixed) == stability.shift(reference, current)

    def test_agrees_with_the_sum_written_out(self):
        before, after = np.array([50, 30, 20]), np.array([20, 30, 50])
        expected = sum(
            (a - b) / 101.5 * math.log(a / b)
            for b, a in zip(before + 0.5, after + 0.5, strict=True)
        )
        found = stability.shift_of_counts(before, after).measured.value
        assert found == pytest.approx(expected, rel=1e-12)

    def test_of_nobody_is_said_in_words(self):
        nobody, somebody = np.array([]), np.array([1.0, 2.0])
        for pair in [(nobody, somebody), (somebody, nobody), (nobody, nobody)]:
            assert stability.shift(*pair).measured.lack is Lack.TOO_FEW_CASES

    def test_of_fewer_than_asked_for_is_said_in_words(self):
        found = stability.shift(np.arange(500.0), np.arange(99.0), least=100)
        assert found.measured == Measured(None, 99, Lack.TOO_FEW_CASES)
        assert level_of("CSI", found) is Level.NOT_ENOUGH


class TestBins:
    def test_see_a_constant_that_moves_either_way(self):
        constant = np.full(500, 3.0)
        for moved in (2.0, 4.0):
            found = stability.shift(constant, np.full(500, moved))
            assert level_of("CSI", found) is Level.ACT

    def test_of_a_constant_that_stays_are_quiet(self):
        assert sure(stability.shift(np.full(500, 3.0), np.full(200, 3.0)).measured.value) < 0.01

    def test_see_values_that_were_never_met_before(self):
        before = np.tile([0.0, 1.0, 2.0], 200)
        assert level_of("CSI", stability.shift(before, np.tile([0.0, 1.5, 2.0], 200))) is Level.ACT

    def test_see_values_that_go_missing_altogether(self):
        found = stability.shift(np.arange(500.0), np.full(500, np.nan))
        assert level_of("CSI", found) is Level.ACT

    def test_of_a_feature_that_was_always_missing_are_quiet(self):
        found = stability.shift(np.full(500, np.nan), np.full(300, np.nan))
        assert found.measured == Measured(0.0, 300)
        assert level_of("CSI", found) is Level.GOOD

    def test_keep_a_value_that_many_share_apart(self):
        chance = np.random.default_rng(7)
        before = np.where(chance.random(2000) < 0.5, 0.0, chance.normal(5, 1, 2000))
        after = np.where(chance.random(2000) < 0.5, 0.4, chance.normal(5, 1, 2000))
        assert level_of("CSI", stability.shift(before, after)) is Level.ACT

    def test_take_infinities_for_very_large(self):
        values = np.array([1.0, 2.0, np.inf, -np.inf] * 100)
        assert stability.shift(values, values).measured.value == 0


class TestDrift:
    @pytest.mark.parametrize("moved", [0.5, 0.8, -0.6])
    def test_that_was_planted_is_found_under_every_seed(self, moved):
        for seed in range(30):
            chance = np.random.default_rng(seed)
            found = stability.shift(chance.normal(0, 1, 3000), chance.normal(moved, 1, 1000))
            assert level_of("PSI", found) in {Level.WARN, Level.ACT}

    @pytest.mark.parametrize("after", [100, 400, 3000])
    def test_that_is_none_hardly_ever_alarms(self, after):
        """Measured: of 300 draws without drift, fewer than one in a hundred may alarm."""
        alarms = 0
        for seed in range(SEEDS):
            chance = np.random.default_rng(seed)
            found = stability.shift(chance.normal(0, 1, 3000), chance.normal(0, 1, after))
            alarms += level_of("PSI", found) is not Level.GOOD
        assert alarms / SEEDS <= 0.01

    def test_of_the_spread_alone_is_found_too(self):
        chance = np.random.default_rng(11)
        found = stability.shift(chance.normal(0, 1, 3000), chance.normal(0, 1.6, 1500))
        assert level_of("PSI", found) is not Level.GOOD


class TestMissingValues:
    def test_that_become_more_are_counted_as_a_share(self):
        before, after = np.arange(1000.0), np.where(np.arange(1000) % 4, 1.0, np.nan)
        found = stability.null_rate_rise(before, after)
        assert found.measured.value == pytest.approx(0.25)
        assert level_of("NULL_RISE", found) is Level.ACT

    def test_that_become_fewer_are_good(self):
        found = stability.null_rate_rise(np.full(500, np.nan), np.arange(500.0))
        assert found.measured.value == -1
        assert level_of("NULL_RISE", found) is Level.GOOD

    def test_alarm_hardly_ever_by_chance(self):
        alarms = 0
        for seed in range(SEEDS):
            chance = np.random.default_rng(seed)
            before, after = (
                np.where(chance.random(size) < 0.3, np.nan, 1.0) for size in (2000, 150)
            )
            alarms += level_of("NULL_RISE", stability.null_rate_rise(before, after)) != Level.GOOD
        assert alarms / SEEDS <= 0.01

    def test_of_nobody_are_said_in_words(self):
        found = stability.null_rate_rise(np.array([]), np.array([1.0]))
        assert found.measured.lack is Lack.TOO_FEW_CASES


class TestGiniStability:
    def test_of_a_steady_model_is_its_mean(self):
        found = stability.gini_stability([0.5] * 8)
        assert found.value == pytest.approx(0.5)

    def test_punishes_a_fall_as_the_published_metric_does(self):
        weeks = 91
        ginis = [0.6 - 0.001 * week for week in range(weeks)]
        expected = float(np.mean(ginis)) + 88.0 * -0.001
        assert stability.gini_stability(ginis).value == pytest.approx(expected)

    def test_does_not_reward_a_rise(self):
        rising = [0.4 + 0.01 * week for week in range(10)]
        assert stability.gini_stability(rising).value == pytest.approx(float(np.mean(rising)))

    def test_punishes_half_of_the_spread_around_the_trend(self):
        wobbling = [0.5, 0.6, 0.5, 0.6, 0.5]
        assert sure(stability.gini_stability(wobbling).value) < float(np.mean(wobbling))

    def test_counts_a_month_as_more_than_four_weeks(self):
        falling = [0.6, 0.59, 0.58, 0.57]
        by_month = stability.gini_stability(falling, period_days=30.4).value
        assert sure(by_month) > sure(stability.gini_stability(falling).value)

    def test_leaves_empty_months_out_but_keeps_their_time(self):
        with_gap = stability.gini_stability([0.6, None, 0.58, 0.57]).value
        assert with_gap == pytest.approx(
            stability.gini_stability([0.6, 0.59, 0.58, 0.57]).value, abs=0.01
        )

    @pytest.mark.parametrize("ginis", [[], [0.5], [None, None, None], [0.5, None, 0.4]])
    def test_of_too_few_months_is_said_in_words(self, ginis):
        assert stability.gini_stability(ginis).lack is Lack.TOO_FEW_PERIODS


class TestAFall:
    def test_of_a_steady_model_is_hardly_ever_called_one(self):
        """Weighed by 88, the trend of a few noisy months alone would alarm every other time."""
        calls = 0
        for seed in range(SEEDS):
            ginis = 0.45 + np.random.default_rng(seed).normal(0, 0.05, 8)
            calls += stability.is_falling(list(ginis), [0.05] * 8, period_days=30.4)
        assert calls / SEEDS <= 0.01

    def test_that_is_steep_is_called_one(self):
        ginis = [0.6, 0.55, 0.5, None, 0.4, 0.35]
        errors = [0.02, 0.02, 0.02, None, 0.02, 0.02]
        assert stability.is_falling(ginis, errors)
        assert not stability.is_falling(ginis[::-1], errors[::-1])

    def test_of_one_month_or_none_is_not_called_one(self):
        assert not stability.is_falling([], [])
        assert not stability.is_falling([0.5, None], [0.1, None])
