"""ZIP with a password, as wallets mail their bills."""

import hashlib
import io
from collections.abc import Mapping
from typing import Any

STAMP = (2026, 1, 1, 0, 0, 0)
KEY_BYTES, SALT_BYTES, ROUNDS = 32, 16, 1_000


def locked(files: Mapping[str, bytes], password: str) -> bytes:
    """The files in one archive under AES, the same bytes each time: it guards nothing real."""
    import pyzipper  # noqa: PLC0415 (slow to import)

    class SameEachTime(pyzipper.AESZipFile):  # type: ignore[misc]  # pyzipper has no types
        """Takes the salt from the password instead of from chance."""

        def get_encrypter(self) -> Any:
            return salted(super().get_encrypter(), password.encode())

    buffer = io.BytesIO()
    with SameEachTime(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        for name, content in files.items():
            entry = pyzipper.zipfile_aes.AESZipInfo(name, STAMP)
            entry.compress_type = pyzipper.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def salted(encrypter: Any, password: bytes) -> Any:
    """The encrypter with keys from a salt that is always the same."""
    from pyzipper import zipfile_aes as machine  # noqa: PLC0415 (only to fix the salt)

    encrypter.salt = hashlib.sha256(b"SPECIMEN" + password).digest()[:SALT_BYTES]
    keys = machine.PBKDF2(password, encrypter.salt, count=ROUNDS, dkLen=2 * KEY_BYTES + 2)
    encrypter.encpwdverify = keys[2 * KEY_BYTES :]
    counter = machine.Counter.new(nbits=128, little_endian=True)
    encrypter.encrypter = machine.AES.new(keys[:KEY_BYTES], machine.AES.MODE_CTR, counter=counter)
    encrypter.hmac = machine.HMAC.new(keys[KEY_BYTES : 2 * KEY_BYTES], digestmod=machine.SHA1Hash())
    return encrypter
