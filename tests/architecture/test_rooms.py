"""Rooms and doors: imports go downwards, every table is listed, no room is overfull."""

import importlib
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Model

from tests.architecture.sources import APPS, PLATFORM, ROOT, name

MOST_FILES = 8


def test_imports_keep_the_contracts():
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("app", PLATFORM)
class TestTables:
    """Django finds only what `<app>/models.py` imports; a forgotten room would have no tables."""

    def test_of_every_room_are_listed(self, app):
        listed = vars(importlib.import_module(f"{app}.models"))
        forgotten = [
            model.__qualname__
            for path in (ROOT / app).glob("*/models.py")
            for model in self.models_of(f"{app}.{path.parent.name}.models")
            if listed.get(model.__name__) is not model
        ]

        assert forgotten == []

    def test_that_are_listed_are_all_named_for_export(self, app):
        module = importlib.import_module(f"{app}.models")

        assert sorted(module.__all__) == list(module.__all__)
        assert set(module.__all__) >= {
            model.__name__ for model in apps.get_app_config(app).get_models()
        }

    def test_belong_to_their_own_app(self, app):
        for path in (ROOT / app).glob("*/models.py"):
            for model in self.models_of(f"{app}.{path.parent.name}.models"):
                assert model._meta.app_label == app

    @staticmethod
    def models_of(module_name: str) -> list[Any]:
        module = importlib.import_module(module_name)
        return [
            model
            for model in vars(module).values()
            if isinstance(model, type)
            and issubclass(model, Model)
            and model.__module__ == module_name
            and not model._meta.abstract
        ]


def test_no_room_is_overfull():
    """A folder of files of one shape inside a room is a shelf, and a room has few shelves too."""
    overfull = {
        name(room): counts
        for app in APPS
        for room in sorted((ROOT / app).rglob("*"))
        if is_room(room) and max(counts := (files_in(room), shelves_in(room))) > MOST_FILES
    }

    assert overfull == {}


def is_room(folder: Path) -> bool:
    """Doors, commands and tests hold as many files as there are pages, commands and subjects."""
    parts = folder.relative_to(ROOT).parts
    if not (folder / "__init__.py").is_file() or len(parts) != 2:
        return False
    return parts[1] not in {"admin", "api", "web", "management", "migrations", "tests"}


def files_in(room: Path) -> int:
    return sum(1 for path in room.glob("*.py") if path.name != "__init__.py")


def shelves_in(room: Path) -> int:
    return sum(1 for path in room.iterdir() if (path / "__init__.py").is_file())


@pytest.mark.django_db
def test_models_and_migrations_agree():
    said = StringIO()

    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())
