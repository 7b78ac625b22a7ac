"""Finding a sealed value without reading it: a keyed one-way code beside the sealed column.

The code is personal data too: a phone number can be guessed by whoever holds the key, so the key
is kept apart from the database and from the keys that seal. Clear the column on erasure.
"""

import base64
import hmac
import re
import unicodedata
from functools import lru_cache

from django.conf import settings

# A context is a frozen string such as "borrower.phone": renaming a model must not change a code.
# The pattern also refuses a phone or a name that was passed in the context's place.
_CONTEXT = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*")

# Spaces, dashes of every script, and marks that cannot be seen but can be pasted.
_NOISE = re.compile(r"[\s\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff]+")


def blind(context: str, value: str) -> str:
    """The code to store and to look up, such as `1:N0m…`: equal values give equal codes."""
    version = _newest()
    return _coded(version, context, value)


def candidates(context: str, value: str) -> list[str]:
    """The code under every configured key, newest first: what to look up during a key change."""
    versions = sorted(settings.BLIND_INDEX_KEYS, key=int, reverse=True)
    return [_coded(version, context, value) for version in versions]


def matches(stored: str, context: str, value: str) -> bool:
    """Whether a stored code, of whatever configured version, belongs to this value."""
    return any(hmac.compare_digest(stored, code) for code in candidates(context, value))


def merchant_code(text: str) -> int:
    """The code of a merchant's name in behaviour events; 0 where there is no name."""
    return truncated("event.merchant", text) if normalised(text) else 0


def truncated(context: str, value: str) -> int:
    """A code of 63 bits, never negative: it fits PostgreSQL's bigint and numpy's int64.

    For grouping, never for identity: two values share a code once in billions.
    """
    return int.from_bytes(_digest(_newest(), context, value)[:8]) >> 1


def normalised(value: str) -> str:
    """One spelling for what people type in many: width, letter case, spaces and dashes go."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", value)).upper()


def checked_context(context: str) -> str:
    """The context itself. Raises ValueError for what cannot be one."""
    if not _CONTEXT.fullmatch(context):
        raise ValueError("a context is a dotted name such as borrower.phone")
    return context


def _newest() -> str:
    return str(max(settings.BLIND_INDEX_KEYS, key=int))


def _coded(version: str, context: str, value: str) -> str:
    digest = _digest(version, context, value)[:20]
    return f"{version}:{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _digest(version: str, context: str, value: str) -> bytes:
    key = _context_key(settings.BLIND_INDEX_KEYS[version], context)
    return hmac.digest(key, normalised(value).encode(), "sha256")


@lru_cache(maxsize=256)
def _context_key(key: str, context: str) -> bytes:
    """A key for each context, so that equal values in two columns have unequal codes."""
    return hmac.digest(key.encode(), b"blind\x1f" + checked_context(context).encode(), "sha256")
