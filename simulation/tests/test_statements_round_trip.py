"""What our banks write, our readers read: the same money, balances and days out of every layout."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borrowers.connectors.registry import read_bill
from common.periods import SHANGHAI
from simulation.bills.banks import Entry, Occasion, StatementLayout, write_statement
from simulation.tests.account_lives import FIRST, accounts
from simulation.words import Direction, Scene

LAYOUTS = list(StatementLayout)
WALLETS = {"": "NONE", "财付通": "WECHAT", "支付宝": "ALIPAY"}


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


class TestAcrossLayouts:
    @given(entries=accounts())
    @settings(max_examples=10)
    def test_every_debit_layout_tells_the_same_amounts(self, entries):
        debit = [each for each in StatementLayout if not each.is_credit]
        amounts = {
            tuple(sorted(event.amount_fen for event in read(entries, layout).events))
            for layout in debit
        }

        assert amounts == {tuple(sorted(entry.amount_fen for entry in entries))}

    @given(entries=accounts())
    @settings(max_examples=10)
    def test_the_wallet_behind_a_row_is_named_alike(self, entries):
        paid = [each for each in entries if each.occasion is Occasion.CONSUMPTION]
        for layout in (
            StatementLayout.BOC_DEBIT,
            StatementLayout.CMB_DEBIT,
            StatementLayout.BOC_PDF,
        ):
            pairs = in_time(read(entries, layout), entries, layout)
            seen = [event.via.name for event, entry in pairs if entry in paid]
            assert seen == [WALLETS[entry.platform] for entry in paid]


class TestSalary:
    @pytest.mark.parametrize("layout", [each for each in LAYOUTS if each.is_table_of_a_bank])
    def test_is_known_as_income_in_the_banks_own_words(self, layout):
        pay = Entry(
            at=FIRST,
            direction=Direction.IN,
            amount_fen=800_000,
            balance_fen=900_000,
            occasion=Occasion.SALARY,
            party="甲乙食品有限公司",
            number="9900000000000001",
        )

        (event,) = read([pay], layout).events

        assert event.category == Scene.INCOME_SALARY


@pytest.mark.parametrize("layout", LAYOUTS)
class TestWriting:
    def test_gives_the_same_bytes_each_time(self, layout):
        entry = Entry(FIRST, Direction.OUT, 1, 99, Occasion.CONSUMPTION, "甲", number="99")

        assert write_statement([entry], layout=layout) == write_statement([entry], layout=layout)

    def test_needs_something_to_say(self, layout):
        with pytest.raises(AssertionError):
            write_statement([], layout=layout)

    def test_names_the_file_by_its_kind(self, layout):
        assert layout.file_name.rpartition(".")[2] in {
            "csv",
            "xls",
            "pdf",
            "ofx",
            "sta",
            "xml",
            "qif",
        }
