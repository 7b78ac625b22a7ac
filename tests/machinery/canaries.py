"""Looking for planted words in whatever came to rest: plain, escaped, encoded, packed.

Two ways meet. Every disguise that a word can wear without its neighbours is worked out beforehand
and searched for; and whatever looks like base64, hex, zlib, gzip, a zip entry, or an escape is
undone, and what comes out is looked at again.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote_to_bytes

# Shorter needles would be found by chance in a hundred megabytes of noise.
SHORTEST_FORM_BYTES = 6
TEXT_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
DEEPEST = 3
LARGEST_UNPACKED = 8 * 1024 * 1024
SLICE_BYTES = 40

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPED = re.compile(rb"\\+u([0-9a-fA-F]{4})")
_PERCENT = re.compile(rb"(?:%[0-9a-fA-F]{2})+")
_BYTES_WRITTEN_OUT = re.compile(rb"\\+x([0-9a-fA-F]{2})")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_GZIP = re.compile(rb"\x1f\x8b\x08")
_ZIP = re.compile(rb"PK\x03\x04")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A planted word where it must not be."""

    place: str
    canary: str
    form: str


class Scanner:
    """Knows the planted words in all their forms."""

    def __init__(self, canaries: Mapping[str, str | bytes]) -> None:
        self._needles = [
            (name, form, needle)
            for name, value in canaries.items()
            for form, needle in forms(value).items()
        ]

    def look(self, place: str, content: bytes) -> set[Finding]:
        """What is found in one place, however deep it was packed."""
        return set(self._look(place, content, depth=0))

    def _look(self, place: str, content: bytes, *, depth: int, via: str = "") -> Iterator[Finding]:
        for name, form, needle in self._needles:
            if needle in content:
                yield Finding(place, name, via + form)
        if depth < DEEPEST:
            for how, inner in unpacked(content):
                yield from self._look(place, inner, depth=depth + 1, via=f"{via}{how}>")


def forms(value: str | bytes) -> dict[str, bytes]:
    """Every disguise of a word: its name and its bytes."""
    if isinstance(value, bytes):
        found = dict(_forms_of_bytes("bytes", value))
    else:
        found = dict(_forms_of_text(value))
    # Plain digits look alike in most encodings: one name for one needle is enough.
    first_names = {needle: name for name, needle in reversed(found.items())}
    return {name: needle for needle, name in first_names.items() if _is_telling(needle)}


def slices(content: bytes, *, count: int = 5) -> dict[str, bytes]:
    """Pieces of a file, spread over it: a copy of the file holds them all."""
    last = max(len(content) - SLICE_BYTES, 0)
    starts = {last * index // max(count - 1, 1) for index in range(count)}
    return {f"byte {start}": content[start : start + SLICE_BYTES] for start in sorted(starts)}


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What the content holds in another form, and how it was got out."""
    for how, undo in UNPACKERS.items():
        pieces = b"\n".join(undo(content))
        if pieces:
            yield how, pieces


def _is_telling(needle: bytes) -> bool:
    return len(needle) >= SHORTEST_FORM_BYTES


def _forms_of_text(value: str) -> Iterator[tuple[str, bytes]]:
    for encoding in TEXT_ENCODINGS:
        yield from _forms_of_bytes(encoding, value.encode(encoding))
    yield "json", json.dumps(value)[1:-1].encode()
    yield "json, upper case", "".join(_escaped(each) for each in value).encode()
    yield "html", "".join(f"&#{ord(each)};" for each in value).encode()
    yield "html, hex", "".join(f"&#x{ord(each):x};" for each in value).encode()
    if value.isdecimal():
        yield "spaced", f"{value[:3]} {value[3:7]} {value[7:]}".encode()
        yield "dashed", f"{value[:3]}-{value[3:7]}-{value[7:]}".encode()


def _escaped(character: str) -> str:
    return character if character.isascii() else f"\\u{ord(character):04X}"


def _forms_of_bytes(name: str, value: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, value
    yield f"{name}, hex", value.hex().encode()
    yield f"{name}, hex upper", value.hex().upper().encode()
    yield f"{name}, written out", repr(value)[2:-1].encode()
    yield f"{name}, octal", "".join(_octal(byte) for byte in value).encode()
    yield f"{name}, url", quote_from_bytes(value, safe="").encode()
    yield f"{name}, url lower", quote_from_bytes(value, safe="").lower().encode()
    for offset in range(3):
        core = _base64_core(value, offset)
        yield f"{name}, base64+{offset}", core
        yield f"{name}, base64url+{offset}", core.translate(bytes.maketrans(b"+/", b"-_"))


def _octal(byte: int) -> str:
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _base64_core(value: bytes, offset: int) -> bytes:
    """The characters that stand for the value alone when `offset` bytes came before it."""
    coded = base64.b64encode(bytes(offset) + value)
    first = -(-offset * 8 // 6)
    return coded[first : (offset + len(value)) * 8 // 6]


def _undo_base64(content: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(content):
        run = match[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        # A run may begin with a letter or two that belong to something else.
        for start in range(4):
            cut = run[start:] if (len(run) - start) % 4 != 1 else run[start:-1]
            yield binascii.a2b_base64(cut + b"=" * (-len(cut) % 4))


def _undo_hex(content: bytes) -> Iterator[bytes]:
    return (bytes.fromhex(match[0].decode()) for match in _HEX.finditer(content))


def _undo_escapes(content: bytes) -> Iterator[bytes]:
    return _undone(_ESCAPED, content, lambda found: _character(int(found[1], 16)))


def _undo_bytes(content: bytes) -> Iterator[bytes]:
    return _undone(_BYTES_WRITTEN_OUT, content, lambda found: bytes([int(found[1], 16)]))


def _undo_percent(content: bytes) -> Iterator[bytes]:
    return _undone(_PERCENT, content, lambda found: unquote_to_bytes(found[0]))


def _undone(
    pattern: re.Pattern[bytes], content: bytes, undo: Callable[[re.Match[bytes]], bytes]
) -> Iterator[bytes]:
    if pattern.search(content):
        yield pattern.sub(undo, content)


def _character(point: int) -> bytes:
    return chr(point).encode("utf-8", "replace")


def _undo_deflate(content: bytes) -> Iterator[bytes]:
    yield from _inflated(content, (match.start() for match in _ZLIB.finditer(content)), 15)
    yield from _inflated(content, (match.start() for match in _GZIP.finditer(content)), 31)
    yield from _inflated(content, _zip_entries(content), -15)


def _zip_entries(content: bytes) -> Iterator[int]:
    """Where the packed bytes of a zip archive's entries begin."""
    for match in _ZIP.finditer(content):
        sizes = content[match.start() + 26 : match.start() + 30]
        name, extra = int.from_bytes(sizes[:2], "little"), int.from_bytes(sizes[2:], "little")
        yield match.start() + 30 + name + extra


def _inflated(content: bytes, starts: Iterable[int], window_bits: int) -> Iterator[bytes]:
    for start in starts:
        try:
            packed = content[start : start + LARGEST_UNPACKED]
            yield zlib.decompressobj(window_bits).decompress(packed, LARGEST_UNPACKED)
        except zlib.error:
            continue


UNPACKERS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    "base64": _undo_base64,
    "hex": _undo_hex,
    "escapes": _undo_escapes,
    "bytes": _undo_bytes,
    "percent": _undo_percent,
    "deflate": _undo_deflate,
}
