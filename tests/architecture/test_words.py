"""Words that may not stand in code, because each of them once cost somebody dearly."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import (
    code_files,
    files,
    is_migration,
    is_test,
    name,
    numbered,
    room_files,
    tree,
)

# Looking a model up by name goes round the import contracts; the other two hide what runs when.
BANNED_IN_ROOMS = {
    "apps.get_model": re.compile(r"\bget_model\("),
    "signals": re.compile(r"@receiver|\.connect\(|django\.db\.models\.signals"),
    "the clock": re.compile(r"datetime\.now|timezone\.now|date\.today|time\.time\(|utcnow"),
    "the environment": re.compile(r"os\.environ|os\.getenv"),
}
# One block would be shared by all calls and threads, and blocks remember their locks.
BANNED_ANYWHERE = {
    "a shared transaction block": re.compile(r"@transaction\.atomic"),
    "ATOMIC_REQUESTS on": re.compile(r"ATOMIC_REQUESTS\W+True"),
    "marking text as safe": re.compile(r"\bmark_safe\(|\|safe\b"),
    "unpickling": re.compile(r"\bpickle\.loads?\(|yaml\.load\("),
}
EXCUSED = {
    "common/clock.py": "the one place that reads the time",
    "common/files/bounded.py": "takes our secrets out of its child's environment",
}
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"), ("proxy", "golang", "org"), ("cdn", "jsdelivr", "net"),
        ("repo", "maven", "apache", "org"), ("unpkg", "com"), ("cdnjs", "cloudflare", "com"),
    )
]  # fmt: skip
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


def found(paths: list[Path], words: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}"
        for path in paths
        for number, line in numbered(path)
        if words.search(line) and not line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize("reason", BANNED_IN_ROOMS)
def test_rooms_do_without(reason):
    paths = [path for path in room_files() if name(path) not in EXCUSED]

    assert found(paths, BANNED_IN_ROOMS[reason]) == []


@pytest.mark.parametrize("reason", BANNED_ANYWHERE)
def test_nobody_uses(reason):
    assert found(code_files(), BANNED_ANYWHERE[reason]) == []


def places(find: Callable[[ast.AST], bool]) -> Iterator[str]:
    for path in code_files():
        for node in ast.walk(tree(path)):
            if find(node):
                yield f"{name(path)}:{getattr(node, 'lineno', 0)}"


def overrides_save(node: ast.AST) -> bool:
    """A model's own `save`, known by its hidden arguments; a storage's or form's is another."""
    return (
        isinstance(node, ast.ClassDef)
        and any(
            "Model" in ast.unparse(base) and "Admin" not in ast.unparse(base) for base in node.bases
        )
        and any(
            isinstance(each, ast.FunctionDef) and each.name in {"save", "delete"}
            for each in node.body
        )
    )


def sets_ordering(node: ast.AST) -> bool:
    """`ordering` in a model's Meta: it sorts where nobody asked."""
    return (
        isinstance(node, ast.ClassDef)
        and node.name == "Meta"
        and any("ordering" in ast.unparse(each).split("=")[0] for each in node.body)
    )


def catches_everything(node: ast.AST) -> bool:
    return isinstance(node, ast.ExceptHandler) and (
        node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
    )


def logs_a_made_up_event(node: ast.AST) -> bool:
    """The first word of a log line is a constant: a value in it would be written as it is."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in {"log", "logger"}
        and node.func.attr in LOG_METHODS
        and not (node.args and isinstance(node.args[0], ast.Constant))
    )


@pytest.mark.parametrize(
    "find", [overrides_save, sets_ordering, catches_everything, logs_a_made_up_event]
)
def test_no_code(find):
    assert list(places(find)) == []


def test_the_nets_catch():
    """Each net is tried on what it is for; an empty catch would prove nothing otherwise."""
    planted = ast.parse(
        "class Loan(models.Model):\n"
        "    class Meta:\n"
        "        ordering = ['-pk']\n"
        "    def save(self, **_):\n"
        "        try:\n"
        "            log.info(f'saved {self}')\n"
        "        except Exception:\n"
        "            pass\n"
    )

    for find in (overrides_save, sets_ordering, catches_everything, logs_a_made_up_event):
        assert sum(find(node) for node in ast.walk(planted)) == 1, find.__name__


def test_no_file_names_a_package_registry():
    """Ordinary clients know where to look; an address in the repository would bind it."""
    named = [
        f"{name(path)}:{number} {host}"
        for path in files()
        for number, line in numbered(path)
        for host in REGISTRIES
        if host in line
    ]

    assert named == []


def test_no_file_knows_whose_machine_it_was_written_on():
    homes = re.compile(r"(?<![\w.])/(?:home|Users)/[a-z][\w-]+/|(?<![\w/.])/(?:root|work)/\w")
    knowing = [
        f"{name(path)}:{number}"
        for path in files()
        for number, line in numbered(path)
        if "vendor" not in path.parts and homes.search(line)
    ]

    assert [place for place in knowing if not place.startswith("tests/architecture/")] == []


class TestPeople:
    """Everybody in the repository is invented, and can be seen to be."""

    # The cast's numbers begin like nobody's: the first of a block, or a row of one digit.
    INVENTED = re.compile(r"1390000\d{4}|1380000\d{4}|13800138000|1(\d)\1{9}")
    PHONE = re.compile(r"(?<![\w.])(?:\+?86)?[ -]?(1[3-9]\d{9})(?![\w.])")
    # Regions of real numbers begin with 11 to 65; 99 has none.
    ID_NUMBER = re.compile(
        r"(?<!\w)([1-6]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dXx])(?!\w)"
    )

    def test_no_phone_could_be_somebodys(self):
        assert self.matches(self.PHONE, lambda number: not self.INVENTED.fullmatch(number)) == []

    def test_no_identity_number_could_be_somebodys(self):
        assert self.matches(self.ID_NUMBER, has_right_check_character) == []

    def test_the_nets_catch(self):
        text = "call 13" + "712345678 or 1101011990" + "0307123X"

        assert self.PHONE.findall(text)
        assert self.ID_NUMBER.findall(text)
        assert not self.INVENTED.fullmatch("13" + "712345678")

    @staticmethod
    def matches(pattern: re.Pattern[str], is_real: Callable[[str], bool]) -> list[str]:
        return [
            f"{name(path)}:{number}"
            for path in files()
            if "vendor" not in path.parts
            for number, line in numbered(path)
            for match in pattern.finditer(line)
            if is_real(match[1])
        ]


def has_right_check_character(number: str) -> bool:
    """GB 11643: numbers whose last character is wrong are nobody's."""
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()


def test_tests_are_looked_at_too():
    assert any(is_test(path) for path in files())
    assert not any(is_migration(path) for path in code_files())
