"""What our banks write, our readers read: the same money, balances and days out of every layout."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI
from simulation.bills.banks import StatementLayout, write_statement
from simulation.tests.account_lives import accounts
from simulation.words import Direction

LAYOUTS = list(StatementLayout)


def read(entries, layout):
    return read_bill(write_statement(entries, layout=layout), layout.file_name)


def drawn(data, layout):
    return data.draw(accounts(is_credit=layout.is_credit))


def in_time(reading, entries, layout):
    """Events beside entries. Days alone do not order a day's rows, the file does."""
    events = sorted(reading.events, key=lambda each: each.row_number)
    events = events[::-1] if layout.is_newest_first else events
    return list(zip(events, entries, strict=True))


@pytest.mark.parametrize("layout", LAYOUTS)
class TestEveryLayout:
    @given(data=st.data())
    @settings(max_examples=15)
    def test_the_money_is_the_same(self, layout, data):
        entries = drawn(data, layout)

        for event, entry in in_time(read(entries, layout), entries, layout):
            assert event.amount_fen == entry.amount_fen
            assert event.currency == "CNY"
            if event.direction != Direction.NEUTRAL:
                assert event.direction == entry.direction

    @given(data=st.data())
    @settings(max_examples=15)
    def test_the_time_is_the_same_as_far_as_it_is_told(self, layout, data):
        entries = drawn(data, layout)

        for event, entry in in_time(read(entries, layout), entries, layout):
            assert event.occurred_at.astimezone(SHANGHAI).date() == entry.wall.date()
            if layout.has_seconds:
                assert event.occurred_at == entry.at

    @given(data=st.data())
    @settings(max_examples=10)
    def test_nothing_is_lost(self, layout, data):
        entries = drawn(data, layout)

        reading = read(entries, layout)

        assert reading.rows_read == len(entries) == len(reading.events)
        assert reading.quarantined == ()

    @given(data=st.data())
    @settings(max_examples=10)
    def test_balances_are_read_where_rows_have_them(self, layout, data):
        entries = drawn(data, layout)

        if layout.has_balances and not layout.is_credit:
            for event, entry in in_time(read(entries, layout), entries, layout):
                assert event.balance_fen == entry.balance_fen
