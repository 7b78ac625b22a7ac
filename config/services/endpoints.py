"""Where the databases and the broker are: the addresses that were given, or the embedded ones."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config import env
from config.services import secret_file
from config.services.layout import Layout, environment

DATABASE = "mingzhang"
OWNER_ROLE = "mingzhang_owner"
APPLICATION_ROLE = "mingzhang_app"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Addresses carry passwords, so they stay out of the representation."""

    database_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    keys_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    state: Path


def current() -> Endpoints:
    """What settings should use. Creates the secrets file of a demonstration when it is missing.

    Raises SettingIsWrong when a production installation lacks an address.
    """
    if environment() == "production":
        return _given(Layout.for_repository())
    layout = embedded_layout()
    database_url = env.text("DATABASE_URL", "")
    owner_url = env.text("DATABASE_OWNER_URL", database_url)
    return Endpoints(
        database_url=database_url or postgres_url(layout, APPLICATION_ROLE),
        owner_url=owner_url or postgres_url(layout, OWNER_ROLE),
        keys_url=env.text("KEYS_DATABASE_URL", "") or _sqlite_url(layout),
        redis_url=env.text("REDIS_URL", "") or redis_url(layout),
        state=layout.state,
    )


def _given(layout: Layout) -> Endpoints:
    database_url = env.text("DATABASE_URL")
    return Endpoints(
        database_url=database_url,
        owner_url=env.text("DATABASE_OWNER_URL", database_url),
        keys_url=env.text("KEYS_DATABASE_URL"),
        redis_url=env.text("REDIS_URL"),
        state=layout.state,
    )


def is_postgres_embedded() -> bool:
    """Whether no address of a PostgreSQL was given."""
    return environment() != "production" and not env.text("DATABASE_URL", "")


def is_redis_embedded() -> bool:
    """Whether no address of a Redis was given."""
    return environment() != "production" and not env.text("REDIS_URL", "")


def secret(name: str) -> str:
    """The secret from the environment, or the one that the first start generated.

    Raises SettingIsWrong in production when it was not given.
    """
    is_given = name in os.environ or f"{name}_FILE" in os.environ
    if is_given or environment() == "production":
        return env.text(name)
    return secret_file.read_or_create(Layout.for_repository().secrets)[name]


def embedded_layout() -> Layout:
    """The layout of this installation, whose name stands in its secrets file."""
    found = secret_file.read_or_create(Layout.for_repository().secrets)
    return Layout.for_repository(installation=found["INSTALLATION"])


def postgres_url(layout: Layout, role: str, database: str = DATABASE) -> str:
    """The address of the embedded PostgreSQL for a role, through its unix socket."""
    found = secret_file.read_or_create(layout.secrets)
    password = found["DATABASE_OWNER_PASSWORD" if role == OWNER_ROLE else "DATABASE_APP_PASSWORD"]
    host = quote(str(layout.sockets), safe="")
    return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={host}"


def _sqlite_url(layout: Layout) -> str:
    return f"sqlite://{quote(str(layout.keys_database))}"


def redis_url(layout: Layout) -> str:
    """The address of the embedded Redis, in the form that Celery reads."""
    return f"redis+socket://{quote(str(layout.redis_socket))}?virtual_host=0"
