"""Tables from files as people have them: every separator, two encodings, gaps, and junk."""

from pathlib import Path

import numpy as np
import pytest

from scoring.tests import outcomes
from scoring.training import refusals, table


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "people.csv"
    path.write_bytes(text.encode(encoding))
    return path


SMALL = "age,home,bad\n30,own,0\n41,rent,1\n,rent,0\n25,own,1\n"


class TestReading:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
    def test_finds_the_separator_by_itself(self, tmp_path, separator):
        path = written(tmp_path, "age;home;bad\n30;own;0\n41;rent;1\n".replace(";", separator))

        found = table.read(path, target="bad")

        assert list(found.frame.columns) == ["age", "home"]
        assert list(found.is_bad) == [0, 1]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_reads_either_encoding(self, tmp_path, encoding):
        path = written(tmp_path, "年龄,住房,结果\n30,自有,0\n41,租房,1\n", encoding=encoding)

        found = table.read(path, target="结果")

        assert list(found.frame["住房"]) == ["自有", "租房"]

    def test_keeps_a_separator_inside_quotes(self, tmp_path):
        path = written(tmp_path, 'age,job,bad\n30,"cook, night",0\n41,"driver, day",1\n')

        assert list(table.read(path, target="bad").frame["job"]) == ["cook, night", "driver, day"]

    def test_keeps_what_is_missing_missing(self, tmp_path):
        found = table.read(written(tmp_path, SMALL), target="bad")

        assert found.frame["age"].isna().tolist() == [False, False, True, False]

    @pytest.mark.parametrize("word", ["?", "NA", ".", "无"])
    def test_knows_the_words_for_missing(self, tmp_path, word):
        path = written(tmp_path, f"age,x,bad\n30,1,0\n{word},2,1\n20,1,0\n")

        assert table.read(path, target="bad").frame["age"].isna().sum() == 1

    def test_counts_junk_among_figures_as_missing_and_says_so(self, tmp_path):
        rows = "".join(f"{age},{age % 2}\n" for age in range(30, 50))
        found = table.read(written(tmp_path, f"age,bad\n{rows}thirty,1\n"), target="bad")

        assert found.frame["age"].dtype == np.float64
        assert any("1 values are no numbers" in each for each in found.warnings)

    def test_reads_thousands_and_percent_as_figures(self, tmp_path):
        path = written(tmp_path, 'pay,rate,bad\n"1,200",5%,0\n"3,400",7%,1\n"5,600",6%,1\n')

        frame = table.read(path, target="bad").frame

        assert frame["pay"].tolist() == [1200, 3400, 5600]
        assert frame["rate"].tolist() == [5, 7, 6]

    def test_leaves_out_what_never_differs_or_only_counts_the_rows(self, tmp_path):
        rows = "".join(f"{number},x,{number % 7},{number % 2}\n" for number in range(60))
        found = table.read(written(tmp_path, f"id,same,age,bad\n{rows}"), target="bad")

        assert list(found.frame.columns) == ["age"]
        assert len(found.warnings) == 2

    def test_counts_repeated_rows_and_can_keep_them_once(self, tmp_path):
        found = table.read(written(tmp_path, SMALL + "30,own,0\n30,own,0\n"), target="bad")

        assert found.repeated == 2
        assert "2 rows repeat" in found.warnings[0]
        assert found.without_repeated().rows == 4

    def test_leaves_out_rows_without_an_outcome(self, tmp_path):
        found = table.read(written(tmp_path, SMALL + "50,own,\n"), target="bad")

        assert found.rows == 4
        assert any("1 rows without an outcome" in each for each in found.warnings)


class TestTheOutcome:
    @pytest.mark.parametrize(
        ("good", "bad"), [("0", "1"), ("good", "bad"), ("False", "True"), ("no", "yes")]
    )
    def test_is_understood_where_it_is_plain(self, tmp_path, good, bad):
        path = written(tmp_path, f"age,end\n30,{good}\n40,{bad}\n50,{good}\n")

        assert table.read(path, target="end").is_bad.tolist() == [0, 1, 0]

    def test_can_be_said(self, tmp_path):
        path = written(tmp_path, "age,end\n30,1\n40,2\n50,1\n")

        assert table.read(path, target="end", bad="2").is_bad.tolist() == [0, 1, 0]

    def test_is_never_guessed_silently(self, tmp_path):
        path = written(tmp_path, "age,end\n30,1\n40,2\n50,1\n")

        assert "taken for bad" in table.read(path, target="end").warnings[0]

    @pytest.mark.parametrize("ends", [("late", "paid"), ("A", "B", "C")])
    def test_is_refused_where_it_is_unclear(self, tmp_path, ends):
        rows = "".join(f"{age},{end}\n" for age, end in enumerate(ends))

        with pytest.raises(refusals.TargetUnclear):
            table.read(written(tmp_path, f"age,end\n{rows}"), target="end")

    def test_is_refused_where_the_named_value_does_not_occur(self, tmp_path):
        with pytest.raises(refusals.TargetUnclear):
            table.read(written(tmp_path, SMALL), target="bad", bad="7")


class TestRefusing:
    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(refusals.TableUnreadable):
            table.read(tmp_path / "nothing.csv", target="bad")

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"alone\n1\n", b"\x00\x01\x02,\x03\n"])
    def test_what_is_no_table(self, tmp_path, content):
        path = tmp_path / "people.csv"
        path.write_bytes(content)

        with pytest.raises(refusals.TableUnreadable):
            table.read(path, target="bad")

    def test_a_row_that_is_longer_than_the_head(self, tmp_path):
        with pytest.raises(refusals.RowTooLong):
            table.read(written(tmp_path, SMALL + "1,2,3,4,5\n"), target="bad")

    def test_a_name_that_stands_twice(self, tmp_path):
        with pytest.raises(refusals.ColumnRepeated) as refused:
            table.read(written(tmp_path, "age,age,bad\n1,2,0\n"), target="bad")

        assert refused.value.context == {"column": "age"}

    @pytest.mark.parametrize("words", [{"target": "worse"}, {"target": "bad", "drop": ["size"]}])
    def test_a_column_that_is_not_there(self, tmp_path, words):
        with pytest.raises(refusals.ColumnMissing) as refused:
            table.read(written(tmp_path, SMALL), **words)

        assert refused.value.context["columns"] == "age, home, bad"


class TestAnyTable:
    def test_is_the_same_under_every_separator(self, tmp_path):
        tables = [
            table.read(written(tmp_path, outcomes.text(80, separator=each)), target="bad")
            for each in (",", ";", "\t")
        ]

        for other in tables[1:]:
            assert other.frame.equals(tables[0].frame)
            assert (other.is_bad == tables[0].is_bad).all()


class TestRowsThatAreTooLong:
    def test_are_refused_with_the_first_line(self, tmp_path):
        path = written(tmp_path, SMALL + "30,own,1,9\n28,rent,0\n31,own,0,7,7\n")

        with pytest.raises(refusals.RowTooLong) as refused:
            table.read(path, target="bad")

        assert refused.value.context == {"rows": 2, "line": 6}

    def test_are_no_matter_where_nothing_stands_behind_the_last_separator(self, tmp_path):
        text = "".join(f"{line},\n" for line in SMALL.splitlines()[1:])

        found = table.read(written(tmp_path, "age,home,bad\n" + text), target="bad")

        assert found.frame["age"].tolist()[:2] == [30.0, 41.0]
        assert found.rows == 4

    def test_are_seen_between_spaces_too(self, tmp_path):
        path = written(tmp_path, "age  home bad\n30 own  0\n41 rent 1\n25 own 1 9\n")

        with pytest.raises(refusals.RowTooLong):
            table.read(path, target="bad")

    def test_are_not_those_that_quote_the_separator(self, tmp_path):
        path = written(tmp_path, 'age,job,bad\n30,"cook, night, day",0\n41,driver,1\n')

        assert table.read(path, target="bad").rows == 2

    def test_are_not_those_that_end_early(self, tmp_path):
        found = table.read(written(tmp_path, "bad,age,home\n0,30,own\n1,41\n0\n"), target="bad")

        assert found.rows == 3
