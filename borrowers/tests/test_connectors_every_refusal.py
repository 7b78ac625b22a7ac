"""Every refusal that a file can earn, with a file that earns it; nothing else is raised."""

import io
import zipfile

import openpyxl
import pikepdf
import pytest
import pyzipper

from borrowers.connectors import refusals
from borrowers.connectors.registry import read_bill, read_bill_bounded
from borrowers.tests.bill_texts import (
    WECHAT_COLUMNS,
    alipay_app,
    app_row,
    number,
    wechat,
    wechat_row,
    wechat_sheet,
    workbook,
)

BILL = wechat(wechat_row())
OTHER_BILL = alipay_app(app_row())
NOTICE = (
    b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.04">'
    b"<BkToCstmrDbtCdtNtfctn><Ntfctn/></BkToCstmrDbtCdtNtfctn></Document>"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def archive(*members, kind=zipfile.ZIP_DEFLATED):
    """A ZIP with these files, by name and content."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", kind) as made:
        for name, content in members:
            made.writestr(name, content)
    return held.getvalue()


def locked_archive(password="123456"):
    held = io.BytesIO()
    with pyzipper.AESZipFile(held, "w", encryption=pyzipper.WZ_AES) as made:
        made.setpassword(password.encode())
        made.writestr("bill.csv", BILL)
    return held.getvalue()


def workbook_with(part, change):
    """A workbook of which one part is changed."""
    content = workbook(wechat_sheet())
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(held, "w") as made:
        for name in whole.namelist():
            words = whole.read(name)
            made.writestr(name, change(words) if name == part else words)
    return held.getvalue()


def multiplying(words):
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    head, mark, rest = words.partition(b"?>")
    return head + mark + laughs + rest if mark else laughs + words


def scan():
    """A PDF with a page and no word on it."""
    held = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(held)
    return held.getvalue()


def many_rows(count):
    return wechat(*[wechat_row(native_id=number(index)) for index in range(count)])


CASES = {
    "nothing": (b"", refusals.EmptyFile),
    "blank lines": (b"\r\n  \r\n\t", refusals.EmptyFile),
    "a mark and nothing": (b"\xef\xbb\xbf", refusals.EmptyFile),
    "zeros": (b"\x00" * 512, refusals.EmptyFile),
    "an empty workbook": (workbook([]), refusals.EmptyFile),
    "an empty archive": (archive(), refusals.EmptyFile),
    "too many bytes": (b"a" * (20 * 1024 * 1024 + 1), refusals.TooLarge),
    "a letter": ("亲爱的小林：\n你好，\n最近怎么样？\n".encode(), refusals.NotABill),
    "a list of films": (b"title,year,stars\nOne,2001,5\nTwo,2002,4\n", refusals.NotABill),
    "a workbook of films": (workbook([["title", "year"], ["One", 2001]]), refusals.NotABill),
    "a grammar of nobody": (b'{"kind": "recipe", "rows": []}', refusals.NotABill),
    "xml of nobody": (b'<?xml version="1.0"?><recipe><egg/></recipe>', refusals.NotABill),
    "a bill without amounts": (
        wechat(columns=WECHAT_COLUMNS.replace("金额(元)", "数额")),
        refusals.UnknownLayout,
    ),
    "headings alone": (wechat(), refusals.NoTransactions),
    "a workbook of headings": (workbook(wechat_sheet()), refusals.NoTransactions),
    "rows of rubbish": (
        wechat(*[wechat_row(at="某天", native_id=number(each)) for each in range(3)]),
        refusals.UnreadableRows,
    ),
    "a row cut short": (BILL[:-60], refusals.TruncatedFile),
    "half a workbook": (workbook(wechat_sheet())[:2_000], refusals.TruncatedFile),
    "half an archive": (archive(("bill.csv", BILL))[:200], refusals.TruncatedFile),
    "a damaged sheet": (
        workbook_with("xl/worksheets/sheet1.xml", lambda words: words[: len(words) // 2]),
        refusals.TruncatedFile,
    ),
    "bytes of nothing": (bytes(range(256)) * 20, refusals.UnreadableEncoding),
    "zeros among letters": (b"a,b\x00c,d\n" * 40 + b"a", refusals.UnreadableEncoding),
    "a bomb": (archive(("bill.csv", b"0" * 60_000_000)), refusals.ZipBomb),
    "a million files": (
        archive(*[(f"{each}.txt", b"") for each in range(1_001)]),
        refusals.ZipBomb,
    ),
    "definitions that grow": (
        workbook_with("xl/worksheets/sheet1.xml", multiplying),
        refusals.MultiplyingText,
    ),
    "growing settings": (workbook_with("xl/workbook.xml", multiplying), refusals.MultiplyingText),
    "a locked archive": (locked_archive(), refusals.PasswordNeeded),
    "two bills": (archive(("a.csv", BILL), ("b.csv", OTHER_BILL)), refusals.SeveralBills),
    "a page without headings": (
        archive(("a.csv", BILL), ("b.csv", "2025-03-04,示例小店,12.50\n".encode())),
        refusals.PartsUnread,
    ),
    "a sign-in page": (
        b"<!DOCTYPE html><html><body><form>sign in</form></body></html>",
        refusals.WebPage,
    ),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), refusals.PictureOrDocument),
    "a photograph": (b"\xff\xd8\xff\xe0" + bytes(200), refusals.PictureOrDocument),
    "a telephone's picture": (b"\x00\x00\x00\x18ftypheic" + b"x" * 90, refusals.PictureOrDocument),
    "a text document": (archive(("word/document.xml", b"<w/>")), refusals.PictureOrDocument),
    "slides": (archive(("ppt/presentation.xml", b"<p/>")), refusals.PictureOrDocument),
    "an open document": (archive(("mimetype", b"application/x")), refusals.PictureOrDocument),
    "an old text document": (
        OLE + bytes(600) + "WordDocument".encode("utf-16-le"),
        refusals.PictureOrDocument,
    ),
    "a scan": (scan(), refusals.PictureOrDocument),
    "another archive": (b"Rar!\x1a\x07\x00" + bytes(100), refusals.PackedArchive),
    "a packed text": (b"\x1f\x8b\x08\x00" + bytes(100), refusals.PackedArchive),
    "an archive inside": (archive(("in.zip", archive(("b.csv", BILL)))), refusals.PackedArchive),
    "a locked workbook": (
        OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        refusals.PasswordProtected,
    ),
    "a binary workbook": (archive(("xl/workbook.bin", b"\x00")), refusals.OldSpreadsheet),
    "places of a device": (
        "设备类型,日期,使用时长(分钟),使用次数,经度,纬度\n灯,2025-03-04,60,3,116.4,39.9\n".encode(),
        refusals.TellsTooMuch,
    ),
    "a notice of one payment": (NOTICE, refusals.NotAStatement),
    "a book of expenses": (
        "记录时间,分类,收支类型,金额\n2025-03-04 12:00,餐饮,支出,20.00\n".encode("gb18030"),
        refusals.BookkeepingExport,
    ),
    "a merchant's bill": (
        "交易时间,公众账号ID,商户号,设备号\n`2025-03-04 12:00:00,`wx1,`1,`\n".encode(),
        refusals.MerchantBill,
    ),
}  # fmt: skip
# What no content alone can earn: a wrong password, a switch, a clock.
ELSEWHERE = {
    refusals.FileRefused,
    refusals.WrongKind,
    refusals.PasswordWrong,
    refusals.SourceSwitchedOff,
    refusals.TooSlow,
}


@pytest.mark.parametrize("name", CASES)
def test_each_file_is_refused_for_its_own_reason(name):
    content, refusal = CASES[name]

    with pytest.raises(refusals.FileRefused) as refused:
        read_bill(content, "")

    assert type(refused.value) is refusal
    assert str(refused.value)
    assert refusal.advice


@pytest.mark.parametrize("name", ["nothing", "a bill without amounts", "two bills", "a bomb"])
def test_the_child_says_the_same_with_the_same_words(name):
    content, refusal = CASES[name]
    with pytest.raises(refusal) as here:
        read_bill(content, "")

    with pytest.raises(refusal) as there:
        read_bill_bounded(content, "")

    assert there.value.context == here.value.context
    assert str(there.value) == str(here.value)


def all_kinds(kind=refusals.FileRefused):
    yield kind
    for each in kind.__subclasses__():
        yield from all_kinds(each)


def test_no_refusal_is_without_a_file():
    assert {refusal for _, refusal in CASES.values()} == set(all_kinds()) - ELSEWHERE


def test_another_password_is_wrong_and_no_password_is_kept():
    with pytest.raises(refusals.PasswordWrong) as refused:
        read_bill(locked_archive(), "", "654321")

    assert "654321" not in f"{refused.value!s} {refused.value.context}"
    assert len(read_bill(locked_archive(), "", "123456").events) == 1


@pytest.mark.parametrize("name", ["bill.csv", "账单.xlsx", "x.zip", "../../etc/passwd", ""])
@pytest.mark.parametrize("case", ["a letter", "a picture", "half a workbook", "a locked archive"])
def test_the_name_of_the_file_changes_no_reason(name, case):
    content, refusal = CASES[case]

    with pytest.raises(refusal):
        read_bill(content, name)


def test_one_row_less_than_too_many_is_read():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in wechat_sheet():
        sheet.append(row)
    sheet.append(wechat_row().split(","))
    held = io.BytesIO()
    book.save(held)

    assert read_bill(held.getvalue(), "").rows_read == 1
    assert read_bill(many_rows(2_000), "").rows_read == 2_000
