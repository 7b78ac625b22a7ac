"""PDF statements: the words of each page and where they stand. Nothing in the file is run."""

import io
import logging
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import too_large
from borrowers.connectors.contracts import Pages, Word

MARK = b"%PDF"
MOST_PAGES = 300
MOST_WORDS = 400_000
LONGEST_NAME = 200

# What the library raises on damaged files; seen by cutting and flipping bytes (tests).
DAMAGED = (
    ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError,
    RecursionError, struct.error, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip


def pages(content: bytes, password: str) -> Pages:
    """The text of a statement. A file that opens without a password ignores the one given.

    Raises PasswordNeeded, PasswordWrong, TruncatedFile, TooLarge, PictureOrDocument.
    """
    # Imported here: it costs half a second, and most bills are tables.
    import pdfplumber  # noqa: PLC0415 (only for PDFs: the reader has little room)
    from pdfminer.psexceptions import PSException  # noqa: PLC0415 (only for PDFs: the reader has little room)
    from pdfplumber.utils.exceptions import (  # noqa: PLC0415 (only for PDFs: the reader has little room)
        MalformedPDFException,
        PdfminerException,
    )

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    logging.getLogger("pdfplumber").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(io.BytesIO(content), password=password) as document:
            return pages_of(document)
    except PdfminerException as error:
        raise reason(error, password) from error
    except (PSException, MalformedPDFException, *DAMAGED) as error:
        raise refusals.TruncatedFile from error


def reason(error: Exception, password: str) -> refusals.FileRefused:
    """Locked, or damaged?"""
    from pdfminer.pdfdocument import PDFPasswordIncorrect  # noqa: PLC0415 (only for PDFs: the reader has little room)

    if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
        return refusals.PasswordWrong() if password else refusals.PasswordNeeded()
    return refusals.TruncatedFile()


def pages_of(document: Any) -> Pages:
    from pdfplumber.utils.text import extract_words  # noqa: PLC0415 (only for PDFs: the reader has little room)

    if len(document.pages) > MOST_PAGES:
        raise too_large()
    found = []
    words = 0
    for page in document.pages:
        letters = list(letters_on(page, page.layout))
        found.append([word_of(each) for each in extract_words(letters)])
        words += len(found[-1])
        page.close()
        if words > MOST_WORDS:
            raise too_large()
    if not words:
        raise refusals.PictureOrDocument
    return Pages(found, title=said(document, "Title"), producer=said(document, "Producer"))


def letters_on(page: Any, drawn: Any) -> Iterator[dict[str, Any]]:
    """The letters of a page as its `chars` describe them, as far as words ask: where each stands.

    Colours, matrices and lines would take as long as reading the page itself.
    """
    from pdfminer.layout import LTChar, LTContainer  # noqa: PLC0415 (only for PDFs: the reader has little room)

    left, above = page.mediabox[:2]
    height = page.height
    for each in drawn:
        if isinstance(each, LTContainer):
            yield from letters_on(page, each)
        elif isinstance(each, LTChar):
            top = height - each.y1 + above
            yield {
                "text": each.get_text(),
                "x0": each.x0 + left,
                "x1": each.x1 + left,
                "top": top,
                "bottom": height - each.y0 + above,
                "doctop": page.initial_doctop + top,
                "width": each.width,
                "height": each.height,
                "size": each.size,
                "upright": each.upright,
            }


def word_of(found: Any) -> Word:
    return Word(
        left=float(found["x0"]),
        top=float(found["top"]),
        text=str(found["text"]),
        right=float(found["x1"]),
    )


def said(document: Any, name: str) -> str:
    """What the file says of itself."""
    value = document.metadata.get(name, "")
    return value[:LONGEST_NAME] if isinstance(value, str) else ""
