"""The figures by which models are compared: laws that hold for any rows, and what is refused."""

import numpy as np
import pandas
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from scoring.tests import outcomes
from scoring.training import evaluation, refusals
from scoring.training.evaluation import auc, folds, leaking, measures

CHANCES = (0.01, 0.03, 0.1, 0.2, 0.5, 0.8, 0.99)
rows = st.lists(
    st.tuples(st.sampled_from(CHANCES), st.integers(0, 1)), min_size=4, max_size=120
).map(
    lambda found: (
        np.array([bad for _, bad in found], dtype=np.int8),
        np.array([chance for chance, _ in found], dtype=np.float64),
    )
)
both = rows.filter(lambda found: 0 < found[0].sum() < len(found[0]))


class TestMeasures:
    @given(found=both)
    def test_agree_with_scikit_learn(self, found):
        is_bad, chance = found
        told = measures(is_bad, chance)

        assert told.auc == pytest.approx(roc_auc_score(is_bad, chance))
        assert told.brier == pytest.approx(brier_score_loss(is_bad, chance))

    @given(found=both)
    def test_are_shares(self, found):
        told = measures(*found)

        for name in ("auc", "ks", "brier", "ece", "ece_deciles", "bad_rate_best_80"):
            assert 0 <= getattr(told, name) <= 1, name
        assert 0 <= told.approval_at_4 <= 1

    @given(found=both)
    def test_of_the_ranking_stay_when_chances_are_squeezed(self, found):
        is_bad, chance = found
        there, squeezed = measures(is_bad, chance), measures(is_bad, chance**3)

        assert (there.auc, there.ks) == (squeezed.auc, squeezed.ks)
        assert there.bad_rate_best_80 == squeezed.bad_rate_best_80
        assert there.approval_at_4 == squeezed.approval_at_4

    @given(found=both)
    def test_turn_around_with_the_order(self, found):
        is_bad, chance = found

        assert auc(is_bad, chance) + auc(is_bad, -chance) == pytest.approx(1)

    @given(found=both)
    def test_of_an_oracle_are_perfect(self, found):
        is_bad, _chance = found
        told = measures(is_bad, is_bad.astype(np.float64))

        assert (told.auc, told.ks, told.brier) == (1, 1, 0)
        assert told.ece == pytest.approx(0)

    @given(found=both)
    def test_of_one_and_the_same_chance_for_all_are_a_coin(self, found):
        is_bad, _chance = found
        told = measures(is_bad, np.full(len(is_bad), is_bad.mean()))

        assert told.auc == 0.5
        assert told.ks == 0
        assert told.ece == pytest.approx(0, abs=1e-12)

    def test_approve_everybody_where_few_are_bad(self):
        is_bad = np.zeros(100, dtype=np.int8)
        is_bad[-4:] = 1

        assert measures(is_bad, np.linspace(0, 1, 100)).approval_at_4 == 1

    def test_approve_nobody_where_the_best_are_bad(self):
        is_bad = np.zeros(10, dtype=np.int8)
        is_bad[:5] = 1

        assert measures(is_bad, np.linspace(0, 1, 10)).approval_at_4 == 0

    def test_count_bads_among_the_best_four_of_five_only(self):
        is_bad = np.array([0] * 8 + [1] * 2, dtype=np.int8)

        assert measures(is_bad, np.linspace(0, 1, 10)).bad_rate_best_80 == 0


class TestFolds:
    @given(splits=st.integers(2, 5), repeats=st.integers(1, 3), seed=st.integers(0, 1000))
    def test_try_every_row_once_in_each_repeat(self, splits, repeats, seed):
        is_bad = np.array([0] * 12 + [1] * 8, dtype=np.int8)

        found = folds(is_bad, splits=splits, repeats=repeats, seed=seed)

        assert len(found) == splits * repeats
        tried = np.bincount(np.concatenate([attempt for _, attempt in found]), minlength=20)
        assert (tried == repeats).all()

    def test_never_teach_what_they_try(self):
        is_bad = np.array([0] * 12 + [1] * 8, dtype=np.int8)

        for teach, attempt in folds(is_bad, splits=4, repeats=3, seed=1):
            assert not set(teach) & set(attempt)
            assert is_bad[attempt].sum() == 2

    def test_are_the_same_under_the_same_seed(self):
        is_bad = np.array([0] * 12 + [1] * 8, dtype=np.int8)
        one, two = (folds(is_bad, splits=4, repeats=1, seed=7) for _ in range(2))

        assert all((a[1] == b[1]).all() for a, b in zip(one, two, strict=True))

    @pytest.mark.parametrize("bads", [0, 20])
    def test_need_a_second_outcome(self, bads):
        is_bad = np.array([1] * bads + [0] * (20 - bads), dtype=np.int8)

        with pytest.raises(refusals.NoSecondOutcome) as refused:
            evaluation.check_outcomes(is_bad, 3)

        assert refused.value.context == {"bads": bads, "goods": 20 - bads}

    @pytest.mark.parametrize("bads", [1, 2, 18, 19])
    def test_need_both_outcomes_in_each(self, bads):
        is_bad = np.array([1] * bads + [0] * (20 - bads), dtype=np.int8)

        with pytest.raises(refusals.OneClassOnly) as refused:
            evaluation.check_outcomes(is_bad, 3)

        assert refused.value.context == {"bads": bads, "goods": 20 - bads, "least": 3}


class Always:
    """Says the share of bads that it was taught, to everybody."""

    def fit(self, _frame, is_bad):
        self.chance = float(is_bad.mean())
        return self

    def predict_proba(self, frame):
        return np.column_stack(
            [np.full(len(frame), 1 - self.chance), np.full(len(frame), self.chance)]
        )


class TestCrossValidation:
    def test_hears_of_every_fold_and_keeps_what_was_said_of_each_row(self):
        frame, is_bad = outcomes.table(120)
        heard: list[None] = []

        report = evaluation.cross_validated(
            Always, frame, is_bad, splits=3, repeats=2, seed=1, tell=lambda: heard.append(None)
        )

        assert len(heard) == len(report.folds) == len(report.fit_seconds) == 6
        assert report.mean()["auc"] == 0.5
        assert report.deviation()["auc"] == 0
        assert np.abs(report.out_of_fold - is_bad.mean()).max() < 0.02

    def test_refuses_one_outcome_before_anything_is_fitted(self):
        frame, is_bad = outcomes.table(60)
        made: list[Always] = []

        def make():
            made.append(Always())
            return made[-1]

        with pytest.raises(refusals.OneClassOnly):
            evaluation.cross_validated(make, frame, np.zeros_like(is_bad), splits=3)

        assert made == []


class TestLeaks:
    def test_are_named_where_a_column_is_the_outcome(self):
        frame, is_bad = outcomes.table(300)

        assert leaking(frame.assign(status=is_bad), is_bad) == ["status"]
        assert leaking(frame.assign(status=1 - is_bad), is_bad) == ["status"]

    def test_are_named_where_a_word_is_the_outcome(self):
        frame, is_bad = outcomes.table(300)
        word = np.where(is_bad == 1, "written off", "paid")

        assert leaking(frame.assign(status=word), is_bad) == ["status"]

    def test_are_named_where_only_bad_rows_lack_a_value(self):
        frame, is_bad = outcomes.table(300)
        chance = np.random.default_rng(1).normal(size=300)

        found = leaking(frame.assign(last_seen=np.where(is_bad == 1, np.nan, chance)), is_bad)

        assert found == ["last_seen"]

    def test_are_named_where_a_status_is_a_number_in_any_order(self):
        frame, is_bad = outcomes.table(300)
        status = np.where(is_bad == 1, 2, np.random.default_rng(2).choice([1, 3], 300))

        assert leaking(frame.assign(status=status), is_bad) == ["status"]

    def test_are_none_in_honest_columns(self):
        frame, is_bad = outcomes.table(300)

        assert leaking(frame, is_bad) == []

    def test_are_none_where_every_row_has_a_word_of_its_own(self):
        frame, is_bad = outcomes.table(300)
        names = [f"number {place}" for place in range(300)]

        assert leaking(frame.assign(name=names), is_bad) == []

    @given(seed=st.integers(0, 10_000))
    def test_are_not_seen_in_noise(self, seed):
        dice = np.random.default_rng(seed)
        is_bad = (dice.random(80) < 0.3).astype(np.int8)
        assume(0 < is_bad.sum() < 80)
        frame = pandas.DataFrame({"noise": dice.normal(size=80)})

        assert leaking(frame, is_bad) == []
