"""What a file is, its content tells; its name is never asked."""

from borrowers.connectors import refusals
from borrowers.connectors.containers import (
    archive,
    delimited,
    grammar,
    markup,
    old_workbook,
    page_items,
    pdf,
    workbook,
)
from borrowers.connectors.containers.limits import LARGEST_FILE, too_large
from borrowers.connectors.contracts import Document, Plain

PICTURES_AND_DOCUMENTS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\x00", b"MM\x00*", b"{\\rtf",
)  # fmt: skip
ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Inside OLE, names are UTF-16: these streams are there in a locked workbook, in a text document.
LOCKED_WORKBOOK = "EncryptedPackage".encode("utf-16-le")
TEXT_DOCUMENT = "WordDocument".encode("utf-16-le")
# What may lie beside a bill and be passed over.
NO_BILLS = (refusals.WrongKind, refusals.EmptyFile, refusals.UnreadableEncoding)
NOTHING = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"


def documents(content: bytes, password: str = "", *, is_inside: bool = False) -> list[Document]:
    """Everything that can be read in these bytes: worksheets, pages, a text, or what an archive
    holds of them. `is_inside` says that the bytes come out of an archive already.

    Raises EmptyFile, TooLarge, ZipBomb, TruncatedFile, UnreadableEncoding, PasswordNeeded,
    PasswordWrong, WrongKind and its kin.
    """
    if len(content) > LARGEST_FILE:
        raise too_large()
    if not content.strip(NOTHING):
        raise refusals.EmptyFile
    if content.startswith(archive.ZIP):
        return packed(content, password, is_inside=is_inside)
    if content.startswith(pdf.MARK):
        return [pdf.pages(content, password)]
    if content.startswith(OLE):
        return list(old(content))
    refuse_known_kinds(content)
    if page_items.is_items(content):
        return [page_items.pages(content)]
    return written(content)


def packed(content: bytes, password: str, *, is_inside: bool) -> list[Document]:
    """A workbook's sheets, or the files of an archive. An archive inside another is refused."""
    with archive.opened(content) as found:
        if archive.is_workbook(found):
            return list(workbook.sheets(found))
        if is_inside:
            raise refusals.PackedArchive
        held: list[Document] = []
        passed_over: list[refusals.FileRefused] = []
        for member in archive.members(found, content, password):
            try:
                held += documents(member, password, is_inside=True)
            except NO_BILLS as each:
                passed_over.append(each)
    if not held:
        raise passed_over[0] if passed_over else refusals.EmptyFile
    return held


def old(content: bytes) -> list[Document]:
    """Raises PasswordProtected, PictureOrDocument and what the reader of old workbooks raises."""
    if LOCKED_WORKBOOK in content:
        raise refusals.PasswordProtected
    if TEXT_DOCUMENT in content:
        raise refusals.PictureOrDocument
    return list(old_workbook.sheets(content))


def refuse_known_kinds(content: bytes) -> None:
    """Say what it is where the first bytes tell."""
    if content.startswith(ARCHIVES):
        raise refusals.PackedArchive
    # ISO media files (HEIC pictures, films) carry their mark behind a length.
    if content.startswith(PICTURES_AND_DOCUMENTS) or content[4:8] == b"ftyp":
        raise refusals.PictureOrDocument


def written(content: bytes) -> list[Document]:
    """Text of any encoding: with a grammar of its own, a web page, or rows of cells."""
    text, encoding, is_cut = delimited.decoded(content)
    if markup.is_page(text):
        return list(markup.sheets(text, encoding))
    if grammar.is_known(text):
        return [Plain(text, content, encoding)]
    return [delimited.text_sheet(text, encoding, is_cut=is_cut)]
