"""What counts as a document of evidence: a picture or a PDF, told by its first bytes. Pure.

A file's name and the type that a browser claims are a stranger's words and count for nothing.
"""

from common.errors import Refused
from common.texts import gettext_noop

MOST_BYTES = 5 * 1024 * 1024
MEDIA_TYPES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


class EvidenceTooLarge(Refused):
    """More bytes than we keep."""

    code = "EVIDENCE_TOO_LARGE"
    message = gettext_noop("This file is larger than %(most)s MB.")
    advice = gettext_noop("Take a smaller picture, or save the PDF with less detail.")
    status = 413


class EvidenceUnreadable(Refused):
    """Neither a picture nor a PDF, whatever its name says."""

    code = "EVIDENCE_UNREADABLE"
    message = gettext_noop("This file is not a PDF, JPG or PNG.")
    advice = gettext_noop("Upload a photo or a PDF of the proof.")
    status = 422


def insist_on_size(size_bytes: int) -> None:
    """Raises EvidenceTooLarge; asked before the content is read."""
    if size_bytes > MOST_BYTES:
        raise too_large()


def too_large() -> EvidenceTooLarge:
    """The refusal, with the size in it."""
    return EvidenceTooLarge(most=MOST_BYTES // 1024 // 1024)


def media_type_of(content: bytes) -> str:
    """What the content is. Raises EvidenceTooLarge, EvidenceUnreadable."""
    insist_on_size(len(content))
    for first_bytes, media_type in MEDIA_TYPES.items():
        if content.startswith(first_bytes):
            return media_type
    raise EvidenceUnreadable
