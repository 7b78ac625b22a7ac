"""What a points table is made of: places, sums, points, reasons, bins told, and their weights."""

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.training import cards
from scoring.training.cards import Part
from scoring.training.evidence.weighing import weigh

figures = st.lists(
    st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=1, max_size=30
).map(lambda each: pandas.Series(each, dtype="float64"))
steps = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6, unique=True).map(sorted)

INCOME = Part("income", (1000.0, 5000.0), (), (0.8, 0.1, -0.6), missing=0.4, other=0.0)
HOME = Part("home", (), (("own",), ("rent", "family")), (-0.3, 0.2), missing=0.05, other=0.01)


def people(**columns):
    return pandas.DataFrame(columns)


class TestPlaces:
    def test_begin_at_the_edge_and_not_before_it(self):
        value = pandas.Series([999.99, 1000.0, 4999.99, 5000.0, np.nan])

        assert INCOME.places(value).tolist() == [0, 1, 1, 2, 4]

    def test_of_words_are_their_groups_then_the_unknown_then_the_missing(self):
        value = pandas.Series(["own", "family", "rent", "castle", None], dtype=object)

        assert HOME.places(value).tolist() == [0, 1, 1, 2, 3]

    def test_take_figures_that_are_words_by_how_they_are_written(self):
        part = Part("code", (), (("7",), ("8",)), (1.0, 2.0), missing=0.0, other=9.0)

        assert part.sums(pandas.Series([7, 8, 9], dtype=object)).tolist() == [1.0, 2.0, 9.0]

    @settings(max_examples=60, deadline=None)
    @given(value=figures, edges=steps)
    def test_give_everybody_one_of_the_points(self, value, edges):
        points = tuple(float(each) for each in range(len(edges) + 1))
        part = Part("x", tuple(edges), (), points, missing=-1.0, other=-2.0)

        found = part.sums(value)

        assert set(found) <= {*points, -1.0}
        assert np.array_equal(found == -1.0, value.isna())

    @settings(max_examples=60, deadline=None)
    @given(value=figures, edges=steps)
    def test_follow_the_order_of_the_figures(self, value, edges):
        points = tuple(float(each) for each in range(len(edges) + 1))
        part = Part("x", tuple(edges), (), points, missing=0.0, other=0.0)

        found = part.sums(value.dropna().sort_values())

        assert np.all(np.diff(found) >= 0)


class TestSums:
    def test_add_up_over_the_parts(self):
        frame = people(income=[500.0, np.nan], home=["own", "tent"])

        found = cards.log_odds([INCOME, HOME], -2.0, frame)

        assert found.tolist() == pytest.approx([-2.0 + 0.8 - 0.3, -2.0 + 0.4 + 0.01])

    def test_of_no_parts_are_the_start(self):
        assert cards.log_odds([], -1.5, people(income=[1.0, 2.0])).tolist() == [-1.5, -1.5]

    def test_become_600_points_at_fifty_to_one(self):
        assert cards.points(np.array([-np.log(50.0)])).tolist() == [600.0]

    @given(odds=st.floats(-15, 15))
    def test_fall_by_twenty_points_when_the_odds_of_bad_double(self, odds):
        one, other = cards.points(np.array([odds, odds + np.log(2.0)]))

        assert abs(one - other - 20) <= 1

    @given(odds=st.floats(-1e300, 1e300))
    def test_have_points_however_far_they_go(self, odds):
        assert -1000 < cards.points(np.array([np.clip(odds, -700, 700)]))[0] < 2000


class TestReasons:
    def test_name_the_strongest_first_against_the_average(self):
        frame = people(income=[500.0], home=["rent"])

        (told,) = cards.reasons([HOME, INCOME], frame, top=2)

        assert [feature for feature, _ in told] == ["income", "home"]
        assert told[0][1] == pytest.approx(-cards.FACTOR * 0.8)

    def test_keep_the_order_of_the_table_where_they_are_equal(self):
        same = [Part(name, (0.0,), (), (0.5, -0.5), 0.0, 0.0) for name in ("b", "a")]

        (told,) = cards.reasons(same, people(a=[-1.0], b=[-1.0]), top=2)

        assert [feature for feature, _ in told] == ["b", "a"]

    @pytest.mark.parametrize("top", [1, 2])
    def test_are_no_more_than_asked(self, top):
        frame = people(income=[500.0, 9000.0], home=["rent", "own"])

        assert [len(each) for each in cards.reasons([INCOME, HOME], frame, top)] == [top, top]


class TestRows:
    @pytest.mark.parametrize("part", [INCOME, HOME])
    def test_of_an_artefact_become_the_part_again(self, part):
        assert cards.part_of(part.row()) == part

    def test_say_what_kind_they_are(self):
        assert (INCOME.row()["kind"], HOME.row()["kind"]) == ("NUMERIC", "CATEGORY")


class TestBinsTold:
    def document(self, *parts):
        return {"characteristics": [part.row() for part in parts]}

    def test_count_rows_and_bads(self):
        frame = people(income=[500.0, 600.0, 2000.0, 9000.0], home=["own"] * 4)
        is_bad = np.array([1, 0, 1, 0], dtype=np.int8)

        (found,) = cards.bins_of(self.document(INCOME), frame, is_bad)

        told = [(row["bin"], row["count"], row["bads"]) for row in found["bins"]]
        assert told == [("x < 1000", 2, 1), ("1000 ≤ x < 5000", 1, 1), ("x ≥ 5000", 1, 0)]

    def test_name_the_unknown_and_the_missing_only_where_there_are_any(self):
        frame = people(home=["own", "castle", None])

        (found,) = cards.bins_of(self.document(HOME), frame, np.array([0, 1, 0], dtype=np.int8))

        labels = [row["bin"] for row in found["bins"]]
        assert labels == ["own", "rent | family", "other", "missing"]

    def test_show_more_evidence_where_more_are_bad(self):
        frame = people(home=["own"] * 50 + ["rent"] * 50)
        is_bad = np.array([1] * 5 + [0] * 45 + [1] * 25 + [0] * 25, dtype=np.int8)

        (found,) = cards.bins_of(self.document(HOME), frame, is_bad)

        own, rent = (row["woe"] for row in found["bins"][:2])
        assert own < 0 < rent

    def test_of_a_bin_without_bads_are_finite(self):
        (found,) = cards.bins_of(
            self.document(INCOME), people(income=[1.0, 2000.0]), np.array([0, 1], dtype=np.int8)
        )

        assert all(np.isfinite(row["woe"]) for row in found["bins"])

    def test_of_a_card_without_characteristics_are_none(self):
        assert cards.bins_of({}, people(income=[1.0]), np.array([0], dtype=np.int8)) == []


@pytest.fixture(scope="module")
def drawn():
    """Two figures, of which the first tells."""
    dice = np.random.default_rng(4)
    columns = dice.normal(size=(800, 2))
    chance = 1 / (1 + np.exp(1.0 - 1.2 * columns[:, 0]))
    return columns, dice.random(800) < chance


class TestWeights:
    def weighed(self, columns, is_bad, *, penalty=1.0, lower=-np.inf, upper=np.inf, rows=None):
        columns = np.asarray(columns, dtype=float)
        width = columns.shape[1]
        return weigh(
            columns,
            np.asarray(is_bad, dtype=float),
            np.ones(len(columns)) if rows is None else rows,
            penalty=penalty,
            lower=np.full(width, lower),
            upper=np.full(width, upper),
        )

    def test_find_what_was_planted(self, drawn):
        found = self.weighed(*drawn)

        assert found.weights[0] == pytest.approx(1.2, abs=0.3)
        assert found.weights[1] == pytest.approx(0.0, abs=0.25)
        assert found.intercept == pytest.approx(-1.0, abs=0.3)

    def test_promise_as_many_bads_as_there_are(self, drawn):
        columns, is_bad = drawn
        found = self.weighed(columns, is_bad)

        chance = 1 / (1 + np.exp(-(found.intercept + columns @ found.weights)))

        assert chance.mean() == pytest.approx(is_bad.mean(), abs=1e-3)

    def test_are_nothing_under_an_endless_penalty(self, drawn):
        found = self.weighed(*drawn, penalty=1e9)

        usual = drawn[1].mean()
        assert np.allclose(found.weights, 0.0, atol=1e-5)
        assert found.intercept == pytest.approx(np.log(usual / (1 - usual)), abs=1e-3)

    def test_shrink_as_the_penalty_grows(self, drawn):
        sizes = [abs(self.weighed(*drawn, penalty=each).weights[0]) for each in (1, 50, 1000)]

        assert sizes == sorted(sizes, reverse=True)

    def test_never_leave_their_limits(self, drawn):
        columns, is_bad = drawn

        assert self.weighed(-columns, is_bad, lower=0.0).weights.min() >= 0.0
        assert self.weighed(columns, is_bad, upper=0.5).weights.max() <= 0.5

    def test_take_a_row_that_counts_twice_for_two_rows(self, drawn):
        columns, is_bad = drawn[0][:200], drawn[1][:200]
        doubled = np.vstack([columns, columns[:50]])

        heavy = self.weighed(columns, is_bad, rows=1.0 + (np.arange(200) < 50))
        twice = self.weighed(doubled, np.append(is_bad, is_bad[:50]))

        assert np.allclose(heavy.weights, twice.weights, atol=1e-3)
