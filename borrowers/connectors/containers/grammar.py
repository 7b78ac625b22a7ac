"""Texts with a grammar of their own, known by how they begin: OFX, MT940, XML, QIF, JSON."""

import re

HEAD = 4_000
SIGNATURES = (
    re.compile(r"\s*(OFXHEADER\s*:|<\?OFX\b|<OFX>)|<OFX>", re.IGNORECASE),
    re.compile(r"\s*<\?xml\b|\s*<([a-z0-9]+:)?Document\b", re.IGNORECASE),
    re.compile(r"\s*\{1:F\d\d|(?:^|\n)\s*:(20|25|28C?|60[FM]|61|62[FM]|64|86):"),
    re.compile(r"\s*(#[^\n]*\n\s*)*!(Type|Account|Option|Clear)\b", re.IGNORECASE),
    re.compile(r'\s*\{\s*"[a-z_]+"\s*:'),
)


def is_known(text: str) -> bool:
    """Does one of these grammars begin here?"""
    head = "\n".join(text[:HEAD].splitlines())
    return any(signature.match(head) or is_later(signature, head) for signature in SIGNATURES)


def is_later(signature: re.Pattern[str], head: str) -> bool:
    """Banks put lines of their own before a grammar begins, but no cells."""
    return signature in {SIGNATURES[0], SIGNATURES[2]} and signature.search(head) is not None
