"""Pictures of a card as files: anybody can read them, and no script hides in a name."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.management import drawings

SVG = "{http://www.w3.org/2000/svg}"
names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("<>&\"'"), max_size=30
)


def outcomes(rows=60, seed=1):
    dice = np.random.default_rng(seed)
    chance = dice.random(rows)
    is_bad = (dice.random(rows) < chance).astype(np.int8)
    is_bad[0], is_bad[1] = 0, 1
    return is_bad, chance


def feature(name="delay", bins=3, points=12.5):
    return {
        "feature": name,
        "bins": [
            {
                "bin": f"x < {place}",
                "count": 10 * place,
                "bads": place,
                "points": points - 9 * place,
            }
            for place in range(bins)
        ],
    }


class TestFiles:
    def test_are_one_for_each_feature_and_two_for_the_whole(self, tmp_path):
        is_bad, chance = outcomes()

        paths = drawings.draw(
            tmp_path / "new", is_bad=is_bad, chance=chance, bins=[feature(), feature("income")]
        )

        assert [path.name for path in paths] == [
            "ranking.svg", "calibration.svg", "bins-01.svg", "bins-02.svg",
        ]  # fmt: skip
        for path in paths:
            assert ET.fromstring(path.read_text(encoding="utf-8")).tag == f"{SVG}svg"

    def test_take_the_place_of_older_ones(self, tmp_path):
        for seed in (1, 2):
            is_bad, chance = outcomes(seed=seed)
            drawings.draw(tmp_path, is_bad=is_bad, chance=chance, bins=[])

        assert sorted(path.name for path in tmp_path.iterdir()) == [
            "calibration.svg",
            "ranking.svg",
        ]

    def test_are_refused_where_a_file_stands_in_the_way(self, tmp_path):
        place = tmp_path / "taken"
        place.write_text("mine", encoding="utf-8")
        is_bad, chance = outcomes()

        with pytest.raises(OSError, match="exists"):
            drawings.draw(place, is_bad=is_bad, chance=chance, bins=[])

        assert place.read_text(encoding="utf-8") == "mine"


class TestRanking:
    def test_names_the_widest_gap(self):
        is_bad = np.array([1, 1, 0, 0], dtype=np.int8)

        picture = drawings.ranking(is_bad, np.array([0.9, 0.8, 0.2, 0.1]))

        assert "KS 1.000" in picture

    def test_of_a_coin_has_none(self):
        is_bad = np.array([0, 1] * 20, dtype=np.int8)

        picture = drawings.ranking(is_bad, np.linspace(0, 1, 40))

        title = ET.fromstring(picture).findtext(f"{SVG}title")
        assert title is not None
        assert float(title.split()[-1]) <= 0.1

    @given(rows=st.integers(2, 400), seed=st.integers(0, 999))
    def test_stays_in_its_frame(self, rows, seed):
        is_bad, chance = outcomes(rows, seed)
        root = ET.fromstring(drawings.ranking(is_bad, chance))

        for line in root.iter(f"{SVG}polyline"):
            for pair in line.attrib["points"].split():
                for number in map(float, pair.split(",")):
                    assert drawings.EDGE - 0.1 <= number <= drawings.SIDE - drawings.EDGE + 0.1


class TestCalibration:
    @given(rows=st.integers(2, 200), seed=st.integers(0, 999))
    def test_has_a_dot_for_each_tenth_that_holds_anybody(self, rows, seed):
        root = ET.fromstring(drawings.calibration(*outcomes(rows, seed)))

        assert len(list(root.iter(f"{SVG}circle"))) == min(rows, 10)


class TestBars:
    @given(name=names, word=names)
    def test_tell_any_name_and_word_without_being_broken_by_it(self, name, word):
        row = {"bin": word, "count": 3, "bads": 1, "points": -4.0}

        root = ET.fromstring(drawings.bars({"feature": name, "bins": [row]}))

        title = root.findtext(f"{SVG}title") or ""
        assert title == f"{name}: points · rows · bad"

    def test_hold_no_script_whatever_a_column_is_called(self):
        picture = drawings.bars(feature("<script>alert(1)</script>"))

        assert "<script" not in picture

    def test_of_bins_that_move_nothing_are_flat(self):
        rows = [{"bin": "any", "count": 5, "bads": 0, "points": 0.0}]

        root = ET.fromstring(drawings.bars({"feature": "constant", "bins": rows}))

        (bar,) = root.iter(f"{SVG}rect")
        assert float(bar.attrib["width"]) == 0

    def test_of_no_bins_are_a_title(self):
        root = ET.fromstring(drawings.bars({"feature": "none", "bins": []}))

        assert not list(root.iter(f"{SVG}rect"))

    def test_of_an_empty_bin_tell_no_share_of_nobody(self):
        rows = [{"bin": "missing", "count": 0, "bads": 0, "points": 3.0}]

        assert "0.0%" in drawings.bars({"feature": "income", "bins": rows})

    @given(points=st.lists(st.floats(-500, 500), min_size=1, max_size=12))
    def test_are_as_long_as_their_points_and_point_their_way(self, points):
        rows = [{"bin": str(at), "count": 1, "bads": 0, "points": p} for at, p in enumerate(points)]

        drawn = list(
            ET.fromstring(drawings.bars({"feature": "x", "bins": rows})).iter(f"{SVG}rect")
        )

        most = max(abs(each) for each in points)
        for bar, value in zip(drawn, points, strict=True):
            left, width = float(bar.attrib["x"]), float(bar.attrib["width"])
            assert width <= 140.1
            assert left >= 259.9
            if value < 0:
                assert left + width == pytest.approx(400, abs=0.2)
            if most and abs(value) == most:
                assert width == pytest.approx(140, abs=0.1)
