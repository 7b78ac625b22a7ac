"""The writers: the shapes that real wallets give their bills, byte for byte the same each time."""

import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, EventStatus
from borrowers.connectors.registry import read_bill, read_bill_bounded
from simulation.bills import Layout, write
from simulation.bills.containers.workbook import serial, workbook
from simulation.bills.layouts import WALLETS, file_name
from simulation.bills.months import SHOPS, ordinary_months
from simulation.bills.records import Kind, Method, Owner, Record, yuan
from simulation.words import Direction

AT = datetime(2026, 9, 24, 3, 40, 58, tzinfo=UTC)
LUNCH = Record(
    AT,
    Kind.PURCHASE,
    Direction.OUT,
    2_816,
    "示例小面馆",
    "4200001111222233334444555501",
    item="午餐",
)
BACK = Record(
    datetime(2026, 9, 26, 3, 0, 0, tzinfo=UTC),
    Kind.REFUND,
    Direction.IN,
    500,
    "示例小面馆",
    "4200001111222233334444555502",
    item="午餐",
    undoes=LUNCH.number,
)
VOID = Record(
    AT, Kind.VOID, Direction.OUT, 999, "示例书店", "4200001111222233334444555503", item="图书"
)
RECORDS = [LUNCH, BACK, VOID]


def lines(layout, encoding):
    return write(RECORDS, layout=layout).decode(encoding).split("\r\n")


def cells(layout):
    book = openpyxl.load_workbook(io.BytesIO(write(RECORDS, layout=layout)))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


class TestShapes:
    def test_wechats_text_has_a_mark_crlf_and_its_header_in_line_seventeen(self):
        content = write(RECORDS, layout=Layout.WECHAT_CSV)

        assert content.startswith(b"\xef\xbb\xbf")
        assert lines(Layout.WECHAT_CSV, "utf-8-sig")[16].startswith("交易时间,交易类型")
        assert f"{LUNCH.number}\t," in content.decode("utf-8-sig")
        assert "¥28.16" in content.decode("utf-8-sig")

    def test_wechats_quoted_text_has_tabs_behind_the_quotes(self):
        content = write(RECORDS, layout=Layout.WECHAT_CSV_QUOTED).decode("utf-8-sig")

        assert f'"{LUNCH.number}"\t,' in content

    def test_wechats_first_workbook_has_words_only_and_its_header_in_row_seventeen(self):
        rows = cells(Layout.WECHAT_XLSX_2025)

        assert rows[16][0] == "交易时间"
        assert all(isinstance(cell, str) for cell in rows[17] if cell is not None)

    def test_wechats_second_workbook_has_numbers_times_and_one_more_note(self):
        rows = cells(Layout.WECHAT_XLSX_2026)

        assert rows[17][0] == "交易时间"
        assert rows[19][0] == datetime(2026, 9, 24, 11, 40, 58)  # noqa: DTZ001 - a cell
        assert rows[19][5] == 28.16
        assert any("UTC+08:00" in str(row[0]) for row in rows)

    def test_the_serial_is_the_one_that_real_workbooks_have(self):
        assert serial(datetime(2026, 9, 24, 11, 40, 58)) == 46289.48678240741  # noqa: DTZ001 (wall clock)

    def test_alipays_web_export_has_its_header_in_line_five_and_a_footer(self):
        rows = lines(Layout.ALIPAY_WEB, "gb18030")

        assert rows[4].startswith("交易号")
        assert "共2笔记录" in rows
        assert any("5.00" in row for row in rows if LUNCH.number in row)
        assert not any(BACK.number in row for row in rows)

    def test_alipays_first_app_export_has_its_header_in_line_two_and_notes_below(self):
        rows = lines(Layout.ALIPAY_APP_2021, "gb18030")

        assert rows[1].startswith("收/支")
        assert rows.index("导出信息：") > 4

    def test_alipays_second_app_export_has_its_header_in_line_twenty_five(self):
        rows = lines(Layout.ALIPAY_APP_2023, "gb18030")

        assert rows[24].startswith("交易时间")
        assert any(f"{LUNCH.number}_{BACK.number}" in row for row in rows)

    @pytest.mark.parametrize("layout", Layout)
    def test_the_same_payments_give_the_same_bytes(self, layout):
        assert write(RECORDS, layout=layout) == write(RECORDS, layout=layout)

    def test_nobody_is_meant(self):
        owner = Owner(nickname="小林（虚构）")

        assert "小林（虚构）" in write(RECORDS, layout=Layout.WECHAT_CSV, owner=owner).decode()

    def test_names_of_files_follow_the_wallets(self):
        assert file_name(Layout.WECHAT_XLSX_2026).endswith(".xlsx")
        assert file_name(Layout.ALIPAY_WEB) == "alipay_record.csv"

    def test_yuan_has_two_digits_and_no_separator(self):
        assert [yuan(fen) for fen in (0, 5, 100, 123_456)] == ["0.00", "0.05", "1.00", "1234.56"]


class TestReadingThem:
    @pytest.mark.parametrize("layout", WALLETS)
    def test_the_child_reads_every_layout(self, layout):
        content = write(RECORDS, layout=layout)

        reading = read_bill_bounded(content, "renamed.txt")

        assert reading == read_bill(content, "")
        by_id = {event.native_id: event for event in reading.events}
        assert by_id[LUNCH.number].refunded_fen == 500
        assert by_id[VOID.number].status is EventStatus.CLOSED

    @pytest.mark.parametrize("shared", [True, False])
    @pytest.mark.parametrize("styled", [True, False])
    def test_workbooks_of_every_build_are_read(self, shared, styled):
        rows = [
            ("微信支付账单明细",),
            (),
            ("交易时间", "交易类型", "收/支", "金额(元)", "当前状态"),
            (datetime(2026, 9, 24, 11, 40, 58), "商户消费", "支出", yuan(2_816), "支付成功"),  # noqa: DTZ001 (wall clock)
        ]

        content = workbook(rows, has_shared_strings=shared, has_styles=styled)

        (event,) = read_bill(content, "").events
        assert event.occurred_at == AT
        assert event.row_number == 4

    def test_absent_rows_keep_the_numbers_of_the_others(self):
        content = workbook([("a",), (), (), ("b",)])

        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml")
        assert sheet.count(b"<row ") == 2
        with pytest.raises(refusals.NotABill):
            read_bill(content, "")


def life(*, seed, monthly_income_fen=800_000):
    return ordinary_months(
        seed=seed, first_day=date(2025, 1, 1), months=6, monthly_income_fen=monthly_income_fen
    )


class TestOrdinaryMonths:
    def test_the_same_seed_is_the_same_life(self):
        assert life(seed=7) == life(seed=7)
        assert life(seed=7) != life(seed=8)

    def test_there_is_a_salary_and_a_rent_each_month(self):
        records = life(seed=7)

        assert sum(each.kind is Kind.SALARY for each in records) == 6
        assert sum(each.item == "房租" for each in records) == 6

    def test_without_income_nobody_pays_a_salary(self):
        records = life(seed=7, monthly_income_fen=0)

        assert not any(each.kind is Kind.SALARY for each in records)

    def test_numbers_never_repeat_and_days_stay_inside(self):
        records = life(seed=7)

        assert len({each.number for each in records}) == len(records)
        assert min(each.at for each in records).date() >= date(2024, 12, 31)
        assert all(each.amount_fen >= 100 for each in records)

    @pytest.mark.parametrize("layout", [Layout.WECHAT_CSV, Layout.ALIPAY_APP_2023])
    def test_a_bill_of_them_tells_income_and_scenes(self, layout):
        records = life(seed=7)

        reading = read_bill(write(records, layout=layout), "")

        categories = {event.category for event in reading.events}
        assert {shop[1] for shop in SHOPS} - categories <= {Category.ONLINE_SHOPPING}
        assert {Category.INCOME_SALARY, Category.HOUSING, Category.REFUND} <= categories
        assert reading.totals_agree is True
        assert reading.suppressed == 0

    def test_large_purchases_are_paid_by_card(self):
        records = life(seed=7)

        assert all(
            (each.method is Method.DEBIT) == (each.amount_fen > 5_000)
            for each in records
            if each.kind is Kind.PURCHASE
        )
