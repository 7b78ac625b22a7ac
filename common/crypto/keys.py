"""Subject keys: one secret per person and legal basis. Destroying it erases what it sealed.

Keys live in a database of their own and are wrapped by the key-encrypting keys in
`settings.FIELD_ENCRYPTION_KEY`, newest first. `create` commits at once and apart from any
transaction of the main database: a key must stand before the first row that names it, and when
that transaction fails the orphan key seals nothing and harms nobody.
"""

import base64
import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connections, router
from django.db.models import Count

from common.crypto import blind_index
from common.crypto.models import Scope, SubjectKey

# Rows without a subject name this number: their key is derived, not stored.
PLATFORM_KEY_ID = 0

# Small enough to survive JSON and JavaScript, large enough never to be drawn twice.
_HIGHEST_KEY_ID = 2**52


class DecryptError(Exception):
    """A sealed value, or the key to it, cannot be trusted. An incident, never a refusal."""


class KeyDestroyed(DecryptError):
    """The subject's key has been destroyed: nothing can be read or sealed with it any more."""


class UnknownKey(DecryptError):
    """The database of keys has no such key, which is not the same as a destroyed one."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """An unwrapped key. Its representation shows nothing, so that no trace can print it."""

    raw: bytes
    fernet: Fernet | MultiFernet


class KeyRing:
    """Unwrapped keys of this process, for a short while and never too many.

    A destroyed key is held as None. Age is measured by the monotonic clock: it decides nothing but
    forgetting. There is no lock to be caught by a fork: a full ring is simply replaced.
    """

    def __init__(self, *, size: int, seconds: float) -> None:
        self._size = size
        self._seconds = seconds
        self._held: dict[int, tuple[float, Secret | None]] = {}

    def get(self, key_id: int) -> tuple[Secret | None] | None:
        """The key in a box, since a destroyed key is an answer too; None when it is not held."""
        held = self._held.get(key_id)
        if held is None or held[0] < time.monotonic():
            return None
        return (held[1],)

    def put(self, found: dict[int, Secret | None]) -> None:
        if len(self._held) + len(found) > self._size:
            self._held = {}
        until = time.monotonic() + self._seconds
        self._held.update((key_id, (until, secret)) for key_id, secret in found.items())

    def drop(self, key_id: int) -> None:
        self._held.pop(key_id, None)

    def clear(self) -> None:
        self._held = {}


# Every other process must forget a destroyed key within a minute; this one forgets at once.
RING = KeyRing(size=5_000, seconds=30)


def create(*, subject: str, scope: Scope | str) -> int:
    """A new key for an opaque subject label such as `borrower:<public id>`; answers its number.

    Works inside a transaction of the main database and does not wait for it. The key is not kept
    in memory here: its first use reads it back, and so proves that it was stored.
    """
    key_id = secrets.randbelow(_HIGHEST_KEY_ID - 1) + 1
    raw = os.urandom(32)
    SubjectKey.objects.create(
        pk=key_id,
        subject=subject,
        scope=Scope(scope),
        wrapped=_wrap(key_id, raw),
        kek_version=kek_versions()[0],
    )
    return key_id


def destroy(*, key_id: int, reason: str, at: datetime) -> None:
    """Destroy a key for ever. Twice is once: the first reason and instant stand.

    Call it after the main transaction has committed: it cannot be rolled back. In other processes
    the key may serve until their cache forgets it, half a minute later.

    Raises UnknownKey.
    """
    assert reason
    alias = router.db_for_write(SubjectKey)
    _overwrite_deleted_bytes(alias)
    rows = SubjectKey.objects.filter(pk=key_id)
    destroyed = rows.filter(destroyed_at=None).update(
        wrapped="", destroyed_at=at, destroy_reason=reason
    )
    RING.drop(key_id)
    if not destroyed and not rows.exists():
        raise UnknownKey(f"no key {key_id}")
    _empty_the_journal(alias)


def preload(key_ids: Iterable[int]) -> None:
    """Unwrap many keys with one query, before a list is read. At most a few thousand at a time."""
    wanted = {key_id for key_id in key_ids if key_id and RING.get(key_id) is None}
    if wanted:
        _load(wanted)


def secret_of(key_id: int) -> Secret | None:
    """The unwrapped key; None when it has been destroyed. Raises DecryptError, UnknownKey."""
    if key_id == PLATFORM_KEY_ID:
        return platform_secret("cells")
    if (held := RING.get(key_id)) is not None:
        return held[0]
    found = _load({key_id})
    if key_id not in found:
        raise UnknownKey(f"no key {key_id}")
    return found[key_id]


def platform_secret(purpose: str) -> Secret:
    """The platform's own key for one purpose, derived from the key-encrypting keys.

    Sealing uses the newest of them and reading accepts all, so a value outlives a rotation for as
    long as the old key stays in the list. Only for what is short-lived: it cannot be destroyed.
    """
    return _derived(_keks(), purpose)


def forget() -> None:
    """Empty this process's cache of unwrapped keys."""
    RING.clear()


def rewrap(*, limit: int = 1_000) -> int:
    """Wrap keys of older key-encrypting keys anew; call until it answers 0, then drop those.

    The old wrapping is part of the condition, so that a key destroyed meanwhile stays destroyed.
    """
    newest = kek_versions()[0]
    live = SubjectKey.objects.exclude(wrapped="").exclude(kek_version=newest)
    stale = list(live.values_list("pk", "wrapped")[:limit])
    for key_id, wrapped in stale:
        SubjectKey.objects.filter(pk=key_id, wrapped=wrapped).update(
            wrapped=_wrap(key_id, _unwrap(key_id, wrapped)), kek_version=newest
        )
    return len(stale)


def keys_per_kek() -> dict[str, int]:
    """How many live keys each key-encrypting key still wraps."""
    live = SubjectKey.objects.exclude(wrapped="").order_by("kek_version")
    return dict(live.values_list("kek_version").annotate(Count("pk")))


def kek_versions() -> list[str]:
    """Names of the configured key-encrypting keys, newest first; they say nothing of the keys."""
    return [hashlib.sha256(b"kek\x1f" + kek.encode()).hexdigest()[:16] for kek in _keks()]


def plant_canary() -> None:
    """Leave a mark by which a later start recognises its keys. Twice is once."""
    if not _canaries():
        create(subject=f"canary:{blind_index.blind(*_CANARY)}", scope=Scope.PLATFORM)


def prove() -> None:
    """Open the canary and recognise its label; without a canary there is nothing to prove.

    Raises DecryptError when the key-encrypting key or the blind index key is not the one that
    this database was filled with.
    """
    for key_id, subject, wrapped in _canaries():
        _unwrap(key_id, wrapped)
        if not blind_index.matches(subject.removeprefix("canary:"), *_CANARY):
            raise DecryptError("the blind index key is not the one this database was filled with")


_CANARY = ("crypto.canary", "mingzhang")


def _canaries() -> list[tuple[int, str, str]]:
    planted = SubjectKey.objects.filter(scope=Scope.PLATFORM, subject__startswith="canary:")
    return list(planted.exclude(wrapped="").values_list("pk", "subject", "wrapped"))


def _load(key_ids: set[int]) -> dict[int, Secret | None]:
    rows = SubjectKey.objects.filter(pk__in=key_ids).values_list("pk", "wrapped")
    found = {
        key_id: _secret(_unwrap(key_id, wrapped)) if wrapped else None for key_id, wrapped in rows
    }
    RING.put(found)
    return found


def _wrap(key_id: int, raw: bytes) -> str:
    """The number goes inside, so that a wrapped key cannot be moved to another row."""
    return _crypter(_keks()).encrypt(b"%d\x1f" % key_id + raw).decode()


def _unwrap(key_id: int, wrapped: str) -> bytes:
    try:
        number, _, raw = _crypter(_keks()).decrypt(wrapped.encode()).partition(b"\x1f")
    except InvalidToken as error:
        raise DecryptError(f"no configured key-encrypting key opens key {key_id}") from error
    if number != b"%d" % key_id:
        raise DecryptError(f"key {key_id} was moved here from another row")
    return raw


def _secret(raw: bytes) -> Secret:
    return Secret(raw=raw, fernet=Fernet(base64.urlsafe_b64encode(raw)))


def _keks() -> tuple[str, ...]:
    return tuple(settings.FIELD_ENCRYPTION_KEY)


@lru_cache(maxsize=4)
def _crypter(keks: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(kek) for kek in keks])


@lru_cache(maxsize=16)
def _derived(keks: tuple[str, ...], purpose: str) -> Secret:
    raws = [
        HKDF(SHA256(), 32, salt=None, info=b"mingzhang platform\x1f" + purpose.encode()).derive(
            base64.urlsafe_b64decode(kek)
        )
        for kek in keks
    ]
    return Secret(
        raw=raws[0], fernet=MultiFernet([Fernet(base64.urlsafe_b64encode(raw)) for raw in raws])
    )


def _overwrite_deleted_bytes(alias: str) -> None:
    """SQLite leaves deleted bytes in the file unless told to write zeros over them."""
    if connections[alias].vendor == "sqlite":
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _empty_the_journal(alias: str) -> None:
    """The write-ahead file still holds the page from before; a checkpoint cuts it to nothing."""
    connection = connections[alias]
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
