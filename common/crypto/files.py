"""Sealed files: the bytes of uploads and contracts, under a key derived from the subject's.

Layout: a four-byte mark, the key's number in eight bytes, a nonce of twelve, then AES-256-GCM over
the content with the context and the key's number as associated data.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from common.crypto import keys
from common.crypto.blind_index import checked_context
from common.crypto.keys import DecryptError, KeyDestroyed

_MARK = b"MZF1"
_NONCE_BYTES = 12
_HEADER_BYTES = len(_MARK) + 8 + _NONCE_BYTES


def seal_bytes(content: bytes, key_id: int, context: str) -> bytes:
    """The sealed file. Put the document's public id into the context (`document.content.<id>`),
    so that two files of one person cannot be exchanged.

    Raises KeyDestroyed, UnknownKey.
    """
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(key_id, context).encrypt(nonce, content, _bound(key_id, context))
    return _MARK + key_id.to_bytes(8) + nonce + sealed


def unseal_bytes(sealed: bytes, key_id: int, context: str) -> bytes:
    """The content of a sealed file that belongs to this key and context.

    Raises KeyDestroyed when it has been erased, DecryptError when it is not what was stored.
    """
    if len(sealed) < _HEADER_BYTES or sealed[:4] != _MARK or sealed[4:12] != key_id.to_bytes(8):
        raise DecryptError(f"{context}: not a sealed file of key {key_id}")
    nonce, body = sealed[12:_HEADER_BYTES], memoryview(sealed)[_HEADER_BYTES:]
    try:
        return _cipher(key_id, context).decrypt(nonce, body, _bound(key_id, context))
    except InvalidTag as error:
        raise DecryptError(f"{context}: the file was changed or moved") from error


def _bound(key_id: int, context: str) -> bytes:
    return f"{checked_context(context)}\x1f{key_id}".encode()


def _cipher(key_id: int, context: str) -> AESGCM:
    if key_id == keys.PLATFORM_KEY_ID:
        raise ValueError("a file belongs to a subject: the platform's key cannot seal it")
    secret = keys.secret_of(key_id)
    if secret is None:
        raise KeyDestroyed(f"{context}: key {key_id} has been destroyed")
    return AESGCM(_file_key(secret.raw))


def _file_key(raw: bytes) -> bytes:
    """Apart from the key of the cells, which Fernet uses in another way."""
    return HKDF(SHA256(), 32, salt=None, info=b"mingzhang file").derive(raw)
