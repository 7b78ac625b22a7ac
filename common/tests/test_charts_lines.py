"""Lines, curves and points: marks stand where their figures say, inside the picture."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st

from common.charts import curve as square
from common.charts import lines as over
from common.charts import svg
from common.charts.bars import Caption
from common.charts.curve import Axes, curve
from common.charts.lines import BASE, LEFT, RIGHT, SQUARE, TOP, Line, Scale, lines_over

CAPTION = Caption(name="drift", title="Drift", description="A line by month.")
AXES = Axes(x="asked", y="paid")
EVEN = Scale(low=0.0, high=1.0)
shares = st.floats(0.0, 1.0)
anything = st.floats(-1e6, 1e6, allow_nan=False)


def found(drawn, tag, look=None):
    every = ElementTree.fromstring(drawn).findall(f".//{{*}}{tag}")
    return [each for each in every if look is None or look in each.get("class", "").split()]


def words(drawn):
    return [each.text for each in found(drawn, "text")]


def points(mark):
    return [tuple(map(float, pair.split(","))) for pair in mark.get("points").split()]


def drawn_over(*values, labels=None, scale=EVEN):
    labels = labels or [str(number) for number in range(1, len(values[0]) + 1)]
    lines = [Line(f"line {number}", tuple(each)) for number, each in enumerate(values)]
    return lines_over(labels, lines, scale=scale, caption=CAPTION)


def scatter(*cases):
    return over.said_and_happened(cases, caption=CAPTION)


class TestAScale:
    def test_goes_from_the_base_to_the_top(self):
        assert (EVEN.y(0.0), EVEN.y(1.0)) == (BASE, TOP)
        assert EVEN.y(0.5) == (BASE + TOP) // 2

    def test_may_start_anywhere(self):
        scale = Scale(low=-2.0, high=2.0)

        assert (scale.y(-2.0), scale.y(0.0), scale.y(2.0)) == (BASE, (BASE + TOP) // 2, TOP)

    def test_of_nothing_is_level(self):
        assert Scale(low=3.0, high=3.0).y(3.0) == BASE

    @given(anything)
    def test_draws_what_lies_outside_at_the_edge(self, value):
        assert TOP <= EVEN.y(value) <= BASE

    @given(shares, shares)
    def test_never_draws_the_larger_lower(self, one, other):
        low, high = sorted((one, other))

        assert EVEN.y(high) <= EVEN.y(low)


class TestLinesOverTime:
    def test_go_from_edge_to_edge(self):
        (line,) = found(drawn_over([0.0, 0.5, 1.0]), "polyline")

        assert points(line) == [(LEFT, BASE), ((LEFT + RIGHT) // 2, 101), (RIGHT, TOP)]

    def test_have_a_dot_at_each_figure(self):
        assert len(found(drawn_over([0.1, 0.2, 0.3]), "circle")) == 3

    def test_of_one_month_are_a_dot_in_the_middle(self):
        drawn = drawn_over([0.5])
        (dot,) = found(drawn, "circle")

        assert found(drawn, "polyline") == []
        assert int(dot.get("cx")) == (LEFT + RIGHT) // 2

    def test_break_where_there_is_no_figure(self):
        drawn = drawn_over([0.1, 0.2, None, 0.4, 0.5, None, 0.7])
        runs = [len(points(each)) for each in found(drawn, "polyline")]

        assert runs == [2, 2]
        assert len(found(drawn, "circle")) == 5

    def test_of_no_figure_at_all_are_not_drawn(self):
        drawn = drawn_over([None, None])

        assert found(drawn, "polyline") == found(drawn, "circle") == []
        assert {"1", "2"} <= set(words(drawn))

    def test_of_no_month_are_an_empty_picture(self):
        drawn = lines_over([], [], scale=EVEN, caption=CAPTION)

        assert found(drawn, "circle") == []
        assert words(drawn) == ["0.00", "1.00"]

    def test_each_have_their_own_look(self):
        drawn = drawn_over(*([0.1 * number, 0.2] for number in range(5)))
        looks = [each.get("class") for each in found(drawn, "polyline")]

        assert looks == [f"chart-stroke {stroke}" for stroke in over.STROKES]

    @pytest.mark.parametrize(
        ("count", "shown"),
        [(12, range(1, 13)), (13, range(1, 14, 2)), (24, range(1, 25, 2)), (25, range(1, 26, 3))],
    )
    def test_are_labelled_as_often_as_there_is_room(self, count, shown):
        drawn = drawn_over([0.5] * count)

        assert [each for each in words(drawn) if "." not in each] == [str(each) for each in shown]

    @given(st.lists(anything | st.none(), min_size=1, max_size=40))
    def test_stay_inside_the_picture(self, values):
        for dot in found(drawn_over(values), "circle"):
            assert LEFT <= int(dot.get("cx")) <= RIGHT
            assert TOP <= int(dot.get("cy")) <= BASE

    @given(st.lists(shares, min_size=2, max_size=40))
    def test_go_to_the_right_only(self, values):
        (line,) = found(drawn_over(values), "polyline")
        across = [x for x, _ in points(line)]

        assert across == sorted(set(across))


class TestBands:
    def test_stand_above_where_more_is_worse(self):
        drawn = drawn_over([0.1], scale=Scale(low=0.0, high=1.0, warn=0.4, act=0.8))
        (warn,) = found(drawn, "rect", "band-warn")
        (act,) = found(drawn, "rect", "band-act")

        assert int(act.get("y")) == TOP
        assert int(act.get("y")) + int(act.get("height")) == int(warn.get("y"))
        assert int(warn.get("y")) + int(warn.get("height")) == EVEN.y(0.4)

    def test_stand_below_where_less_is_worse(self):
        drawn = drawn_over([0.9], scale=Scale(low=0.0, high=1.0, warn=0.6, act=0.2))
        (warn,) = found(drawn, "rect", "band-warn")
        (act,) = found(drawn, "rect", "band-act")

        assert int(warn.get("y")) == EVEN.y(0.6)
        assert int(act.get("y")) == EVEN.y(0.2)
        assert int(act.get("y")) + int(act.get("height")) == BASE

    @pytest.mark.parametrize("bounds", [{}, {"warn": 0.4}, {"act": 0.8}])
    def test_are_two_or_none(self, bounds):
        assert found(drawn_over([0.1], scale=Scale(low=0.0, high=1.0, **bounds)), "rect") == []

    def test_of_no_height_are_left_out(self):
        drawn = drawn_over([0.1], scale=Scale(low=0.0, high=1.0, warn=0.5, act=1.0))

        assert len(found(drawn, "rect", "band-warn")) == 1
        assert found(drawn, "rect", "band-act") == []

    def test_are_named_on_the_axis(self):
        drawn = drawn_over([0.1], scale=Scale(low=0.0, high=0.5, warn=0.1, act=0.25))

        assert words(drawn)[:4] == ["0.00", "0.10", "0.25", "0.50"]

    def test_that_lie_outside_are_not_named(self):
        drawn = drawn_over([0.1], scale=Scale(low=0.0, high=0.2, warn=0.1, act=0.25))

        assert "0.25" not in words(drawn)

    def test_leave_nothing_on_the_axis_where_it_stands_below_nought(self):
        drawn = drawn_over([0.0], scale=Scale(low=-1.0, high=1.0))

        assert words(drawn)[:3] == ["-1.00", "0.00", "1.00"]
        assert len(found(drawn, "line", "chart-line")) == 1


class TestWhatWasSaidAndWhatHappened:
    def test_lie_on_the_diagonal_where_they_agree(self):
        for dot in found(scatter((0.1, 0.1, 5), (0.2, 0.2, 5), (0.4, 0.4, 5)), "circle"):
            assert int(dot.get("cx")) + int(dot.get("cy")) == SQUARE

    def test_lie_below_it_where_less_happened_than_was_said(self):
        _, dot = found(scatter((0.4, 0.4, 5), (0.4, 0.1, 5)), "circle")

        assert int(dot.get("cx")) + int(dot.get("cy")) > SQUARE

    def test_go_as_far_as_the_largest_share(self):
        assert words(scatter((0.05, 0.08, 1))) == ["8%", "0", "8%"]

    def test_are_as_large_as_their_cases(self):
        radii = [
            int(dot.get("r")) for dot in found(scatter((0.1, 0.1, 100), (0.2, 0.2, 0)), "circle")
        ]

        assert radii == [7, 3]

    def test_of_nobody_are_axes_alone(self):
        drawn = scatter()

        assert found(drawn, "circle") == []
        assert words(drawn) == ["100%", "0", "100%"]

    def test_of_loans_that_all_were_good_lie_at_the_corner(self):
        (dot,) = found(scatter((0.0, 0.0, 9)), "circle")

        assert (int(dot.get("cx")), int(dot.get("cy"))) == (LEFT, SQUARE - LEFT)

    @given(st.lists(st.tuples(shares, shares, st.integers(1, 9_999)), max_size=20))
    def test_stay_inside_the_square(self, cases):
        for dot in found(scatter(*cases), "circle"):
            assert LEFT <= int(dot.get("cx")) <= SQUARE - TOP
            assert TOP <= int(dot.get("cy")) <= SQUARE - LEFT


class TestACurve:
    def test_stands_on_its_own_grid(self):
        (line,) = found(
            curve([(0.0, 0.0), (0.25, 0.5), (1.0, 1.0)], axes=AXES, caption=CAPTION),
            "polyline",
            "chart-curve",
        )

        assert points(line) == [(30.0, 208.0), (80.0, 108.0), (230.0, 8.0)]

    def test_has_the_diagonal_of_chance_beneath_it(self):
        diagonal, line = found(curve([], axes=AXES, caption=CAPTION), "polyline")

        assert points(diagonal) == [(30.0, 208.0), (230.0, 8.0)]
        assert points(line) == []

    def test_says_what_its_sides_are_and_how_far_they_go(self):
        axes = Axes(x="asked", y="paid", x_top="10%", y_top="40%")

        assert words(curve([], axes=axes, caption=CAPTION)) == ["0", "10%", "asked", "40%", "paid"]

    @given(st.lists(st.tuples(anything, anything), max_size=20))
    def test_stays_inside_the_square(self, given_points):
        drawn = curve(given_points, axes=AXES, caption=CAPTION)
        for x, y in points(found(drawn, "polyline", "chart-curve")[0]):
            assert square.LEFT <= x <= square.LEFT + square.SIDE
            assert square.TOP <= y <= square.TOP + square.SIDE


class TestEveryPicture:
    @pytest.mark.parametrize(
        "drawn",
        [drawn_over([0.1, 0.2]), scatter((0.1, 0.1, 3)), curve([], axes=AXES, caption=CAPTION)],
        ids=["lines", "points", "curve"],
    )
    def test_names_itself_and_says_what_it_shows(self, drawn):
        picture = ElementTree.fromstring(drawn)

        assert picture.get("role") == "img"
        assert picture.get("aria-labelledby") == "drift-title drift-text"
        assert [picture.findtext(f"{{*}}{tag}") for tag in ("title", "desc")] == [
            "Drift",
            "A line by month.",
        ]

    @pytest.mark.parametrize("words_of_people", ["<script>", '"><rect/>', "A & B", "云溪面馆"])
    def test_says_what_people_wrote_and_obeys_none_of_it(self, words_of_people):
        caption = Caption(name="x", title=words_of_people, description=words_of_people)
        line = Line(words_of_people, (0.5,))
        drawn = lines_over([words_of_people], [line], scale=EVEN, caption=caption)

        assert words(drawn)[-1] == words_of_people
        assert found(drawn, "title")[0].text == found(drawn, "desc")[0].text == words_of_people
        assert found(drawn, "script") == found(drawn, "rect") == []

    @pytest.mark.parametrize(("language", "principal"), [("en", "Principal"), ("zh-hans", "本金")])
    def test_speaks_the_language_of_its_words(self, language, principal):
        with translation.override(language):
            axes = Axes(x=gettext("Principal"), y="")
            drawn = curve([], axes=axes, caption=CAPTION)

        assert principal in words(drawn)

    @pytest.mark.parametrize("language", ["en", "zh-hans", "de"])
    def test_counts_in_the_picture_the_same_in_every_language(self, language):
        with translation.override(language):
            assert words(scatter((0.125, 0.25, 1_000)))[0] == "25%"
            assert words(drawn_over([0.5], scale=Scale(low=0.0, high=1_234.5)))[1] == "1234.50"

    def test_is_drawn_in_the_order_of_its_marks(self):
        marks = [svg.label(str(number), x=number, y=0) for number in range(3)]
        drawn = svg.picture(
            name="n", title="t", description="d", width=1, height=1, marks=iter(marks)
        )

        assert words(drawn) == ["0", "1", "2"]
