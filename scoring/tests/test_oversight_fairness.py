"""Fairness: equal treatment is quiet, planted unfairness is found, and too few is said so.

The people are the simulated world's; its `group` goes with income and causes nothing.
"""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.oversight import fairness, thresholds
from scoring.oversight.contracts import Lack, Level
from scoring.oversight.fairness import Candidate
from scoring.tests.watched import sure
from simulation.world.personas import populate

ON = date(2026, 11, 1)
LEAST = 30


@pytest.fixture(scope="module")
def people():
    return populate(np.random.default_rng(20), 6000)


@pytest.fixture(scope="module")
def features(people):
    return {
        "income": people.income_fen,
        "volatility": people.volatility,
        "thrift": people.thrift,
        "activity": people.activity,
        "nothing": np.full(len(people), np.nan),
        "constant": np.full(len(people), 5.0),
    }


def level_of(measure, spread):
    return thresholds.level(measure, spread.apart, on=ON, is_beyond_chance=spread.is_beyond_chance)


class TestFourFifths:
    def test_measures_the_ratio_that_was_planted(self):
        groups = np.repeat([0, 1], 1000)
        is_approved = np.concatenate([np.arange(1000) < 800, np.arange(1000) < 600])
        found = fairness.approval(is_approved, groups, least=LEAST)
        assert found.apart.value == pytest.approx(0.75)
        assert level_of("APPROVAL_RATIO", found) is Level.ACT

    def test_measures_the_group_of_the_simulated_world_by_its_income(self, people):
        """Approving by income alone treats the group worse: it earns less, and causes nothing."""
        is_approved = fairness.approved(-people.income_fen, 0.5)
        found = fairness.approval(is_approved, people.group, least=LEAST)
        by_hand = [is_approved[people.group == code].mean() for code in (0, 1)]
        assert found.apart.value == pytest.approx(by_hand[1] / by_hand[0])
        assert found.is_beyond_chance
        assert level_of("APPROVAL_RATIO", found) is not Level.GOOD

    def test_is_quiet_where_approval_is_a_coin(self, people):
        alarms = 0
        for seed in range(200):
            is_approved = np.random.default_rng(seed).random(len(people)) < 0.4
            found = fairness.approval(is_approved, people.group, least=LEAST)
            alarms += level_of("APPROVAL_RATIO", found) is not Level.GOOD
        assert alarms <= 2

    def test_is_quiet_over_small_groups_that_differ_by_chance(self):
        alarms = 0
        for seed in range(300):
            chance = np.random.default_rng(seed)
            is_approved = chance.random(200) < 0.5
            found = fairness.approval(is_approved, np.repeat([0, 1], 100), least=LEAST)
            alarms += level_of("APPROVAL_RATIO", found) is not Level.GOOD
        assert alarms <= 3

    def test_leaves_small_groups_and_the_unknown_out(self):
        groups = np.array([0] * 50 + [1] * 29 + [-1] * 500)
        found = fairness.approval(np.ones(579, bool), groups, least=LEAST)
        assert found.groups[1].lack is Lack.TOO_FEW_CASES
        assert -1 not in found.groups
        assert found.apart.lack is Lack.TOO_FEW_GROUPS
        assert level_of("APPROVAL_RATIO", found) is Level.NOT_ENOUGH

    def test_of_nobody_approved_is_equal(self):
        found = fairness.approval(np.zeros(100, bool), np.repeat([0, 1], 50), least=LEAST)
        assert found.apart.value == 1
        assert not found.is_beyond_chance

    @given(
        rows=st.lists(st.tuples(st.booleans(), st.integers(-1, 2)), max_size=200),
        seed=st.integers(0, 99),
    )
    def test_does_not_look_at_the_order_of_rows(self, rows, seed):
        is_approved = np.array([each for each, _ in rows], dtype=bool)
        groups = np.array([group for _, group in rows], dtype=np.int64)
        mixed = np.random.default_rng(seed).permutation(len(rows))
        there = fairness.approval(is_approved[mixed], groups[mixed], least=5)
        assert there == fairness.approval(is_approved, groups, least=5)

    @given(rows=st.lists(st.tuples(st.booleans(), st.integers(-1, 3)), max_size=200))
    def test_lies_between_nothing_and_one(self, rows):
        found = fairness.approval(
            np.array([each for each, _ in rows], dtype=bool),
            np.array([group for _, group in rows], dtype=np.int64),
            least=1,
        )
        assert found.apart.value is None or 0 <= found.apart.value <= 1


class TestChancesOfTheGood:
    def test_count_only_those_who_paid(self):
        groups = np.repeat([0, 1], 200)
        is_bad = np.tile([0.0, 1.0], 200)
        is_approved = (groups == 1) | (is_bad == 0)
        found = fairness.good_approval(is_approved, is_bad, groups, least=LEAST)
        assert found.apart.value == 0

    def test_find_a_gap_that_was_planted(self):
        groups = np.repeat([0, 1], 1000)
        is_bad = np.zeros(2000)
        is_approved = np.concatenate([np.arange(1000) < 900, np.arange(1000) < 700])
        found = fairness.good_approval(is_approved, is_bad, groups, least=LEAST)
        assert found.apart.value == pytest.approx(0.2)
        assert level_of("TPR_GAP", found) is Level.ACT

    def test_leave_loans_that_have_not_ended_out(self):
        found = fairness.good_approval(
            np.ones(100, bool), np.full(100, np.nan), np.repeat([0, 1], 50), least=LEAST
        )
        assert found.apart.lack is Lack.TOO_FEW_GROUPS


class TestAccuracy:
    def drawn(self, seed, noise_of_second):
        chance = np.random.default_rng(seed)
        groups = np.repeat([0, 1], 1500)
        truth = chance.normal(0, 1, 3000)
        is_bad = (chance.random(3000) < 1 / (1 + np.exp(1 - 2 * truth))).astype(float)
        noise = np.where(groups == 1, noise_of_second, 0.3)
        return truth + noise * chance.normal(0, 1, 3000), is_bad, groups

    def test_that_is_worse_for_one_group_is_found(self):
        found = fairness.accuracy(*self.drawn(1, 3.0), least=LEAST)
        assert level_of("AUC_GAP", found) is Level.ACT

    def test_that_is_equal_is_quiet(self):
        found = [fairness.accuracy(*self.drawn(seed, 0.3), least=LEAST) for seed in range(60)]
        assert sum(level_of("AUC_GAP", each) is not Level.GOOD for each in found) == 0

    def test_of_a_group_without_a_default_is_said_in_words(self):
        pd, is_bad, groups = self.drawn(2, 0.3)
        is_bad[groups == 1] = 0
        found = fairness.accuracy(pd, is_bad, groups, least=LEAST)
        assert found.groups[1].lack is Lack.ONE_CLASS
        assert found.apart.lack is Lack.TOO_FEW_GROUPS


class TestProxies:
    def test_find_the_group_of_the_simulated_world_in_its_income(self, people, features):
        found = fairness.proxies(features, people.group, least=LEAST)
        assert found.together.is_beyond_chance
        alone = {name: sure(each.measured.value) for name, each in found.features.items()}
        assert max(alone, key=alone.__getitem__) == "income"
        assert found.features["income"].is_beyond_chance
        level = thresholds.level("PROXY_AUC", found.together.measured, on=ON)
        assert level is Level.WARN

    def test_find_nothing_where_the_group_is_drawn_by_lot(self, people, features):
        for seed in range(3):
            lot = np.random.default_rng(seed).permutation(people.group)
            found = fairness.proxies(features, lot, least=LEAST)
            assert not found.together.is_beyond_chance
            assert not any(each.is_beyond_chance for each in found.features.values())

    def test_call_a_feature_that_is_the_group_what_it_is(self, people):
        found = fairness.proxies({"code": people.group * 7.0}, people.group, least=LEAST)
        assert found.together.measured.value == 1
        assert thresholds.level("PROXY_AUC", found.together.measured, on=ON) is Level.ACT

    def test_find_a_group_that_shows_in_what_is_missing_only(self, people):
        tells = np.where(people.group == 1, np.nan, 1.0)
        found = fairness.proxies({"tells": tells}, people.group, least=LEAST)
        assert found.features["tells"].measured.value == 1

    def test_of_constants_and_missing_columns_are_coins(self, people, features):
        found = fairness.proxies(features, people.group, least=LEAST)
        for name in ("constant", "nothing"):
            assert found.features[name].measured.value == 0.5

    def test_of_one_group_or_no_features_are_said_in_words(self, features):
        one = fairness.proxies(features, np.zeros(6000, dtype=np.int64), least=LEAST)
        none = fairness.proxies({}, np.repeat([0, 1], 3000), least=LEAST)
        for found in (one, none):
            assert found.together.measured.lack is Lack.TOO_FEW_GROUPS

    def test_leave_people_out_who_did_not_say(self, people, features):
        said = np.where(np.arange(6000) < 2000, people.group, -1)
        assert fairness.proxies(features, said, least=LEAST).together.measured.cases == 2000


class TestAlternatives:
    def test_find_the_fairer_model_at_little_loss(self, people):
        chance = np.random.default_rng(3)
        risk = chance.normal(0, 1, len(people))
        used = Candidate("used", risk + 0.8 * people.group, auc=0.75)
        fairer = Candidate("fairer", risk, auc=0.745)
        worse = Candidate("too weak", chance.normal(0, 1, len(people)), auc=0.5)
        found = fairness.alternatives(
            [used, fairer, worse], people.group, approved_share=0.6, most_loss=0.01, least=LEAST
        )
        assert [each.name for each in found if each.is_better] == ["fairer"]
        assert sure(found[1].ratio.value) > sure(found[0].ratio.value)
        assert found[1].loss == pytest.approx(0.005)

    def test_approve_as_many_by_each_candidate(self):
        pd = np.random.default_rng(4).random(1000)
        assert fairness.approved(pd, 0.8).sum() == pytest.approx(800, abs=2)
        assert fairness.approved(np.append(pd, np.nan), 0.8)[-1] == np.False_
        assert not fairness.approved(np.full(3, np.nan), 0.8).any()

    def test_of_none_are_none(self):
        nobody = np.array([], dtype=np.int64)
        assert (
            fairness.alternatives([], nobody, approved_share=0.8, most_loss=0.01, least=LEAST) == ()
        )
