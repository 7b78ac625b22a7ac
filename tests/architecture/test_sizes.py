"""Small functions, small files, and more lines of tests than of code."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import (
    code_files,
    is_migration,
    is_test,
    lines,
    name,
    python_files,
    tree,
)

MOST_FUNCTION_LINES = 50
MOST_FILE_LINES = 400
LEAST_TEST_SHARE = 1.1


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file and how long it is, decorators not counted."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{name(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_functions_fit_on_a_screen():
    long = [
        f"{place}: {length}"
        for path in python_files()
        if not is_migration(path)
        for place, length in functions(path)
        if length > MOST_FUNCTION_LINES
    ]

    assert long == []


def test_most_functions_are_a_few_lines():
    lengths = sorted(length for path in code_files() for _, length in functions(path))
    median = lengths[len(lengths) // 2]

    assert median < 10


def test_files_can_be_read_at_one_go():
    long = [
        f"{name(path)}: {lines(path)}"
        for path in python_files()
        if not is_migration(path) and lines(path) > MOST_FILE_LINES
    ]

    assert long == []


def test_there_is_more_to_try_than_to_run(capsys: pytest.CaptureFixture[str]):
    code = sum(lines(path) for path in code_files())
    tests = sum(lines(path) for path in python_files() if is_test(path))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{tests} lines of tests, {code} lines of code: {tests / code:.2f} to one\n"
        )

    assert tests >= LEAST_TEST_SHARE * code
