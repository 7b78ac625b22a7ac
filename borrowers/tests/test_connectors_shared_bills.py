"""Real and anonymised bills of both wallets, where they lie beside the repository."""

import csv
import warnings
from pathlib import Path

import pytest

from borrowers.behaviour.words import doubt_of
from borrowers.connectors import refusals
from borrowers.connectors.contracts import Category, Direction, EventStatus
from borrowers.connectors.registry import read_bill, read_bill_bounded
from borrowers.management.bill_report import summary

BILLS = Path(__file__).parents[3] / "shared" / "data" / "bills"

pytestmark = pytest.mark.skipif(
    not BILLS.is_dir(),
    reason="NO REAL BILLS: lay them in ../shared/data/bills to run these tests",
)

SUMS = ("inflow_fen", "outflow_fen", "neutral_fen", "refund_fen")
with Path(__file__).with_name("expected_bills.csv").open(encoding="utf-8", newline="") as table:
    EXPECTED = {row["file"]: row for row in csv.DictReader(table)}

# File: dialect, rows, sum of what was spent net of refunds in fen.
WALLETS = {
    "wechat/2019-10-09_bbd5c9d_example-wechat-records.csv": ("WECHAT_CSV", 2, 2_816),
    "wechat/2025-05-05_16c48b0_example-wechat-records.csv": ("WECHAT_CSV", 27, 290_453),
    "wechat/2026-03-20_d93c79d_example-wechat-records.xlsx": ("WECHAT_XLSX_2025", 27, 290_453),
    "alipay/2019-10-09_bbd5c9d_example-alipay-records.csv": ("ALIPAY_WEB", 2, 2_700),
    "alipay/2021-06-21_cfa5e4a_example-alipay-records.csv": ("ALIPAY_APP_2021", 9, 17_341),
    "alipay/2024-09-17_ef964f3_example-alipay-records.csv": ("ALIPAY_APP_2023", 10, 16_164),
    "ezb_inline/alipay/MinimumValidData_1.csv": ("ALIPAY_WEB", 4, 12_345),
    "ezb_inline/alipay/ParseRefundTransaction_1.csv": ("ALIPAY_WEB", 1, 0),
    "ezb_inline/alipay/ParseRefundTransaction_2.csv": ("ALIPAY_WEB", 1, 0),
    "ezb_inline/wechat/MinimumValidData_1.csv": ("WECHAT_CSV", 4, 12_345),
    "ezb_inline/wechat/ParseRefundTransaction_1.csv": ("WECHAT_CSV", 1, 0),
}


def reading_of(name):
    path = BILLS / name
    if not path.is_file():
        pytest.skip(f"NOT THERE: {name}")
    return read_bill(path.read_bytes(), path.name)


def net_spending(events):
    return sum(
        event.amount_fen - event.refunded_fen
        for event in events
        if event.direction is Direction.OUT
    )


class TestWallets:
    def test_every_file_that_lies_there_is_listed(self):
        found = {
            str(path.relative_to(BILLS))
            for folder in ("wechat", "alipay", "ezb_inline/wechat", "ezb_inline/alipay")
            for path in (BILLS / folder).iterdir()
        }

        if found != set(WALLETS):
            warnings.warn(f"new bills: {found ^ set(WALLETS)}", stacklevel=1)

    @pytest.mark.parametrize("name", WALLETS)
    def test_every_row_is_read(self, name):
        dialect, rows, spent_fen = WALLETS[name]

        reading = reading_of(name)

        assert reading.dialect == dialect
        assert len(reading.events) == reading.rows_read == rows
        assert reading.quarantined == ()
        assert net_spending(reading.events) == spent_fen

    @pytest.mark.parametrize("name", list(WALLETS)[2:5])
    def test_the_child_reads_the_same(self, name):
        content = (BILLS / name).read_bytes()

        assert read_bill_bounded(content, name) == read_bill(content, name)

    def test_the_workbook_and_the_text_of_one_bill_are_the_same_events(self):
        names = list(WALLETS)
        text, book = reading_of(names[1]).events, reading_of(names[2]).events

        assert [event.event_key for event in text] == [event.event_key for event in book]
        assert [event.category for event in text] == [event.category for event in book]

    def test_a_refund_row_and_a_closed_payment_make_zero(self):
        events = reading_of("alipay/2021-06-21_cfa5e4a_example-alipay-records.csv").events
        refund = next(event for event in events if event.category is Category.REFUND)
        payment = next(event for event in events if event.status is EventStatus.REFUNDED)

        assert refund.amount_fen == payment.refunded_fen == payment.amount_fen == 10_990

    def test_an_anonymised_bill_disagrees_with_its_own_totals_and_is_read_all_the_same(self):
        reading = reading_of("wechat/2019-10-09_bbd5c9d_example-wechat-records.csv")

        assert reading.declared_rows == 43
        assert reading.totals_agree is False
        doubt = doubt_of(reading)
        assert doubt is not None
        assert doubt.context == {"declared": 43, "found": 2}


class TestEveryFile:
    """The table `expected_bills.csv`: what each file holds, or why it is refused.

    How a bank's rows divide into income, spending and own money stands in the banks' own test.
    """

    def test_stands_in_the_table(self):
        there = {str(path.relative_to(BILLS)) for path in BILLS.rglob("*") if path.is_file()}

        if unknown := there - set(EXPECTED):
            warnings.warn(f"files without an expected result: {sorted(unknown)}", stacklevel=1)

    @pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if row["refused"]])
    def test_that_is_no_bill_is_refused_for_its_reason(self, name):
        with pytest.raises(refusals.FileRefused) as refused:
            reading_of(name)

        assert refused.value.code == EXPECTED[name]["refused"]
        assert refused.value.message % refused.value.context

    @pytest.mark.parametrize("name", [name for name, row in EXPECTED.items() if row["source"]])
    def test_that_is_a_bill_is_read_to_the_last_fen(self, name):
        expected = EXPECTED[name]

        reading = reading_of(name)

        told = summary(reading)
        assert (told["source"], told["dialect"]) == (expected["source"], expected["dialect"])
        assert (told["rows_read"], told["events"]) == (int(expected["rows"]),) * 2
        assert told["quarantined"] == []
        assert sum(event.amount_fen for event in reading.events) == int(expected["moved_fen"])
        for column in SUMS:
            if expected[column]:
                assert told[column] == int(expected[column])
