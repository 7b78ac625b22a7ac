"""The pages tell the truth: what they name is there, and what people meet is on them."""

import ast
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from django.core.management import get_commands
from django.db.models import Choices

from borrowers.behaviour.contracts import Category, Source
from borrowers.checks.contracts import DISMISS_REASONS, RESOLVE_REASONS
from borrowers.consent.purposes import PURPOSES
from borrowers.messages.templates import TEMPLATES
from borrowers.people.contracts import REVEAL_REASONS
from borrowers.people.id_number import birth_date, check_character
from common.errors import Refused
from lending.calc.contracts import TransactionKind
from lending.calc.conventions.strategies import Component
from lending.ledger.chart import CHART
from lending.rewards.models import BenefitKind, GrantReason
from monitoring.alerts.words import CLOSE_REASONS, CLOSED_BY_SYSTEM, RULES
from scoring.decisions.reasons import SENTENCES
from scoring.decisions.reviews import REASONS

ROOT = Path(__file__).resolve().parents[2]
APPS = ("common", "borrowers", "scoring", "lending", "monitoring", "config", "simulation")
PLATFORM = APPS[:5]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
Kind = TypeVar("Kind")
NO_ROOMS = {"management", "migrations", "tests", "__pycache__"}
DOORS = {"admin", "api", "web"}  # in the toolbox they are rooms: what every door needs
FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
# A path from the top of the repository: its first part is something that stands there.
SOMEWHERE = re.compile(r"[\w.-]+(/[\w.-]+)*/?")
# Made by a start or by the one who reads, and so in no clone.
MADE_LATER = ("var/", ".venv/", ".venv-bench/", "my-bill.xlsx", "main.dump")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
# How the code reads a variable: by config.env, by endpoints.secret, or straight from os.environ.
READERS = {"text", "flag", "number", "words", "chosen", "secret", "get", "secret_from_environment"}
NAME = re.compile(r"[A-Z][A-Z0-9_]+")
# Set by one process for the other, or read for its own sake; nobody sets them to run the platform.
INNER = {"DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words_of(page: Path) -> list[str]:
    """Everything in backticks outside of blocks, and the links."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return CODE.findall(text)


def blocks_of(page: Path) -> str:
    return "\n".join(body for _, body in FENCE.findall(page.read_text(encoding="utf-8")))


def named_paths(page: Path) -> Iterator[str]:
    """Words in backticks that look like a path of this repository, with `::test` where given."""
    tops = {each.name for each in ROOT.iterdir()}
    for word in words_of(page):
        path, _, _ = word.partition("::")
        if not SOMEWHERE.fullmatch(path) or path.startswith(MADE_LATER):
            continue
        first, slash, _ = path.partition("/")
        if slash and first in tops:
            yield word


def exists(word: str) -> bool:
    path, _, test = word.partition("::")
    file = ROOT / path
    return file.exists() and (not test or test in names_in(file))


def names_in(file: Path) -> set[str]:
    """Functions and classes of a file, at any depth."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("page", PAGES, ids=relative)
class TestEveryPage:
    def test_names_paths_and_tests_that_exist(self, page):
        assert [word for word in named_paths(page) if not exists(word)] == []

    def test_links_to_pages_that_exist(self, page):
        links = LINK.findall(page.read_text(encoding="utf-8"))
        inner = [each for each in links if "://" not in each]
        assert [each for each in inner if not (page.parent / each).exists()] == []

    def test_names_make_targets_that_exist(self, page):
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        said = "\n".join([*words_of(page), blocks_of(page)])
        assert set(MAKE.findall(said)) <= set(targets)

    def test_names_commands_that_exist(self, page):
        said = "\n".join([*words_of(page), blocks_of(page)])
        assert set(MANAGE.findall(said)) <= set(get_commands())


def test_every_command_of_ours_stands_in_the_table_of_commands():
    table = words_of(ROOT / "docs/operations/start-and-stop.md")
    ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in APPS}

    assert ours - set(MANAGE.findall("\n".join(table))) == set()


class TestReadme:
    def test_names_the_two_commands(self):
        said = blocks_of(ROOT / "README.md").splitlines()
        assert "make up" in said
        assert "make test" in said

    def test_gives_an_identity_number_that_is_right_and_nobodys(self):
        for page in PAGES:
            for number in re.findall(r"\b99\d{15}[\dX]\b", page.read_text(encoding="utf-8")):
                assert check_character(number[:17]) == number[17]
                assert birth_date(number).year < 2005


class TestMap:
    def test_holds_every_room(self):
        text = (ROOT / "docs/map.md").read_text(encoding="utf-8")
        assert [room for room in rooms() if f"| `{room}` |" not in text] == []

    def test_holds_no_room_that_is_gone(self):
        text = (ROOT / "docs/map.md").read_text(encoding="utf-8")
        assert set(re.findall(r"^\| `(\w+/\w+)` \|", text, re.MULTILINE)) <= set(rooms())

    def test_orders_rooms_as_the_import_contracts_do(self):
        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
            "importlinter"
        ]["contracts"]
        text = (ROOT / "docs/map.md").read_text(encoding="utf-8")
        for contract in contracts:
            if contract["type"] != "layers" or "containers" not in contract:
                continue
            (app,) = contract["containers"]
            rank = {
                room: level
                for level, layer in enumerate(contract["layers"])
                for room in re.findall(r"\w+", layer)
            }
            said = re.findall(rf"^\| `{app}/(\w+)` \|", text, re.MULTILINE)
            assert said == sorted(said, key=rank.__getitem__), app


def rooms() -> list[str]:
    """Every package of business or toolbox; doors and tests are none."""
    return sorted(
        f"{app}/{folder.name}"
        for app in APPS
        for folder in (ROOT / app).iterdir()
        if any(folder.glob("*.py"))
        and folder.name not in NO_ROOMS
        and (app == "common" or folder.name not in DOORS)
    )


class TestEnvironment:
    def test_every_variable_that_is_read_is_in_the_table(self):
        assert sorted(variables_read() - variables_told()) == []

    def test_every_variable_in_the_table_is_read(self):
        shell = (ROOT / "bin/environment").read_text("utf-8") + (ROOT / "Makefile").read_text()
        by_pip = {name for name in variables_told() if name.startswith("PIP_")}
        in_shell = {
            name for name in variables_told() if f"${{{name}" in shell or f"$({name}" in shell
        }
        assert sorted(variables_told() - variables_read() - by_pip - in_shell) == []


def variables_told() -> set[str]:
    text = (ROOT / "docs/operations/environment.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def variables_read() -> set[str]:
    """Every name that the wiring, the bank or the tests' ground read from the environment."""
    files = [
        *(path for path in (ROOT / "config").rglob("*.py") if "tests" not in path.parts),
        ROOT / "simulation/bank/__main__.py",
        ROOT / "manage.py",
        ROOT / "conftest.py",
    ]
    return {name for file in files for name in _read_by(file)} - INNER


def _read_by(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr=reader) | ast.Name(id=reader)) if (
                reader in READERS and _is_environment(node)
            ):
                yield from _names(node.args[:1])
            case ast.Compare(left=left, comparators=[ast.Attribute(attr="environ")]):
                yield from _names([left])
            case _:
                pass


def _is_environment(call: ast.Call) -> bool:
    """`.get(…)` counts on os.environ only; the other readers always."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr != "get":
        return True
    return isinstance(func.value, ast.Attribute) and func.value.attr == "environ"


def _names(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and NAME.fullmatch(str(node.value)):
            yield str(node.value)


class TestDependencies:
    def test_each_has_its_reason(self):
        page = ROOT / "docs/decisions/0002-dependencies.md"
        told = {word.lower() for word in words_of(page)}
        text = page.read_text(encoding="utf-8").lower()
        for file in ("requirements.in", "requirements-dev.in"):
            for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
                if found := re.match(r"[A-Za-z][\w.-]*", line):
                    name = found[0].lower()
                    assert name in told or f"{name}," in text or f"{name} " in text, name

    def test_no_reason_is_given_for_what_is_gone(self):
        text = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
        listed = (ROOT / "requirements.in").read_text(encoding="utf-8").lower()
        said = re.findall(r"^\| `([\w.-]+)`", text, re.MULTILINE)
        assert [name for name in said if f"{name.lower()}" not in listed] == []


class TestDecisions:
    def test_are_all_in_the_list(self):
        folder = ROOT / "docs/decisions"
        listed = set(LINK.findall((folder / "index.md").read_text(encoding="utf-8")))
        assert listed == {each.name for each in folder.glob("0*.md")}

    @pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=relative)
    def test_say_why_what_and_what_follows(self, page):
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        for part in ("**Context.**", "**Decision", "**Consequences.**"):
            assert part in text, part


class TestGlossary:
    @pytest.fixture
    def told(self):
        return set(words_of(ROOT / "docs/glossary.md"))

    def test_has_every_state_and_choice(self, told):
        met = {str(value) for choice in own_choices() for value in choice.values}
        assert sorted(met - told) == []

    def test_has_every_refusal(self, told):
        assert sorted({refusal.code for refusal in own_refusals()} - told) == []

    @pytest.mark.parametrize(
        "codes",
        [
            list(SENTENCES),
            [code for group in REASONS.values() for code in group],
            list(REVEAL_REASONS),
            [*RESOLVE_REASONS, *DISMISS_REASONS],
            list(RULES),
            [*CLOSE_REASONS, *CLOSED_BY_SYSTEM],
            list(PURPOSES),
            list(TEMPLATES),
            list(BenefitKind),
            list(GrantReason),
            list(Category.__members__),
            list(Source.__members__),
            list(TransactionKind),
            list(Component),
            [row.code for row in CHART],
        ],
        ids=lambda codes: codes[0],
    )
    def test_has_every_code_that_people_meet(self, told, codes):
        assert sorted(set(codes) - told) == []

    def test_has_no_refusal_that_is_gone(self, told):
        text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
        part = text.partition("## Refusals")[2].partition("## Accounts")[0]
        listed = set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))
        assert sorted(listed - {refusal.code for refusal in own_refusals()}) == []


def own_choices() -> Iterator[type[Choices]]:
    """Choices of tables that people see; numbers and what is inside of crypto are not shown."""
    load_everything()
    for choice in subclasses(Choices):
        is_shown = choice.__module__ != "common.crypto.models"
        is_text = all(isinstance(value, str) for value in choice.values)
        if choice.__module__.startswith(PLATFORM) and is_shown and is_text:
            yield choice


def own_refusals() -> Iterator[type[Refused]]:
    load_everything()
    for refusal in subclasses(Refused):
        if refusal.__module__.startswith(PLATFORM) and ".tests." not in refusal.__module__:
            yield refusal


def subclasses(kind: type[Kind]) -> Iterator[type[Kind]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def load_everything() -> None:
    for app in PLATFORM:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            if not {"tests", "migrations"} & set(module.name.split(".")):
                importlib.import_module(module.name)
