"""Whatever the bytes are, the answer is a reading or a refusal, never another error."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors.header import RowUnreadable, amount_fen, fen_of, instant
from borrowers.connectors.pipe import as_json, from_json
from borrowers.connectors.refusals import FileRefused
from borrowers.connectors.registry import read_bill
from borrowers.tests.bill_texts import (
    WECHAT_COLUMNS,
    alipay_app,
    alipay_web,
    app_row,
    number,
    web_row,
    wechat,
    wechat_row,
    wechat_sheet,
    workbook,
)

WECHAT_ROWS = [
    wechat_row(),
    wechat_row(native_id=number(2), kind="转账", direction="收入", party="小林", amount="¥5.00"),
    wechat_row(native_id=number(3), kind="示例小面馆-退款", direction="收入", amount="¥1.50"),
]
BILLS = [
    wechat(*WECHAT_ROWS, notes=("共3笔记录", "收入：2笔 6.50元")),
    alipay_app(app_row(), app_row(native_id=number(2), status="交易关闭")),
    alipay_web(web_row(), footer=("共1笔记录", "已支出:1笔,20.00元")),
    workbook(wechat_sheet(*[row.replace("\t", "").split(",") for row in WECHAT_ROWS])),
]


def answer(content):
    """The reading or the refusal, whichever it is; the counts of a reading must add up."""
    try:
        reading = read_bill(content, "whatever")
    except FileRefused as refused:
        return in_words(refused)
    kept = len(reading.events) + reading.duplicates + len(reading.quarantined)
    assert kept == reading.rows_read
    assert len({event.event_key for event in reading.events}) == len(reading.events)
    assert all(0 <= event.refunded_fen <= event.amount_fen for event in reading.events)
    assert from_json(json.loads(json.dumps(as_json(reading)))) == reading
    return reading


def in_words(refused):
    assert refused.message % refused.context
    assert refused.advice % refused.context
    return refused


class TestGarbage:
    @given(st.binary(max_size=2_000))
    def test_any_bytes(self, content):
        answer(content)

    @given(st.text(max_size=500))
    def test_any_text(self, words):
        answer(words.encode("utf-8", "replace"))

    @given(st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf"]))
    def test_any_bytes_behind_a_known_beginning(self, content, beginning):
        answer(beginning + content)

    @pytest.mark.parametrize("bill", BILLS)
    @given(st.data())
    @settings(max_examples=60)
    def test_any_truncation(self, bill, data):
        answer(bill[: data.draw(st.integers(0, len(bill)))])

    @pytest.mark.parametrize("bill", BILLS)
    @given(st.data())
    @settings(max_examples=60)
    def test_any_damaged_byte(self, bill, data):
        place = data.draw(st.integers(0, len(bill) - 1))
        byte = data.draw(st.integers(0, 255))
        answer(bill[:place] + bytes([byte]) + bill[place + 1 :])

    @pytest.mark.parametrize("bill", BILLS)
    @given(st.data())
    @settings(max_examples=60)
    def test_any_piece_missing_from_the_middle(self, bill, data):
        first = data.draw(st.integers(0, len(bill)))
        second = data.draw(st.integers(0, len(bill)))
        answer(bill[: min(first, second)] + bill[max(first, second) :])

    @given(st.lists(st.lists(st.text(max_size=12), max_size=14), max_size=6))
    def test_any_cells_under_a_real_header(self, rows):
        lines = [",".join(row).replace("\n", " ").replace("\r", " ") for row in rows]
        answer(wechat(*lines))

    @given(
        st.lists(
            st.lists(
                st.one_of(
                    st.none(),
                    st.booleans(),
                    st.integers(-(10**12), 10**12),
                    st.floats(allow_nan=False, allow_infinity=False),
                    st.text("abc收支¥/1-:", max_size=8),
                    st.datetimes(),
                ),
                max_size=11,
            ),
            max_size=4,
        )
    )
    @settings(max_examples=40)
    def test_any_cells_of_a_workbook(self, rows):
        answer(workbook(wechat_sheet(*rows)))


class TestColumns:
    @given(order=st.permutations(range(11)))
    def test_any_order_of_columns_reads_the_same(self, order):
        def shuffled(line):
            cells = line.split(",")
            return ",".join(cells[index] for index in order)

        columns = shuffled(WECHAT_COLUMNS)
        content = wechat(*map(shuffled, WECHAT_ROWS), columns=columns)

        assert read_bill(content, "").events == read_bill(wechat(*WECHAT_ROWS), "").events


class TestCells:
    @given(fen=st.integers(0, 10**13))
    def test_an_amount_is_exact_in_every_spelling(self, fen):
        yuan = f"{fen // 100}.{fen % 100:02d}"

        for words in (
            yuan,
            f"¥{yuan}",
            f"￥{fen // 100:,}.{fen % 100:02d}",
            f" {yuan}\t",
            f"{yuan}元",
        ):
            assert amount_fen(words) == fen

    @given(fen=st.integers(0, 10**11))
    def test_an_amount_that_went_through_a_float_is_exact(self, fen):
        assert amount_fen(fen / 100) == fen
        assert amount_fen(fen / 100 + 0.0) == fen

    @given(fen=st.integers(0, 10**9), tenths=st.integers(1, 9))
    def test_a_tenth_of_a_fen_is_no_amount(self, fen, tenths):
        with pytest.raises(RowUnreadable):
            fen_of(f"{fen // 100}.{fen % 100:02d}{tenths}")

    @given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
    def test_any_cell_is_an_amount_or_unreadable(self, cell):
        try:
            assert isinstance(amount_fen(cell), int)
        except RowUnreadable as unreadable:
            assert unreadable.code == "AMOUNT_UNREADABLE"  # noqa: PT017 - both ends are fine

    @given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes()))
    def test_any_cell_is_a_time_or_unreadable(self, cell):
        try:
            at, _ = instant(cell)
            assert at.tzinfo is not None
        except RowUnreadable as unreadable:
            assert unreadable.code.startswith("TIME_")  # noqa: PT017 - both ends are fine

    @pytest.mark.parametrize(
        "words",
        [
            "2025-03-04 12:30:05",
            "2025/3/4 12:30:05",
            "2025/03/04  12:30:05",
            "2025-03-04T12:30:05",
            "2025-03-04 12:30:05.0",
            "2025年3月4日 12:30:05",
            " 2025-03-04 12:30:05\t",
        ],
    )
    def test_every_spelling_of_a_time_is_the_same_instant(self, words):
        assert instant(words) == instant("2025-03-04 12:30:05")

    @pytest.mark.parametrize(
        "words", ["2025-02-30 12:00:00", "12:30:05", "09/01/2024 12:00", "soon"]
    )
    def test_a_time_that_cannot_be_is_unreadable(self, words):
        with pytest.raises(RowUnreadable) as unreadable:
            instant(words)

        assert unreadable.value.code == "TIME_UNREADABLE"

    @pytest.mark.parametrize("words", ["1999-03-04 12:00:00", "2199-03-04 12:00:00"])
    def test_a_time_before_wallets_or_after_us_is_unreadable(self, words):
        with pytest.raises(RowUnreadable) as unreadable:
            instant(words)

        assert unreadable.value.code == "TIME_OUT_OF_RANGE"

    @given(st.datetimes(min_value=instant("2003-01-01 12:00:00")[0].replace(tzinfo=None)))
    def test_a_day_without_time_is_degraded(self, day):
        if day.year < 2099:
            _, has_lost = instant(f"{day:%Y-%m-%d}")
            assert has_lost
