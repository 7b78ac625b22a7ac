"""What may befall a file between the wallet and us, layout by layout, and changes no payment."""

import random

import pytest

from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, EventStatus, Precision
from borrowers.connectors.registry import read_bill
from borrowers.tests import mutated
from borrowers.tests.mutated import AMOUNT_NAMES, ID_NAMES, LAYOUTS, TEXTS, TIME_NAMES, told
from simulation.bills import Layout

IN, OUT, NEUTRAL = Direction.IN, Direction.OUT, Direction.NEUTRAL
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")


def plain(layout):
    return read_bill(mutated.written(layout), "")


def rows(layout):
    return mutated.rows_of(mutated.written(layout))


def reread(changed_rows, **style):
    return read_bill(mutated.text(changed_rows, **style).encode(), "")


# Layout: fen, what came back, direction, category and state of each payment, in its own order.
LUNCH = (2_050, 0, OUT, Category.DINING, EventStatus.SETTLED)
# JD files whatever can be eaten under one class.
EATEN = (2_050, 0, OUT, Category.GROCERIES, EventStatus.SETTLED)
SHIRT = (15_900, 5_900, OUT, Category.APPAREL_BEAUTY, EventStatus.SETTLED)
BACK = (5_900, 0, NEUTRAL, Category.REFUND, EventStatus.SETTLED)
REPAID = (100_000, 0, NEUTRAL, Category.CREDIT_REPAYMENT, EventStatus.SETTLED)
CASHED = (50_000, 0, NEUTRAL, Category.CASH, EventStatus.SETTLED)
WAGE = (850_000, 0, IN, Category.INCOME_SALARY, EventStatus.SETTLED)
FRIEND = (20_000, 0, IN, Category.TRANSFER_SOCIAL, EventStatus.SETTLED)
GONE = (8_800, 0, NEUTRAL, Category.ONLINE_SHOPPING, EventStatus.CLOSED)
WALLET = [LUNCH, SHIRT, GONE, BACK, WAGE, FRIEND, REPAID, CASHED]
EXPECTED = {
    **{layout: WALLET for layout in LAYOUTS if layout.startswith(("WECHAT", "ALIPAY"))},
    Layout.ALIPAY_WEB: [each for each in WALLET if each is not BACK],
    Layout.JD_2024: [EATEN, SHIRT, BACK],
    Layout.JD_2025: [EATEN, SHIRT, BACK],
    Layout.MEITUAN: [LUNCH, SHIRT, BACK],
}


@pytest.mark.parametrize("layout", LAYOUTS)
class TestUntouched:
    def test_every_payment_means_what_it_was(self, layout):
        found = sorted(
            (each.amount_fen, each.refunded_fen, each.direction, each.category, each.status)
            for each in plain(layout).events
        )

        assert found == sorted(EXPECTED[layout])

    def test_every_time_is_exact(self, layout):
        events = {each.amount_fen: each for each in plain(layout).events}

        assert events[2_050].occurred_at.isoformat() == "2025-03-04T01:05:07+00:00"
        assert events[15_900].occurred_at.isoformat() == "2025-03-05T01:22:07+00:00"
        assert all(each.precision is Precision.SECOND for each in events.values())
        assert not any(each.degraded for each in events.values())

    def test_what_it_declares_agrees(self, layout):
        reading = plain(layout)

        assert reading.totals_agree is not False
        assert reading.refund_fen == 5_900
        assert reading.rows_read == len(EXPECTED[layout])
        assert (reading.duplicates, reading.quarantined) == (0, ())


@pytest.mark.parametrize("layout", LAYOUTS)
class TestMoved:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_columns_may_stand_in_any_order(self, layout, seed):
        cells = rows(layout)
        at = mutated.header_index(cells)
        width = len(cells[at])
        order = list(range(width))
        random.Random(seed).shuffle(order)
        for index in [at, *mutated.data_indexes(cells)]:
            row = cells[index] + [""] * (width - len(cells[index]))
            cells[index] = [row[place] for place in order]

        assert told(reread(cells)) == told(plain(layout))

    @pytest.mark.parametrize(
        "lines",
        [
            [[]] * 7,
            [["本账单由手机导出"]],
            [["注：", "仅供个人对账使用"], [], ["4. 本账单中所有时间均为UTC+08:00时间"]],
            [["----------------------------"]],
            [["", "", "", "", "", ""]] * 30,
        ],
        ids=["blank", "one", "notes", "dashes", "commas"],
    )
    def test_more_lines_may_stand_above(self, layout, lines):
        cells = rows(layout)
        at = mutated.header_index(cells)

        reading = reread([*cells[:at], *lines, *cells[at:]])

        assert told(reading) == told(plain(layout))

    def test_the_lines_above_may_be_gone(self, layout):
        cells = rows(layout)

        reading = reread(cells[mutated.header_index(cells) :])

        assert told(reading) == told(plain(layout))

    def test_the_rows_may_be_sorted_the_other_way(self, layout):
        cells = rows(layout)
        indexes = mutated.data_indexes(cells)
        turned = [cells[index] for index in reversed(indexes)]
        for index, row in zip(indexes, turned, strict=True):
            cells[index] = row

        assert told(reread(cells)) == told(plain(layout))

    def test_a_new_column_may_stand_anywhere(self, layout):
        cells = rows(layout)
        at = mutated.header_index(cells)
        for place in (0, 3, len(cells[at])):
            more = [list(row) for row in cells]
            for index in [at, *mutated.data_indexes(cells)]:
                row = more[index] + [""] * (place - len(more[index]))
                more[index] = [*row[:place], "新栏目" if index == at else "新", *row[place:]]

            assert told(reread(more)) == told(plain(layout))

    def test_every_row_twice_is_every_payment_once(self, layout):
        cells = rows(layout)
        indexes = mutated.data_indexes(cells)
        last = indexes[-1] + 1
        again = [*cells[:last], *(cells[index] for index in indexes), *cells[last:]]

        reading = reread(again)

        assert reading.duplicates + len(reading.events) == 2 * len(indexes)
        assert len({each.event_key for each in reading.events}) == len(reading.events)


@pytest.mark.parametrize("layout", LAYOUTS)
class TestWritten:
    @pytest.mark.parametrize("encoding", ENCODINGS)
    def test_in_any_encoding(self, layout, encoding):
        content = mutated.text(rows(layout)).encode(encoding)

        assert told(read_bill(content, "")) == told(plain(layout))

    @pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
    def test_with_any_line_end(self, layout, line_end):
        assert told(reread(rows(layout), line_end=line_end)) == told(plain(layout))

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_with_any_separator(self, layout, delimiter):
        cells = [[str(c or "").strip() for c in row] for row in rows(layout)]

        assert told(reread(cells, delimiter=delimiter)) == told(reread(cells))

    def test_with_every_cell_in_quotes(self, layout):
        assert told(reread(rows(layout), quoted=True)) == told(plain(layout))

    def test_with_padding_around_every_cell(self, layout):
        cells = rows(layout)
        at = mutated.header_index(cells)
        for index in [at, *mutated.data_indexes(cells)]:
            cells[index] = [f"  {'' if cell is None else cell} \t" for cell in cells[index]]

        assert told(reread(cells)) == told(plain(layout))

    def test_as_a_workbook_of_words(self, layout):
        cells = [[None if c is None else str(c) for c in row] for row in rows(layout)]

        assert told(read_bill(mutated.workbook(cells), "")) == told(plain(layout))

    def test_as_a_table_in_a_page(self, layout):
        lines = "".join(
            "<tr>" + "".join(f"<td>{'' if c is None else c}</td>" for c in row) + "</tr>\n"
            for row in rows(layout)
        )
        page = f"<html><body><table>{lines}</table></body></html>"

        assert told(read_bill(page.encode(), "")) == told(plain(layout))

    def test_with_commas_behind_every_row(self, layout):
        cells = [[*row, "", "", ""] for row in rows(layout)]

        assert told(reread(cells)) == told(plain(layout))


@pytest.mark.parametrize("layout", LAYOUTS)
class TestSavedByASpreadsheet:
    def test_lost_seconds_are_told(self, layout):
        cells = mutated.changed(rows(layout), TIME_NAMES, mutated.without_seconds)

        reading = reread(cells)

        assert mutated.said(reading) == mutated.said(plain(layout))
        assert all(each.precision is Precision.MINUTE for each in reading.events)
        assert all(each.degraded for each in reading.events)

    def test_rounded_numbers_name_no_payment(self, layout):
        cells = mutated.changed(rows(layout), ID_NAMES, mutated.rounded)

        reading = reread(cells)

        assert len(reading.events) == len(plain(layout).events)
        assert all("E+" not in each.native_id for each in reading.events)
        assert len({each.event_key for each in reading.events}) == len(reading.events)
        assert sum(each.amount_fen for each in reading.events) == sum(
            each.amount_fen for each in plain(layout).events
        )

    def test_the_same_damage_gives_the_same_keys(self, layout):
        cells = mutated.changed(rows(layout), ID_NAMES, mutated.rounded)
        cells = mutated.changed(cells, TIME_NAMES, mutated.without_seconds)

        assert told(reread(cells)) == told(reread(cells))

    def test_numbers_of_a_workbook_that_became_floats(self, layout):
        def damaged(cell):
            digits = str(cell or "").strip()
            return float(digits) if digits.isdigit() else cell

        cells = mutated.changed(rows(layout), ID_NAMES, damaged)

        reading = read_bill(mutated.workbook(cells), "")

        assert len(reading.events) == len(plain(layout).events)
        numbered = [each for each in reading.events if "_" not in each.native_id]
        assert len(numbered) >= len(reading.events) - 1  # Alipay's refunds have words as numbers.
        assert all(each.degraded and not each.native_id for each in numbered)

    def test_amounts_that_became_numbers(self, layout):
        def number(cell):
            words = str(cell).strip().lstrip("¥￥")
            return float(words) if words.replace(".", "").isdigit() else cell

        cells = mutated.changed(rows(layout), AMOUNT_NAMES, number)

        assert told(read_bill(mutated.workbook(cells), "")) == told(plain(layout))

    def test_zeros_behind_the_point_may_be_gone(self, layout):
        def short(cell):
            words = str(cell).strip()
            return words.rstrip("0").rstrip(".") if "." in words and "(" not in words else cell

        cells = mutated.changed(rows(layout), AMOUNT_NAMES, short)

        assert told(reread(cells)) == told(plain(layout))


@pytest.mark.parametrize("layout", LAYOUTS)
class TestEdited:
    def test_another_amount_is_read_as_it_stands_and_disagrees(self, layout):
        cells = rows(layout)
        at = mutated.places(cells, AMOUNT_NAMES)
        row = next(i for i in mutated.data_indexes(cells) if "20.5" in str(cells[i][at[0]]))
        for place in at:
            cells[row][place] = "2000.50"

        reading = reread(cells)

        assert 200_050 in {each.amount_fen for each in reading.events}
        assert 2_050 not in {each.amount_fen for each in reading.events}
        declares_sums = plain(layout).declared_out_fen is not None
        assert reading.totals_agree is (False if declares_sums else plain(layout).totals_agree)

    def test_a_deleted_row_is_missed_by_the_count(self, layout):
        cells = rows(layout)
        del cells[mutated.data_indexes(cells)[0]]

        reading = reread(cells)

        declares_rows = plain(layout).declared_rows is not None
        assert reading.totals_agree is (False if declares_rows else plain(layout).totals_agree)

    @pytest.mark.parametrize("words", ["", "多少", "1.2.3", "12,34.567", "NaN", "1e5", "--5"])
    def test_an_amount_that_is_none_costs_its_row_only(self, layout, words):
        cells = rows(layout)
        first = mutated.data_indexes(cells)[0]
        for place in mutated.places(cells, AMOUNT_NAMES):
            cells[first][place] = words

        reading = reread(cells)

        assert [each.reason for each in reading.quarantined] == ["AMOUNT_UNREADABLE"]
        assert reading.rows_read == plain(layout).rows_read
        assert len(reading.events) == reading.rows_read - 1

    @pytest.mark.parametrize(
        ("words", "reason"),
        [
            ("2025-02-29 12:00:00", "TIME_UNREADABLE"),
            ("2025-13-01 12:00:00", "TIME_UNREADABLE"),
            ("2025-04-31 12:00:00", "TIME_UNREADABLE"),
            ("2025-03-04 24:00:01", "TIME_UNREADABLE"),
            ("2025-03-04 12:60:00", "TIME_UNREADABLE"),
            ("0000-00-00 00:00:00", "TIME_UNREADABLE"),
            ("昨天", "TIME_UNREADABLE"),
            ("12345", "TIME_UNREADABLE"),
            ("1999-12-31 23:59:59", "TIME_OUT_OF_RANGE"),
            ("2100-01-01 00:00:00", "TIME_OUT_OF_RANGE"),
        ],
    )
    def test_a_day_that_never_was_costs_its_row_only(self, layout, words, reason):
        cells = rows(layout)
        first = mutated.data_indexes(cells)[0]
        for place in mutated.places(cells, TIME_NAMES):
            cells[first][place] = words

        reading = reread(cells)

        assert [each.reason for each in reading.quarantined] == [reason]
        assert len(reading.events) == reading.rows_read - 1 == plain(layout).rows_read - 1


@pytest.mark.parametrize("layout", TEXTS)
class TestCut:
    @pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.99])
    def test_a_text_that_stops_early_is_refused_or_read_as_far_as_it_is_whole(self, layout, share):
        content = mutated.written(layout)
        cut = content[: int(len(content) * share)]

        try:
            reading = read_bill(cut, "")
        except (
            refusals.TruncatedFile,
            refusals.NoTransactions,
            refusals.NotABill,
            refusals.UnknownLayout,
        ):
            return
        whole = {each.amount_fen for each in plain(layout).events}
        assert {each.amount_fen for each in reading.events} <= whole
        assert reading.totals_agree in {None, False} or share >= 0.8

    def test_one_that_stops_in_a_row_is_cut_off(self, layout):
        cells = rows(layout)
        last = mutated.data_indexes(cells)[-1]
        lines = mutated.text(cells[:last]) + ",".join(str(c or "") for c in cells[last][:4])

        with pytest.raises(refusals.TruncatedFile):
            read_bill(lines.encode(), "")


@pytest.mark.parametrize("layout", [each for each in LAYOUTS if each not in TEXTS])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_workbook_that_stops_early_is_cut_off(layout, share):
    content = mutated.written(layout)

    with pytest.raises(refusals.TruncatedFile):
        read_bill(content[: int(len(content) * share)], "")
