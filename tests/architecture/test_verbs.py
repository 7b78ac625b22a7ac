"""Every verb of the house: where it stands to transactions, how it is called, what it refuses."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from common import transactions
from common.errors import Refused
from tests.architecture.sources import PLATFORM, name, room_files, tree

Verb = Callable[..., Any]


def nothing() -> None:
    """What the decorators are looked at with."""


DURABLE = transactions.durable(nothing).__code__
REQUIRED = transactions.required(nothing).__code__


def module_of(path: Path) -> Any:
    return importlib.import_module(name(path).removesuffix(".py").replace("/", "."))


def verbs() -> Iterator[tuple[str, Verb]]:
    """Every public function of every room's `actions.py`."""
    for path in room_files():
        if path.name != "actions.py":
            continue
        module = module_of(path)
        for word, verb in inspect.getmembers(module, inspect.isfunction):
            if verb.__module__ == module.__name__ and not word.startswith("_"):
                yield f"{module.__name__}.{word}", verb


VERBS = dict(verbs())
JOINING = {word: verb for word, verb in VERBS.items() if verb.__code__ is REQUIRED}
OUTERMOST = {word: verb for word, verb in VERBS.items() if verb.__code__ is DURABLE}


class TestVerbs:
    def test_are_found(self):
        assert {word.partition(".")[0] for word in VERBS} == set(PLATFORM)
        assert len(JOINING) > 15
        assert len(OUTERMOST) > 25

    @pytest.mark.parametrize("word", JOINING)
    def test_that_join_a_transaction_refuse_to_stand_alone(self, word):
        """They refuse before they look at anything: not even a word is asked for."""
        with pytest.raises(TransactionManagementError):
            JOINING[word]()

    @pytest.mark.django_db
    @pytest.mark.parametrize("word", OUTERMOST)
    def test_that_promise_paper_refuse_to_stand_inside_another(self, word):
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            OUTERMOST[word]()

    @pytest.mark.parametrize("word", VERBS)
    def test_are_called_by_names(self, word):
        """`post(1, 2)` says nothing; `post(entry_id=1, loan_id=2)` can be read."""
        by_place = [
            each.name
            for each in inspect.signature(VERBS[word]).parameters.values()
            if each.kind is not inspect.Parameter.KEYWORD_ONLY and not each.name.startswith("_")
        ]

        assert by_place == []

    @pytest.mark.parametrize("word", VERBS)
    def test_say_what_they_are_for(self, word):
        words = inspect.getdoc(VERBS[word])

        assert words
        assert words.splitlines()[0].endswith((".", ";", ",", ":")) or "\n" in words


def raised(function: ast.FunctionDef) -> Iterator[str]:
    """The names of what a function raises by itself."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Raise) or node.exc is None:
            continue
        named = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(named, ast.Name):
            yield named.id


def unspoken() -> Iterator[str]:
    """Refusals that a verb raises and does not speak of."""
    for path in room_files():
        if path.name != "actions.py":
            continue
        known = vars(module_of(path))
        for function in tree(path).body:
            if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
                continue
            told = ast.get_docstring(function) or ""
            for refusal in raised(function):
                kind = known.get(refusal)
                is_refusal = isinstance(kind, type) and issubclass(kind, Refused)
                if is_refusal and refusal not in told:
                    yield f"{name(path)}: {function.name} says nothing of {refusal}"


def test_verbs_say_what_they_refuse():
    assert list(unspoken()) == []


def test_rooms_declare_their_refusals_where_they_are_raised():
    """A refusal stands in the file of the verb that raises it, or below it: never above."""
    borrowed = [
        f"{name(path)}: {kind.__name__} of {kind.__module__}"
        for path in room_files()
        for kind in vars(module_of(path)).values()
        if isinstance(kind, type)
        and issubclass(kind, Refused)
        and kind.__module__.partition(".")[0] in PLATFORM
        and PLATFORM.index(kind.__module__.partition(".")[0])
        > PLATFORM.index(name(path).partition("/")[0])
    ]

    assert borrowed == []
