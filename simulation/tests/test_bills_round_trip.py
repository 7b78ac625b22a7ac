"""What our writers write, our readers read: the same events out of every layout."""

import pytest
from hypothesis import given, settings

from borrowers.behaviour.columns import from_events
from borrowers.connectors.contracts import Category, EventStatus, Source
from borrowers.connectors.registry import read_bill
from simulation.bills import Layout, write
from simulation.bills.layouts import WALLETS, file_name
from simulation.bills.records import Kind, Method, refunded_by_number
from simulation.tests.bill_lives import MEANINGS, WITH_WORDS, lives
from simulation.words import Direction

WECHAT = [each for each in Layout if each.startswith("WECHAT")]
APP = [Layout.ALIPAY_APP_2021, Layout.ALIPAY_APP_2023]
DIALECTS = {Layout.WECHAT_CSV_QUOTED: "WECHAT_CSV"}
CHANNELS = {
    Method.BALANCE: "BALANCE",
    Method.MONEY_FUND: "MONEY_FUND",
    Method.DEBIT: "DEBIT",
}


def read(records, layout):
    return read_bill(write(records, layout=layout), file_name(layout))


def events_by_number(reading):
    """Alipay's app numbers a refund by its payment and its own number."""
    return {event.native_id.split("_")[-1]: event for event in reading.events}


def written(records, layout):
    """The records that the layout has a row for."""
    if layout is Layout.ALIPAY_WEB:
        return [each for each in records if each.kind is not Kind.REFUND]
    return records


def expected_direction(record):
    if record.kind in {Kind.REFUND, Kind.VOID}:
        return Direction.NEUTRAL
    return record.direction


@pytest.mark.parametrize("layout", WALLETS)
class TestEveryLayout:
    @given(records=lives())
    @settings(max_examples=40)
    def test_the_money_is_the_same(self, layout, records):
        reading = read(records, layout)

        events = events_by_number(reading)
        assert set(events) == {each.number for each in written(records, layout)}
        for record in written(records, layout):
            event = events[record.number]
            assert event.occurred_at == record.at
            assert event.amount_fen == record.amount_fen
            assert event.direction == expected_direction(record)

    @given(records=lives())
    @settings(max_examples=40)
    def test_what_came_back_is_counted_once(self, layout, records):
        reading = read(records, layout)

        refunded = refunded_by_number(records)
        events = events_by_number(reading)
        for record in written(records, layout):
            event = events[record.number]
            assert event.refunded_fen == refunded[record.number]
            is_whole = 0 < refunded[record.number] == record.amount_fen
            assert (event.status is EventStatus.REFUNDED) is is_whole
            if record.kind is Kind.REFUND:
                assert event.category is Category.REFUND
                assert event.parent_native_id == record.undoes

    @given(records=lives())
    @settings(max_examples=30)
    def test_the_kind_of_each_payment_is_understood(self, layout, records):
        events = events_by_number(read(records, layout))

        for record in written(records, layout):
            _, category = MEANINGS.get(record.kind, (None, Category.REFUND))
            if category is not None:
                assert events[record.number].category == category

    @given(records=lives())
    @settings(max_examples=30)
    def test_nothing_is_lost_and_the_totals_agree(self, layout, records):
        reading = read(records, layout)

        assert reading.rows_read == len(written(records, layout)) == len(reading.events)
        assert reading.quarantined == ()
        assert reading.duplicates == 0
        assert reading.suppressed == 0
        assert reading.totals_agree is True
        assert reading.declared_rows == reading.rows_read
        assert not any(event.degraded for event in reading.events)

    @given(records=lives())
    @settings(max_examples=20)
    def test_the_layout_is_named(self, layout, records):
        reading = read(records, layout)

        assert reading.dialect == DIALECTS.get(layout, layout.value)
        assert reading.source is (Source.WECHAT if layout in WECHAT else Source.ALIPAY)

    @given(records=lives())
    @settings(max_examples=20)
    def test_names_and_items_come_back_as_they_were(self, layout, records):
        events = events_by_number(read(records, layout))

        for record in written(records, layout):
            event = events[record.number]
            assert record.party in {event.merchant, event.counterparty}
            if record.kind in WITH_WORDS:
                assert event.memo == record.item


class TestAcrossLayouts:
    @given(records=lives())
    @settings(max_examples=25)
    def test_one_wallets_layouts_give_the_same_keys(self, records):
        wechat = [{event.event_key for event in read(records, each).events} for each in WECHAT]
        app = [{event.event_key for event in read(records, each).events} for each in APP]

        assert all(keys == wechat[0] for keys in wechat)
        assert app[0] == app[1]

    @given(records=lives())
    @settings(max_examples=25)
    def test_wechat_layouts_give_the_same_events_but_for_their_rows(self, records):
        def comparable(layout):
            return sorted(
                (event.event_key, event.category, event.status, event.channel, event.memo)
                for event in read(records, layout).events
            )

        assert len({str(comparable(layout)) for layout in WECHAT}) == 1

    @given(records=lives())
    @settings(max_examples=25)
    def test_a_purchase_in_the_app_keeps_its_scene_and_what_paid(self, records):
        for layout in APP:
            events = events_by_number(read(records, layout))
            for record in records:
                if record.kind is Kind.PURCHASE:
                    assert events[record.number].category == record.scene
                    channel = CHANNELS.get(record.method, "BNPL")
                    assert events[record.number].channel == channel


class TestBehaviour:
    """The next room takes these events over: the money must still be the money."""

    @pytest.mark.parametrize("layout", WALLETS)
    @given(records=lives())
    @settings(max_examples=30)
    def test_spending_net_of_refunds_is_what_was_really_spent(self, layout, records):
        columns = from_events(read(records, layout).events)

        amounts = columns.amount_fen
        spent = int(amounts[columns.direction == Direction.OUT].sum())
        back = int(amounts[columns.category == Category.REFUND].sum())
        assert spent - back == really_spent(records)

    @pytest.mark.parametrize("layout", WALLETS)
    @given(records=lives())
    @settings(max_examples=30)
    def test_income_is_what_was_really_earned(self, layout, records):
        columns = from_events(read(records, layout).events)

        is_income = (columns.category == Category.INCOME_SALARY) | (
            columns.category == Category.INCOME_OTHER
        )
        earned = [
            each.amount_fen for each in records if each.kind in {Kind.SALARY, Kind.QR_RECEIPT}
        ]
        assert int(columns.amount_fen[is_income].sum()) == sum(earned)


def really_spent(records):
    refunded = refunded_by_number(records)
    return sum(
        each.amount_fen - refunded[each.number]
        for each in records
        if each.direction == Direction.OUT and each.kind is not Kind.VOID
    )
