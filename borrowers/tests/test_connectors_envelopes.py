"""What bills come wrapped in: archives, locks, web pages, pages of PDF, text for spreadsheets."""

import io
import json
import zipfile
from typing import Any

import fpdf
import pytest
import pyzipper

from borrowers.connectors import refusals
from borrowers.connectors.containers import opening
from borrowers.connectors.contracts import Pages, Plain, Sheet, Word
from borrowers.connectors.registry import read_bill, read_bill_bounded
from borrowers.tests.bill_texts import number, wechat, wechat_row, wechat_sheet, workbook

ROWS = [wechat_row(native_id=number(index)) for index in range(1, 6)]
BILL = wechat(*ROWS)
XLSX = workbook(wechat_sheet(*[row.replace("\t", "").split(",") for row in ROWS]))
PASSWORD = "204816"


def documents(content, password="") -> list[Any]:
    return [*opening.documents(content, password)]


def packed(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def locked(parts, password=PASSWORD):
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as target:
        target.setpassword(password.encode())
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def statement(*lines, password=""):
    document = fpdf.FPDF()
    document.set_title("Statement")
    document.add_page()
    document.set_font("Helvetica", size=10)
    for line in lines:
        document.cell(text=line, new_x="LMARGIN", new_y="NEXT")
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    return bytes(document.output())


class TestArchives:
    @pytest.mark.parametrize("bill", [BILL, XLSX])
    def test_the_bill_inside_is_read(self, bill):
        content = packed({"__MACOSX/x": b"x", "note.txt": b"hello", "bill.csv": bill})

        assert read_bill(content, "bill.zip").events == read_bill(bill, "").events

    def test_a_locked_one_opens_with_its_password(self):
        content = locked({"bill.csv": BILL})

        assert read_bill(content, "bill.zip", PASSWORD).events == read_bill(BILL, "").events

    def test_the_password_reaches_the_child(self):
        assert len(read_bill_bounded(locked({"b": BILL}), "bill.zip", PASSWORD).events) == 5

    def test_a_locked_one_asks_for_its_password(self):
        with pytest.raises(refusals.PasswordNeeded):
            read_bill(locked({"bill.csv": BILL}), "bill.zip")

    @pytest.mark.parametrize("password", ["000000", "密码", "x" * 300])
    def test_another_password_is_called_wrong(self, password):
        with pytest.raises(refusals.PasswordWrong):
            read_bill(locked({"bill.csv": BILL}), "bill.zip", password)

    def test_a_password_that_nobody_needs_is_ignored(self):
        assert len(read_bill(packed({"bill.csv": BILL}), "", PASSWORD).events) == 5
        assert len(read_bill(BILL, "", PASSWORD).events) == 5

    def test_an_archive_in_an_archive_stays_closed(self):
        with pytest.raises(refusals.PackedArchive):
            read_bill(packed({"inner.zip": packed({"bill.csv": BILL})}), "bill.zip")

    def test_two_bills_are_not_guessed_between(self):
        other = wechat(wechat_row(native_id=number(9), amount="¥9.00"))

        with pytest.raises(refusals.SeveralBills) as refused:
            read_bill(packed({"a.csv": BILL, "b.csv": other}), "bill.zip")

        assert refused.value.context == {"bills": 2}

    def test_the_same_bill_twice_is_read_once(self):
        assert len(read_bill(packed({"a.csv": BILL, "b.xlsx": XLSX}), "").events) == 5

    def test_a_damaged_bill_beside_a_whole_one_is_not_passed_over(self):
        with pytest.raises(refusals.TruncatedFile):
            read_bill(packed({"a.csv": BILL, "b.xlsx": XLSX[:3_000]}), "bill.zip")

    def test_rows_without_headings_beside_a_bill_are_not_passed_over(self):
        rest = "2025-03-04,示例小店,-12.50\n2025-03-05 08:00,示例车站,¥3\n说明,共两笔,\n"

        with pytest.raises(refusals.PartsUnread) as refused:
            read_bill(packed({"a.csv": BILL, "b.csv": rest.encode()}), "bill.zip")

        assert refused.value.context == {"rows": 2}

    def test_a_note_beside_a_bill_is_passed_over(self):
        note = "说明,本压缩包由示例应用生成\n日期,2025-03-04\n联系电话,95000\n"

        assert len(read_bill(packed({"a.csv": BILL, "b.csv": note.encode()}), "").events) == 5

    def test_an_empty_bill_beside_another_is_passed_over(self):
        assert len(read_bill(packed({"a.csv": BILL, "b.csv": wechat()}), "").events) == 5

    @pytest.mark.parametrize(
        "parts",
        [{f"{index}.csv": b"x" for index in range(21)}, {"a.csv": b"x" * (21 * 1024 * 1024)}],
    )
    def test_too_many_or_too_large_files_are_not_unpacked(self, parts):
        with pytest.raises(refusals.ZipBomb):
            read_bill(packed(parts), "bill.zip")

    @pytest.mark.parametrize("parts", [{}, {"folder/": b""}, {"a.txt": b""}])
    def test_an_empty_one_is_empty(self, parts):
        with pytest.raises(refusals.EmptyFile):
            read_bill(packed(parts), "bill.zip")

    def test_pictures_alone_are_pictures(self):
        with pytest.raises(refusals.PictureOrDocument):
            read_bill(packed({"a.png": b"\x89PNG\r\n\x1a\n0000"}), "bill.zip")


class TestTexts:
    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16_without_its_mark_is_read(self, encoding):
        content = BILL.decode("utf-8-sig").encode(encoding)

        assert len(read_bill(content, "bill.csv").events) == 5

    def test_cells_that_are_formulas_of_their_own_text_are_that_text(self):
        content = '="622200001234"\t="2025-03-04"\t=1+1\r\n'.encode("gbk")

        (sheet,) = documents(content)

        assert list(sheet.rows) == [("622200001234", "2025-03-04", "=1+1")]

    @pytest.mark.parametrize(
        ("text", "row"),
        [
            ("\ta,\tb,\tc\n", ("\ta", "\tb", "\tc")),
            ('"\ta","\tb"\n', ("\ta", "\tb")),
            ("a\t,b\t,c\t\n", ("a\t", "b\t", "c\t")),
            ("a\tb,c\td\n", ("a", "b,c", "d")),
            ("a;b;c,5\n", ("a", "b", "c,5")),
        ],
    )
    def test_padding_is_no_separator(self, text, row):
        (sheet,) = documents(text.encode())

        assert list(sheet.rows) == [row]


class TestWebPages:
    def test_a_page_without_a_bill_is_called_a_page(self):
        page = b"<!DOCTYPE html><html><body>Sign in<script>x</script></body></html>"

        with pytest.raises(refusals.WebPage):
            read_bill(page, "bill.csv")

    def test_a_table_in_a_page_is_read_by_its_cells(self):
        rows = "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in row.split(','))}</tr>"
            for row in BILL.decode("utf-8-sig").splitlines()
        )

        reading = read_bill(f"<html><table>{rows}</table></html>".encode(), "bill.xls")

        assert [each.event_key for each in reading.events] == [
            each.event_key for each in read_bill(BILL, "").events
        ]

    def test_a_table_inside_a_cell_is_a_table_of_its_own(self):
        page = "<table><tr><td>a<td>b<table><tr><th>c</table></table>"

        assert [list(sheet.rows) for sheet in documents(page.encode())] == [[["a", "b"]], [["c"]]]


class TestPages:
    def test_the_words_of_a_statement_come_with_their_places(self):
        (pages,) = documents(statement("2025-03-04 lunch 20.00", "total"))

        assert isinstance(pages, Pages)
        assert [word.text for word in pages.pages[0]] == ["2025-03-04", "lunch", "20.00", "total"]
        assert pages.title == "Statement"
        first, second = pages.pages[0][0], pages.pages[0][1]
        assert first.left < first.right < second.left
        assert first.top == second.top < pages.pages[0][3].top

    def test_a_locked_statement_opens_with_its_password_only(self):
        content = statement("2025-03-04", password=PASSWORD)

        assert documents(content, PASSWORD)
        with pytest.raises(refusals.PasswordNeeded):
            documents(content)
        with pytest.raises(refusals.PasswordWrong):
            documents(content, "111111")

    def test_a_scan_is_a_picture(self):
        with pytest.raises(refusals.PictureOrDocument):
            documents(statement())

    @pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
    def test_a_statement_that_stops_early_is_refused(self, share):
        content = statement("2025-03-04 lunch 20.00")

        with pytest.raises(refusals.FileRefused):
            read_bill(content[: int(len(content) * share)], "statement.pdf")

    def test_the_items_of_a_viewer_are_pages_too(self):
        items = [
            {"str": "账号", "width": 20, "transform": [9, 0, 0, 9, 32, 508.5]},
            {"str": " ", "width": 4, "transform": [9, 0, 0, 9, 52, 508.5]},
        ]

        (page,) = documents(json.dumps(items).encode())
        (pages,) = documents(json.dumps([items, items]).encode())

        assert page == Pages([[Word(left=32, top=333.5, text="账号", right=52)]])
        assert pages.pages == [*page.pages, *page.pages]

    @pytest.mark.parametrize("value", ["NaN", '"a"', "null", "[]"])
    def test_items_without_places_are_refused(self, value):
        content = f'[{{"str": "a", "transform": [1, 0, 0, 1, {value}, 2]}}]'

        with pytest.raises(refusals.TruncatedFile):
            documents(content.encode())


class TestGrammars:
    @pytest.mark.parametrize(
        "text",
        [
            "OFXHEADER:100\nDATA:OFXSGML\n<OFX>",
            "<?xml version='1.0'?><Document xmlns='urn:iso'/>",
            "{1:F01BANK}{2:I940}\n:20:1",
            "ABNANL2A\n940\n:20:ABN",
            "!Type:Bank\nD1/2/2025\n",
        ],
    )
    def test_a_text_with_a_grammar_of_its_own_stays_whole(self, text):
        (plain,) = documents(text.encode())

        assert plain == Plain(text, text.encode(), "utf-8")

    def test_a_note_about_a_grammar_is_no_grammar(self):
        (sheet,) = documents(b"a,b\n1,!Type\n")

        assert isinstance(sheet, Sheet)
