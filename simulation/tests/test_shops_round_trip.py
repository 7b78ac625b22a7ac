"""What our shops write, our readers read: the same money and refunds out of JD and Meituan."""

import pytest
from hypothesis import assume, given, settings

from borrowers.connectors.contracts import Category, EventStatus, Source
from borrowers.connectors.registry import read_bill
from simulation.bills import Layout, write
from simulation.bills.layouts import file_name
from simulation.bills.records import Kind, refunded_by_number
from simulation.tests.bill_lives import lives
from simulation.words import Direction

SHOPS = {
    Layout.JD_2024: Source.JD,
    Layout.JD_2025: Source.JD,
    Layout.MEITUAN: Source.MEITUAN,
}
# What people do in a shop: they buy, send back, and repay what they bought on credit.
KINDS = {Kind.PURCHASE, Kind.REFUND, Kind.CARD_REPAYMENT}


def bought(records):
    kept = [each for each in records if each.kind in KINDS]
    assume(kept)
    return kept


def by_number(reading):
    return {event.native_id: event for event in reading.events}


def read(records, layout):
    return read_bill(write(records, layout=layout), file_name(layout))


@pytest.mark.parametrize("layout", SHOPS)
class TestEveryShop:
    @given(records=lives().map(bought))
    @settings(max_examples=40)
    def test_the_money_and_the_time_are_the_same(self, layout, records):
        reading = read(records, layout)

        assert reading.source is SHOPS[layout]
        events = by_number(reading)
        assert set(events) == {record.number for record in records}
        for record in records:
            event = events[record.number]
            assert event.occurred_at == record.at
            assert event.amount_fen == record.amount_fen
            is_spent = record.kind is Kind.PURCHASE
            assert event.direction == (Direction.OUT if is_spent else Direction.NEUTRAL)

    @given(records=lives().map(bought))
    @settings(max_examples=40)
    def test_what_came_back_is_counted_once_and_is_no_income(self, layout, records):
        reading = read(records, layout)

        refunded = refunded_by_number(records)
        events = by_number(reading)
        assert reading.refund_fen == sum(refunded.values())
        for record in records:
            event = events[record.number]
            assert event.refunded_fen == refunded[record.number]
            is_whole = 0 < refunded[record.number] == record.amount_fen
            assert (event.status is EventStatus.REFUNDED) is is_whole
            if record.kind is Kind.REFUND:
                assert event.category is Category.REFUND
                assert event.parent_native_id == record.undoes

    @given(records=lives().map(bought))
    @settings(max_examples=25)
    def test_nothing_is_lost_and_the_totals_agree(self, layout, records):
        reading = read(records, layout)

        assert reading.rows_read == len(records) == len(reading.events)
        assert reading.quarantined == ()
        assert reading.totals_agree is True


class TestAcrossLayouts:
    @given(records=lives().map(bought))
    @settings(max_examples=25)
    def test_both_column_orders_of_jd_give_the_same_events(self, records):
        first, second = (read(records, each).events for each in (Layout.JD_2024, Layout.JD_2025))

        assert first == second
