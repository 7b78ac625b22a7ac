"""What JD and Meituan write, our readers read: money, refunds and totals out of every layout."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from borrowers.connectors.contracts import EventStatus, Source
from borrowers.connectors.registry import read_bill
from simulation.bills import Layout, write
from simulation.bills.layouts import file_name
from simulation.bills.records import Kind, Method, Record, refunded_by_number
from simulation.tests.bill_lives import lives
from simulation.words import Direction

JD = [Layout.JD_2024, Layout.JD_2025]
SHOPS = [*JD, Layout.MEITUAN]
SOLD = {Kind.PURCHASE, Kind.REFUND}
ONE = [
    Record(
        at=datetime(2025, 3, 1, 4, tzinfo=UTC),
        kind=Kind.PURCHASE,
        direction=Direction.OUT,
        amount_fen=12_345,
        party="甲乙旗舰店",
        number="2025030100000000001234",
        item="收纳盒",
        order="2025030100000000001234",
    )
]


def sold(records):
    """What happens in a shop: orders and what comes back of them."""
    return [replace(each, order=each.number) for each in records if each.kind in SOLD]


def read(records, layout):
    return read_bill(write(records, layout=layout), file_name(layout))


def by_number(reading):
    return {event.native_id: event for event in reading.events}


@pytest.mark.parametrize("layout", SHOPS)
class TestEveryLayout:
    @given(records=lives().map(sold).filter(bool))
    @settings(max_examples=25)
    def test_the_money_is_the_same(self, layout, records):
        reading = read(records, layout)

        assert reading.quarantined == ()
        events = by_number(reading)
        assert set(events) == {each.number for each in records}
        for record in records:
            assert events[record.number].amount_fen == record.amount_fen

    @given(records=lives().map(sold).filter(bool))
    @settings(max_examples=25)
    def test_what_came_back_is_never_income(self, layout, records):
        for event in read(records, layout).events:
            assert event.direction != Direction.IN

    @given(records=lives().map(sold).filter(bool))
    @settings(max_examples=15)
    def test_the_totals_agree(self, layout, records):
        reading = read(records, layout)

        assert reading.totals_agree is not False
        assert reading.declared_rows == len(records)

    def test_the_shop_is_named(self, layout):
        assert read(ONE, layout).source is (Source.JD if layout in JD else Source.MEITUAN)


class TestJd:
    @given(records=lives().map(sold).filter(bool))
    @settings(max_examples=20)
    def test_both_column_orders_tell_the_same(self, records):
        old, new = (read(records, layout).events for layout in JD)

        assert [each.event_key for each in old] == [each.event_key for each in new]

    @given(records=lives().map(sold).filter(bool))
    @settings(max_examples=20)
    def test_the_note_beside_the_amount_is_read(self, records):
        refunded = refunded_by_number(records)
        events = by_number(read(records, Layout.JD_2025))

        for record in records:
            if record.kind is Kind.PURCHASE:
                event = events[record.number]
                assert event.refunded_fen == refunded[record.number]
                is_whole = refunded[record.number] == record.amount_fen
                assert (event.status is EventStatus.REFUNDED) is is_whole

    def test_credit_of_the_shop_is_known(self):
        bought = replace(ONE[0], method=Method.BNPL)

        (event,) = read([bought], Layout.JD_2025).events

        assert event.channel == "BNPL"


class TestTotalsOfSomebodyElse:
    """`stated` are the records that the totals speak of: a changed file contradicts itself."""

    @pytest.mark.parametrize("layout", SHOPS)
    def test_do_not_agree_with_the_rows(self, layout):
        raised = [replace(ONE[0], amount_fen=ONE[0].amount_fen * 3)]

        content = write(raised, layout=layout, stated=ONE)

        assert read_bill(content, "").totals_agree is False
