"""Laws of statements: what may change about a file without changing what it says."""

import contextlib
import io
import re
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors import refusals
from borrowers.connectors.registry import read_bill
from borrowers.tests import statement_texts as texts

NAMES = st.sampled_from(sorted(texts.SPECIMENS))
# Lines that a person or a spreadsheet may put above a table; none has the shape of a header.
LINES = st.lists(
    st.sampled_from(["", "备注", "打印日期：2025-04-01", "第1页", ",,,", "customer copy", "  "]),
    max_size=12,
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
SEVERAL = settings(max_examples=60, deadline=None)


def told(reading):
    """All that the rows say, without the places where they say it."""
    return [
        (
            event.occurred_at, event.precision, event.amount_fen, event.direction, event.category,
            event.status, event.merchant, event.counterparty, event.balance_fen, event.currency,
            event.tail, event.via, event.event_key,
        )
        for event in reading.events
    ]  # fmt: skip


def plain(name):
    return read_bill(texts.SPECIMENS[name].content(), "")


@SEVERAL
@given(name=NAMES, data=st.data())
def test_the_order_of_the_columns_means_nothing(name, data):
    specimen = texts.SPECIMENS[name]
    order = data.draw(st.permutations(range(len(specimen.headings))))

    reading = read_bill(specimen.reordered(order).content(), "")

    assert reading.dialect == name
    assert told(reading) == told(plain(name))


@SEVERAL
@given(name=NAMES, lines=LINES)
def test_lines_above_the_table_mean_nothing(name, lines):
    specimen = texts.SPECIMENS[name]
    longer = replace(specimen, above=(*lines, *specimen.above, *lines))

    reading = read_bill(longer.content(), "")

    assert reading.dialect == name
    assert told(reading) == told(plain(name))


@SEVERAL
@given(name=NAMES, encoding=ENCODINGS, delimiter=st.sampled_from([",", "\t"]))
def test_the_encoding_and_the_separator_mean_nothing(name, encoding, delimiter):
    specimen = texts.SPECIMENS[name]
    padded = any("\t" in cell for row in specimen.rows for cell in row)
    content = specimen.text(delimiter="," if padded else delimiter).encode(encoding)

    assert told(read_bill(content, "")) == told(plain(name))


@SEVERAL
@given(name=NAMES)
def test_the_container_means_nothing(name):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in texts.SPECIMENS[name].lines():
        sheet.append(list(line))
    written = io.BytesIO()
    book.save(written)

    assert told(read_bill(written.getvalue(), "")) == told(plain(name))


@SEVERAL
@given(name=NAMES, data=st.data())
def test_the_order_of_the_rows_changes_no_key(name, data):
    specimen = texts.SPECIMENS[name]
    rows = data.draw(st.permutations(specimen.rows))

    reading = read_bill(replace(specimen, rows=tuple(rows)).content(), "")

    assert {event.event_key for event in reading.events} == {
        event.event_key for event in plain(name).events
    }


@SEVERAL
@given(name=NAMES, times=st.integers(2, 4))
def test_rows_that_look_alike_are_as_many_events(name, times):
    specimen = texts.SPECIMENS[name]

    reading = read_bill(specimen.with_rows(*[specimen.rows[0]] * times).content(), "")

    assert len({event.event_key for event in reading.events}) == reading.rows_read == times


@SEVERAL
@given(name=NAMES, data=st.data())
def test_no_row_is_lost_whatever_stands_in_its_cells(name, data):
    specimen = texts.SPECIMENS[name]
    rows = [list(row) for row in specimen.rows]
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(specimen.headings) - 1))
    rows[row][column] = data.draw(st.text("0123456789.-+/:,¥￥abc借贷 年月日\t", max_size=12))
    try:
        reading = read_bill(specimen.with_rows(*rows).content(), "")
    except refusals.FileRefused:
        return

    accounted = len(reading.events) + reading.duplicates + len(reading.quarantined)
    assert reading.rows_read == accounted
    assert len(rows) - 1 <= reading.rows_read <= len(rows)


@SEVERAL
@given(name=NAMES, at=st.integers(0, 4_000))
def test_a_file_cut_anywhere_is_read_or_refused_in_words(name, at):
    content = texts.SPECIMENS[name].content()
    try:
        reading = read_bill(content[: at % len(content)], "")
    except refusals.FileRefused:
        return

    whole = {event.event_key for event in plain(name).events}
    assert len(reading.events) <= len(whole)


@pytest.mark.parametrize("name", texts.SPECIMENS)
def test_the_same_statement_twice_in_one_file_is_counted_by_its_rows(name):
    specimen = texts.SPECIMENS[name]
    both = specimen.text() + specimen.text()

    assert read_bill(both.encode(), "").rows_read == 2 * len(specimen.rows)


# --- saved again by a spreadsheet -----------------------------------------------------------------


def as_typed(cell, year_of_opening):
    """What a spreadsheet makes of a cell that it is not told to leave alone."""
    words = cell.strip().replace(",", "")
    for pattern in ("%Y-%m-%d", "%Y/%m/%d"):
        with contextlib.suppress(ValueError):
            return datetime.strptime(words, pattern)  # noqa: DTZ007 - a cell has no zone
    with contextlib.suppress(ValueError):
        return datetime.strptime(words, "%H:%M:%S").time()  # noqa: DTZ007 (wall clock)
    if re.fullmatch(r"\d\d/\d\d", words):
        month, day = map(int, words.split("/"))
        return datetime(year_of_opening, month, day)  # noqa: DTZ001 (wall clock)
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", words):
        return float(words)
    return cell


def saved_as_workbook(specimen, year_of_opening=2025):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (*specimen.above, None):
        sheet.append([line])
    sheet.append(list(specimen.headings))
    for row in specimen.rows:
        sheet.append([as_typed(cell, year_of_opening) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def saved_as_text(specimen):
    """The zeros before days and behind amounts are gone, and so is the mark of UTF-8."""

    def shorter(cell):
        words = cell.strip()
        if match := re.fullmatch(r"(\d{4})[-/](\d\d)[-/](\d\d)", words):
            year, month, day = map(int, match.groups())
            return f"{year}/{month}/{day}"
        if match := re.fullmatch(r"(\d\d)/(\d\d)", words):
            return f"{int(match.group(1))}月{int(match.group(2))}日"
        if re.fullmatch(r"[-+]?[\d,]+\.\d\d", words):
            return repr(float(words.replace(",", ""))).removesuffix(".0")
        return cell

    rows = [[shorter(cell) for cell in row] for row in specimen.rows]
    return replace(specimen, rows=tuple(map(tuple, rows))).content("gb18030")


def moved(reading):
    return [
        (event.occurred_at, event.amount_fen, event.direction, event.category, event.balance_fen)
        for event in reading.events
    ]


@pytest.mark.parametrize("name", texts.SPECIMENS)
class TestSavedAgain:
    def test_as_a_workbook_it_says_the_same(self, name):
        specimen = texts.SPECIMENS[name]

        reading = read_bill(saved_as_workbook(specimen), "")

        assert reading.dialect == name
        assert moved(reading) == moved(plain(name))

    def test_as_text_it_says_the_same_and_is_marked_where_it_lost_something(self, name):
        specimen = texts.SPECIMENS[name]

        reading = read_bill(saved_as_text(specimen), "")

        assert moved(reading) == moved(plain(name))
        has_dashes = any("-" in specimen.rows[0][at] for at in (0, 1))
        if has_dashes and "CREDIT" in name:
            assert all(event.degraded for event in reading.events)
