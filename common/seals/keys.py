"""The platform's own key and certificate, in one PKCS#12 file that a passphrase locks.

A demonstration makes its own on the first start. A production installation makes one with
`manage.py make_seal`, or brings the file that a certificate authority has given out.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

from common import public_ids
from common.errors import Refused
from common.seals.sealing import Seal
from common.texts import gettext_noop

# The subject of a seal that we made ourselves.
ISSUED_TO = "Mingzhang Demonstration Consumer Finance Co., Ltd. (fictional)"
# A seal ends when another one takes its place, and not by itself (RFC 5280, 4.1.2.5).
BEGINS_AT = datetime(2026, 1, 1, tzinfo=UTC)
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
SIGNS_ONLY = x509.KeyUsage(
    digital_signature=True, content_commitment=True, key_encipherment=False,
    data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
    encipher_only=False, decipher_only=False,
)  # fmt: skip


class SealUnavailable(Refused):
    """There is no seal, or it does not open."""

    code = "SEAL_UNAVAILABLE"
    message = gettext_noop("The platform's seal cannot be used at this moment.")
    advice = gettext_noop("Please try again later. If it stays so, write to us.")
    status = 503


def own() -> Seal:
    """The seal of this platform. Raises SealUnavailable."""
    path = Path(settings.SEAL_KEY_PATH)
    if settings.DEMONSTRATION and not path.exists():
        make(path=path, passphrase=settings.SEAL_PASSPHRASE)
    try:
        return opened(path.read_bytes(), settings.SEAL_PASSPHRASE)
    except (OSError, ValueError) as error:
        raise SealUnavailable from error


def opened(content: bytes, passphrase: str) -> Seal:
    """A seal out of its file. Raises ValueError when the passphrase does not open it."""
    certificate = pkcs12.load_pkcs12(content, passphrase.encode()).cert
    if certificate is None:
        raise ValueError("the file holds no certificate")
    shown = certificate.certificate.fingerprint(hashes.SHA256()).hex()
    return Seal(pkcs12=content, passphrase=passphrase, certificate_sha256=shown)


def make(*, path: Path, passphrase: str) -> bool:
    """Write a new seal that nobody else can read; False, and nothing written, where one is."""
    content = _made(passphrase)
    draft = path.with_name(f"{path.name}.{public_ids.new()}")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        # A link is made or refused, so that of two who make one at once the first is kept.
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def _made(passphrase: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUED_TO)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS_AT)
        .not_valid_after(NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(SIGNS_ONLY, critical=True)
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        b"seal", key, certificate, None, BestAvailableEncryption(passphrase.encode())
    )
