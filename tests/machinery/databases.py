"""Test databases: one template per schema, cloned for every worker and every committing test.

The owner makes and drops them; tests work as the application's role, so that its rights are tried
all the time. Nothing is ever flushed: TRUNCATE is refused, and a clone takes a moment.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import psycopg2.errors

from config.services.endpoints import Endpoints
from config.services.layout import ROOT

APPS = ("common", "borrowers", "scoring", "lending", "monitoring", "config")
SCHEMA_SUFFIXES = {".toml", ".sql", ".json"}
TEMPLATES_KEPT = 3
DROPS_TRIED = 40
DROP_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Database:
    """A clone: its addresses, as processes of a test would be told them."""

    name: str
    keys: Path
    database_url: str
    owner_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "KEYS_DATABASE_URL": f"sqlite://{self.keys}",
        }


class Databases:
    """Makes and drops clones on the server of the tests."""

    def __init__(self, place: Endpoints) -> None:
        self._place = place
        self._template = f"schema_{schema_stamp()}"

    def prepare(self) -> None:
        """Make the template if this schema has none, and drop what dead runs left behind."""
        with (self._place.state / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._drop_leftovers()
            if self._template not in self._names("schema_"):
                self._make_template()

    @contextmanager
    def clone(self, label: str) -> Iterator[Database]:
        """A database of one's own, dropped afterwards."""
        database = self._database(f"run_{os.getpid()}_{label}")
        self._drop(database.name)
        self._execute(f"CREATE DATABASE {database.name} TEMPLATE {self._template}")
        shutil.copyfile(self._database(self._template).keys, database.keys)
        try:
            yield database
        finally:
            self._drop(database.name)

    def _make_template(self) -> None:
        draft = self._database("draft")
        self._drop(draft.name)
        self._execute(f"CREATE DATABASE {draft.name}")
        answer = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "prepare_database"],
            env={**os.environ, **draft.environment, "MINGZHANG_ENV": "test"},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode != 0:
            raise RuntimeError(f"the test database cannot be made:\n{answer.stderr}")
        draft.keys.replace(self._database(self._template).keys)
        self._execute(f"ALTER DATABASE {draft.name} RENAME TO {self._template}")

    def _drop_leftovers(self) -> None:
        for name in self._names("run_"):
            if not Path(f"/proc/{name.split('_')[1]}").exists():
                self._drop(name)
        for name in self._names("schema_")[:-TEMPLATES_KEPT]:
            if name != self._template:
                self._drop(name)

    def _drop(self, name: str) -> None:
        self._patiently(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for suffix in ("", "-wal", "-shm"):
            keys = self._database(name).keys
            keys.with_name(keys.name + suffix).unlink(missing_ok=True)

    def _patiently(self, statement: str) -> None:
        """Again, while the server's own vacuum is at work there: nobody may end it but itself."""
        for _ in range(DROPS_TRIED - 1):
            try:
                self._execute(statement)
            except psycopg2.errors.InsufficientPrivilege:
                time.sleep(DROP_PAUSE_SECONDS)
            else:
                return
        self._execute(statement)

    def _names(self, beginning: str) -> list[str]:
        """Oldest first."""
        rows = self._execute("SELECT datname FROM pg_database ORDER BY oid")
        return [name for (name,) in rows if name.startswith(beginning)]

    def _execute(self, statement: str) -> list[Any]:
        """Outside a transaction, as CREATE DATABASE wants it."""
        with closing(psycopg2.connect(self._place.owner_url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall()) if cursor.description else []

    def _database(self, name: str) -> Database:
        return Database(
            name=name,
            keys=self._place.state / f"{name}.keys.sqlite3",
            database_url=_with_name(self._place.database_url, name),
            owner_url=_with_name(self._place.owner_url, name),
        )


def _with_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def schema_stamp() -> str:
    """Changes whenever a migration, or a file that migrations may load, changes."""
    found = hashlib.sha256((ROOT / "common/append_only.py").read_bytes())
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            if "tests" not in path.parts and _shapes_schema(path):
                found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _shapes_schema(path: Path) -> bool:
    is_code = path.suffix == ".py" and path.parent.name in {"migrations", "commands"}
    return is_code or path.suffix in SCHEMA_SUFFIXES
