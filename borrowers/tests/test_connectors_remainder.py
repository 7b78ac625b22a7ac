"""What nobody read: a day beside an amount is money that must not be passed over."""

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.containers.delimited import (
    decoded,
    delimiter_of,
    is_rubbish,
    ladder,
    lines_of,
    rows_of,
    text_sheet,
    without_formula,
)
from borrowers.connectors.containers.grammar import is_known
from borrowers.connectors.containers.limits import LINES, MEGABYTES, ROWS, too_large
from borrowers.connectors.containers.remainder import is_money, lines, moves_money, refuse_unread
from borrowers.connectors.contracts import Sheet


def sheet(*rows):
    return Sheet(container="CSV", encoding="utf-8", rows=rows)


class TestMoney:
    @pytest.mark.parametrize(
        "words",
        ["5.00", "-5.00", "+5.00", "¥5", "￥5.5", "¥ 5", "-¥5.00", "1,234.56", "5.00元", "5.00\t"],
    )
    def test_has_two_decimals_or_the_sign_of_the_currency(self, words):
        assert is_money(words)

    @pytest.mark.parametrize(
        "words",
        ["", "5", "5.0", "5.000", "1234", "v1.00", "5.00%", "2025.01.05", "元", "¥", "1.00.00"],
    )
    def test_is_no_bare_number_and_no_version(self, words):
        assert not is_money(words)


class TestRowsThatMoveMoney:
    @pytest.mark.parametrize(
        "cells",
        [
            ["2025-01-05", "5.00"],
            ["5.00", "2025-01-05"],
            ["20250105", "示例店", "-5.00"],
            ["2025年1月5日", "¥5"],
            ["2025/1/5 12:30:00 示例", "5.00元"],
        ],
    )
    def test_have_a_day_and_an_amount(self, cells):
        assert moves_money(cells)

    @pytest.mark.parametrize(
        "cells",
        [
            [],
            ["2025-01-05"],
            ["5.00"],
            ["2025-01-05", "5"],
            ["2025-01-05", "12345678"],
            ["2025010", "5.00"],
            ["202501050", "5.00"],
            ["第2025-01-05号", "5.00"],
            ["05-01", "5.00"],
        ],
    )
    def test_lack_neither(self, cells):
        assert not moves_money(cells)


class TestParts:
    def test_that_hold_no_payment_are_passed_over(self):
        unread = [sheet(["说明"], ["版本", "1.00"], ["2025-01-05", None]), sheet()]

        refuse_unread(unread, [])

    @pytest.mark.parametrize("count", [1, 2, 7])
    def test_that_nobody_knows_are_counted_by_their_rows(self, count):
        unread = [sheet(["日期", "金额"], *[["2025-01-05", "5.00"]] * count)]

        with pytest.raises(refusals.PartsUnread) as refused:
            refuse_unread(unread, [])
        assert refused.value.context["rows"] == count

    def test_are_counted_together(self):
        one = sheet(["2025-01-05", "5.00"])

        with pytest.raises(refusals.PartsUnread) as refused:
            refuse_unread([one, sheet(["x"]), one], [])
        assert refused.value.context["rows"] == 2

    @pytest.mark.parametrize("nothing", [refusals.NoTransactions(), refusals.EmptyFile()])
    def test_that_were_empty_are_no_loss(self, nothing):
        refuse_unread([], [nothing])

    def test_that_were_known_and_broken_are_refused_before_those_that_nobody_knows(self):
        with pytest.raises(refusals.TruncatedFile):
            refuse_unread(
                [sheet(["2025-01-05", "5.00"])],
                [refusals.NoTransactions(), refusals.TruncatedFile()],
            )

    def test_give_their_cells_without_padding_and_gaps(self):
        assert list(lines(sheet([" a ", None, 5, 2.5], []))) == [["a", "5", "2.5"], []]


class TestDelimiters:
    @pytest.mark.parametrize(
        ("text", "delimiter"),
        [
            ("", ","),
            ("a", ","),
            ("a,b", ","),
            ("a\tb", "\t"),
            ("a;b", ";"),
            ("a,b;c;d", ";"),
            ("a\tb\tc,d", "\t"),
            ("1\t,2\t,3\t,", ","),
            ("\t1,\t2,\t3,", ","),
            ("a,b\tc\td\te", "\t"),
        ],
    )
    def test_are_what_stands_most_often_but_tabs_beside_commas_are_padding(self, text, delimiter):
        assert delimiter_of(text) == delimiter

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", []),
            ("a", ["a"]),
            ("a\n", ["a"]),
            ("a\r\nb", ["a", "b"]),
            ("a\rb\r", ["a", "b"]),
            ("a\n\nb", ["a", "", "b"]),
            ("a\r\n\r\nb\n", ["a", "", "b"]),
        ],
    )
    def test_lines_end_in_three_ways(self, text, found):
        assert list(lines_of(text)) == found

    @pytest.mark.parametrize(
        ("text", "rows"),
        [
            ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]),
            ("a,,b", [["a", "", "b"]]),
            (",", [["", ""]]),
            ("a\n\nb", [["a"], [], ["b"]]),
            ('"a,b",c', [["a,b", "c"]]),
            ('"a""b",c', [['a"b', "c"]]),
            ('"a\nb",c\nd,e', [["a\nb", "c"], ["d", "e"]]),
            ('a"b,c\nd,e', [['a"b', "c"], ["d", "e"]]),
            ('"a,b,c,d,e\n1,2,3,4,5\n', [["a", "b", "c", "d", "e"], ["1", "2", "3", "4", "5"]]),
        ],
    )
    def test_cells_keep_what_is_quoted(self, text, rows):
        assert list(rows_of(text, ",")) == rows

    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            ('="0123"', "0123"),
            ('="0123" ', "0123"),
            ('=""', ""),
            ('="a""b"', 'a"b'),
            ("=1+1", "=1+1"),
            ('="0123', '="0123'),
            ("0123", "0123"),
            ('=HYPERLINK("x")', '=HYPERLINK("x")'),
        ],
    )
    def test_formulas_are_text_and_never_counted(self, cell, words):
        assert without_formula(cell) == words

    @pytest.mark.parametrize(
        ("text", "is_open"), [("a,b", True), ("a,b\n", False), ("a,b\r", False), ("a,b\n ", True)]
    )
    def test_a_last_line_without_its_end_is_open(self, text, is_open):
        assert text_sheet(text, "utf-8", is_cut=False).has_open_end is is_open


class TestEncodings:
    @pytest.mark.parametrize(
        ("content", "text", "encoding"),
        [
            (b"abc", "abc", "utf-8"),
            ("示例".encode(), "示例", "utf-8"),
            (b"\xef\xbb\xbfabc", "abc", "utf-8"),
            ("示例".encode("gb18030"), "示例", "gb18030"),
            ("a,b".encode("utf-16-le"), "a,b", "utf-16-le"),
            ("a,b".encode("utf-16-be"), "a,b", "utf-16-be"),
            ("示例".encode("utf-16"), "示例", "utf-16"),
        ],
    )
    def test_are_known_by_their_bytes(self, content, text, encoding):
        assert decoded(content) == (text, encoding, False)

    @pytest.mark.parametrize("missing", [1, 2])
    def test_a_character_without_its_last_bytes_is_pending(self, missing):
        text, _, is_pending = decoded("示例店".encode()[:-missing])

        assert (text, is_pending) == ("示例", True)

    @pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\x01\x02\x03"])
    def test_nothing_and_control_characters_are_no_text(self, content):
        with pytest.raises(refusals.UnreadableEncoding):
            decoded(content)

    @pytest.mark.parametrize(
        ("text", "is_one"),
        [
            ("a" * 200 + "\x01", False),
            ("a" * 100 + "\x01", True),
            ("a\x00", True),
            ("a\tb\r\n", False),
            ("", False),
        ],
    )
    def test_one_control_character_in_two_hundred_is_an_accident(self, text, is_one):
        assert is_rubbish(text) is is_one

    @pytest.mark.parametrize(
        ("content", "rungs"),
        [
            (b"abc", ("utf-8", "gb18030")),
            (b"\xef\xbb\xbfabc", ("utf-8",)),
            (b"\xff\xfea\x00", ("utf-16",)),
            (b"\xfe\xff\x00a", ("utf-16",)),
            (b"a\x00b\x00", ("utf-16-le",)),
            (b"\x00a\x00b", ("utf-16-be",)),
            (b"a\x00b", ("utf-8", "gb18030")),
        ],
    )
    def test_are_tried_in_one_order(self, content, rungs):
        assert ladder(content) == rungs


class TestGrammars:
    @pytest.mark.parametrize(
        "text",
        [
            "OFXHEADER:100",
            " <?OFX version",
            "<OFX>",
            "Bank line\n<OFX><SIGNONMSGSRSV1>",
            '<?xml version="1.0"?>',
            "<ns2:Document>",
            "{1:F01BANK",
            ":20:START",
            "Bank line\n:60F:C250101CNY1,00",
            "!Type:Bank",
            "# note\n!Account",
            '{"kind": "x"',
        ],
    )
    def test_are_known_by_how_they_begin(self, text):
        assert is_known(text)

    @pytest.mark.parametrize(
        "text",
        ["", "时间,金额\n1,2", "a,b\n!Type:Bank", "note\n<?xml", "20:START", "{kind: 1}", "[1]"],
    )
    def test_are_not_seen_in_a_table(self, text):
        assert not is_known(text)


def test_what_is_too_large_says_how_large_it_may_be():
    refused = too_large()

    assert refused.context == {"megabytes": MEGABYTES, "rows": ROWS}
    assert LINES > ROWS
