"""PDF statements: the words of each page and where they stand. Nothing in the file is run."""

import io
import logging
import struct
import zlib
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
    if len(document.pages) > MOST_PAGES:
        raise too_large()
    found = []
    words = 0
    for page in document.pages:
        found.append([word_of(each) for each in page.extract_words()])
        words += len(found[-1])
        page.close()
        if words > MOST_WORDS:
            raise too_large()
    if not words:
        raise refusals.PictureOrDocument
    return Pages(found, title=said(document, "Title"), producer=said(document, "Producer"))


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
