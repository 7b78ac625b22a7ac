"""Containers: what a file is, its content tells."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH

from borrowers.connectors import refusals
from borrowers.connectors.containers.delimited import csv_rows, decoded
from borrowers.connectors.containers.opening import documents
from borrowers.connectors.contracts import Sheet
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import (
    alipay_app,
    app_row,
    number,
    wechat,
    wechat_row,
    wechat_sheet,
    workbook,
)

ROWS = [wechat_row(native_id=number(index)) for index in range(1, 6)]
XLSX = workbook(wechat_sheet(*[row.replace("\t", "").split(",") for row in ROWS]))


def archive(parts, *, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return buffer.getvalue()


def repacked(content, changes):
    """A workbook with some of its parts exchanged."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    return archive({**parts, **changes})


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_every_encoding_of_bills_is_read(self, encoding):
        content = wechat(*ROWS).decode("utf-8-sig").replace("¥", "￥").encode(encoding)

        assert len(read_bill(content, "bill.csv").events) == 5

    def test_a_tab_separated_copy_is_read(self):
        words = wechat(*ROWS).decode("utf-8-sig").replace("\t", "").replace(",", "\t")

        assert len(read_bill(words.encode("utf-16"), "bill.txt").events) == 5

    def test_rubbish_is_no_text(self):
        with pytest.raises(refusals.UnreadableEncoding):
            read_bill(bytes(range(256)) * 40, "bill.csv")

    def test_control_characters_are_no_text(self):
        with pytest.raises(refusals.UnreadableEncoding):
            read_bill(b"\x01\x02\x03\x04abc" * 100, "bill.csv")

    def test_a_character_cut_in_half_is_noticed(self):
        text, encoding, is_cut = decoded("账单".encode()[:-1])

        assert (text, encoding, is_cut) == ("账", "utf-8", True)

    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_line_ends_do_not_matter(self, line_end):
        words = wechat(*ROWS).decode("utf-8-sig").replace("\r\n", line_end)

        assert len(read_bill(words.encode(), "bill.csv").events) == 5


class TestQuotes:
    def test_a_tab_behind_the_closing_quote_is_harmless(self):
        quoted = '2025-03-04 12:30:00,"商户消费","示例","午餐","支出",¥20.00,"零钱","支付成功"'
        row = f'{quoted},"{number(1)}"\t,"129847129"\t,"/"'

        (event,) = read_bill(wechat(row), "").events

        assert event.native_id == number(1)

    def test_a_quoted_note_may_hold_commas_quotes_and_lines(self):
        row = wechat_row(note='"foo""bar,\ntest"')

        (event,) = read_bill(wechat(row, ROWS[1]), "").events[:1]

        assert event.memo == '午餐 foo"bar,\ntest'

    @pytest.mark.parametrize("position", range(5))
    def test_a_stray_quote_never_swallows_the_rows_below(self, position):
        rows = list(ROWS)
        rows[position] = rows[position].replace("示例小面馆", '"示例小面馆')

        reading = read_bill(wechat(*rows), "")

        assert len(reading.events) == 5
        assert reading.rows_read == 5

    def test_stray_quotes_on_every_line_cost_nothing(self):
        rows = [row.replace("示例小面馆", '"示例小面馆') for row in ROWS]

        assert len(read_bill(wechat(*rows), "").events) == 5

    def test_quotes_inside_a_cell_stay(self):
        (event,) = read_bill(wechat(wechat_row(party='打开"多多视频"')), "").events

        assert event.merchant == '打开"多多视频"'

    def test_a_cell_longer_than_any_bill_has_does_not_stop_the_rest(self):
        endless = wechat_row(note="x" * 200_000)

        assert len(read_bill(wechat(endless, *ROWS), "").events) >= 5

    def test_rows_come_out_as_the_csv_module_gives_them(self):
        assert list(csv_rows('a,"b,c",d\r\ne,f\r\n', ",")) == [["a", "b,c", "d"], ["e", "f"]]


class TestWorkbooks:
    def test_the_name_of_the_file_means_nothing(self):
        assert read_bill(XLSX, "bill.csv").events == read_bill(XLSX, "bill.xlsx").events
        assert len(read_bill(wechat(*ROWS), "bill.xlsx").events) == 5

    @pytest.mark.parametrize(
        "dimension", [b"", b'<dimension ref="A1"/>', b'<dimension ref="A1:B2"/>']
    )
    def test_a_missing_or_lying_dimension_does_no_harm(self, dimension):
        with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
            sheet = source.read("xl/worksheets/sheet1.xml")
        start = sheet.index(b"<dimension")
        end = sheet.index(b"/>", start) + 2
        changed = sheet[:start] + dimension + sheet[end:]

        content = repacked(XLSX, {"xl/worksheets/sheet1.xml": changed})

        assert len(read_bill(content, "").events) == 5

    def test_a_workbook_that_counts_from_1904(self):
        book = openpyxl.Workbook()
        book.epoch = MAC_EPOCH
        for row in wechat_sheet([44827.5, "商户消费", "x", "/", "支出", 5, "/", "支付成功", "/"]):
            book.worksheets[0].append(row)
        buffer = io.BytesIO()
        book.save(buffer)

        (event,) = read_bill(buffer.getvalue(), "").events

        assert f"{event.occurred_at:%Y-%m-%d %H:%M}" == "2026-09-24 04:00"

    def test_a_very_wide_row_is_cut_at_forty_columns(self):
        rows = wechat_sheet(ROWS[0].replace("\t", "").split(","))
        rows.append(["x"] * 3_000)

        (sheet,) = documents(workbook(rows))
        assert isinstance(sheet, Sheet)

        assert max(len(row) for row in sheet.rows) == 40


class TestRefusals:
    @pytest.mark.parametrize(
        "content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 9]
    )
    def test_nothing_is_empty(self, content):
        with pytest.raises(refusals.EmptyFile):
            read_bill(content, "bill.csv")

    def test_an_empty_workbook_has_no_bill(self):
        with pytest.raises(refusals.EmptyFile):
            read_bill(workbook([]), "bill.xlsx")

    def test_too_many_bytes(self):
        with pytest.raises(refusals.TooLarge) as refused:
            read_bill(b"x" * (20 * 1024 * 1024 + 1), "bill.csv")

        assert refused.value.advice % refused.value.context

    def test_too_many_rows(self):
        with pytest.raises(refusals.TooLarge):
            read_bill(b"a,b\n" * 102_000, "bill.csv")

    @pytest.mark.parametrize(
        "start",
        [
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"GIF89a",
            b"\x00\x00\x00 ftypheic",
        ],
    )
    def test_pictures_and_documents_under_any_name(self, start):
        with pytest.raises(refusals.PictureOrDocument):
            read_bill(start + b"\x00\x01\x02" * 100, "bill.csv")

    def test_a_word_document(self):
        content = archive({"[Content_Types].xml": "x", "word/document.xml": "x"})

        with pytest.raises(refusals.PictureOrDocument):
            read_bill(content, "bill.xlsx")

    @pytest.mark.parametrize("start", [b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08"])
    def test_other_archives(self, start):
        with pytest.raises(refusals.PackedArchive):
            read_bill(start + b"\x00" * 100, "bill.zip")

    def test_a_damaged_old_workbook_and_a_locked_one(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512

        with pytest.raises(refusals.TruncatedFile):
            read_bill(ole, "bill.xls")
        with pytest.raises(refusals.PasswordProtected):
            read_bill(ole + "EncryptedPackage".encode("utf-16-le"), "bill.xlsx")

    def test_alipays_bookkeeping_book(self):
        content = (
            "特别提示：\n1.本记账单内容可表明支付宝受理了相应记账明细申请\n"
            "记录时间,分类,收支类型,金额,备注,账户,来源,标签\n"
            "2026-06-28 11:19:26,转账,支出,5000.00,x,示例银行,账单同步,\n"
        )

        with pytest.raises(refusals.BookkeepingExport):
            read_bill(content.encode(), "bill.csv")

    @pytest.mark.parametrize(
        "header",
        [
            "﻿交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态",
            "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,订单金额（元）,商家实收（元）",
            "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）",
        ],
    )
    def test_bills_of_merchants(self, header):
        content = f"#支付宝业务明细查询\n{header}\n`2025-01-01 00:00:00,`wx0,`1,`2,`3,`4,`5,`6\n"

        with pytest.raises(refusals.MerchantBill):
            read_bill(content.encode(), "bill.csv")

    @pytest.mark.parametrize(
        "content",
        [b"hello world", b"a,b,c\n1,2,3\n", b'{"a": 1}'],
    )
    def test_what_is_no_bill_is_told_what_we_read(self, content):
        with pytest.raises(refusals.NotABill) as refused:
            read_bill(content, "bill.csv")

        assert "WeChat" in refused.value.advice
        assert "Alipay" in refused.value.advice

    def test_a_workbook_that_is_no_bill(self):
        with pytest.raises(refusals.NotABill):
            read_bill(workbook([["a", "b"], [1, 2]]), "bill.xlsx")

    @pytest.mark.parametrize("missing", ["交易时间", "交易类型", "收/支", "金额(元)", "当前状态"])
    def test_a_missing_column_of_wechat_is_named(self, missing):
        columns = [
            name
            for name in ["交易时间", "交易类型", "收/支", "金额(元)", "当前状态"]
            if name != missing
        ]
        content = wechat("x,y,z,w", columns=",".join(columns))

        with pytest.raises(refusals.UnknownLayout) as refused:
            read_bill(content, "bill.csv")

        assert refused.value.context == {"columns": missing}
        assert missing in refused.value.message % refused.value.context

    @pytest.mark.parametrize("missing", ["交易时间", "收/支", "金额", "交易状态"])
    def test_a_missing_column_of_alipay_is_named(self, missing):
        columns = ["交易时间", "交易对方", "商品说明", "收/支", "金额", "交易状态"]
        columns.remove(missing)

        with pytest.raises(refusals.UnknownLayout) as refused:
            read_bill(alipay_app("x,y,z,u,v", columns=",".join(columns)), "bill.csv")

        assert refused.value.context == {"columns": missing}

    @pytest.mark.parametrize("content", [wechat(), alipay_app()])
    def test_a_header_without_rows(self, content):
        with pytest.raises(refusals.NoTransactions):
            read_bill(content, "bill.csv")

    def test_rows_of_which_none_can_be_read(self):
        rows = [wechat_row(at="09/01/2024 12:34:56"), wechat_row(amount="¥")]

        with pytest.raises(refusals.UnreadableRows) as refused:
            read_bill(wechat(*rows), "bill.csv")

        assert refused.value.context == {"rows": 2}

    def test_every_refusal_is_422_and_speaks_in_placeholders_only(self):
        kinds: list[type[refusals.FileRefused]] = [*refusals.FileRefused.__subclasses__()]
        for refusal in kinds:
            assert refusal.status == 422
            assert refusal.code.startswith("FILE_")
            assert refusal.message.endswith((".", "%(columns)s."))
            assert refusal.advice


class TestTruncation:
    @pytest.mark.parametrize("cut", [30, 50, 80, 100])
    def test_text_that_stops_in_the_middle_of_a_row(self, cut):
        content = wechat(*ROWS)

        with pytest.raises(refusals.TruncatedFile):
            read_bill(content[:-cut], "bill.csv")

    def test_text_that_stops_in_the_middle_of_a_character(self):
        content = alipay_app(app_row())
        place = content.rindex("示例".encode("gb18030"))

        with pytest.raises(refusals.TruncatedFile):
            read_bill(content[: place + 1], "bill.csv")

    def test_text_that_stops_in_the_header(self):
        content = wechat()[:-40]

        with pytest.raises(refusals.TruncatedFile):
            read_bill(content, "bill.csv")

    def test_a_last_row_without_line_end_is_whole_all_the_same(self):
        content = wechat(*ROWS).removesuffix(b"\r\n")

        assert len(read_bill(content, "bill.csv").events) == 5

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_a_workbook_that_stops_early(self, share):
        with pytest.raises(refusals.TruncatedFile):
            read_bill(XLSX[: int(len(XLSX) * share)], "bill.xlsx")

    def test_a_workbook_without_its_sheet(self):
        with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
            parts = {name: source.read(name) for name in source.namelist()}
        del parts["xl/worksheets/sheet1.xml"]

        with pytest.raises(refusals.TruncatedFile):
            read_bill(archive(parts), "bill.xlsx")


class TestBombs:
    def test_an_entry_that_swells_a_thousandfold(self):
        content = repacked(XLSX, {"xl/media/zeros.xml": b"\x00" * 30_000_000})

        assert len(content) < 100_000
        with pytest.raises(refusals.ZipBomb):
            read_bill(content, "bill.xlsx")

    def test_many_entries(self):
        extra = {f"xl/media/{index}": b"" for index in range(1_001)}

        with pytest.raises(refusals.ZipBomb):
            read_bill(repacked(XLSX, extra), "bill.xlsx")

    def test_a_size_that_lies_is_never_read_beyond_what_it_says(self):
        with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
            sheet = source.read("xl/worksheets/sheet1.xml")
        long = sheet + b" " * (400_000 - len(sheet))
        content = bytearray(repacked(XLSX, {"xl/worksheets/sheet1.xml": long}))
        true_size = (400_000).to_bytes(4, "little")
        while (place := content.find(true_size)) >= 0:
            content[place : place + 4] = (10).to_bytes(4, "little")

        with pytest.raises(refusals.TruncatedFile):
            read_bill(bytes(content), "bill.xlsx")

    def test_entities_that_multiply(self):
        with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
            sheet = source.read("xl/worksheets/sheet1.xml")
        entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        bomb = entities + sheet.replace("示例小面馆".encode(), b"&b;")

        with pytest.raises(refusals.MultiplyingText):
            read_bill(repacked(XLSX, {"xl/worksheets/sheet1.xml": bomb}), "bill.xlsx")

    def test_a_row_number_beyond_all_rows(self):
        with zipfile.ZipFile(io.BytesIO(XLSX)) as source:
            sheet = source.read("xl/worksheets/sheet1.xml")
        far = sheet.replace(b'<row r="5"', b'<row r="1000000000"')

        with pytest.raises(refusals.TooLarge):
            read_bill(repacked(XLSX, {"xl/worksheets/sheet1.xml": far}), "bill.xlsx")
