"""Looking at the seal of a file that anybody may have given us: pure, for the bounded reader.

Only arithmetic is asked here. Whether the file is one of ours is known by who keeps the hashes.
"""

import io
from typing import Any

from common.seals.contracts import Outcome

PLACE_OF_SEAL = b"/ByteRange"


def look(content: bytes, own: str) -> dict[str, str]:
    """Outcome, seal and subject, as `contracts.Looked` names them; `own`: hashes, comma-separated.

    What cannot be read rises: the caller's reader stops, and says what that means.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 (heavy; asked in a child)

    seals = PdfFileReader(io.BytesIO(content), strict=False).embedded_signatures
    if not seals:
        return _said(Outcome.ALTERED if PLACE_OF_SEAL in content else Outcome.NOT_SEALED)
    first = seals[0]
    shown = first.signer_cert.sha256.hex()
    subject = str(first.sig_object.get("/Reason", ""))
    if shown not in own.split(","):
        return _said(Outcome.UNKNOWN_SEAL, shown, subject)
    holds = len(seals) == 1 and _holds(first, content)
    return _said(Outcome.VALID if holds else Outcome.ALTERED, shown, subject)


def _holds(seal: Any, content: bytes) -> bool:
    """Whether the seal covers the whole file and nothing of it has changed."""
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415 (heavy; in a child)
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415 (the same)
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 (the same)

    own = ValidationContext(trust_roots=[seal.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(seal, signer_validation_context=own)
    is_whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return bool(status.intact and status.valid and is_whole and _is_tight(seal, content))


def _is_tight(seal: Any, content: bytes) -> bool:
    """The gap that a seal cannot cover holds the seal and zeros, spelled as we spell it."""
    start, length, after, _rest = (int(each) for each in seal.byte_range)
    given = bytes(seal.pkcs7_content)
    is_spelled = content[start + length : after] == b"<" + given.hex().upper().encode() + b">"
    return is_spelled and not any(given[_der_length(given) :])


def _der_length(given: bytes) -> int:
    """How many bytes the first DER value takes, by its header."""
    first = given[1]
    if first < 0x80:
        return 2 + first
    octets = first & 0x7F
    return 2 + octets + int.from_bytes(given[2 : 2 + octets], "big")


def _said(outcome: Outcome, seal_sha256: str = "", subject: str = "") -> dict[str, str]:
    return {"outcome": outcome.value, "seal_sha256": seal_sha256, "subject": subject}
