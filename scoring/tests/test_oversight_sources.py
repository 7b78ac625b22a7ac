"""What sources are worth: exact shares of planted games and of planted columns."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.oversight import sources
from scoring.oversight.contracts import Lack, Level
from scoring.oversight.sources import TooManySources, TrainingColumns
from scoring.tests.watched import sure

NAMES = ("bank", "bills", "own", "social")


def linear(train, target, test):
    """A model that is quick and sure: the difference of means, with nothing for the missing."""
    centre = np.nan_to_num(train).mean(axis=0)
    weights = np.nan_to_num(train[target]).mean(axis=0) - np.nan_to_num(train[~target]).mean(axis=0)
    return (np.nan_to_num(test) - centre) @ weights


def planted(*, seed=1, cases=1500, strengths=None):
    """A column for each source, as telling as its strength says; a third have thin files."""
    chance = np.random.default_rng(seed)
    strengths = strengths or {"bills": 1.0, "bank": 0.6, "own": 0.3}
    is_bad = chance.random(cases) < 0.3
    features = {
        f"{source}_{number}": chance.normal(0, 1, cases) + strength * is_bad
        for source, strength in strengths.items()
        for number in range(2)
    }
    return TrainingColumns(
        features=features,
        source_of={name: name.rsplit("_", 1)[0] for name in features},
        is_bad=is_bad,
        is_thin=chance.random(cases) < 0.33,
    )


games = st.lists(st.floats(0.4, 1.0), min_size=15, max_size=15).map(
    lambda values: dict(zip(every_group(), values, strict=True))
)


def every_group():
    return [
        frozenset(name for at, name in enumerate(NAMES) if mask >> at & 1) for mask in range(1, 16)
    ]


class TestShapley:
    @given(game=games)
    def test_shares_add_up_to_what_all_together_are_worth(self, game):
        shares = sources.shapley(NAMES, game)
        assert sum(shares.values()) == pytest.approx(game[frozenset(NAMES)] - 0.5)

    @given(game=games)
    def test_is_the_mean_over_all_orders(self, game):
        """The slow oracle: let the sources come in each of the 24 orders."""
        worth_of = {frozenset(): 0.5, **game}
        gained = dict.fromkeys(NAMES, 0.0)
        for order in permutations(NAMES):
            for at, name in enumerate(order):
                before = frozenset(order[:at])
                gained[name] += (worth_of[before | {name}] - worth_of[before]) / 24
        assert sources.shapley(NAMES, game) == pytest.approx(gained)

    def test_gives_nothing_to_a_source_that_adds_nothing(self):
        game = {group: 0.7 if "bills" in group else 0.5 for group in every_group()}
        shares = sources.shapley(NAMES, game)
        assert shares["bills"] == pytest.approx(0.2)
        assert shares["bank"] == pytest.approx(0)

    def test_gives_equals_the_same(self):
        game = {group: 0.5 + 0.1 * len(group) for group in every_group()}
        assert set(np.round(list(sources.shapley(NAMES, game).values()), 9)) == {0.1}


class TestWorth:
    def test_orders_sources_by_what_was_planted(self):
        found = sources.worth(planted(), base="bills", fit=linear)
        shares = {name: sure(each.value) for name, each in found.shares.items()}
        assert shares["bills"] > shares["bank"] > shares["own"] > 0
        full = next(each for each in found.subsets if len(each.sources) == 3)
        assert sum(shares.values()) == pytest.approx(sure(full.auc.value) - 0.5)

    def test_tries_every_subset_and_tells_how_far_it_is(self):
        told = []
        found = sources.worth(
            planted(), base="bills", fit=linear, tell=lambda done, total: told.append((done, total))
        )
        assert len(found.subsets) == 7
        assert told[-1] == (7, 7)

    def test_says_what_a_source_adds_for_thin_files(self):
        found = sources.worth(planted(), base="bills", fit=linear)
        assert set(found.thin_gains) == {"bank", "own"}
        assert sure(found.thin_gains["bank"].value) > 0

    def test_is_the_same_under_the_same_seed(self):
        once, again = (sources.worth(planted(), base="bills", fit=linear) for _ in range(2))
        assert once == again

    def test_with_small_trees_finds_the_same_order(self):
        found = sources.worth(
            planted(strengths={"bills": 1.2, "own": 0.2}, cases=900), base="bills", folds=2
        )
        assert sure(found.shares["bills"].value) > sure(found.shares["own"].value)

    def test_of_a_source_without_a_single_value_is_nothing(self):
        columns = planted(strengths={"bills": 1.0})
        empty = np.full(len(columns.is_bad), np.nan)
        found = sources.worth(
            TrainingColumns(
                features={**columns.features, "bank_0": empty},
                source_of={**columns.source_of, "bank_0": "bank"},
                is_bad=columns.is_bad,
                is_thin=columns.is_thin,
            ),
            base="bills",
            fit=linear,
        )
        assert found.shares["bank"].value == pytest.approx(0, abs=0.02)

    def test_of_more_than_six_is_refused_in_words(self):
        many = planted(strengths={f"source{number}": 0.5 for number in range(7)}, cases=60)
        with pytest.raises(TooManySources) as refusal:
            sources.worth(many, base="source0", fit=linear)
        assert refusal.value.context == {"count": 7}

    def test_of_one_class_is_said_in_words(self):
        columns = planted(cases=50)
        nobody_bad = TrainingColumns(
            columns.features, columns.source_of, np.zeros(50, bool), columns.is_thin
        )
        found = sources.worth(nobody_bad, base="bills", fit=linear)
        assert {each.lack for each in found.shares.values()} == {Lack.ONE_CLASS}
        assert {each.level for each in sources.findings(found)} == {Level.NOT_ENOUGH}

    def test_without_thin_files_has_no_gain_for_them(self):
        columns = planted(cases=200)
        nobody_thin = TrainingColumns(
            columns.features, columns.source_of, columns.is_bad, np.zeros(200, bool)
        )
        found = sources.worth(nobody_thin, base="bills", fit=linear)
        assert {each.lack for each in found.thin_gains.values()} == {Lack.TOO_FEW_CASES}

    def test_is_kept_as_one_finding_for_each_figure(self):
        kept = sources.findings(sources.worth(planted(), base="bills", fit=linear))
        assert [each.segment for each in kept if each.measure == "SOURCE_SHARE"] == [
            "bank",
            "bills",
            "own",
        ]
        assert "bank+bills" in {each.segment for each in kept if each.measure == "SOURCE_AUC"}
