"""Opaque names for things that people see: no counting, no guessing."""

import secrets

LENGTH = 22


def new() -> str:
    """Twenty-two URL-safe characters, 128 random bits, never starting with a dash."""
    while (candidate := secrets.token_urlsafe(16)).startswith("-"):
        continue
    return candidate
