"""The secrets that the first start generates for a demonstration or for tests: one 0600 file.

A production installation brings its own by environment variables and never has this file.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from config.services.layout import CannotStart, open_state


def _password() -> str:
    return secrets.token_urlsafe(32)


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


GENERATED: dict[str, Callable[[], str]] = {
    "INSTALLATION": lambda: secrets.token_hex(6),
    "DATABASE_OWNER_PASSWORD": _password,
    "DATABASE_APP_PASSWORD": _password,
    "DJANGO_SECRET_KEY": _password,
    "FIELD_ENCRYPTION_KEY": _key,
    "BLIND_INDEX_KEY": _key,
    "BANK_API_KEY": _password,
    "BANK_WEBHOOK_SECRET": _webhook_secret,
    "SEAL_PASSPHRASE": _password,
}


def read_or_create(path: Path) -> dict[str, str]:
    """All secrets; the missing ones are generated once and kept. Raises CannotStart."""
    open_state(path.parent)
    found = _read(path)
    if found.keys() >= GENERATED.keys():
        return found
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = _read(path)
        complete = {name: generate() for name, generate in GENERATED.items()} | found
        if complete != found:
            _write(path, complete)
    return complete


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CannotStart(
            f"The secrets in {path} cannot be read ({error}).\n"
            "Without them the data beside them is lost: bring the file back from a copy,\n"
            f"or give up the data and delete the folder {path.parent}."
        ) from error


def _write(path: Path, content: dict[str, str]) -> None:
    """All or nothing, and never readable by others, not even for a moment."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(number)
    draft.rename(path)
