"""What stands in the repository, as the tests of this folder look at it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("common", "borrowers", "scoring", "lending", "monitoring", "config", "simulation")
PLATFORM = APPS[:5]
DOORS = ("admin", "api", "web", "management")
ELSEWHERE = {
    ".git",
    ".venv",
    ".venv-bench",
    "var",
    "__pycache__",
    ".hypothesis",
    ".mypy_cache",
    ".ruff_cache",
}
BINARY = {".ttf", ".woff", ".woff2", ".png", ".jpg", ".ico", ".xlsx", ".zip", ".pdf", ".mo", ".pyc"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that belongs to the repository and is made of words."""
    return tuple(
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and path.suffix not in BINARY
        and not ELSEWHERE & set(path.relative_to(ROOT).parts)
    )


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def is_test(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return "tests" in parts or parts[-1] == "conftest.py"


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def code_files() -> list[Path]:
    """What runs in production: no tests, no migrations, no benchmarks."""
    return [
        path
        for path in python_files()
        if not is_test(path) and not is_migration(path) and "bench" not in path.parts
    ]


def room_files() -> list[Path]:
    """The files of rooms: below an app, and not in one of its doors."""
    return [path for path in code_files() if _is_in_a_room(path.relative_to(ROOT).parts)]


def _is_in_a_room(parts: tuple[str, ...]) -> bool:
    return len(parts) > 2 and parts[0] in PLATFORM and parts[1] not in DOORS


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file with their numbers; none of a file that holds no text."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from enumerate(text.splitlines(), start=1)
