"""An exception from a rule names the rule and says why it does not hold here."""

import re

import pytest

from tests.architecture.sources import name, numbered, python_files

EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore)\b(?P<rest>.*)$")
RULE = re.compile(r"^\s*(:\s*[A-Z]+[0-9]+(,\s*[A-Z]+[0-9]+)*|\[[a-z-]+(,\s*[a-z-]+)*\])")
SHORTEST_REASON = 4


def faults(line: str) -> str | None:
    """What is missing from the exception on this line, if it has one."""
    if (found := EXCEPTION.search(line)) is None:
        return None
    rest = found["rest"]
    if (rule := RULE.match(rest)) is None:
        return "names no rule"
    reason = re.sub(r"[^a-z]", "", EXCEPTION.sub(r"\g<rest>", rest[rule.end() :]).lower())
    return None if len(reason) >= SHORTEST_REASON else "says no reason"


def test_every_exception_says_why():
    missing = [
        f"{name(path)}:{number} {fault}"
        for path in python_files()
        if path.name != "test_exceptions.py"
        for number, line in numbered(path)
        if (fault := faults(line)) is not None
    ]

    assert not missing, missing


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("x = 1", None),
        ("import django  # noqa: PLC0415 (only this process has settings)", None),
        ("import django  # noqa: PLC0415 - heavy", None),
        ("x = y  # type: ignore[arg-type]  # the stubs know only bytes", None),
        ("import django  # noqa", "names no rule"),
        ("import django  # noqa: PLC0415", "says no reason"),
        ("x = y  # type: ignore", "names no rule"),
        ("x = y  # type: ignore[arg-type]", "says no reason"),
    ],
)
def test_the_search_sees(line, fault):
    assert faults(line) == fault
