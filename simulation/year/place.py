"""A database to throw away: beside the installation's own, on the same server."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
from django.conf import settings
from django.db import connections
from django.test.utils import override_settings

from config.services import endpoints, sharing
from config.services.endpoints import Endpoints
from config.services.layout import ROOT


class PlaceNotMade(RuntimeError):
    """The database could not be brought to the schema; the text says why."""


@contextmanager
def borrowed_place() -> Iterator[None]:
    """This process works in a new, empty database, which is gone afterwards.

    Raises PlaceNotMade, CannotStart.
    """
    if endpoints.is_postgres_embedded():
        sharing.attach(endpoints.embedded_layout())
    name = f"year_{os.getpid()}"
    here = endpoints.current()
    with tempfile.TemporaryDirectory(prefix="mingzhang-year-") as folder:
        there = replace(
            here,
            database_url=_named(here.database_url, name),
            owner_url=_named(here.owner_url, name),
            keys_url=f"sqlite://{quote(folder)}/keys.sqlite3",
        )
        _execute(here.owner_url, f"CREATE DATABASE {name}")
        try:
            _prepare(there)
            with _moved_in(name, Path(folder)):
                yield
        finally:
            _execute(here.owner_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            if endpoints.is_postgres_embedded():
                sharing.detach(endpoints.embedded_layout())


@contextmanager
def _moved_in(name: str, folder: Path) -> Iterator[None]:
    """Both connections and the sealed files of this process are the new place's."""
    names = {"default": name, "keys": str(folder / "keys.sqlite3")}
    before = {alias: connections.databases[alias]["NAME"] for alias in names}
    storages = settings.STORAGES | {
        "documents": settings.STORAGES["documents"]
        | {
            "OPTIONS": settings.STORAGES["documents"]["OPTIONS"]
            | {"location": folder / "documents"}
        }
    }
    connections.close_all()
    try:
        for alias, other in names.items():
            connections.databases[alias]["NAME"] = other
        with override_settings(DOCUMENTS_DIR=folder / "documents", STORAGES=storages):
            yield
    finally:
        connections.close_all()
        for alias, other in before.items():
            connections.databases[alias]["NAME"] = other


def _prepare(there: Endpoints) -> None:
    answer = subprocess.run(  # noqa: S603 (our own program, no shell)
        [sys.executable, str(ROOT / "manage.py"), "prepare_database"],
        env={
            **os.environ,
            "DATABASE_URL": there.database_url,
            "DATABASE_OWNER_URL": there.owner_url,
            "KEYS_DATABASE_URL": there.keys_url,
            "MINGZHANG_DATABASE_ROLE": "owner",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise PlaceNotMade(answer.stderr)


def _execute(owner_url: str, statement: str) -> None:
    """Outside a transaction, as CREATE DATABASE wants it."""
    with closing(psycopg2.connect(owner_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _named(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
