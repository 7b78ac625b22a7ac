"""Statements that were cut, saved again by a spreadsheet, or spread over sheets."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Precision
from borrowers.connectors.registry import read_bill
from borrowers.tests import statement_texts as texts


def reading_of(specimen):
    return read_bill(specimen.content(), "statement.csv")


def events_of(specimen):
    return reading_of(specimen).events


class TestDamage:
    def test_a_spreadsheet_s_short_days_mark_the_row(self):
        row = list(texts.BOC_DEBIT.rows[0])
        row[0], row[1] = "2025/3/5", "16:00"

        (event,) = events_of(texts.BOC_DEBIT.with_rows(row))

        assert event.degraded
        assert event.precision is Precision.MINUTE
        assert event.occurred_at == datetime(2025, 3, 5, 8, tzinfo=UTC)

    def test_an_account_number_that_became_a_power_of_ten_marks_the_row(self):
        row = list(texts.CCB_DEBIT.rows[0])
        row[8] = "2.08831E+15"

        (event,) = events_of(texts.CCB_DEBIT.with_rows(row))

        assert event.degraded

    def test_a_last_row_cut_in_the_middle_is_noticed(self):
        content = texts.BOC_DEBIT.content()
        cut = content[: content.rindex("支付宝".encode())]

        with pytest.raises(refusals.TruncatedFile):
            read_bill(cut, "")

    def test_rows_of_uneven_length_are_not_taken_for_cut(self):
        rows = [row[: 9 - index] for index, row in enumerate(texts.ABC_DEBIT.rows)]
        lines = texts.ABC_DEBIT.with_rows(*rows, rows[-1]).text().rstrip()

        assert read_bill(lines.encode(), "").rows_read == 4

    def test_a_statement_that_stops_above_its_table_is_cut(self):
        with pytest.raises(refusals.TruncatedFile):
            read_bill("中国银行交易流水明细单\r\n记账日期,记账时".encode(), "")

    def test_a_statement_without_rows_is_refused_as_that(self):
        with pytest.raises(refusals.NoTransactions):
            reading_of(texts.CMB_DEBIT.with_rows())


class TestSheetsOfOneWorkbook:
    def workbook(self, *specimens):
        book = openpyxl.Workbook(write_only=True)
        for specimen in specimens:
            sheet = book.create_sheet()
            for line in specimen.lines():
                sheet.append(list(line))
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()

    def in_dollars(self, tail="6688"):
        row = ["2025-03-08", "2025-03-09", "EXAMPLE STORE", tail, "美元", "美元", "3.00", "3.00"]
        return replace(texts.CITIC_CREDIT, above=("本期账单明细(美元)",)).with_rows(row)

    def test_a_card_s_currencies_are_one_statement(self):
        reading = read_bill(self.workbook(texts.CITIC_CREDIT, self.in_dollars()), "")

        assert reading.rows_read == len(reading.events) == 3
        assert [event.currency for event in reading.events] == ["CNY", "CNY", "USD"]
        assert reading.last_at == max(event.occurred_at for event in reading.events)

    def test_an_empty_second_sheet_takes_nothing_away(self):
        empty = replace(texts.CITIC_CREDIT, above=("本期账单明细(美元)",)).with_rows()

        assert read_bill(self.workbook(texts.CITIC_CREDIT, empty), "").rows_read == 2

    def test_two_cards_are_two_statements(self):
        with pytest.raises(refusals.SeveralBills):
            read_bill(self.workbook(texts.CITIC_CREDIT, self.in_dollars(tail="1111")), "")
