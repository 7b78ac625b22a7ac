"""A small PDF writer: words at places on pages, byte for byte the same each time.

The face is Adobe's song, which every reader of PDF knows and no file needs to carry; a statement
of thirty pages is written in milliseconds. Each page says SPECIMEN.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

PAGE_WIDTH, PAGE_HEIGHT = 595, 842
MARK = "SPECIMEN 样本 虚构 非真实凭证"
NARROW = "[1 95 500]"
FACE = f"""<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H
/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light
/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W {NARROW}
/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6
/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 752 /Descent -271 /CapHeight 737
/StemV 58 >> >>] >>"""


@dataclass(frozen=True, slots=True)
class Placed:
    """Words and the place of their left edge and base line, in points from the top left."""

    left: float
    top: float
    words: str
    size: float = 8


def pdf(
    pages: Iterable[Sequence[Placed]],
    *,
    title: str,
    width: int = PAGE_WIDTH,
    height: int = PAGE_HEIGHT,
) -> bytes:
    """The pages as a document whose title says that it is a specimen."""
    streams = [stream(page, height) for page in pages]
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(len(streams)))
    parts: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>".encode(),
        FACE.encode(),
    ]
    for index, content in enumerate(streams):
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}]"
            f" /Resources << /Font << /F 3 0 R >> >> /Contents {5 + 2 * index} 0 R >>".encode()
        )
        head = f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode()
        parts.append(head + content + b"\nendstream")
    about = f"<{hex_of(f'{title} SPECIMEN', mark=True)}>"
    parts.append(f"<< /Title {about} /Producer (simulation, SPECIMEN) >>".encode())
    return assembled(parts)


def stream(page: Sequence[Placed], height: int) -> bytes:
    marked = [*page, Placed(20, 14, MARK, 7)]
    lines = (
        f"BT /F {each.size:g} Tf 1 0 0 1 {each.left:g} {height - each.top:g} Tm"
        f" <{hex_of(each.words)}> Tj ET"
        for each in marked
        if each.words
    )
    return zlib.compress("\n".join(lines).encode())


def hex_of(words: str, *, mark: bool = False) -> str:
    encoded = words.encode("utf-16-be").hex()
    return f"feff{encoded}" if mark else encoded


def assembled(parts: Sequence[bytes]) -> bytes:
    """Numbered objects, the table of where each begins, and the trailer."""
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    begins = []
    for number, part in enumerate(parts, start=1):
        begins.append(len(content))
        content += f"{number} 0 obj\n".encode() + part + b"\nendobj\n"
    table = len(content)
    content += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    content += b"".join(f"{each:010d} 00000 n \n".encode() for each in begins)
    trailer = f"<< /Size {len(parts) + 1} /Root 1 0 R /Info {len(parts)} 0 R >>"
    content += f"trailer\n{trailer}\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(content)


def width_of(words: str, size: float) -> float:
    """How wide the words are: half a square for a Latin letter, a square for the rest."""
    return (len(words) - 0.5 * len(words.encode("ascii", "ignore"))) * size


def wrapped(words: str, width: float, size: float) -> list[str]:
    """The words in lines that fit; a line is cut between any two letters, as statements do."""
    if width_of(words, size) <= width:
        return [words]
    lines, line, filled = [], "", 0.0
    for letter in words:
        wide = size * (0.5 if ord(letter) < 128 else 1.0)
        if line and filled + wide > width:
            lines.append(line)
            line, filled = "", 0.0
        line, filled = line + letter, filled + wide
    return [*lines, line]
