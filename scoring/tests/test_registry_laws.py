"""Laws of every points table, drawn at random: scale, order, reasons, and calibration."""

from math import exp, fsum, log, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.registry import artefact, loading, points
from scoring.registry.artefact import ArtefactCut
from scoring.registry.points import Calibration, calibration, finite, log_odds, positive
from scoring.tests.test_registry_points import document, load, numeric, words

FACTOR = 20 / log(2)
delays = st.none() | st.floats(-100, 100) | st.just(nan)
homes = st.none() | st.sampled_from(["own", "rent", "let", "castle"])
people = st.fixed_dictionaries({"delay": delays, "home": homes})
steps = st.floats(-3, 3)


@st.composite
def cards(draw):
    """Two features with any points, and any way to stand on the scale."""
    first = numeric(
        points=draw(st.lists(steps, min_size=3, max_size=3)),
        missing=draw(steps),
        neutral=draw(steps),
    )
    second = words(points=draw(st.lists(steps, min_size=2, max_size=2)), other=draw(steps))
    return load(first, second, intercept=draw(steps))


class TestScale:
    @pytest.mark.parametrize(
        ("odds", "score"),
        [
            (50, 600),
            (100, 620),
            (200, 640),
            (25, 580),
            (12.5, 560),
            (1, 600 - round(FACTOR * log(50))),
        ],
    )
    def test_is_twenty_points_for_twice_the_odds(self, odds, score):
        assert load().score(1 / (1 + odds)) == score

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_puts_the_safer_never_below(self, one, other):
        card = load()
        safer, riskier = sorted([one, other])

        assert card.score(safer) >= card.score(riskier)

    @pytest.mark.parametrize("chance", [0.0, 1e-300, 1.0])
    def test_ends_where_chances_are_sure(self, chance):
        sure = round(600 - FACTOR * (log(1e-9) + log(50)))

        assert load().score(chance) in {sure, round(600 - FACTOR * (-log(1e-9) + log(50)))}

    @pytest.mark.parametrize("scale", [{"pdo": 40, "score": 600, "odds": 50}])
    def test_hangs_on_what_the_card_says_it_is(self, scale):
        wide = load(scale=scale)

        assert wide.score(1 / 51) == 600
        assert wide.score(1 / 101) == 640


class TestRating:
    @given(cards(), people)
    def test_gives_the_probability_that_is_given_alone(self, card, person):
        rating = card.rate(person)

        assert rating.pd == card.pd(person) == card.explained(person)[0]
        assert rating.score == card.score(rating.pd)

    @given(cards(), people)
    def test_is_the_intercept_and_a_bin_of_each_feature(self, card, person):
        met = [each.of(person.get(each.feature)).log_odds for each in card.characteristics]

        assert card.pd(person) == pytest.approx(1 / (1 + exp(-fsum([card.intercept, *met]))))

    @given(cards(), people)
    def test_is_the_same_bits_whenever_it_is_asked(self, card, person):
        assert card.rate(person) == card.rate(dict(reversed(person.items())))

    @given(cards(), people)
    def test_reads_nothing_but_its_own_features(self, card, person):
        assert card.rate({**person, "sex": "F", "age": 23.0, "region": "x"}) == card.rate(person)

    @given(cards(), people)
    def test_says_of_each_reason_how_far_it_moved_from_the_average(self, card, person):
        moves = {each.feature: each.of(person[each.feature]).move for each in card.characteristics}

        for told in card.rate(person).contributions:
            assert told.points == round(-FACTOR * moves[told.feature])
            assert told.points != 0

    @given(cards(), people)
    def test_puts_the_heavier_reason_first(self, card, person):
        weights = [abs(each.points) for each in card.rate(person).contributions]

        assert weights == sorted(weights, reverse=True)

    @given(cards(), people)
    def test_tells_the_same_in_exact_points_to_who_asks_for_them(self, card, person):
        _, strongest = card.explained(person)
        exact = dict(strongest)

        for told in card.rate(person).contributions:
            assert round(exact[told.feature]) == told.points

    @pytest.mark.parametrize("count", [1, 4, 5, 9])
    def test_tells_at_most_four_groups(self, count):
        rows = [numeric(feature=f"delay_{n}", group=f"g{n}", neutral=-n / 10) for n in range(count)]

        told = load(*rows).rate({}).contributions

        assert len(told) == min(count, 4)
        assert [each.group for each in told] == [f"g{count - 1 - n}" for n in range(len(told))]

    @given(st.lists(steps, min_size=2, max_size=6))
    def test_adds_up_a_group_whatever_is_in_it(self, moves):
        rows = [numeric(feature=f"d{n}", missing=move, neutral=0.0) for n, move in enumerate(moves)]

        told = load(*rows).rate({}).contributions

        assert [each.points for each in told] == [p for p in [round(-FACTOR * sum(moves))] if p]


class TestThresholds:
    @pytest.mark.parametrize(
        ("value", "threshold"),
        [(-9.0, 1.0), (1.0, 1.0), (2.9, 1.0), (3.1, 5.0), (5.0, 5.0), (99.0, 5.0)],
    )
    def test_are_the_nearest_edge(self, value, threshold):
        (told,) = load(numeric(neutral=-3.0)).rate({"delay": value}).contributions

        assert (told.value, told.threshold) == (value, threshold)

    def test_are_none_of_words_and_of_what_is_missing(self):
        (word,) = load(words(neutral=1.0)).rate({"home": "own"}).contributions
        (missing,) = load(numeric(neutral=3.0)).rate({}).contributions

        assert (word.value, word.threshold) == (None, None)
        assert (missing.value, missing.threshold) == (None, None)

    def test_are_none_where_there_is_one_bin_only(self):
        single = numeric(edges=[], points=[0.5], neutral=0.0)

        (told,) = load(single).rate({"delay": 7.0}).contributions

        assert (told.value, told.threshold) == (7.0, None)


curves = st.lists(
    st.tuples(st.floats(-20, 20), st.floats(0, 1)), min_size=1, max_size=6, unique_by=lambda p: p[0]
)


class TestCalibration:
    @given(st.floats(0, 5), st.floats(-5, 5), st.floats(-50, 50), st.floats(-50, 50))
    def test_by_a_line_keeps_the_order(self, slope, intercept, one, other):
        line = calibration({"method": "PLATT", "slope": slope, "intercept": intercept})
        low, high = sorted([one, other])

        assert line.probability(low) <= line.probability(high)

    @given(curves, st.floats(-50, 50), st.floats(-50, 50))
    def test_by_steps_keeps_the_order_and_stays_within_them(self, curve, one, other):
        x = sorted(each for each, _ in curve)
        y = sorted(each for _, each in curve)
        curved = calibration({"method": "ISOTONIC", "x": x, "y": y})
        low, high = sorted([one, other])

        assert y[0] <= curved.probability(low) <= curved.probability(high) + 1e-12
        assert curved.probability(high) <= y[-1] + 1e-12

    @given(curves)
    def test_by_steps_goes_through_each_of_them(self, curve):
        x = sorted(each for each, _ in curve)
        y = sorted(each for _, each in curve)
        curved = calibration({"method": "ISOTONIC", "x": x, "y": y})

        assert [curved.probability(each) for each in x] == pytest.approx(y)

    @pytest.mark.parametrize(
        ("odds", "chance"),
        [(-9, 0.1), (-2, 0.1), (-1, 0.2), (0, 0.3), (1, 0.6), (2, 0.9), (9, 0.9)],
    )
    def test_by_steps_is_straight_between_them(self, odds, chance):
        curved = Calibration("ISOTONIC", x=(-2.0, 0.0, 2.0), y=(0.1, 0.3, 0.9))

        assert curved.probability(odds) == pytest.approx(chance)

    @pytest.mark.parametrize("odds", [-1e6, -701.0, 701.0, 1e6])
    def test_overflows_nowhere(self, odds):
        assert Calibration().probability(odds) == (1.0 if odds > 0 else 0.0)

    @pytest.mark.parametrize(
        "row",
        [
            {"method": "MAGIC"},
            {"method": "PLATT", "slope": -0.1, "intercept": 0},
            {"method": "PLATT", "slope": 501, "intercept": 0},
            {"method": "PLATT", "slope": 1, "intercept": "0"},
            {"method": "ISOTONIC", "x": [], "y": []},
            {"method": "ISOTONIC", "x": [0, 1], "y": [0.5]},
            {"method": "ISOTONIC", "x": [1, 0], "y": [0.1, 0.2]},
            {"method": "ISOTONIC", "x": [0, 0], "y": [0.1, 0.2]},
            {"method": "ISOTONIC", "x": [0, 1], "y": [0.2, 0.1]},
            {"method": "ISOTONIC", "x": [0, 1], "y": [-0.1, 0.1]},
            {"method": "ISOTONIC", "x": [0, 1], "y": [0.1, 1.1]},
        ],
    )
    def test_that_would_turn_anybody_round_is_refused(self, row):
        with pytest.raises(ArtefactCut):
            calibration(row)


class TestNumbers:
    @pytest.mark.parametrize("number", [None, "7", True, [], {}, nan, float("inf"), 10**400])
    def test_that_are_none_are_refused_everywhere(self, number):
        for reader in (finite, positive, log_odds):
            with pytest.raises((ArtefactCut, OverflowError)):
                reader(number)

    @pytest.mark.parametrize("number", [0, -1, -0.0])
    def test_that_would_turn_the_scale_are_refused_to_it(self, number):
        with pytest.raises(ArtefactCut):
            positive(number)

    @pytest.mark.parametrize(("number", "is_borne"), [(500, True), (-500.0, True), (500.1, False)])
    def test_that_no_sum_bears_are_refused_to_it(self, number, is_borne):
        if is_borne:
            assert log_odds(number) == number
            return
        with pytest.raises(ArtefactCut):
            log_odds(number)


@pytest.mark.parametrize("kind", points.KINDS)
def test_both_kinds_of_table_are_read_alike(kind):
    """Weights of evidence and added lines differ in how they were learned, not in how they rate."""
    assert load(kind=kind).rate({"delay": 9.0}) == load().rate({"delay": 9.0})
    assert load(kind=kind).kind == kind


@pytest.mark.parametrize("name", sorted(set(document()) - {"target", "trained"}))
def test_a_table_without_one_of_its_parts_says_so(name):
    cut = {key: each for key, each in document().items() if key != name}

    with pytest.raises(artefact.ModelDamaged) as refusal:
        loading.load(artefact.seal(cut))

    assert str(refusal.value)
