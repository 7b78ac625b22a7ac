"""ZIP archives: the envelope of a bill that came by mail, or the inside of a workbook.

Declared sizes are checked before anything is unpacked, and no entry is read beyond what it
declares. The password that an app sent with the mail is used here and kept nowhere.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

from borrowers.connectors import refusals
from borrowers.connectors.containers.limits import LARGEST_FILE

ENTRIES = 1_000
UNPACKED = 128 * 1024 * 1024
RATIO = 150
RATIO_COUNTS_FROM = 1024 * 1024
# A mail brings one bill, perhaps with a note beside it.
MEMBERS = 20
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# What Mac computers add, and what says nothing.
NO_MEMBERS = ("__MACOSX/", ".DS_Store", "Thumbs.db")
LOCKED = 1

DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, LookupError, ValueError,
    NotImplementedError, OverflowError,
)  # fmt: skip


def opened(content: bytes) -> zipfile.ZipFile:
    """The archive, when it is no bomb. Raises ZipBomb, TruncatedFile."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGED as error:
        raise refusals.TruncatedFile from error
    check(archive)
    return archive


def check(archive: zipfile.ZipFile) -> None:
    """Refuse by the declared sizes."""
    entries = archive.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise refusals.ZipBomb
    for entry in entries:
        is_large = entry.file_size > RATIO_COUNTS_FROM
        if is_large and entry.file_size > RATIO * max(entry.compress_size, 1):
            raise refusals.ZipBomb


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """A workbook has a workbook inside. Raises OldSpreadsheet, PictureOrDocument."""
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise refusals.OldSpreadsheet
    if any(name.startswith("xl/") and "workbook" in name for name in names):
        if any(entry.flag_bits & LOCKED for entry in archive.infolist()):
            raise refusals.PasswordProtected
        return True
    if any(name.startswith(("word/", "ppt/", "Payload/")) or name == "mimetype" for name in names):
        raise refusals.PictureOrDocument
    return False


def members(archive: zipfile.ZipFile, content: bytes, password: str) -> Iterator[bytes]:
    """The files inside, one after the other.

    Raises PasswordNeeded, PasswordWrong, PackedArchive for what is packed once more, ZipBomb,
    TooLarge, TruncatedFile.
    """
    entries = [entry for entry in archive.infolist() if is_member(entry)]
    if len(entries) > MEMBERS or any(entry.file_size > LARGEST_FILE for entry in entries):
        raise refusals.ZipBomb
    if any(entry.flag_bits & LOCKED for entry in entries):
        if not password:
            raise refusals.PasswordNeeded
        archive = unlockable(content)
    for entry in entries:
        yield unpacked(archive, entry.filename, password)


def is_member(entry: zipfile.ZipInfo) -> bool:
    return not entry.is_dir() and not entry.filename.startswith(NO_MEMBERS)


def unlockable(content: bytes) -> zipfile.ZipFile:
    """The same archive for a library that knows AES; the standard one does not."""
    import pyzipper  # noqa: PLC0415 - few archives are locked

    try:
        archive: zipfile.ZipFile = pyzipper.AESZipFile(io.BytesIO(content))
    except DAMAGED as error:
        raise refusals.TruncatedFile from error
    return archive


def unpacked(archive: zipfile.ZipFile, name: str, password: str) -> bytes:
    """One file. A password that only seems to fit shows itself by rubbish inside."""
    try:
        is_locked = bool(archive.getinfo(name).flag_bits & LOCKED)
        archive.setpassword(password.encode() if is_locked else None)  # type: ignore[arg-type]  # None takes the password away; the stubs know only bytes
        with archive.open(name) as member:
            return member.read(LARGEST_FILE)
    except RuntimeError as error:
        raise refusals.PasswordWrong from error
    except DAMAGED as error:
        raise (refusals.PasswordWrong if is_locked else refusals.TruncatedFile) from error
