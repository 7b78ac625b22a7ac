"""Real and anonymised statements of banks, where they lie beside the repository."""

import csv
from pathlib import Path

import pytest

from borrowers.connectors.containers.page_items import pages
from borrowers.connectors.contracts import Direction, Pages, Precision, Source
from borrowers.connectors.registry import CONNECTORS, read_bill

BILLS = Path(__file__).parents[3] / "shared" / "data" / "bills"
PRINTED = BILLS / "cn_bank_pdf"

pytestmark = pytest.mark.skipif(
    not BILLS.is_dir(),
    reason="NO REAL STATEMENTS: lay them in ../shared/data/bills to run these tests",
)

# File: source, dialect, rows, then fen that came in, went out, and stayed the person's own.
TABLES = {
    "icbc/example-icbc-credit-records.csv": (Source.ICBC, "ICBC_CREDIT", 9, 0, 36_313, 462_101),
    "icbc/example-icbc-debit-v1-records.csv": (
        Source.ICBC, "ICBC_DEBIT", 11, 249_912, 177_196, 281_174,
    ),
    "ccb/交易明细_xxxx_2025xxxx_2025xxxx.xls": (Source.CCB, "CCB_DEBIT", 6, 0, 70_326, 0),
    "boc/example-boc-records.1.csv": (Source.BOC, "BOC_DEBIT", 17, 677_100, 939_430, 305_000),
    "cmb/example-cmb-records.1.csv": (Source.CMB, "CMB_DEBIT", 5, 123_400, 101_314, 100_000),
    "cmb/example-cmb-records.csv": (Source.CMB, "CMB_CREDIT", 6, 0, 805_678, 38_080),
    "citic/example-citic-records.xls": (Source.CITIC, "CITIC_CREDIT", 13, 0, 109_880, 141),
    "cn_bank_pdf/cmb-debit/result.csv": (
        Source.CMB, "CMB_DEBIT", 34, 10_150_834, 559_274, 658_752,
    ),
    "cn_bank_pdf/boc-debit/result.csv": (
        Source.BOC, "BOC_DEBIT", 17, 1_164_959, 2_244_930, 841_977,
    ),
}  # fmt: skip


def reading_of(name):
    path = BILLS / name
    return read_bill(path.read_bytes(), path.name)


def sum_of(events, direction):
    return sum(event.amount_fen for event in events if event.direction is direction)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_of_a_table_is_read(name):
    source, dialect, rows, in_fen, out_fen, neutral_fen = TABLES[name]

    reading = reading_of(name)

    assert (reading.source, reading.dialect) == (source, dialect)
    assert reading.rows_read == len(reading.events) == rows
    assert (reading.duplicates, reading.quarantined) == (0, ())
    assert [
        sum_of(reading.events, direction)
        for direction in (Direction.IN, Direction.OUT, Direction.NEUTRAL)
    ] == [in_fen, out_fen, neutral_fen]


# Files with one signed column, which can be counted again in the plainest way.
SIGNED = [name for name in TABLES if name.endswith(".csv") and "icbc" not in name]


@pytest.mark.parametrize("name", SIGNED)
def test_what_the_rows_moved_is_what_their_cells_say(name):
    path = BILLS / name
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    column = next(
        row.index(heading)
        for row in rows
        for heading in ("交易金额", "金额", "人民币金额")
        if heading in row
    )
    cells = [row[column].replace(",", "") for row in rows if len(row) > column]
    amounts = [round(float(cell) * 100) for cell in cells if cell.strip("-.0123456789") == ""]

    events = reading_of(name).events

    assert sorted(event.amount_fen for event in events) == sorted(map(abs, amounts))


class TestPrintedStatements:
    """The dumps tell words and places; the tables beside them what they should become."""

    def reading(self, folder):
        found = [pages(path.read_bytes()) for path in sorted((PRINTED / folder).glob("p*.json"))]
        whole = Pages([page for each in found for page in each.pages])
        connector = next(
            each for each in CONNECTORS.values() if each.reads is Pages and each.recognises(whole)
        )
        return connector.read(whole)

    def oracle(self, folder):
        lines = (PRINTED / folder / "result.csv").read_text(encoding="utf-8-sig").splitlines()
        start = next(index for index, line in enumerate(lines) if line.startswith("记账日期"))
        return list(csv.DictReader(lines[start:]))

    @pytest.mark.parametrize("folder", ["cmb-debit", "boc-debit"])
    def test_say_what_their_tables_say(self, folder):
        printed, table = self.reading(folder), reading_of(f"cn_bank_pdf/{folder}/result.csv")

        assert (printed.source, printed.dialect) == (table.source, table.dialect)
        assert printed.quarantined == ()
        assert [
            (event.occurred_at, event.precision, event.amount_fen, event.balance_fen)
            for event in printed.events
        ] == [
            (event.occurred_at, event.precision, event.amount_fen, event.balance_fen)
            for event in table.events
        ]

    def test_join_the_cells_that_wrap(self):
        events, rows = self.reading("cmb-debit").events, self.oracle("cmb-debit")

        assert [event.type_text for event in events] == [row["交易摘要"] for row in rows]
        squeezed = ["".join(row["客户摘要"].split()) for row in rows]
        assert ["".join(event.memo.split()) for event in events] == squeezed

    def test_keep_the_code_by_which_the_bank_can_be_asked(self):
        assert self.reading("cmb-debit").verification_code == "CMBCMBCM"

    def test_name_the_account_and_its_card(self):
        events = self.reading("boc-debit").events

        assert {event.tail for event in events} == {"3741"}
        assert {event.account for event in events} == {"1627******3741"}

    def test_cost_a_time_that_cannot_be_its_precision_only(self):
        events = self.reading("boc-debit").events

        exact = [event for event in events if event.precision is Precision.SECOND]
        assert (len(events), len(exact)) == (17, 6)
        assert all(event.degraded for event in events if event.precision is Precision.DAY)
