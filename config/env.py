"""Typed readers of the environment that fail loudly: a bad value stops the start."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class SettingIsWrong(RuntimeError):
    """An environment variable is missing or cannot be read as what it must be."""


def text(name: str, default: str | None = None) -> str:
    """The variable, or the file that NAME_FILE points to. Raises SettingIsWrong when missing."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingIsWrong(f"{name}_FILE cannot be read: {error}") from error
    value = os.environ.get(name, default)
    if value is None:
        raise SettingIsWrong(f"set {name} (or {name}_FILE)")
    return value


def flag(name: str, *, default: bool) -> bool:
    """`1 true yes on` or `0 false no off`."""
    value = text(name, "on" if default else "off").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingIsWrong(f"{name} must be on or off, not {value!r}")


def number(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number, not below `at_least`."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < at_least:
        raise SettingIsWrong(f"{name} must be a whole number from {at_least}, not {value!r}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty items do not count."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def chosen(name: str, known: Collection[str]) -> frozenset[str]:
    """A comma-separated choice among known words; nothing by default. Raises SettingIsWrong."""
    picked = frozenset(words(name))
    if unknown := picked - frozenset(known):
        raise SettingIsWrong(
            f"{name} names {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}"
        )
    return picked


def database(url: str) -> dict[str, Any]:
    """A Django DATABASES entry from `postgresql://…` or `sqlite:///path`.

    A unix socket folder is given as `?host=/path`, as libpq does.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path)}
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SettingIsWrong(f"PostgreSQL only: {parts.scheme or 'no scheme'} is not supported")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": dict(query),
    }
