"""Columns made fit to learn from: what is a figure, what is a word, what is left out and why."""

import math

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.training.columns import LARGEST, MANY_ROWS, tidied

ALONE = "the same in every row, left out"
figures = st.floats(allow_nan=False, allow_infinity=False, width=32)


def one(values, dtype=None):
    """The only column, and what was said of it."""
    frame, notes = tidied(pandas.DataFrame({"x": pandas.Series(values, dtype=dtype)}))
    return (frame["x"].tolist() if "x" in frame else None), notes


def alike(found, wanted):
    return [None if isinstance(each, float) and math.isnan(each) else each for each in found] == (
        wanted
    )


class TestFigures:
    @pytest.mark.parametrize(
        ("values", "wanted"),
        [
            ([1, 2, 2], [1.0, 2.0, 2.0]),
            ([1.5, None, 2.5], [1.5, None, 2.5]),
            ([True, False, True], [1.0, 0.0, 1.0]),
            ([1.0, math.inf, 3.0], [1.0, None, 3.0]),
            ([1.0, -math.inf, 3.0], [1.0, None, 3.0]),
            (["1", "2.5", "-3"], [1.0, 2.5, -3.0]),
            (["1,000", "2,500,000", "3"], [1_000.0, 2_500_000.0, 3.0]),
            (["10%", "2.5%", "3%"], [10.0, 2.5, 3.0]),
            ([" 1 ", "2\t", "3"], [1.0, 2.0, 3.0]),
            (["1", None, "3"], [1.0, None, 3.0]),
            (["1e3", "-2E-1", "3"], [1_000.0, -0.2, 3.0]),
        ],
    )
    def test_are_read_as_they_are_meant(self, values, wanted):
        found, notes = one(values)

        assert alike(found, wanted)
        assert notes == []

    @pytest.mark.parametrize(
        ("words", "count"), [(["n/k"], 1), (["n/k", "n/k"], 2), (["a", "b", "inf"], 3)]
    )
    def test_may_hold_a_little_junk_that_is_said(self, words, count):
        found, notes = one([*map(str, range(27)), *words])

        assert sum(math.isnan(each) for each in found) == count
        assert notes == [f"x: {count} values are no numbers and count as missing"]

    def test_with_much_junk_are_words(self):
        values = [*map(str, range(8)), "a", "b"]

        assert one(values) == (values, [])

    def test_just_nine_in_ten_are_figures(self):
        found, _ = one([*map(str, range(9)), "a"])

        assert found[:9] == [float(each) for each in range(9)]

    @pytest.mark.parametrize("wild", [1e101, 1e300, -1e200])
    def test_beyond_arithmetic_are_cut_and_said(self, wild):
        found, notes = one([1.0, 2.0, wild])

        assert found[2] == math.copysign(LARGEST, wild)
        assert notes == ["x: 1 values beyond 1e+100 count as that"]

    def test_beyond_arithmetic_and_junk_are_both_said(self):
        _, notes = one(["1e200", "none of it", *map(str, range(20))])

        (said,) = notes
        assert "1 values are no numbers" in said
        assert "1 values beyond" in said

    @given(st.lists(figures, min_size=2, max_size=40).filter(lambda rows: len(set(rows)) > 1))
    def test_stay_what_they_are(self, values):
        assert one(values)[0] == values

    @given(st.lists(figures, min_size=2, max_size=40).filter(lambda rows: len(set(rows)) > 1))
    def test_written_as_words_are_the_same_figures(self, values):
        assert one([repr(each) for each in values])[0] == values


class TestLeftOut:
    @pytest.mark.parametrize(
        "values",
        [[1, 1, 1], ["a", "a"], [None, None], [math.nan] * 4, [0.0, -0.0], [True, True], [7]],
    )
    def test_is_what_never_differs(self, values):
        assert one(values) == (None, [f"x: {ALONE}"])

    def test_is_not_what_is_sometimes_missing(self):
        assert alike(one([1.0, None, 1.0])[0], [1.0, None, 1.0])

    @pytest.mark.parametrize("first", [0, 1, -30, 1_000_000])
    def test_is_what_only_counts_the_rows(self, first):
        numbers = range(first, first + MANY_ROWS + 1)

        assert one(numbers) == (None, ["x: only numbers the rows, left out"])

    @pytest.mark.parametrize("step", [2, -1, 0.5])
    def test_is_not_what_rises_otherwise(self, step):
        assert one([place * step for place in range(MANY_ROWS + 1)])[0] is not None

    def test_is_not_what_counts_a_few_rows(self):
        assert one(range(MANY_ROWS))[0] is not None

    def test_is_not_what_misses_one_number(self):
        numbers = [*range(40), *range(41, 62)]

        assert one(numbers)[0] is not None

    def test_is_a_word_of_its_own_for_almost_every_row(self):
        words = [f"person {place}" for place in range(MANY_ROWS + 1)]

        assert one(words) == (None, ["x: almost every row has a word of its own, left out"])

    def test_is_not_a_word_of_its_own_in_few_rows(self):
        words = [f"person {place}" for place in range(MANY_ROWS)]

        assert one(words)[0] == words

    def test_is_not_a_word_that_two_rows_share(self):
        words = [f"town {place // 2}" for place in range(2 * MANY_ROWS)]

        assert one(words)[0] == words


class TestWords:
    def test_lose_the_spaces_around_them(self):
        assert one([" tea", "tea ", "rice"])[0] == ["tea", "tea", "rice"]

    def test_that_are_missing_stay_missing(self):
        assert alike(one(["tea", None, "rice"])[0], ["tea", None, "rice"])

    def test_and_figures_are_words(self):
        assert one(["tea", 1, "rice", 2], dtype=object)[0] == ["tea", "1", "rice", "2"]

    @given(st.lists(st.sampled_from(["茶", "米", "面"]), min_size=2, max_size=30))
    def test_of_any_language_stay_what_they_are(self, words):
        found, _ = one(words)

        assert found == (words if len(set(words)) > 1 else None)


class TestFrame:
    def test_keeps_the_order_of_its_columns_and_tells_of_each(self):
        frame, notes = tidied(
            pandas.DataFrame({"b": [1, 2], "same": [3, 3], "a": ["x", "y"], "none": [None, None]})
        )

        assert list(frame.columns) == ["b", "a"]
        assert notes == [f"same: {ALONE}", f"none: {ALONE}"]

    def test_keeps_its_rows_where_nothing_is_left(self):
        frame, _ = tidied(pandas.DataFrame({"same": [3, 3, 3]}))

        assert frame.shape == (3, 0)

    def test_names_columns_by_words(self):
        frame, _ = tidied(pandas.DataFrame({2024: [1, 2], 7: [3, 4]}))

        assert list(frame.columns) == ["2024", "7"]

    @given(st.lists(st.tuples(figures, st.sampled_from(["a", "b"])), min_size=2, max_size=30))
    def test_made_fit_again_changes_nothing(self, rows):
        once, _ = tidied(pandas.DataFrame(rows, columns=["figure", "word"]))
        twice, notes = tidied(once)

        assert notes == []
        assert twice.equals(once)

    @given(st.permutations(range(12)))
    def test_does_not_know_the_order_of_its_rows(self, order):
        whole = pandas.DataFrame(
            {"x": ["1", "2", *"3456789", "10", "11", "junk"], "y": [0.5, None] * 6}
        )
        moved, notes = tidied(whole.iloc[order].reset_index(drop=True))
        still, said = tidied(whole)

        assert notes == said
        assert np.array_equal(
            moved.to_numpy(dtype=float), still.iloc[order].to_numpy(dtype=float), equal_nan=True
        )
