"""Calibration, blending and the three answers about the rejected, against sums made by hand."""

from math import exp, log

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.registry.artefact import ArtefactCut
from scoring.training import blending, calibration
from scoring.training.calibration import BADS_FOR_SHAPE, EDGE, LEAST_SLOPE, Calibration
from scoring.training.reject_inference import METHODS, Taught, augmented

odds = st.floats(min_value=-30, max_value=30)
chances = st.floats(min_value=0, max_value=1)


def column(*values):
    return np.array(values, dtype=np.float64)


def outcomes(bads, goods):
    """As many bads and goods, all of the same log-odds."""
    return np.zeros(bads + goods), column(*[1.0] * bads, *[0.0] * goods)


class TestLine:
    @pytest.mark.parametrize(
        ("slope", "intercept", "asked", "chance"),
        [
            (1, 0, 0, 0.5),
            (1, 0, log(3), 0.75),
            (1, 0, -log(3), 0.25),
            (2, 0, log(3), 0.9),
            (1, log(3), 0, 0.75),
            (0.5, log(2), 2 * log(2), 0.8),
            (1, 0, 700, 1),
            (1, 0, -700, 0),
        ],
    )
    def test_gives_the_chance_of_the_moved_log_odds(self, slope, intercept, asked, chance):
        line = Calibration("PLATT", slope=slope, intercept=intercept)

        assert line.probabilities(column(asked))[0] == pytest.approx(chance)

    @pytest.mark.parametrize("method", ["NONE", "PLATT"])
    @given(asked=odds)
    def test_without_a_learned_line_changes_nothing(self, method, asked):
        assert Calibration(method).probabilities(column(asked))[0] == pytest.approx(
            1 / (1 + exp(-asked))
        )

    @given(st.floats(min_value=LEAST_SLOPE, max_value=5), odds, odds, odds)
    def test_never_turns_two_rows_around(self, slope, intercept, one, other):
        line = Calibration("PLATT", slope=slope, intercept=intercept)
        low, high = line.probabilities(column(min(one, other), max(one, other)))

        assert low <= high

    @pytest.mark.parametrize(
        ("bads", "goods"), [(1, 1), (3, 7), (50, 50), (1, 99), (0, 10), (9, 0)]
    )
    def test_of_rows_that_are_all_alike_is_their_softened_share(self, bads, goods):
        asked, ends = outcomes(bads, goods)
        line = calibration.platt(asked, ends, np.ones(bads + goods))
        softened = (bads * (bads + 1) / (bads + 2) + goods / (goods + 2)) / (bads + goods)

        assert line.probabilities(column(0))[0] == pytest.approx(softened, abs=1e-4)

    @pytest.mark.parametrize("times", [2, 5])
    def test_takes_a_weight_for_as_many_rows(self, times):
        asked, ends = column(-1, 0, 1, 2), column(0, 0, 1, 1)
        heavy = calibration.platt(asked, ends, np.full(4, float(times)))
        many = calibration.platt(np.tile(asked, times), np.tile(ends, times), np.ones(4 * times))

        assert heavy.slope == pytest.approx(many.slope, abs=1e-3)
        assert heavy.intercept == pytest.approx(many.intercept, abs=1e-3)

    def test_does_not_look_at_rows_of_no_weight(self):
        asked, ends = column(-1, 0, 1, 2), column(0, 0, 1, 1)
        more = calibration.platt(
            column(*asked, 9, -9), column(*ends, 0, 1), column(1, 1, 1, 1, 0, 0)
        )

        assert more.slope == pytest.approx(
            calibration.platt(asked, ends, np.ones(4)).slope, abs=1e-6
        )

    def test_stays_upright_where_the_order_was_wrong(self):
        asked = np.linspace(-3, 3, 60)

        assert calibration.platt(asked, (asked < 0).astype(float), np.ones(60)).slope == LEAST_SLOPE


class TestShape:
    SHAPE = Calibration("ISOTONIC", x=(-2.0, 0.0, 4.0), y=(0.1, 0.3, 0.9))

    @pytest.mark.parametrize(
        ("asked", "chance"),
        [(-9, 0.1), (-2, 0.1), (-1, 0.2), (0, 0.3), (1, 0.45), (2, 0.6), (4, 0.9), (99, 0.9)],
    )
    def test_lies_on_the_lines_between_its_points(self, asked, chance):
        assert self.SHAPE.probabilities(column(asked))[0] == pytest.approx(chance)

    @pytest.mark.parametrize(("bads", "method"), [(999, "PLATT"), (1_000, "ISOTONIC")])
    def test_is_learned_from_a_thousand_bads_on(self, bads, method):
        asked = np.linspace(-3, 3, 2_000)
        ends = (np.arange(2_000) >= 2_000 - bads).astype(float)

        assert calibration.learned(asked, ends).method == method
        assert BADS_FOR_SHAPE == 1_000

    def test_counts_bads_by_their_weight(self):
        asked = np.linspace(-3, 3, 2_000)
        ends = (np.arange(2_000) >= 900).astype(float)

        assert calibration.learned(asked, ends, weights=np.full(2_000, 0.5)).method == "PLATT"
        assert calibration.learned(asked, ends, weights=np.full(2_000, 2.0)).method == "ISOTONIC"

    @settings(max_examples=10)
    @given(st.integers(0, 2**16))
    def test_rises_from_end_to_end_and_is_never_certain(self, seed):
        dice = np.random.default_rng(seed)
        asked = dice.normal(0, 2, 3_000)
        ends = (dice.random(3_000) < 1 / (1 + np.exp(-asked))).astype(float)
        shape = calibration.isotonic(asked, ends, np.ones(3_000))

        assert list(shape.x) == sorted(set(shape.x))
        assert list(shape.y) == sorted(shape.y)
        assert EDGE <= shape.y[0] <= shape.y[-1] <= 1 - EDGE

    @pytest.mark.parametrize(
        ("learned", "row"),
        [
            (calibration.NONE, {"method": "NONE"}),
            (
                Calibration("PLATT", slope=2.0, intercept=-1.0),
                {"method": "PLATT", "slope": 2.0, "intercept": -1.0},
            ),
            (SHAPE, {"method": "ISOTONIC", "x": [-2.0, 0.0, 4.0], "y": [0.1, 0.3, 0.9]}),
        ],
    )
    def test_stands_in_an_artefact_with_what_it_needs_alone(self, learned, row):
        assert learned.row() == row


class TestBlend:
    @pytest.mark.parametrize(
        ("bads", "weight"), [(0, 0), (5, 0.2), (20, 0.5), (30, 0.6), (60, 0.75), (180, 0.9)]
    )
    def test_weighs_the_fit_by_its_bads(self, bads, weight):
        assert blending.weight_of_fitted(bads) == pytest.approx(weight)

    @given(st.integers(0, 10**9))
    def test_never_trusts_the_fit_alone_and_always_more_than_before(self, bads):
        assert blending.weight_of_fitted(bads) <= blending.weight_of_fitted(bads + 1) < 1

    @pytest.mark.parametrize(
        "fitted",
        [
            {},
            {"trained": None},
            {"trained": {}},
            {"trained": {"bads": None}},
            {"trained": {"bads": "many"}},
            {"trained": {"bads": [1]}},
        ],
    )
    def test_refuses_a_model_that_does_not_say_its_bads(self, fitted):
        with pytest.raises(ArtefactCut):
            blending.blended(version="b", fitted={"target": "BAD", **fitted}, expert={})

    def test_holds_both_and_leaves_them_as_they_were(self):
        fitted, expert = {"target": "BAD", "trained": {"bads": 20}}, {"kind": "EXPERT"}
        made = blending.blended(version="b", fitted=fitted, expert=expert)
        made["fitted"]["target"] = made["expert"]["kind"] = made["trained"]["bads"] = "changed"

        assert made["weight"] == 0.5
        assert (made["kind"], made["version"], made["target"]) == ("BLEND", "b", "BAD")
        assert fitted == {"target": "BAD", "trained": {"bads": 20}}
        assert expert == {"kind": "EXPERT"}


def taught(rows, bads, *, weights=None):
    return Taught(
        pandas.DataFrame({"x": np.arange(float(rows))}),
        (np.arange(rows) < bads).astype(np.int8),
        np.ones(rows) if weights is None else weights,
    )


def turned_away(count):
    return pandas.DataFrame({"note": ["no"] * count, "x": np.full(count, -1.0)})


def with_rejected(method, said, *, bads=5, harshness=1.0, seed=1):
    """Ten accepted rows that the first model cannot tell apart, and those turned away."""
    return augmented(
        method,
        taught(10, bads),
        turned_away(len(said)),
        (np.full(10, 0.5), column(*said)),
        seed=seed,
        harshness=harshness,
    )


class TestRejected:
    @pytest.mark.parametrize("method", METHODS)
    def test_where_nobody_was_change_nothing(self, method):
        assert with_rejected(method, []).weights.tolist() == [1.0] * 10

    def test_by_an_unknown_method_are_an_error(self):
        with pytest.raises(ValueError, match="GUESSING"):
            with_rejected("GUESSING", [0.5])

    @pytest.mark.parametrize(
        ("said", "harshness", "as_bad"),
        [
            ([0.5], 1.0, [0.5]),
            ([0.2, 0.8], 1.0, [0.2, 0.8]),
            ([0.2, 0.8], 1.25, [0.25, 1.0]),
            ([0.4], 2.0, [0.8]),
            ([0.0, 1.0], 5.0, [0.0, 1.0]),
        ],
    )
    def test_count_a_little_as_both(self, said, harshness, as_bad):
        found = with_rejected("FUZZY", said, harshness=harshness)
        count = len(said)

        assert found.is_bad[10:].tolist() == [1] * count + [0] * count
        assert found.weights[10 : 10 + count].tolist() == pytest.approx(as_bad)
        assert found.weights[10 + count :].tolist() == pytest.approx([1 - each for each in as_bad])

    @given(st.lists(chances, min_size=1, max_size=20), st.floats(min_value=0.1, max_value=9))
    def test_count_once_in_all_whatever_is_said(self, said, harshness):
        found = with_rejected("FUZZY", said, harshness=harshness)

        assert found.weights[10:].sum() == pytest.approx(len(said))
        assert (found.weights >= 0).all()

    @pytest.mark.parametrize(
        ("bads", "harshness", "ends"),
        [(0, 1.0, {0}), (10, 1.0, {1}), (5, 99.0, {1}), (5, 0.0, {0})],
    )
    def test_are_drawn_by_the_rate_of_their_band(self, bads, harshness, ends):
        found = with_rejected("PARCELLING", [0.1, 0.5, 0.9] * 9, bads=bads, harshness=harshness)

        assert set(found.is_bad[10:].tolist()) == ends
        assert found.weights.tolist() == [1.0] * 37

    def test_are_drawn_half_and_half_where_half_were_bad(self):
        found = with_rejected("PARCELLING", [0.5] * 4_000)

        assert found.is_bad[10:].mean() == pytest.approx(0.5, abs=0.04)

    @pytest.mark.parametrize("method", METHODS)
    def test_never_change_the_accepted(self, method):
        found = with_rejected(method, [0.3, 0.6])

        assert found.frame["x"][:10].tolist() == list(range(10))
        assert found.is_bad[:10].tolist() == [1] * 5 + [0] * 5
        assert list(found.frame.columns) == ["x"]
