"""Cells, workbooks and archives: what every table is packed in."""

import csv
import io
import zipfile
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
import pyzipper
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills.containers.archive import locked
from simulation.bills.containers.tables import (
    csv_cell,
    csv_sheet,
    day,
    grouped,
    signed,
    tab_sheet,
    total,
    wall_text,
)
from simulation.bills.containers.workbook import workbook
from simulation.bills.records import yuan
from simulation.tests.sample_account import wall

CELLS = st.text(alphabet="甲乙ab01 ,\"'\n\t/", max_size=8)
NAMES = st.text(alphabet='甲乙ab<>&"', min_size=1, max_size=8)


class TestACell:
    @pytest.mark.parametrize(
        ("words", "cell"),
        [
            ("", ""),
            ("面馆", "面馆"),
            ("a b", "a b"),
            ("a,b", '"a,b"'),
            ('a"b', '"a""b"'),
            ("a\nb", '"a\nb"'),
            ("a\rb", '"a\rb"'),
            ("a\tb", "a\tb"),
        ],
    )
    def test_is_quoted_only_where_it_must_be(self, words, cell):
        assert csv_cell(words) == cell

    def test_can_be_quoted_anyway(self):
        assert csv_cell("面馆", is_quoted=True) == '"面馆"'

    @given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=5))
    def test_is_read_back_as_it_was_by_any_reader_of_csv(self, rows):
        text = csv_sheet(rows).decode("utf-8-sig")

        assert list(csv.reader(io.StringIO(text, newline=""))) == rows


class TestASheet:
    def test_with_tabs_fills_up_every_row(self):
        assert tab_sheet([("甲",), ("a", "b", "c")], width=3) == (
            "甲\t\t\r\na\tb\tc\r\n".encode("gb18030")
        )

    def test_with_commas_begins_with_a_mark_and_may_be_of_unequal_length(self):
        assert csv_sheet([("甲",), ("a", "b")]) == "\ufeff甲\r\na,b\r\n".encode()


class TestAmounts:
    @pytest.mark.parametrize(
        ("fen", "with_sign", "with_groups"),
        [
            (0, "0.00", "0.00"),
            (-5, "-0.05", "-0.05"),
            (-99_999, "-999.99", "-999.99"),
            (-100_000, "-1000.00", "-1,000.00"),
            (123_456_789_01, "123456789.01", "123,456,789.01"),
        ],
    )
    def test_are_written_without_floats(self, fen, with_sign, with_groups):
        assert signed(fen) == with_sign
        assert grouped(fen) == with_groups

    @given(fen=st.integers(-(10**15), 10**15))
    def test_come_back_to_the_fen(self, fen):
        assert Decimal(signed(fen)) * 100 == fen
        assert Decimal(grouped(fen).replace(",", "")) * 100 == fen

    @given(fen=st.integers(0, 10**15))
    def test_of_a_wallet_have_two_digits_behind_the_point(self, fen):
        assert Decimal(yuan(fen)) * 100 == fen
        assert yuan(fen)[-3] == "."

    def test_are_counted_and_added_up(self):
        assert total("收入：{}笔 {}元", [1, 250, 100_000]) == "收入：3笔 1002.51元"
        assert total("收入：{}笔 {}元", []) == "收入：0笔 0.00元"


class TestMoments:
    def test_are_written_as_the_clock_on_the_wall_shows_them(self):
        late = wall(2026, 2, 28, 23, 59, 59)

        assert day(late) == "2026-02-28"
        assert wall_text(late) == "2026-02-28 23:59:59"


class TestAWorkbook:
    def read(self, rows, **shape):
        book = openpyxl.load_workbook(io.BytesIO(workbook(rows, **shape)))
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    @given(rows=st.lists(st.lists(NAMES, min_size=1, max_size=11), min_size=1, max_size=5))
    def test_holds_words_as_they_were_shared_or_not(self, rows):
        width = max(map(len, rows))
        expected = [[*row, *[None] * (width - len(row))] for row in rows]

        assert self.read(rows) == expected
        assert self.read(rows, has_shared_strings=False) == expected

    def test_leaves_out_what_is_empty_but_keeps_its_place(self):
        assert self.read([("甲", "", None, "乙"), (), ("丙",)]) == [
            ["甲", None, None, "乙"],
            [None, None, None, None],
            ["丙", None, None, None],
        ]

    def test_holds_amounts_and_moments_as_numbers(self):
        moment = wall(2026, 9, 24, 11, 40, 58)

        (row,) = self.read([(moment, Decimal("28.16"), Decimal("0.05"))])
        assert row == [datetime(2026, 9, 24, 11, 40, 58), 28.16, 0.05]  # noqa: DTZ001 - a cell

    def test_without_styles_has_bare_serials(self):
        (row,) = self.read([(wall(2026, 3, 1, 12), Decimal("1.50"))], has_styles=False)

        assert row == [46_082.5, 1.5]

    @given(fen=st.integers(1, 10**10))
    def test_never_loses_a_fen_to_floats(self, fen):
        (row,) = self.read([(Decimal(fen) / 100,)])

        assert round(Decimal(str(row[0])) * 100) == fen

    def test_has_parts_that_bear_one_stamp(self):
        with zipfile.ZipFile(io.BytesIO(workbook([("甲",)]))) as archive:
            assert {each.date_time for each in archive.infolist()} == {(2026, 1, 1, 0, 0, 0)}
            assert len(archive.infolist()) == 7


class TestALockedArchive:
    FILES = {"账单.csv": "甲".encode() * 200, "b.csv": b"b"}

    def test_opens_with_its_password(self):
        with pyzipper.AESZipFile(io.BytesIO(locked(self.FILES, "123456"))) as archive:
            archive.setpassword(b"123456")
            assert {name: archive.read(name) for name in archive.namelist()} == self.FILES

    def test_does_not_open_with_another(self):
        with pyzipper.AESZipFile(io.BytesIO(locked(self.FILES, "123456"))) as archive:
            archive.setpassword(b"654321")
            with pytest.raises(RuntimeError, match="Bad password"):
                archive.read("b.csv")

    def test_does_not_open_without_one(self):
        with pyzipper.AESZipFile(io.BytesIO(locked(self.FILES, "123456"))) as archive:
            assert all(each.flag_bits & 1 for each in archive.infolist())
            with pytest.raises(RuntimeError, match="password"):
                archive.read("b.csv")

    def test_is_the_same_for_the_same_password_and_another_for_another(self):
        assert locked(self.FILES, "123456") == locked(self.FILES, "123456")
        assert locked(self.FILES, "123456") != locked(self.FILES, "123457")

    def test_hides_what_it_holds_but_not_the_names(self):
        content = locked(self.FILES, "123456")

        assert "账单.csv".encode() in content
        assert "甲甲".encode() not in content
