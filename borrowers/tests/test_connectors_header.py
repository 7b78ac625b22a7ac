"""The header by its names, the rows below it, and every other line as a note."""

import pytest

from borrowers.connectors.contracts import Sheet
from borrowers.connectors.header import (
    LONGEST_WORDS,
    Table,
    find,
    header_in,
    identity,
    name_of,
    text,
)
from borrowers.connectors.refusals import TruncatedFile
from borrowers.connectors.tables.drafts import channel_of, direction_of_word, party_of
from borrowers.connectors.tables.refunds import stem, type_stem
from borrowers.connectors.wallets.wechat import NAMES, NEEDED

HEADER = ["交易时间", "交易类型", "收/支", "金额(元)", "当前状态"]
ROW = ["2025-03-04 12:30:00", "商户消费", "支出", "¥20.00", "支付成功"]


def table(*rows, has_open_end=False):
    sheet = Sheet(container="CSV", encoding="utf-8", rows=rows, has_open_end=has_open_end)
    header = find(rows, NAMES, NEEDED)
    assert header is not None
    return Table(sheet, NAMES, header)


def row_numbers(found):
    return [number for number, _ in found.rows()]


class TestNames:
    @pytest.mark.parametrize(
        "spelling",
        ["金额(元)", "金额（元）", " 金额(元)\t", "金额 (元)", "﻿金额(元)", "金额（元）          "],
    )
    def test_width_padding_and_brackets_do_not_matter(self, spelling):
        assert name_of(spelling) == "金额(元)"

    def test_two_known_names_are_no_header(self):
        assert header_in(["交易时间", "金额(元)", "什么"], 0, NAMES) is None

    def test_the_first_of_two_equal_names_counts(self):
        header = header_in([*HEADER, "当前状态"], 0, NAMES)

        assert header is not None
        assert header.places["status"] == 4

    def test_numbers_and_empty_cells_are_no_names(self):
        header = header_in([None, 5, *HEADER, ""], 3, NAMES)

        assert header is not None
        assert header.row_index == 3
        assert header.places["time"] == 2
        assert header.width == 7


class TestFinding:
    def test_the_fullest_header_wins_where_one_is_incomplete(self):
        header = find([HEADER[:3], ["x"], HEADER, ROW], NAMES, NEEDED)

        assert header is not None
        assert header.row_index == 2
        assert header.missing(NEEDED) == []

    def test_what_is_missing_is_named(self):
        header = find([HEADER[:4], ROW], NAMES, NEEDED)

        assert header is not None
        assert header.missing(NEEDED) == ["当前状态"]

    def test_a_sheet_without_names_has_no_header(self):
        assert find([["a", "b", "c"], [1, 2, 3], [], [None]], NAMES, NEEDED) is None

    def test_the_header_may_stand_very_low(self):
        rows = [["note"]] * 5_000 + [HEADER, ROW]

        header = find(rows, NAMES, NEEDED)

        assert header is not None
        assert header.row_index == 5_000


class TestRows:
    def test_rows_are_counted_from_one(self):
        assert row_numbers(table(["title"], HEADER, ROW, ROW)) == [3, 4]

    def test_blank_lines_and_sentences_are_no_rows(self):
        found = table(HEADER, ROW, [], [""], ["一句话"], ["说明", "5"], ROW)

        assert row_numbers(found) == [2, 7]
        assert found.notes == ["一句话", "说明,5"]
        assert found.has_notes_below

    def test_a_dated_row_is_a_row_however_little_it_says(self):
        assert row_numbers(table(HEADER, ["2025-03-04 12:30:00"], ROW)) == [2, 3]

    def test_dashes_end_the_rows(self):
        found = table(HEADER, ROW, ["--------"], ["共1笔记录"], ["a", "b", "c", "d"])

        assert row_numbers(found) == [2]
        assert "共1笔记录" in found.notes

    def test_another_header_begins_again_with_its_own_order(self):
        turned = list(reversed(HEADER))
        found = table(HEADER, ROW, ["--------"], ["title"], turned, list(reversed(ROW)))

        cells = [cells for _, cells in found.rows()]

        assert len(cells) == 2
        assert cells[0] == cells[1]

    def test_a_row_with_fewer_cells_gives_the_fields_that_it_has(self):
        found = table(HEADER, ROW[:3], ROW)

        (_, first), _ = found.rows()
        assert set(first) == {"time", "type", "direction"}

    def test_notes_above_are_kept_and_are_not_below(self):
        found = table(["微信支付账单明细"], ["共1笔记录", ""], HEADER, ROW)

        assert row_numbers(found) == [4]
        assert found.notes == ["微信支付账单明细", "共1笔记录"]
        assert not found.has_notes_below

    def test_a_short_last_row_at_an_open_end_was_cut(self):
        with pytest.raises(TruncatedFile):
            row_numbers(table(HEADER, ROW, ROW[:2], has_open_end=True))

    def test_a_whole_last_row_at_an_open_end_was_not(self):
        assert row_numbers(table(HEADER, ROW, has_open_end=True)) == [2]

    def test_a_short_last_row_with_its_line_end_was_not(self):
        assert row_numbers(table(HEADER, ROW, ROW[:3])) == [2, 3]


class TestWords:
    @pytest.mark.parametrize("cell", [None, "", " ", "/", "-", "--", "\t/ ", "\u3000"])
    def test_nothing_is_said_in_many_ways(self, cell):
        assert text(cell) == ""

    def test_numbers_of_a_workbook_become_words_without_a_point(self):
        assert text(20250304.0) == "20250304"
        assert text(5) == "5"
        assert text(2.5) == "2.5"

    def test_words_longer_than_any_on_a_bill_are_cut(self):
        assert len(text("x" * 100_000)) == LONGEST_WORDS

    @pytest.mark.parametrize(
        ("cell", "is_damaged"),
        [
            ("4200001111222233334444555566", False),
            ("4200001111222233334444555566\t", False),
            ("T200P1234", False),
            ("", False),
            ("4.2E+27", True),
            ("4.20000111122223e+27", True),
            ("4200001111222230000000000000", True),
            (4.2e27, True),
            (129847129, False),
        ],
    )
    def test_numbers_that_went_through_a_spreadsheet_are_damaged(self, cell, is_damaged):
        assert identity(cell)[1] is is_damaged

    def test_a_party_has_one_spelling(self):
        assert party_of("", "示例 ＫＦＣ") == party_of("示例KFC") == "示例kfc"
        assert party_of("", "") == ""

    def test_the_first_part_of_a_split_payment_paid(self):
        assert channel_of("零钱&花呗") == "BALANCE"
        assert channel_of("零钱通") == "MONEY_FUND"

    def test_a_direction_is_known_or_refused(self):
        assert direction_of_word(" 收入 ").name == "IN"
        with pytest.raises(ValueError, match="DIRECTION_UNKNOWN"):
            direction_of_word("收入？")

    def test_stems_of_numbers_and_types(self):
        assert stem("123_45") == stem("123*45") == "123"
        assert stem("12345") == ""
        assert type_stem("微信红包（单发）") == type_stem("微信红包-退款") == "微信红包"
