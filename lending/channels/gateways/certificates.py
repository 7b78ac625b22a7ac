"""How Alipay numbers certificates: a digest of the issuer's name and the serial number.

The vendor's kit computes the same through functions of pyOpenSSL that are going away.
"""

import hashlib
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

# Signature algorithms of RSA; the root file holds certificates of the Chinese curve beside them.
RSA_SIGNATURES = "1.2.840.113549.1.1."
NAMED = (
    ("CN", NameOID.COMMON_NAME),
    ("OU", NameOID.ORGANIZATIONAL_UNIT_NAME),
    ("O", NameOID.ORGANIZATION_NAME),
    ("C", NameOID.COUNTRY_NAME),
)


def public_key_of(certificate: str) -> str:
    """The public key inside, as PEM."""
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def number_of(certificate: str) -> str:
    """The number of one certificate."""
    return _number(x509.load_pem_x509_certificate(certificate.encode()))


def number_of_roots(certificates: str) -> str:
    """The numbers of all RSA certificates in the root file, joined."""
    return "_".join(_rsa_numbers(certificates))


def _rsa_numbers(certificates: str) -> Iterator[str]:
    for each in x509.load_pem_x509_certificates(certificates.encode()):
        if each.signature_algorithm_oid.dotted_string.startswith(RSA_SIGNATURES):
            yield _number(each)


def _number(certificate: x509.Certificate) -> str:
    told = [f"{letter}={_named(certificate.issuer, oid)}" for letter, oid in NAMED]
    text = ",".join(told) + str(certificate.serial_number)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _named(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """What a name says of itself; the kit writes None where it says nothing."""
    found = name.get_attributes_for_oid(oid)
    return str(found[-1].value) if found else "None"
