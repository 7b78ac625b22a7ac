"""The same file without its lock: what may be sealed and read again when the password is gone."""

import io
import warnings
import zipfile
from typing import Any

from borrowers.connectors import refusals
from borrowers.connectors.containers import archive, pdf
from borrowers.connectors.containers.limits import LARGEST_FILE, too_large

# One day for all, so that the same locked file always gives the same bytes.
NO_DAY = (1980, 1, 1, 0, 0, 0)


def unlocked(content: bytes, password: str) -> bytes:
    """An archive or a PDF that opens by itself; whatever is not locked stays as it is.

    Raises PasswordWrong, PasswordNeeded, ZipBomb, TruncatedFile, TooLarge, OldSpreadsheet,
    PictureOrDocument, PasswordProtected.
    """
    if len(content) > LARGEST_FILE:
        raise too_large()
    if content.startswith(archive.ZIP):
        return unlocked_archive(content, password)
    return unlocked_pdf(content, password) if content.startswith(pdf.MARK) else content


def unlocked_archive(content: bytes, password: str) -> bytes:
    """Names are left behind: nobody asks for them, and they may hold the name of a person."""
    with archive.opened(content) as found:
        if archive.is_workbook(found) or not is_locked(found):
            return content
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as opened:
            for number, member in enumerate(archive.members(found, content, password), start=1):
                entry = zipfile.ZipInfo(str(number), NO_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                opened.writestr(entry, member)
    return held.getvalue()


def is_locked(found: zipfile.ZipFile) -> bool:
    return any(entry.flag_bits & archive.LOCKED for entry in found.infolist())


def unlocked_pdf(content: bytes, password: str) -> bytes:
    import pikepdf  # noqa: PLC0415 - few files are locked

    held = io.BytesIO()
    try:
        with warnings.catch_warnings(), opened_pdf(content, password) as document:
            if not document.is_encrypted:
                return content
            document.save(held, encryption=False, static_id=True)
    except pikepdf.PasswordError as error:
        raise refusals.PasswordWrong from error
    except (pikepdf.PdfError, *pdf.DAMAGED) as error:
        raise refusals.TruncatedFile from error
    return held.getvalue()


def opened_pdf(content: bytes, password: str) -> Any:
    """A password too many is no fault: what is not locked is given back as it is."""
    import pikepdf  # noqa: PLC0415 (only for locked files: the reader has little room)

    warnings.simplefilter("ignore")
    return pikepdf.open(io.BytesIO(content), password=password, suppress_warnings=True)
