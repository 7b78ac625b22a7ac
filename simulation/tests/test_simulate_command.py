"""`manage.py simulate`: a world in a folder, from the shell, quiet where nobody looks."""

import json
from argparse import ArgumentTypeError
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from simulation.management.commands.simulate import month, progress, whole


def simulate(folder, **options):
    said = StringIO()
    call_command(
        "simulate", out=folder, people=options.pop("people", 2), months=2, stdout=said, **options
    )
    return said.getvalue()


def bytes_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestSimulating:
    def test_says_what_was_written_and_how_the_figures_lie(self, tmp_path):
        said = simulate(tmp_path / "world")

        assert "2 people of nowhere, 2 months" in said
        assert "wallet payments a month" in said
        summary = json.loads((tmp_path / "world" / "summary.json").read_text(encoding="utf-8"))
        assert summary["people"] == 2

    def test_gives_the_same_bytes_for_the_same_seed(self, tmp_path):
        simulate(tmp_path / "one", seed=3)
        simulate(tmp_path / "two", seed=3)

        assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")

    def test_gives_other_bytes_for_another_seed(self, tmp_path):
        simulate(tmp_path / "one", seed=3)
        simulate(tmp_path / "two", seed=4)

        assert bytes_of(tmp_path / "one") != bytes_of(tmp_path / "two")

    def test_ends_with_the_month_that_was_asked_for(self, tmp_path):
        simulate(tmp_path / "world", last_month=date(2024, 3, 1))

        months = (tmp_path / "world" / "truth" / "months.csv").read_text(encoding="utf-8")
        assert "2024-02" in months
        assert "2024-03" in months
        assert "2024-04" not in months

    def test_fills_an_empty_folder(self, tmp_path):
        simulate(tmp_path)

        assert (tmp_path / "people").is_dir()

    def test_does_not_touch_a_folder_that_holds_something(self, tmp_path):
        (tmp_path / "diary.txt").write_text("mine", encoding="utf-8")

        with pytest.raises(CommandError, match="is there already"):
            simulate(tmp_path)

        assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]

    def test_does_not_take_a_file_for_a_folder(self, tmp_path):
        path = tmp_path / "file"
        path.write_text("mine", encoding="utf-8")

        with pytest.raises(CommandError, match="is there already"):
            simulate(path)

        assert path.read_text(encoding="utf-8") == "mine"

    def test_says_in_words_where_nothing_can_be_written(self, tmp_path):
        (tmp_path / "file").write_text("mine", encoding="utf-8")

        with pytest.raises(CommandError, match="cannot be written"):
            simulate(tmp_path / "file" / "world")


class TestArguments:
    def test_are_whole_numbers_from_one(self):
        assert whole(10)("7") == 7

    @pytest.mark.parametrize("words", ["0", "11", "-1", "1.5", "many", ""])
    def test_of_other_kinds_are_refused(self, words):
        with pytest.raises(ArgumentTypeError, match="from 1 to 10"):
            whole(10)(words)

    def test_name_a_month(self):
        assert month("2026-10") == date(2026, 10, 1)

    @pytest.mark.parametrize("words", ["2026", "2026-13", "October", ""])
    def test_that_are_no_month_are_refused(self, words):
        with pytest.raises(ArgumentTypeError, match="YYYY-MM"):
            month(words)


class TestProgress:
    def test_is_quiet_where_no_terminal_listens(self, capsys):
        with progress(3, "living") as tell:
            tell(0)

        assert capsys.readouterr().err == ""
