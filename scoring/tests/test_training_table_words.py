"""Tables: which word means bad, which row repeats, which text is a table and which is none."""

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.training import refusals
from scoring.training.table import MOST_VALUES, frame_of, read, table_of

ROWS = range(12)


def outcome(*words, bad=None):
    """A table whose outcomes are these words, and the places of the bad rows."""
    found = table_of(
        pandas.DataFrame({"x": [place * place for place in range(len(words))], "y": words}),
        target="y",
        bad=bad,
    )
    return found, found.is_bad.nonzero()[0].tolist()


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


class TestBad:
    @pytest.mark.parametrize(
        ("words", "bads"),
        [
            ((0, 1, 0), [1]),
            ((1, 0, 0), [0]),
            ((0.0, 1.0, 1.0), [1, 2]),
            ((True, False, True), [0, 2]),
            (("good", "bad", "good"), [1]),
            (("BAD", "GOOD", "GOOD"), [0]),
            (("False", "True", "False"), [1]),
            ((" 1 ", "0", "0"), [0]),
        ],
    )
    def test_is_known_by_the_usual_words_without_a_warning(self, words, bads):
        found, places = outcome(*words)

        assert places == bads
        assert found.warnings == ()

    @pytest.mark.parametrize(
        ("words", "bads", "said"),
        [
            (("yes", "no", "no"), [0], "yes"),
            (("N", "Y", "N"), [1], "Y"),
            (("G", "B", "G"), [1], "B"),
            (("paid", "default", "paid"), [1], "default"),
            (("好", "坏", "好"), [1], "坏"),
            (("否", "否", "是"), [2], "是"),
            (("正常", "逾期", "正常"), [1], "逾期"),
            ((1, 2, 2), [0], "1"),
        ],
    )
    def test_is_guessed_from_other_words_with_a_warning(self, words, bads, said):
        found, places = outcome(*words)

        assert places == bads
        assert found.warnings == (f"{said} is taken for bad; say otherwise with --bad",)

    @pytest.mark.parametrize(
        ("words", "bad", "bads"),
        [
            ((1, 2, 2), "2", [1, 2]),
            ((1.0, 2.0, 2.0), "2", [1, 2]),
            ((1, 2, 2), "2.0", [1, 2]),
            (("a", "B", "a"), "b", [1]),
            (("a", "b", "a"), " b ", [1]),
            (("good", "bad", "good"), "good", [0, 2]),
            (("b", "B", "b"), "B", [1]),
        ],
    )
    def test_is_what_was_said(self, words, bad, bads):
        found, places = outcome(*words, bad=bad)

        assert places == bads
        assert found.warnings == ()

    def test_makes_all_other_words_good_and_says_which(self):
        found, places = outcome("paid", "bad", "open", "paid", bad="bad")

        assert places == [1]
        assert "open, paid" in found.warnings[0]

    @pytest.mark.parametrize(
        ("words", "bad"),
        [
            (("a", "c", "a"), None),
            ((0, 1, 2), None),
            (("good", "bad", "ugly"), None),
            (("a", "b", "a"), "c"),
            ((0, 1, 0), "2"),
            ((5, 6, 5), None),
        ],
    )
    def test_is_refused_where_nobody_can_say(self, words, bad):
        with pytest.raises(refusals.TargetUnclear):
            outcome(*words, bad=bad)

    def test_is_refused_in_few_words_where_there_are_many(self):
        with pytest.raises(refusals.TargetUnclear) as refused:
            outcome(*(f"word {place}" for place in range(500)))

        assert str(refused.value.context["values"]).count("word") == MOST_VALUES

    def test_is_never_among_outcomes_that_nobody_knows(self):
        with pytest.raises(refusals.OneClassOnly):
            outcome(None, None, None)

    def test_is_refused_where_the_outcome_is_no_column(self):
        with pytest.raises(refusals.ColumnMissing):
            table_of(pandas.DataFrame({"x": [1, 2]}), target="y")

    @given(st.lists(st.sampled_from([0, 1]), min_size=2, max_size=60))
    def test_rows_are_as_many_as_were_written(self, ends):
        if 1 not in ends:
            ends[0] = 1
        found, _ = outcome(*ends)

        assert (found.rows, found.bads) == (len(ends), sum(ends))


class TestUnknownAndRepeated:
    def test_outcomes_are_left_out_with_their_rows(self):
        found, places = outcome(0, None, 1, None, 0)

        assert found.frame["x"].tolist() == [0.0, 4.0, 16.0]
        assert places == [1]
        assert found.warnings == ("2 rows without an outcome were left out",)

    @pytest.mark.parametrize(
        ("rows", "repeated"),
        [
            ([(1, 0), (2, 1)], 0),
            ([(1, 0), (1, 1), (2, 1)], 0),
            ([(1, 0), (1, 0), (2, 1)], 1),
            ([(1, 0), (1, 0), (1, 0), (2, 1), (2, 1)], 3),
        ],
    )
    def test_rows_are_alike_only_with_the_same_outcome(self, rows, repeated):
        found = table_of(pandas.DataFrame(rows, columns=["x", "y"]), target="y")
        once = found.without_repeated()

        assert found.repeated == repeated
        assert (found.rows, once.rows) == (len(rows), len(rows) - repeated)
        assert once.repeated == 0

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=4, max_size=40))
    def test_rows_kept_once_are_those_that_differ(self, rows):
        rows = [*rows, (0, 1), (5, 0)]
        found = table_of(pandas.DataFrame(rows, columns=["x", "y"]), target="y")
        once = found.without_repeated()
        kept = list(zip(once.frame["x"].tolist(), once.is_bad.tolist(), strict=True))

        assert sorted(kept) == sorted(set(rows))
        assert once.without_repeated().rows == once.rows


class TestText:
    @pytest.mark.parametrize("ending", ["\n", "\r\n"])
    @pytest.mark.parametrize("last", [True, False])
    def test_may_end_its_lines_in_any_way(self, tmp_path, ending, last):
        text = ending.join(["x,y", "1,0", "2,1"]) + ending * last

        assert frame_of(written(tmp_path / "t", text))["x"].tolist() == [1, 2]

    @pytest.mark.parametrize(
        ("head", "row", "separator"),
        [
            ("amount;y", "1,5;0", ";"),
            ("a b,y", "hello there,0", ","),
            ("a|b|y", "1,000|2|1", "|"),
            ("a\ty", "1,2,3\t0", "\t"),
        ],
    )
    def test_is_divided_by_what_agrees_with_its_head(self, tmp_path, head, row, separator):
        found = frame_of(written(tmp_path / "t", "\n".join([head, *[row] * 5])))

        assert list(found.columns) == head.split(separator)

    def test_may_have_empty_lines(self, tmp_path):
        found = frame_of(written(tmp_path / "t", "x,y\n\n1,0\n\n\n2,1\n"))

        assert found["y"].tolist() == [0, 1]

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_may_name_its_columns_in_chinese(self, tmp_path, encoding):
        path = written(tmp_path / "t", "收入,结果\n8000,好\n3000,坏\n", encoding)
        found = read(path, target="结果")

        assert found.is_bad.tolist() == [0, 1]
        assert found.frame["收入"].tolist() == [8000.0, 3000.0]

    def test_may_drop_columns_before_anything_else(self, tmp_path):
        path = written(tmp_path / "t", "x,note,y\n1,a,0\n2,b,1\n1,c,0\n")
        found = read(path, target="y", drop=["note"])

        assert list(found.frame.columns) == ["x"]
        assert found.repeated == 1

    def test_with_the_outcome_dropped_teaches_nothing(self, tmp_path):
        path = written(tmp_path / "t", "x,y\n1,0\n2,1\n")

        with pytest.raises(refusals.ColumnMissing):
            read(path, target="y", drop=["y"])

    @pytest.mark.parametrize("head", ["x,x,y", "x, x,y", "y,x,y"])
    def test_with_a_name_twice_is_refused(self, tmp_path, head):
        with pytest.raises(refusals.ColumnRepeated):
            frame_of(written(tmp_path / "t", f"{head}\n1,2,0\n3,4,1\n"))

    @pytest.mark.parametrize("content", [b"\xff\xfe\xff", b"word", b"a\nb\nc\n", b"   \n"])
    def test_that_is_no_table_is_refused(self, tmp_path, content):
        (tmp_path / "t").write_bytes(content)

        with pytest.raises(refusals.TableUnreadable):
            frame_of(tmp_path / "t")

    def test_that_is_a_folder_is_refused(self, tmp_path):
        with pytest.raises(refusals.TableUnreadable):
            frame_of(tmp_path)

    @given(
        st.lists(
            st.tuples(st.integers(-999, 999), st.sampled_from([0, 1])), min_size=2, max_size=9
        ),
        st.sampled_from(",;\t|"),
    )
    def test_says_the_same_whatever_divides_it(self, tmp_path_factory, rows, separator):
        lines = [("x", "y"), *rows]
        text = "\n".join(separator.join(map(str, line)) for line in lines)
        found = frame_of(written(tmp_path_factory.mktemp("t") / "t", text))

        assert list(found.itertuples(index=False, name=None)) == rows
