"""What every test stands on. Settings come from the environment, so it is set before Django."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from playwright.sync_api import Browser

from config.services import endpoints, sharing
from config.services.layout import Layout
from tests.machinery import sockets
from tests.machinery.browser import LOUD, open_chromium
from tests.machinery.databases import Database, Databases
from tests.machinery.installations import running_redis

# A developer's own databases are no place for tests.
for name in ("MINGZHANG_STATE", "MINGZHANG_DATABASE_ROLE", "KEYS_DATABASE_URL"):
    os.environ.pop(name, None)
os.environ["MINGZHANG_ENV"] = "test"
# Tests already run side by side, one for each processor.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
# Static files are collected by `make up`; tests find them where they are written.
Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
# Passwords are slow to check so that they are slow to guess; hundreds of made-up ones need not be.
PBKDF2PasswordHasher.iterations = 1_000
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Both databases for everybody, and stories over one platform in the order they are told."""
    _allow_both_databases(items)
    places = [at for at, item in enumerate(items) if item.get_closest_marker("platform_up")]
    told = sorted((items[at] for at in places), key=lambda item: (item.path, item.location[1] or 0))
    for at, item in zip(places, told, strict=True):
        items[at] = item


def _allow_both_databases(items: list[pytest.Item]) -> None:
    """A test that may use a database may use both: a sealed name needs the keys."""
    for item in items:
        if item.get_closest_marker("commits"):
            continue
        marker = item.get_closest_marker("django_db")
        if marker or "db" in getattr(item, "fixturenames", ()):
            named = {"databases": "__all__", **(marker.kwargs if marker else {})}
            item.add_marker(pytest.mark.django_db(**named), append=False)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A skip that hides a part of the platform is said in words, once."""
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", ())}
    for reason in sorted(reason for reason in reasons if LOUD in reason):
        terminalreporter.write_line(reason.removeprefix("Skipped: "), red=True, bold=True)


@pytest.fixture(autouse=True, scope="session")
def _closed_sockets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        sockets.close(patch)
        yield


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The server of the tests, with a template of today's schema."""
    place = endpoints.current()
    if endpoints.is_postgres_embedded():
        sharing.attach(endpoints.embedded_layout())
    try:
        found = Databases(place)
        found.prepare()
        yield found
    finally:
        sharing.detach(endpoints.embedded_layout())


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases, django_db_blocker: Any) -> Iterator[None]:
    """This worker's own clone; every test that does not commit is rolled back in it."""
    with databases.clone(os.environ.get("PYTEST_XDIST_WORKER", "main")) as database:
        with django_db_blocker.unblock():
            _use(database)
        yield
        with django_db_blocker.unblock():
            connections.close_all()


@pytest.fixture
def committed(
    databases: Databases, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Database]:
    """A database where the test's commits are real; `environment` is for its processes."""
    before = {alias: connections.databases[alias]["NAME"] for alias in ("default", "keys")}
    label = os.environ.get("PYTEST_XDIST_WORKER", "main") + "_commits"
    with django_db_blocker.unblock(), databases.clone(label) as database:
        _use(database)
        yield database
        connections.close_all()
        for alias, name in before.items():
            connections.databases[alias]["NAME"] = name


@pytest.fixture(scope="session")
def _redis() -> Iterator[Layout]:
    with running_redis() as layout:
        yield layout


@pytest.fixture
def redis_url(_redis: Layout) -> str:
    """The address of a real, empty Redis, in the form that Celery reads."""
    with redis.Redis(unix_socket_path=str(_redis.redis_socket)) as server:
        server.flushall()
    return endpoints.redis_url(_redis)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; where it is missing the test is skipped, and the summary says so.

    It ends with its module: while it is open, Playwright's event loop runs in this thread, and
    Django refuses to ask a database beside an event loop.
    """
    with open_chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _commits(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("commits"):
        request.getfixturevalue("committed")


def _use(database: Database) -> None:
    """Point this process's connections, of all threads, to the clone."""
    connections.close_all()
    connections.databases["default"]["NAME"] = database.name
    connections.databases["keys"]["NAME"] = str(database.keys)


@pytest.fixture(scope="session", autouse=True)
def _documents_folder() -> Iterator[None]:
    """Sealed files of tests go where they are thrown away."""
    folder = Path(tempfile.mkdtemp(prefix="mingzhang-documents-"))
    django_settings.DOCUMENTS_DIR = folder
    django_settings.STORAGES["documents"]["OPTIONS"]["location"] = folder
    yield
    shutil.rmtree(folder, ignore_errors=True)
