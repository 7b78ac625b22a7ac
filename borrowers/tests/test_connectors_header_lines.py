"""Lines that are headers, rows, notes, sums or ends: one of each kind at its edge."""

import pytest

from borrowers.connectors.contracts import Row, Sheet
from borrowers.connectors.header import (
    LONGEST_WORDS,
    ROWS_TO_DO_BETTER,
    Header,
    Table,
    cells_by_field,
    find,
    header_in,
    is_end,
    is_note,
    is_sum,
    joined,
    titles,
)
from borrowers.connectors.refusals import TruncatedFile

NAMES = {"时间": "time", "对方": "party", "金额": "amount", "状态": "status"}
NEEDED = {"time": "时间", "party": "对方", "amount": "金额", "status": "状态"}
FULL = ["时间", "对方", "金额", "状态"]
PART = ["时间", "对方", "金额"]
PAID = ["2025-03-04 12:30:00", "示例店", "5.00", "成功"]
WHOLE = Header(0, {"time": 0, "party": 1, "amount": 2, "status": 3}, 4)


def read(*rows, has_open_end=False):
    sheet = Sheet(container="CSV", encoding="utf-8", rows=rows, has_open_end=has_open_end)
    header = find(rows, NAMES, NEEDED)
    assert header is not None
    table = Table(sheet, NAMES, header)
    return [number for number, _ in table.rows()], table


class TestHeader:
    @pytest.mark.parametrize(
        ("row", "places"),
        [
            (FULL, {"time": 0, "party": 1, "amount": 2, "status": 3}),
            (FULL[::-1], {"status": 0, "amount": 1, "party": 2, "time": 3}),
            (["", "时间", "备注", "对方", "金额"], {"time": 1, "party": 3, "amount": 4}),
            (["时 间", "对\t方", "金额", None], {"time": 0, "party": 1, "amount": 2}),
            (["时间", "时间", "对方", "金额"], {"time": 0, "party": 2, "amount": 3}),
        ],
    )
    def test_says_where_each_field_stands(self, row, places):
        header = header_in(row, 0, NAMES)

        assert header is not None
        assert header.places == places

    @pytest.mark.parametrize(
        "row",
        [
            [],
            ["时间"],
            ["时间", "对方"],
            ["时间", "时间", "时间", "对方"],
            ["交易时间", "交易对方", "交易金额"],
            [1, 2, 3, 4],
            [None] * 4,
        ],
    )
    def test_is_no_row_of_fewer_than_three_known_names(self, row):
        assert header_in(row, 0, NAMES) is None

    @pytest.mark.parametrize(
        ("between", "found_at"),
        [(0, 1), (ROWS_TO_DO_BETTER - 1, ROWS_TO_DO_BETTER), (ROWS_TO_DO_BETTER, 0)],
    )
    def test_that_is_fuller_is_sought_fifty_rows_further(self, between, found_at):
        header = find([PART, *[["注"]] * between, FULL, PAID], NAMES, NEEDED)

        assert header is not None
        assert header.row_index == found_at

    def test_that_is_no_fuller_gives_way_to_the_first(self):
        header = find([PART, ["x"], PART], NAMES, NEEDED)

        assert header is not None
        assert header.row_index == 0

    def test_that_has_all_is_taken_before_a_later_one(self):
        header = find([FULL, FULL], NAMES, NEEDED)

        assert header is not None
        assert header.row_index == 0

    @pytest.mark.parametrize("first", ["1时间", "2025", 5, 2.5])
    def test_never_begins_with_a_number(self, first):
        assert find([[first, *FULL]], NAMES, NEEDED) is None

    @pytest.mark.parametrize("first", ["", None])
    def test_may_begin_with_an_empty_cell(self, first):
        header = find([[first, *FULL]], NAMES, NEEDED)

        assert header is not None
        assert header.places["time"] == 1

    def test_names_what_it_lacks_in_the_order_in_which_it_is_needed(self):
        header = Header(0, {"party": 0}, 1)

        assert header.missing(NEEDED) == ["时间", "金额", "状态"]


class TestCells:
    @pytest.mark.parametrize(
        ("row", "fields"),
        [
            ([], {}),
            (["a"], {"time": "a"}),
            (["a", None, 5], {"time": "a", "party": None, "amount": 5}),
            (
                ["a", "b", "c", "d", "beyond"],
                {"time": "a", "party": "b", "amount": "c", "status": "d"},
            ),
        ],
    )
    def test_are_called_by_their_fields(self, row, fields):
        assert cells_by_field(row, WHOLE) == fields

    @pytest.mark.parametrize(
        ("row", "line"),
        [
            ([], ""),
            ([None, "", "/", "--"], ""),
            (["共3笔记录"], "共3笔记录"),
            (["收入", 3, 5.0, "笔"], "收入,3,5,笔"),
            (["x" * 400, "y" * 400], "x" * 400 + "," + "y" * (LONGEST_WORDS - 401)),
        ],
    )
    def test_of_a_note_are_one_line(self, row, line):
        assert joined(row) == line


class TestKindsOfLines:
    @pytest.mark.parametrize(
        ("row", "is_a_note"),
        [
            ([], True),
            ([None, "", " ", None], True),
            (["说明"], True),
            (["说明", "又一句"], True),
            (["", "说明", "", "又一句"], True),
            (["2025-03-04 12:30:00", "示例店"], False),
            (["2025年3月4日"], False),
            (["2025/3/4 一句话"], False),
            (PAID, False),
            (["", "示例店", "5.00", "成功"], False),
            (["合计", "", "5.00", "2"], True),
            (["", "合计：", "5.00", "2"], True),
            (["合计超市", "示例", "5.00", "成功"], False),
        ],
    )
    def test_notes(self, row, is_a_note):
        assert is_note(row, WHOLE) is is_a_note

    @pytest.mark.parametrize(
        ("row", "is_a_sum"),
        [
            (["合计", "", "5.00", ""], True),
            (["总计：", "", "5.00", ""], True),
            (["小计金额", "", "5.00", ""], True),
            (["人民币合计", "", "5.00", ""], True),
            (["本页小计", "", "5.00", ""], True),
            (["本期累计:", "", "5.00", ""], True),
            (["Total", "", "5.00", ""], True),
            (["GRAND TOTAL:", "", "5.00", ""], True),
            (["subtotal", "", "5.00", ""], True),
            ([None, "sub total", "5.00", ""], True),
            (["Sub-total:", "", "5.00", ""], True),
            (["totally", "", "5.00", ""], False),
            (["合计消费", "", "5.00", ""], False),
            (["2025-03-04", "合计", "5.00", ""], False),
            ([45_662, "合计", "5.00", ""], False),
            ([], False),
        ],
    )
    def test_sums(self, row, is_a_sum):
        assert is_sum(row, WHOLE) is is_a_sum

    @pytest.mark.parametrize(
        ("row", "ends"),
        [
            (["----"], True),
            (["------------------------", "", ""], True),
            (["  ———— 以下无记录"], True),
            (["––––"], True),
            (["#NAME?"], True),
            (["---"], False),
            (["-5.00"], False),
            (["#NAME? x"], False),
            (["", "-----"], False),
            ([None], False),
            ([-1], False),
            ([], False),
        ],
    )
    def test_ends(self, row, ends):
        assert is_end(row) is ends

    def test_titles_stand_alone_in_their_rows(self):
        titled: list[Row] = [["示例银行"], ["", "账户明细", None], ["户名", "林"]]

        assert list(titles([*titled, PAID, [], ["/", "-"]])) == ["示例银行", "账户明细", "户名"]


class TestRows:
    def test_a_sum_in_the_middle_is_a_note_and_the_rows_go_on(self):
        numbers, table = read(FULL, PAID, ["本页小计", "", "5.00", "1"], PAID)

        assert numbers == [2, 4]
        assert table.notes == ["本页小计,5.00,1"]

    def test_what_stands_below_dashes_is_read_again_under_a_header_only(self):
        numbers, table = read(FULL, PAID, ["-----"], PAID, FULL, PAID)

        assert numbers == [2, 6]
        assert table.has_notes_below

    def test_the_header_of_a_second_bill_may_lack_a_column(self):
        sheet_rows = (FULL, PAID, PART, PAID[:3])
        _, table = read(*sheet_rows)

        *_, (_, last) = table.rows()
        assert last == {"time": PAID[0], "party": "示例店", "amount": "5.00"}

    @pytest.mark.parametrize("last", [["合计", "5.00"], ["总计"], ["----"], [], ["本页小计", "1"]])
    def test_a_sum_or_an_end_at_the_open_end_was_not_cut(self, last):
        numbers, _ = read(FULL, PAID, last, has_open_end=True)

        assert numbers == [2]

    @pytest.mark.parametrize("length", [1, 2, 3])
    def test_a_row_cut_at_any_cell_of_an_open_end_is_refused(self, length):
        with pytest.raises(TruncatedFile):
            read(FULL, PAID, PAID[:length], has_open_end=True)

    def test_a_header_alone_has_no_rows_and_no_notes(self):
        numbers, table = read(FULL)

        assert numbers == []
        assert table.notes == []
        assert not table.has_notes_below
