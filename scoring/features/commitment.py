"""A hash that binds a feature vector and, once the salt is gone, tells nobody what was in it."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from common.canonical import sha256_of

SALT_BYTES = 16


def new_salt() -> str:
    """Thirty-two hexadecimal characters that nobody can guess."""
    return secrets.token_hex(SALT_BYTES)


def commitment(
    *,
    salt: str,
    borrower_id: int,
    as_of: datetime,
    kernel_version: str,
    features: Mapping[str, float | None],
) -> str:
    """The SHA-256 over everything that the vector says, and the salt."""
    return sha256_of(
        {
            "salt": salt,
            "borrower": borrower_id,
            "as_of": as_of.astimezone(UTC).isoformat(),
            "kernel_version": kernel_version,
            "features": dict(features),
        }
    )
