"""Statements as pages: what stands where, how much fits, and what every page must say."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from itertools import pairwise

import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bills.banks import StatementLayout, printed, write_statement
from simulation.bills.banks.printed import ABC, BOC, BOCOM, CMB, lines_of, paged
from simulation.bills.containers.pages import (
    MARK,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Placed,
    assembled,
    hex_of,
    pdf,
    width_of,
    wrapped,
)
from simulation.tests.sample_account import HOLDER, NOODLES, written

FORMS = {"CMB_PDF": CMB, "BOC_PDF": BOC, "ABC_PDF": ABC, "BOCOM_PDF": BOCOM}
NAMES = sorted(FORMS)
# How many rows the first page holds, and each that follows.
ROOMS = {"CMB_PDF": (19, 25), "BOC_PDF": (14, 14), "ABC_PDF": (21, 21), "BOCOM_PDF": (13, 13)}
WORDS = st.text(alphabet="甲乙丙丁abcXYZ019（）-", max_size=40)


def chain(count):
    """Lunch every other hour, each with its balance."""
    return [
        replace(
            NOODLES,
            at=NOODLES.at + timedelta(hours=2 * index),
            balance_fen=NOODLES.balance_fen - 2_816 * index,
            number=f"99{index:014d}",
        )
        for index in range(count)
    ]


@lru_cache
def pages(layout, count=6):
    """The words of every page, each with its place, beside the page's own size."""
    content = (
        written(layout)
        if count == 6
        else write_statement(chain(count), layout=StatementLayout(layout), account=HOLDER)
    )
    with pdfplumber.open(BytesIO(content)) as document:
        return [
            (page.width, page.height, page.extract_words(keep_blank_chars=True))
            for page in document.pages
        ]


def words_at(layout, left):
    """What stands in a column that begins there, from top to bottom, on the first page."""
    _, _, words = pages(layout)[0]
    return [each["text"] for each in words if abs(each["x0"] - left) < 0.6]


class TestThePage:
    @pytest.mark.parametrize(
        ("layout", "size"),
        [
            ("CMB_PDF", (595, 842)),
            ("ABC_PDF", (595, 842)),
            ("BOC_PDF", (842, 595)),
            ("BOCOM_PDF", (842, 595)),
        ],
    )
    def test_stands_or_lies_as_the_bank_prints_it(self, layout, size):
        assert pages(layout)[0][:2] == size

    @pytest.mark.parametrize("layout", NAMES)
    def test_says_on_each_that_it_is_a_specimen(self, layout):
        for _, _, words in pages(layout, 60):
            assert any(MARK in each["text"] or "SPECIMEN" in each["text"] for each in words)

    @pytest.mark.parametrize("layout", NAMES)
    def test_holds_every_word_within_its_edges(self, layout):
        for width, height, words in pages(layout, 60):
            for each in words:
                assert 0 <= each["x0"] < each["x1"] <= width
                assert 0 <= each["top"] < each["bottom"] <= height

    @pytest.mark.parametrize("layout", NAMES)
    def test_names_the_holder_and_the_period(self, layout):
        said = " ".join(each["text"] for each in pages(layout)[0][2])

        assert "林一诺（虚构）" in said
        assert "2026-02-27" in said
        assert "2026-03-21" in said

    def test_of_boc_shows_the_ends_of_the_card_and_the_sums_of_both_sides(self):
        said = " ".join(each["text"] for each in pages("BOC_PDF")[0][2])

        assert "9901****5678" in said
        assert "9901000012345678" not in said
        assert "借方发生数： 4,262.72" in said
        assert "贷方发生数： 8,505.37" in said
        assert "行数: 6" in said


class TestColumns:
    def test_of_cmb_begin_where_the_bank_has_them(self):
        assert words_at("CMB_PDF", 135.4)[:8] == [
            "交易金额",
            "Amount",
            "8,500.00",
            "-28.16",
            "5.00",
            "-3,000.00",
            "-1,234.56",
            "0.37",
        ]

    def test_of_abc_have_days_without_marks(self):
        days = [each for each in words_at("ABC_PDF", 28) if each.startswith("2026")]

        assert days == ["20260227", "20260228", "20260228", "20260301", "20260302", "20260321"]

    def test_of_bocom_number_the_rows(self):
        assert words_at("BOCOM_PDF", 24)[-6:] == ["1", "2", "3", "4", "5", "6"]

    def test_of_boc_are_centred_and_the_latest_on_top(self):
        column = BOC.columns[3]
        middle = column.left + column.width / 2
        _, _, words = pages("BOC_PDF")[0]
        amounts = [
            each["text"]
            for each in words
            if abs((each["x0"] + each["x1"]) / 2 - middle) < 1 and each["top"] > 160
        ]

        assert amounts == ["0.37", "-1,234.56", "-3,000.00", "5.00", "-28.16", "8,500.00"]

    @pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
    def test_never_overlap_and_fit_the_page(self, form):
        for before, after in pairwise(form.columns):
            assert before.left + before.width <= after.left
        assert form.columns[-1].left + form.columns[-1].width <= form.width


class TestPages:
    @pytest.mark.parametrize("layout", NAMES)
    def test_are_as_many_as_the_rows_need(self, layout):
        first, following = ROOMS[layout]

        assert len(pages(layout, first)) == 1
        assert len(pages(layout, first + 1)) == 2
        assert len(pages(layout, first + following)) == 2
        assert len(pages(layout, first + following + 1)) == 3

    @pytest.mark.parametrize("layout", NAMES)
    @given(count=st.integers(0, 300))
    def test_hold_every_row_once_and_in_order(self, layout, count):
        rows = [(str(index),) for index in range(count)]

        sheets = list(paged(FORMS[layout], rows))

        assert [row for sheet in sheets for row in sheet] == rows
        assert all(sheets[1:])
        assert all(len(sheet) <= ROOMS[layout][1] for sheet in sheets)

    @pytest.mark.parametrize("layout", NAMES)
    def test_repeat_the_head_of_the_table(self, layout):
        head = FORMS[layout].columns[0].words

        for _, _, words in pages(layout, 60):
            assert head in [each["text"] for each in words]

    def test_of_cmb_say_who_it_is_on_the_first_only(self):
        said = [" ".join(each["text"] for each in words) for _, _, words in pages("CMB_PDF", 60)]

        assert ["林一诺" in each for each in said] == [True, False, False]
        assert ["1/3" in said[0], "2/3" in said[1], "3/3" in said[2]] == [True, True, True]


class TestLongWords:
    @given(words=WORDS, width=st.integers(20, 120), size=st.sampled_from([7, 8, 8.25]))
    def test_are_cut_into_lines_that_fit_and_lose_nothing(self, words, width, size):
        lines = wrapped(words, width, size)

        assert "".join(lines) == words
        assert all(width_of(line, size) <= width for line in lines)

    @given(words=WORDS, width=st.integers(20, 120))
    def test_are_cut_as_late_as_can_be(self, words, width):
        lines = wrapped(words, width, 8)

        for before, after in pairwise(lines):
            assert width_of(before + after[:1], 8) > width

    def test_stand_around_the_middle_of_their_row(self):
        column = CMB.columns[5]

        tops = [each.top for each in lines_of(CMB, column, "示例消费金融有限公司（虚构）", 300)]
        assert tops == [294, 306]

    def test_stand_from_the_row_down_where_the_bank_does_so(self):
        column = BOC.columns[9]

        tops = [each.top for each in lines_of(BOC, column, "示例消费金融有限公司（虚构）", 300)]
        assert tops == [300, 308]

    def test_of_which_there_are_none_take_no_place(self):
        assert list(lines_of(CMB, CMB.columns[0], "", 300)) == []

    @pytest.mark.parametrize(
        ("words", "wide"), [("", 0), ("ab", 8), ("甲乙", 16), ("甲b", 12), ("（虚构）", 32)]
    )
    def test_are_measured_in_halves_and_squares(self, words, wide):
        assert width_of(words, 8) == wide


class TestTheDocument:
    def test_of_no_words_is_a_page_with_its_mark(self):
        with pdfplumber.open(BytesIO(pdf([[]], title="空"))) as document:
            (page,) = document.pages
            assert (page.width, page.height) == (PAGE_WIDTH, PAGE_HEIGHT)
            assert page.extract_text() == MARK

    def test_names_itself_in_its_title(self):
        with pdfplumber.open(BytesIO(written("ABC_PDF"))) as document:
            assert document.metadata["Title"] == "中国农业银行账户活期交易明细清单 SPECIMEN"

    def test_says_where_each_of_its_parts_begins(self):
        content = assembled([b"<< /A 1 >>", b"<< /B 2 >>"])
        table = content[content.index(b"xref\n") :].split(b"\n")

        for number, line in enumerate(table[3:5], start=1):
            begin = int(line[:10])
            assert content[begin:].startswith(f"{number} 0 obj\n".encode())
        assert int(content.split(b"startxref\n")[1].split(b"\n")[0]) == content.index(b"xref\n")

    def test_is_the_same_each_time(self):
        page = [Placed(40, 100, "甲")]

        assert pdf([page], title="流水") == pdf([page], title="流水")

    @pytest.mark.parametrize(
        ("words", "mark", "digits"),
        [("A", False, "0041"), ("云", False, "4e91"), ("A", True, "feff0041"), ("", False, "")],
    )
    def test_writes_words_as_two_bytes_a_letter(self, words, mark, digits):
        assert hex_of(words, mark=mark) == digits

    def test_has_a_first_page_lower_only_where_the_bank_says_more_on_it(self):
        lower = {name for name, form in FORMS.items() if form.first_top != form.next_top}

        assert lower == {"CMB_PDF"}
        assert printed.top_of(CMB, 1) > printed.top_of(CMB, 2) == printed.top_of(CMB, 9)
