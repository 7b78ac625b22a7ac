"""The page of laws tells the truth: every test that it names is there, and tries many cases."""

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "invariants.md"
ROW = re.compile(r"^\| (?P<number>\d+) \| (?P<law>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(?P<file>test_\w+\.py)::(?P<name>\w+)`")
LAWS = PAGE.read_text(encoding="utf-8").split("## The twenty-one laws of loans")[1]
ROWS = list(ROW.finditer(LAWS))
TESTS = sorted({(each["file"], each["name"]) for each in NAMED.finditer(LAWS)})
# What is looked for among many cases; published ones are a list of their own.
SEARCHING = re.compile(r"@given\(|@rule\(|@invariant\(")
PUBLISHED = "test_quote_published.py"


def test_are_twenty_one_and_in_order():
    assert [row["number"] for row in ROWS] == [str(number) for number in range(1, 22)]


def test_each_has_a_test():
    assert [row["number"] for row in ROWS if not NAMED.search(row["tests"])] == []


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_each_named_test_is_there(file, name):
    text = (HERE / file).read_text(encoding="utf-8")

    assert re.search(rf"^ *def {name}\(", text, re.MULTILINE)


@pytest.mark.parametrize(("file", "name"), [each for each in TESTS if each[0] != PUBLISHED])
def test_each_looks_for_a_counterexample_by_itself(file, name):
    """The lines right above it say so."""
    text = (HERE / file).read_text(encoding="utf-8")
    found = re.search(rf"^ *def {name}\(", text, re.MULTILINE)
    assert found is not None
    before = text[: found.start()]
    decorators = re.split(r"\n\s*\n(?=\s*@)", before)[-1]

    assert SEARCHING.search(decorators), name
