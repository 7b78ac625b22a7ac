"""Charts are pictures with words: exact, escaped, and always beside a table."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import date

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from common.charts.bars import BASE, PLOT_HEIGHT, WIDTH, Bar, Caption, month_bars, stacked_bars
from common.charts.gallery import examples
from common.charts.level import Level, level_bars
from common.charts.meter import meter
from common.templatetags.charts import schedule_rows

CAPTION = Caption(name="plan", title="Plan", description="Two bars.", top_label="¥10.00")
SVG = "{*}"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@dataclass(frozen=True)
class Row:
    number: int
    due_on: date
    principal_fen: int
    interest_fen: int


def boxes(drawn, look=None):
    found = ElementTree.fromstring(drawn).findall(f"{SVG}rect")
    return [box for box in found if look is None or box.get("class") == look]


def labels(drawn):
    return [text.text for text in ElementTree.fromstring(drawn).findall(f"{SVG}text")]


class TestStackedBars:
    def test_names_itself_to_screen_readers(self):
        drawn = stacked_bars([Bar("1", (6, 4))], caption=CAPTION)
        picture = ElementTree.fromstring(drawn)
        assert picture.get("role") == "img"
        assert picture.get("aria-labelledby") == "plan-title plan-text"
        assert picture.findtext(f"{SVG}title") == "Plan"
        assert picture.findtext(f"{SVG}desc") == "Two bars."

    def test_stands_the_second_part_on_the_first(self):
        first, second = boxes(stacked_bars([Bar("1", (60, 40))], caption=CAPTION))
        assert int(first.get("y")) + int(first.get("height")) == BASE
        assert int(second.get("y")) + int(second.get("height")) < int(first.get("y"))
        assert int(second.get("y")) >= BASE - PLOT_HEIGHT

    def test_what_is_not_nothing_is_never_invisible(self):
        drawn = stacked_bars([Bar("1", (1_000_000, 1)), Bar("2", (1_000_000, 0))], caption=CAPTION)
        assert [box.get("height") for box in boxes(drawn, "fill-second")] == ["1", "0"]

    def test_stacks_a_third_part_above_the_second(self):
        drawn = stacked_bars([Bar("1", (50, 30, 20))], caption=CAPTION)
        looks = ("fill-first", "fill-second", "fill-third")
        tops = [int(box.get("y")) for look in looks for box in boxes(drawn, look)]
        assert len(tops) == 3
        assert tops == sorted(tops, reverse=True)

    def test_escapes_what_it_is_told(self):
        caption = Caption(name="x", title="<script>", description='"&', top_label="<b>")
        drawn = stacked_bars([Bar("<i>", (1, 1))], caption=caption)
        assert isinstance(drawn, SafeString)
        assert "<script>" not in drawn
        assert labels(drawn) == ["<i>", "<b>"]

    def test_draws_nothing_for_nothing(self):
        assert boxes(stacked_bars([], caption=CAPTION)) == []
        drawn = stacked_bars([Bar("1", (0, 0))], caption=CAPTION)
        assert {box.get("height") for box in boxes(drawn)} == {"0"}

    @pytest.mark.parametrize(
        ("count", "first", "number"), [(12, "1", 12), (24, "2", 12), (60, "5", 12)]
    )
    def test_labels_only_as_many_bars_as_there_is_room_for(self, count, first, number):
        bars = [Bar(str(index + 1), (1, 1)) for index in range(count)]
        shown = labels(stacked_bars(bars, caption=Caption("x", "x", "x")))
        assert shown[0] == first
        assert len(shown) == number

    @given(
        st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=60)
    )
    def test_stays_inside_the_picture(self, sizes):
        bars = [Bar(str(index), parts) for index, parts in enumerate(sizes)]
        for box in boxes(stacked_bars(bars, caption=CAPTION)):
            assert int(box.get("height")) >= 0
            assert int(box.get("y")) >= BASE - PLOT_HEIGHT - 1
            assert int(box.get("x")) >= 0
            assert int(box.get("x")) + int(box.get("width")) <= WIDTH


class TestMonthBars:
    def test_measures_every_bar_on_one_scale(self):
        drawn = month_bars([Bar("Jan", (100, 50)), Bar("Feb", (100, 0))], caption=CAPTION)
        heights = [int(box.get("height")) for box in boxes(drawn)]
        assert heights == [PLOT_HEIGHT, PLOT_HEIGHT // 2, PLOT_HEIGHT, 0]

    def test_puts_the_two_bars_of_a_month_side_by_side(self):
        money_in, money_out = boxes(month_bars([Bar("Jan", (1, 1))], caption=CAPTION))
        end_of_first = int(money_in.get("x")) + int(money_in.get("width"))
        assert end_of_first <= int(money_out.get("x"))


class TestMeter:
    @pytest.mark.parametrize(
        ("share_ppm", "width"),
        [(0, "0"), (500_000, "200"), (1_000_000, "400"), (1_500_000, "400"), (-1, "0")],
    )
    def test_fills_its_share_and_never_more(self, share_ppm, width):
        assert boxes(meter(share_ppm))[1].get("width") == width

    def test_leaves_the_words_to_the_page(self):
        assert ElementTree.fromstring(meter(1)).get("aria-hidden") == "true"


class TestScheduleTag:
    ROWS = (
        Row(1, date(2026, 9, 15), 40_000, 6_000),
        Row(2, date(2026, 10, 15), 45_500, 500),
    )

    def test_counts_down_to_nothing(self):
        rows = schedule_rows(self.ROWS)
        assert [row.amount_fen for row in rows] == [46_000, 46_000]
        assert [row.left_fen for row in rows] == [45_500, 0]

    def test_shows_the_table_behind_the_bars(self):
        page = Template("{% load charts %}{% schedule rows %}").render(Context({"rows": self.ROWS}))
        assert "2 instalments, ¥920.00 in all" in page
        for figure in ("¥400.00", "¥60.00", "¥455.00", "¥5.00", "¥0.00", "2026-10-15"):
            assert figure in page

    def test_a_plan_of_nothing_is_an_empty_table(self):
        page = Template("{% load charts %}{% schedule rows %}").render(Context({"rows": ()}))
        assert "0 instalments" in page


class TestMonthsTag:
    def test_shows_the_table_behind_the_bars(self):
        months = examples()["months"]
        page = Template("{% load charts %}{% months_chart m %}").render(Context({"m": months}))
        assert "10 months" in page
        assert "2025-09" in page
        assert "¥6,200.00" in page


class TestReasonMeter:
    def test_draws_the_two_directions_differently(self):
        draw = Template("{% load charts %}{% reason_meter 500000 way %}")
        assert "fill-first" in draw.render(Context({"way": "UP"}))
        assert "fill-second" in draw.render(Context({"way": "DOWN"}))

    def test_refuses_a_direction_that_it_does_not_know(self):
        with pytest.raises(KeyError):
            Template("{% load charts %}{% reason_meter 1 'SIDEWAYS' %}").render(Context())


class TestLevelBars:
    ROWS = (Level("Eating out", 400, "¥4.00"), Level("Travel", 100, "¥1.00"), Level("Cash", 0, "0"))

    def test_are_as_long_as_their_share_of_the_largest(self):
        bars = boxes(level_bars(self.ROWS, caption=CAPTION), "fill-first")

        assert [bar.get("width") for bar in bars] == ["360", "90", "0"]

    def test_name_every_row_and_its_size(self):
        said = labels(level_bars(self.ROWS, caption=CAPTION))

        assert said == ["Eating out", "¥4.00", "Travel", "¥1.00", "Cash", "0"]

    def test_grow_with_their_rows(self):
        picture = ElementTree.fromstring(level_bars(self.ROWS * 3, caption=CAPTION))

        assert picture.get("viewBox") == "0 0 360 306"

    def test_of_nothing_are_an_empty_picture(self):
        assert boxes(level_bars((), caption=CAPTION)) == []

    def test_escape_what_people_wrote(self):
        drawn = level_bars([Level("<b>", 1, "&")], caption=CAPTION)

        assert labels(drawn) == ["<b>", "&"]

    def test_stand_beside_their_table(self):
        page = Template(
            "{% load charts %}{% levels_chart rows name='s' title='Scenes' first='A' second='B' %}"
        ).render(Context({"rows": self.ROWS}))

        assert page.count("<tr>") == 4
        assert 'aria-label="Scenes"' in page
