"""One way to write a value as JSON, so that its hash means something years later."""

import hashlib
import json
from typing import Any


def text_of(content: Any) -> str:
    """The value as JSON with sorted keys and no spaces. Raises ValueError for what is no number."""
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def sha256_of(content: Any) -> str:
    """The SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(text_of(content).encode()).hexdigest()
