"""Mobile numbers as people type them and as they are kept (E.164). Pure."""

import re
import unicodedata

_NOISE = re.compile(r"[\s()\-\u200b-\u200f\u2010-\u2015\u2060\ufeff]+")
_MAINLAND = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)


def normalised(text: str) -> str | None:
    """`138 0013-8000` and `+8613800138000` as `+8613800138000`; nothing for what is no mobile."""
    bare = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    found = _MAINLAND.fullmatch(bare)
    return f"+86{found[1]}" if found else None
