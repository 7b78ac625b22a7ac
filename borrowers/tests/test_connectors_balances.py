"""Sums that files declare, balances that tell directions, radicals, cells of foreign formats."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from borrowers.connectors.contracts import Direction, EventStatus, Pages, Precision
from borrowers.connectors.header import RowUnreadable
from borrowers.connectors.registry import CONNECTORS, read_bill
from borrowers.connectors.statements.balances import changes_of, looks_positional, positional, steps
from borrowers.connectors.statements.dialects import AS_THEY_LOOK, readable
from borrowers.connectors.tables import entries
from borrowers.connectors.tables.drafts import Declared, Draft
from borrowers.connectors.tables.totals import declared_totals, totals_agree
from borrowers.tests import statement_texts as texts
from borrowers.tests.printed_pages import Page, pages_of

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL


# Notes of a bill: rows, income and spending that they declare.
NOTES = [
    ("", None, None, None),
    ("共3笔记录\n收入：1笔 8000.00元\n支出：2笔 120.50元", 3, 800_000, 12_050),
    ("共：3笔记录", 3, None, None),
    ("共 12 笔", 12, None, None),
    ("收入: 1笔, 8,000.00元", None, 800_000, None),
    ("支出：0笔 0.00元", None, None, 0),
    ("支出：2笔 120元", None, None, 12_000),
    ("收入：1笔，8000.00元", None, 800_000, None),
    ("待收入：1笔 5.00元\n收入：2笔 7.00元", None, 700, None),
    ("待支出：1笔 5.00元", None, None, None),
    ("中性交易：4笔 99.00元", None, None, None),
    ("收入：很多笔 8000.00元", None, None, None),
    ("支出：2笔 1.234元", None, None, None),
    ("支出：2笔 99999999999999999.00元", None, None, None),
    ("共999999999999999笔记录", 999_999_999, None, None),
]


@pytest.mark.parametrize(("notes", "rows", "in_fen", "out_fen"), NOTES)
def test_what_notes_declare(notes, rows, in_fen, out_fen):
    assert declared_totals(notes) == Declared(rows=rows, in_fen=in_fen, out_fen=out_fen)


def draft(fen, stated, *, direction=None, status=EventStatus.SETTLED, back_fen=0):
    return Draft(
        row_number=1, occurred_at=datetime(2026, 3, 1, tzinfo=UTC), amount_fen=fen, stated=stated,
        status_text="", type_text="", native_id="", order_id="", has_lasting_id=False,
        degraded=False, direction=stated if direction is None else direction, status=status,
        refunded_fen=back_fen,
    )  # fmt: skip


ROWS = [
    draft(10_000, OUT),
    draft(4_000, OUT, status=EventStatus.REFUNDED, back_fen=4_000),
    draft(1_000, OUT, back_fen=300),
    draft(500, OUT, direction=NEUTRAL, status=EventStatus.CLOSED),
    draft(9_000, IN),
]
# What is declared, and whether it fits: any of the platforms' four ways to count will do.
SUMS = [
    (Declared(), None),
    (Declared(rows=5), True),
    (Declared(rows=4), False),
    (Declared(in_fen=9_000), True),
    (Declared(in_fen=9_001), False),
    (Declared(out_fen=15_500), True),
    (Declared(out_fen=15_000), True),
    (Declared(out_fen=10_700), True),
    (Declared(out_fen=11_000), True),
    (Declared(out_fen=10_000), False),
    (Declared(out_fen=0), False),
    (Declared(rows=5, in_fen=9_000, out_fen=15_500), True),
    (Declared(rows=5, in_fen=9_000, out_fen=15_499), False),
    (Declared(rows=6, in_fen=9_000, out_fen=15_500), False),
]


@pytest.mark.parametrize(("declared", "agrees"), SUMS)
def test_sums_agree_in_any_way_that_platforms_count(declared, agrees):
    assert totals_agree(declared, ROWS, 5) is agrees


# --- balances -----------------------------------------------------------------------------------

# Balances, earliest first: by how much each row changed them.
STEPS = [
    ([], []),
    ([100], [None]),
    ([100, 80, 130], [None, -20, 50]),
    ([100, None, 130], [None, None, None]),
    ([100, 100], [None, 0]),
    ([-50, 50], [None, 100]),
]


@pytest.mark.parametrize(("balances", "changes"), STEPS)
class TestSteps:
    def test_of_the_earliest_first(self, balances, changes):
        assert steps(balances, is_latest_first=False) == changes

    def test_of_the_latest_first(self, balances, changes):
        assert steps(balances[::-1], is_latest_first=True) == changes[::-1]


@pytest.mark.parametrize(
    ("balances", "amounts", "changes"),
    [
        ([1_000, 980, 1_030], [50, 20, 50], [None, -20, 50]),
        ([1_030, 980, 1_000], [50, 20, 50], [50, -20, None]),
        ([1_000, 980, 1_030], [50, 21, 51], []),
        ([1_000, 980], [50, 20], []),
        ([None, None, None], [1, 2, 3], []),
        ([1_000, 990, 980, 970, 960, 999], [9, 10, 10, 10, 10, 1], [None, -10, -10, -10, -10, 39]),
    ],
)
def test_balances_tell_directions_where_most_of_them_follow(balances, amounts, changes):
    assert changes_of(balances, amounts) == changes


NAMELESS = [
    ["2026-03-01", "午餐", "20.00", "", "980.00"],
    ["2026-03-02", "工资", "", "500.00", "1,480.00"],
    ["2026-03-03", "书", "30.00", "", "1,450.00"],
    ["2026-03-04", "车", "10.00", "", "1,440.00"],
]


class TestTablesWithoutHeadings:
    def test_are_understood_by_their_balances(self):
        header = positional(NAMELESS)

        assert header is not None
        assert header.places == {"day": 0, "memo": 1, "out": 2, "in": 3, "balance": 4}

    def test_may_have_a_signed_amount(self):
        rows = [[row[0], row[1], f"-{row[2]}" if row[2] else row[3], row[4]] for row in NAMELESS]
        header = positional(rows)

        assert header is not None
        assert header.places == {"day": 0, "memo": 1, "amount": 2, "balance": 3}

    @pytest.mark.parametrize(
        "rows",
        [
            NAMELESS[:2],
            [*NAMELESS, ["2026-03-05", "x"]],
            [row[1:] for row in NAMELESS],
            [[row[0], *row] for row in NAMELESS],
            [[row[0], "1", "2", "3", "4"] for row in NAMELESS],
            [],
        ],
        ids=["few", "ragged", "no day", "two days", "no words", "none"],
    )
    def test_are_left_alone_where_they_look_like_something_else(self, rows):
        assert looks_positional(rows) is None or positional(rows) is None


# --- radicals of fonts --------------------------------------------------------------------------

LOOKALIKES: dict[str, str] = {}
for radical, letter in sorted(AS_THEY_LOOK.items()):
    LOOKALIKES.setdefault(letter, chr(radical))
TO_RADICALS = str.maketrans(LOOKALIKES)


def in_radicals(words):
    return words.translate(TO_RADICALS)


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("⼾⼝⽇⽉⾦⾏", "户口日月金行"),
        ("⺠⽣⻓⽅", "民生长方"),
        ("⽹⾔⼀⽀⼊", "网言一支入"),
        ("⾼⻋⻉⻅⻚", "高车贝见页"),
        ("no radicals at all 银行", "no radicals at all 银行"),
        ("", ""),
    ],
)
def test_radicals_are_the_characters_that_they_look_like(words, plain):
    assert readable(words) == plain
    assert readable(readable(words)) == readable(words)


def test_every_radical_of_kangxi_becomes_one_character_of_writing():
    for code in range(0x2F00, 0x2FD6):
        letter = readable(chr(code))
        assert len(letter) == 1
        assert 0x3400 <= ord(letter) <= 0x9FFF


@pytest.mark.parametrize("name", sorted(texts.SPECIMENS))
def test_a_statement_in_radicals_reads_as_one_in_characters(name):
    specimen = texts.SPECIMENS[name]
    odd = replace(
        specimen,
        above=tuple(map(in_radicals, specimen.above)),
        headings=tuple(map(in_radicals, specimen.headings)),
        rows=tuple(tuple(map(in_radicals, row)) for row in specimen.rows),
    )

    plain, found = (read_bill(each.content(), "") for each in (specimen, odd))

    assert found.dialect == plain.dialect
    assert [(e.amount_fen, e.direction, e.category, e.occurred_at) for e in found.events] == [
        (e.amount_fen, e.direction, e.category, e.occurred_at) for e in plain.events
    ]


def test_a_printed_statement_in_radicals_is_read():
    columns = (
        ("交易日期", 36, 90), ("交易摘要", 100, 160), ("交易金额", 170, 230),
        ("本次余额", 240, 300), ("对手信息", 310, 420),
    )  # fmt: skip
    page = Page([(in_radicals(name), left, right) for name, left, right in columns])
    page.line(in_radicals("中国农业银行账户活期交易明细清单")).headings()
    page.row("20260304", in_radicals("消费"), "-12.00", "988.00", in_radicals("示例小面馆"))
    page.row("20260305", in_radicals("工资"), "+500.00", "1488.00", in_radicals("示例有限公司"))
    pages: Pages = pages_of(page)

    reading = CONNECTORS["ABC_PDF"].read(pages)

    assert [(each.amount_fen, each.direction) for each in reading.events] == [
        (1_200, OUT),
        (50_000, IN),
    ]
    assert [each.balance_fen for each in reading.events] == [98_800, 148_800]


# --- cells of OFX, MT940, CAMT and QIF ----------------------------------------------------------

AMOUNTS = [
    ("20.00", 2_000), ("20,00", 2_000), ("-20.00", -2_000), ("+20.00", 2_000), ("- 20.00", -2_000),
    ("1,234.56", 123_456), ("1.234,56", 123_456), ("1 234,56", 123_456), ("1'234.56", 123_456),
    ("1,234,567.89", 123_456_789), ("1.234.567,89", 123_456_789), ("20,", 2_000), ("20.", 2_000),
    (",50", 50), (".5", 50), ("0", 0), ("1,234", 123_400), ("12,34", 1_234), ("1000,", 100_000),
    ("  7.10 ", 710),
]  # fmt: skip


@pytest.mark.parametrize(("words", "fen"), AMOUNTS)
def test_amounts_with_a_point_or_a_comma(words, fen):
    assert entries.signed_fen(words) == fen


@pytest.mark.parametrize(
    "words", ["", "-", "abc", "1.2.3.4,5,6", "20.001", "1e5", "--5", "5-", "NaN", "1_000", "١٢a"]
)
def test_what_is_no_amount_there(words):
    with pytest.raises(RowUnreadable):
        entries.signed_fen(words)


@pytest.mark.parametrize(
    ("words", "code"),
    [("cny", "CNY"), (" EUR ", "EUR"), ("", "XXX"), ("EURO", "XXX"), ("元", "XXX"), ("U1D", "XXX")],
)
def test_currencies_of_other_countries(words, code):
    assert entries.currency_of(words) == code


def test_days_and_moments_there():
    assert entries.on_day(date(2026, 3, 4)) == entries.When(
        datetime(2026, 3, 3, 16, tzinfo=UTC), Precision.DAY
    )
    moment = datetime(2026, 3, 4, 12, 0, 0, 7, tzinfo=timezone(timedelta(hours=-5)))
    assert entries.at_instant(moment) == entries.When(
        datetime(2026, 3, 4, 17, tzinfo=UTC), Precision.SECOND
    )
    naive = datetime(2026, 3, 4, 12)  # noqa: DTZ001 (wall clock)
    assert entries.at_instant(naive).at == datetime(2026, 3, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize("parts", [(2026, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 4, 31)])
def test_days_in_no_calendar(parts):
    with pytest.raises(RowUnreadable):
        entries.day_of(*parts)


@pytest.mark.parametrize("year", [1979, 2100, 1, 9999])
def test_days_before_banks_had_files_and_after_us(year):
    with pytest.raises(RowUnreadable):
        entries.on_day(date(year, 6, 1))
    with pytest.raises(RowUnreadable):
        entries.at_instant(datetime(year, 6, 1, tzinfo=UTC))
